//! Walks the tree of an expression. Operators, functions and types have their
//! own files; here are steps, variables and the count of the work.

use std::collections::HashSet;

use super::ast::{Branch, Call, Kind, Negative, Range, TypeName, TypeOperator};
use super::environment::{self, Environment};
use super::equality::{self, Work};
use super::error::{EvaluationError, Failure};
use super::functions::{self, Invocation};
use super::item::{Item, Quantity};
use super::{operators, types};
use crate::fhir::node::Node;

/// A collection, or why there is none.
pub(super) type Outcome<'t> = Result<Vec<Item<'t>>, EvaluationError>;

/// One evaluation: its surroundings and the work that is left.
pub(super) struct Evaluator<'e, 't> {
    pub(super) environment: &'e Environment<'t>,
    context: Item<'t>,
    work: Work,
}

/// What `$this`, `$index` and `$total` are at some place in the expression.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 't> {
    pub(super) this: &'s [Item<'t>],
    pub(super) index: Option<usize>,
    pub(super) total: Option<&'s [Item<'t>]>,
}

pub(super) fn evaluate<'t>(root: &Branch, context: Item<'t>, environment: &Environment<'t>) -> Outcome<'t> {
    let this = [context.clone()];
    let evaluator = Evaluator { environment, context, work: Work::new(environment.work) };
    evaluator.branch(root, &Scope { this: &this, index: None, total: None })
}

/// Items that a collection may have, and sixteenths of the bytes of a text: no
/// single step takes more memory than that.
const LARGEST: usize = 1_000_000;

/// The work of making these items: memory counts.
fn weight(items: &[Item<'_>]) -> usize {
    items.iter().map(|item| if let Item::String(text) = item { 1 + text.len() / 16 } else { 1 }).sum()
}

impl<'t> Evaluator<'_, 't> {
    /// Counts work; an error when there was too much of it.
    pub(super) fn spend(&self, work: usize, range: Range) -> Result<(), EvaluationError> {
        match self.work.get().checked_sub(work as u64) {
            Some(left) if work <= LARGEST => {
                self.work.set(left);
                Ok(())
            }
            _ => Err(EvaluationError::new(range, Failure::Work, "this takes more work than an expression may do")),
        }
    }

    /// The collection that a branch gives.
    pub(super) fn branch(&self, branch: &Branch, scope: &Scope<'_, 't>) -> Outcome<'t> {
        self.spend(1, branch.range)?;
        match &branch.kind {
            Kind::Empty => Ok(Vec::new()),
            Kind::Literal(item) => self.copy(std::slice::from_ref(item), branch.range),
            Kind::This => self.copy(scope.this, branch.range),
            Kind::Index => Ok(scope.index.and_then(|index| i64::try_from(index).ok()).map(Item::Integer).into_iter().collect()),
            Kind::Total => self.copy(scope.total.unwrap_or_default(), branch.range),
            Kind::Variable(name) => self.variable(name, branch.range),
            Kind::Element { of: None, name, .. } => self.head(scope.this, name, branch.range),
            Kind::Element { of: Some(of), name, .. } => self.step(&self.branch(of, scope)?, name, branch.range),
            Kind::Call(call) => self.call(call, scope, branch.range),
            Kind::Indexed { of, index } => self.indexed(of, index, scope),
            Kind::Signed { negative, of } => self.signed(*negative, of, scope),
            Kind::Binary { operator, left, right } => {
                operators::Operation { evaluator: self, operator: *operator, range: branch.range }.apply(left, right, scope)
            }
            Kind::Typed { operator, of, name } => self.typed(*operator, of.as_deref(), name, scope),
        }
    }

    fn copy(&self, items: &[Item<'t>], range: Range) -> Outcome<'t> {
        self.spend(weight(items), range)?;
        Ok(items.to_vec())
    }

    /// The first name of a path: the type of the context, or an element of it.
    fn head(&self, this: &[Item<'t>], name: &str, range: Range) -> Outcome<'t> {
        if name.starts_with(|letter: char| letter.is_ascii_uppercase())
            && let [Item::Node(node)] = this
            && (node.type_name() == name || self.environment.types.is_a(node.type_name(), name))
        {
            return Ok(this.to_vec());
        }
        self.step(this, name, range)
    }

    fn step(&self, items: &[Item<'t>], name: &str, range: Range) -> Outcome<'t> {
        let mut found = Vec::new();
        let mut visited = items.len();
        for item in items {
            match item {
                Item::Node(node) => {
                    let children = node.children().inspect(|_| visited += 1).filter(|child| child.name() == name);
                    found.extend(children.map(Item::Node));
                }
                _ => found.extend(part(item, name)),
            }
        }
        self.spend(visited, range)?;
        Ok(found)
    }

    fn variable(&self, name: &str, range: Range) -> Outcome<'t> {
        if let Some(items) = self.environment.variables.get(name) {
            return self.copy(items, range);
        }
        let resource = || self.context.node().map(resource_of);
        let item = match name {
            "context" => Some(self.context.clone()),
            "resource" => resource().map(Item::Node),
            "rootResource" => resource().map(container_of).map(Item::Node),
            _ => environment::constant(name).map(Item::String),
        };
        let item = item.ok_or_else(|| EvaluationError::expression(range, format!("unknown variable `%{name}`")))?;
        Ok(vec![item])
    }

    fn call(&self, call: &Call, scope: &Scope<'_, 't>, range: Range) -> Outcome<'t> {
        let unknown = || EvaluationError::expression(call.name_range, format!("unknown function `{}`", call.name));
        let function = call.function.ok_or_else(unknown)?;
        if !function.takes(call.arguments.len()) {
            return Err(EvaluationError::expression(range, function.wrong_count(call.arguments.len())));
        }
        let input = match &call.of {
            Some(of) => self.branch(of, scope)?,
            None => self.copy(scope.this, range)?,
        };
        let found = (function.run)(Invocation {
            evaluator: self,
            call,
            name: function.name,
            input,
            arguments: &call.arguments,
            scope,
            range,
        })?;
        self.spend(weight(&found), range)?;
        Ok(found)
    }

    fn indexed(&self, of: &Branch, index: &Branch, scope: &Scope<'_, 't>) -> Outcome<'t> {
        let mut items = self.branch(of, scope)?;
        let index = match &self.branch(index, scope)?[..] {
            [] => return Ok(Vec::new()),
            [item] => {
                operators::integer(item).ok_or_else(|| EvaluationError::expression(index.range, "an index is an integer"))?
            }
            many => return Err(types::several(index.range, "an index", many.len())),
        };
        match usize::try_from(index) {
            Ok(index) if index < items.len() => Ok(vec![items.swap_remove(index)]),
            _ => Ok(Vec::new()),
        }
    }

    fn signed(&self, negative: Negative, of: &Branch, scope: &Scope<'_, 't>) -> Outcome<'t> {
        let items = self.branch(of, scope)?;
        let [item] = &items[..] else {
            return if items.is_empty() { Ok(items) } else { Err(types::several(of.range, "a sign", items.len())) };
        };
        let turned = negative == Negative::Yes;
        let value = match item.scalar().map(super::item::Scalar::into_item) {
            Some(Item::Integer(value)) => value.checked_mul(if turned { -1 } else { 1 }).map(Item::Integer),
            Some(Item::Decimal(value)) => Some(Item::Decimal(if turned { -value } else { value })),
            Some(Item::Quantity(quantity)) => {
                let Quantity { value, unit } = *quantity;
                Some(Item::Quantity(Box::new(Quantity { value: if turned { -value } else { value }, unit })))
            }
            _ => return Err(EvaluationError::expression(of.range, "only a number or a quantity has a sign")),
        };
        Ok(value.into_iter().collect())
    }

    fn typed(&self, operator: TypeOperator, of: Option<&Branch>, name: &TypeName, scope: &Scope<'_, 't>) -> Outcome<'t> {
        let Some(of) = of else { return types::apply(operator, scope.this.to_vec(), name, self.environment.types) };
        let items = self.branch(of, scope)?;
        if operator == TypeOperator::Is
            && items.is_empty()
            && let Kind::Call(call) = &of.kind
            && &*call.name == "resolve"
            && let Some(referred) = self.referred_type(call, scope)?
        {
            let fits = referred == *name.name || self.environment.types.is_a(&referred, &name.name);
            return Ok(vec![Item::Boolean(fits)]);
        }
        types::apply(operator, items, name, self.environment.types)
    }

    /// The type that a reference names, for `resolve() is Patient` where the
    /// target is not at hand: search parameters ask that of every reference.
    fn referred_type(&self, call: &Call, scope: &Scope<'_, 't>) -> Result<Option<String>, EvaluationError> {
        let references = match &call.of {
            Some(of) => self.branch(of, scope)?,
            None => scope.this.to_vec(),
        };
        Ok(match &references[..] {
            [Item::Node(node)] => functions::fhir::referred_type(*node, self.environment.types),
            _ => None,
        })
    }

    /// Whether two items are equal; counts the work.
    pub(super) fn equal(&self, left: &Item<'_>, right: &Item<'_>, range: Range) -> Result<Option<bool>, EvaluationError> {
        let equal = equality::equal(left, right, &self.work);
        self.spend(1, range)?;
        Ok(equal)
    }

    /// Whether two items are equivalent; counts the work.
    pub(super) fn equivalent(&self, left: &Item<'_>, right: &Item<'_>, range: Range) -> Result<bool, EvaluationError> {
        let equivalent = equality::equivalent(left, right, &self.work);
        self.spend(1, range)?;
        Ok(equivalent)
    }

    /// Whether the collection holds an item equal to this one.
    pub(super) fn holds(&self, items: &[Item<'t>], wanted: &Item<'t>, range: Range) -> Result<bool, EvaluationError> {
        for item in items {
            if self.equal(item, wanted, range)? == Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Adds the items that are not there yet.
    pub(super) fn add_new(&self, to: &mut Vec<Item<'t>>, items: Vec<Item<'t>>, range: Range) -> Result<(), EvaluationError> {
        self.spend(to.len() + items.len(), range)?;
        if to.iter().chain(&items).all(|item| item.plain_text().is_some()) {
            add_new_texts(to, items);
            return Ok(());
        }
        for item in items {
            if !self.holds(to, &item, range)? {
                to.push(item);
            }
        }
        Ok(())
    }
}

/// Texts are compared by their hash: codes of large code systems, urls of large bundles.
fn add_new_texts<'t>(to: &mut Vec<Item<'t>>, items: Vec<Item<'t>>) {
    let mut seen: HashSet<String> = to.iter().filter_map(Item::plain_text).map(str::to_owned).collect();
    to.extend(items.into_iter().filter(|item| item.plain_text().is_some_and(|text| seen.insert(text.to_owned()))));
}

/// The parts of FHIRPath's own values that have a name.
fn part<'t>(item: &Item<'t>, name: &str) -> Option<Item<'t>> {
    match (item, name) {
        (Item::Quantity(quantity), "value") => Some(Item::Decimal(quantity.value.clone())),
        (Item::Quantity(quantity), "unit" | "code") => Some(Item::String(match &quantity.unit {
            super::item::Unit::Calendar(unit) => (*unit).to_owned(),
            super::item::Unit::Ucum(code) => code.to_string(),
        })),
        (Item::Type(info), "namespace") => Some(Item::String(info.namespace.name().to_owned())),
        (Item::Type(info), "name") => Some(Item::String(info.name.clone())),
        _ => None,
    }
}

/// The resource that an element stands in, itself included.
pub(super) fn resource_of(node: Node<'_>) -> Node<'_> {
    let mut resource = node;
    while !resource.is_resource() {
        match resource.parent() {
            Some(parent) => resource = parent,
            None => break,
        }
    }
    resource
}

/// The resource that a contained resource stands in; any other is its own.
pub(super) fn container_of(resource: Node<'_>) -> Node<'_> {
    match resource.parent() {
        Some(parent) if resource.name() == "contained" => resource_of(parent),
        _ => resource,
    }
}
