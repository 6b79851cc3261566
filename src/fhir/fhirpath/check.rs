//! What can be seen to be wrong without a resource: the expression is walked
//! with the types that its parts can have. Where a type cannot be told (what a
//! reference resolves to, what a capture holds) the check is silent from there on.

use std::collections::BTreeMap;

use super::ast::{Branch, Call, Kind, Namespace, Operator, Range, TypeName, TypeOperator};
use super::functions::{self, Function, Gives, Over};
use super::item::Item;
use super::{environment, types as evaluated};
use crate::fhir::types::{Kind as Sort, Types};
use crate::nearest::nearest;

/// A part of an expression that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeProblem {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// The variables that will be there by their name without `%`, each with its
/// type; empty when that is not known.
pub type Variables = BTreeMap<String, String>;

/// The types that a part of an expression can have.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    /// Cannot be told.
    Any,
    /// One of these.
    Of(Vec<&'static str>),
}

impl Known {
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Of(mut types), Self::Of(others)) => {
                types.extend(others);
                Self::Of(types)
            }
            _ => Self::Any,
        }
    }
}

const BOOLEAN: &str = "System.Boolean";

pub(super) fn check(root: &Branch, context: &str, variables: &Variables, types: &Types) -> Vec<TypeProblem> {
    let mut checker = Checker { types, variables, context, problems: Vec::new() };
    let this = checker.named_type(context);
    checker.branch(root, &this);
    checker.problems
}

struct Checker<'c> {
    types: &'c Types,
    variables: &'c Variables,
    context: &'c str,
    problems: Vec<TypeProblem>,
}

impl Checker<'_> {
    fn problem(&mut self, at: Range, message: String, hint: Option<String>) {
        self.problems.push(TypeProblem { start: at.start as usize, end: at.end as usize, message, hint });
    }

    fn named_type(&self, name: &str) -> Known {
        self.types.get(name).map_or(Known::Any, |found| Known::Of(vec![found.name]))
    }

    fn branch(&mut self, branch: &Branch, this: &Known) -> Known {
        match &branch.kind {
            Kind::Empty | Kind::Total => Known::Any,
            Kind::Literal(item) => Known::Of(vec![literal_type(item)]),
            Kind::This => this.clone(),
            Kind::Index => Known::Of(vec!["System.Integer"]),
            Kind::Variable(name) => self.variable(name, branch.range),
            Kind::Element { of: None, name, at } => self.head(this, name, *at),
            Kind::Element { of: Some(of), name, at } => {
                let of = self.branch(of, this);
                self.step(&of, name, *at)
            }
            Kind::Call(call) => self.call(call, this),
            Kind::Indexed { of, index } => {
                self.branch(index, this);
                self.branch(of, this)
            }
            Kind::Signed { of, .. } => self.branch(of, this),
            Kind::Binary { operator, left, right } => {
                let (left, right) = (self.branch(left, this), self.branch(right, this));
                binary(*operator, left, right)
            }
            Kind::Typed { operator, of, name } => {
                let of = of.as_ref().map_or_else(|| this.clone(), |of| self.branch(of, this));
                self.typed(*operator, &of, name)
            }
        }
    }

    fn variable(&mut self, name: &str, range: Range) -> Known {
        if let Some(given) = self.variables.get(name) {
            return self.named_type(given);
        }
        match name {
            "context" => self.named_type(self.context),
            "resource" => self.named_type(self.context.split('.').next().unwrap_or_default()).only_resources(self.types),
            "rootResource" => Known::Any,
            _ if environment::constant(name).is_some() => Known::Of(vec!["System.String"]),
            _ => {
                let built_in = ["context", "resource", "rootResource", "ucum", "sct", "loinc"];
                let near = nearest(name, self.variables.keys().map(String::as_str).chain(built_in));
                let hint = near.map(|near| format!("did you mean `%{near}`?"));
                self.problem(range, format!("unknown variable `%{name}`"), hint);
                Known::Any
            }
        }
    }

    /// The first name of a path may be the type of what it starts from.
    fn head(&mut self, this: &Known, name: &str, at: Range) -> Known {
        let Some(found) = self.types.get(name).filter(|_| name.starts_with(|letter: char| letter.is_ascii_uppercase())) else {
            return self.step(this, name, at);
        };
        let Known::Of(from) = this else { return Known::Of(vec![found.name]) };
        if from.iter().any(|start| self.types.is_a(start, name)) {
            return this.clone();
        }
        if from.iter().any(|start| self.types.is_a(name, start)) {
            return Known::Of(vec![found.name]);
        }
        self.problem(at, format!("this starts from `{name}`, where {} stands", listed(from)), None);
        Known::Any
    }

    fn step(&mut self, of: &Known, name: &str, at: Range) -> Known {
        let Known::Of(from) = of else { return Known::Any };
        let mut found = Vec::new();
        let mut has = false;
        for start in from {
            match self.element(start, name) {
                Some(Known::Any) => return Known::Any,
                Some(Known::Of(types)) => {
                    has = true;
                    found.extend(types);
                }
                None => {}
            }
        }
        if has {
            return Known::Of(found);
        }
        let hint = self.element_hint(from, name);
        let message = match from[..] {
            [only] => format!("{} has no element `{name}`", listed(&[only])),
            _ => format!("none of {} has an element `{name}`", listed(from)),
        };
        self.problem(at, message, hint);
        Known::Any
    }

    /// The types of an element; `None` when the type has no such element.
    fn element(&self, start: &str, name: &str) -> Option<Known> {
        match (start, name) {
            ("System.Quantity", "value") => return Some(Known::Of(vec!["System.Decimal"])),
            ("System.Quantity", "unit" | "code") => return Some(Known::Of(vec!["System.String"])),
            _ => {}
        }
        let found = self.types.get(start)?;
        if let Some(element) = found.element(name) {
            return Some(Known::Of(element.types.iter().map(|of| of.name).collect()));
        }
        let any_resource = || self.types.resources().any(|resource| resource.element(name).is_some());
        match found.kind {
            Sort::Resource if found.is_abstract => any_resource().then_some(Known::Any),
            // `Element` where the table says no more: any type may stand there.
            Sort::Complex if found.is_abstract => Some(Known::Any),
            _ => None,
        }
    }

    fn element_hint(&self, from: &[&'static str], name: &str) -> Option<String> {
        let known = || from.iter().filter_map(|start| self.types.get(start));
        if let Some((element, of)) = known().find_map(|start| start.written(name)).filter(|(element, _)| element.choice) {
            return Some(format!("in FHIRPath this is `{}.ofType({})`", element.name, of.name));
        }
        let candidates = known().flat_map(|start| start.elements.iter().map(|element| element.name));
        nearest(name, candidates).map(|near| format!("did you mean `{near}`?"))
    }

    fn call(&mut self, call: &Call, this: &Known) -> Known {
        let of = call.of.as_ref().map_or_else(|| this.clone(), |of| self.branch(of, this));
        let Some(function) = call.function else {
            let hint = nearest(&call.name, functions::names()).map(|near| format!("did you mean `{near}`?"));
            self.problem(call.name_range, format!("unknown function `{}`", call.name), hint);
            return Known::Any;
        };
        if !function.takes(call.arguments.len()) {
            self.problem(call.name_range, function.wrong_count(call.arguments.len()), None);
            return Known::Any;
        }
        let scope = match function.over {
            Over::Items => of.clone(),
            // What is found is asked again, and may have other types.
            Over::Found => Known::Any,
            Over::Outside => this.clone(),
        };
        let arguments: Vec<Known> = call.arguments.iter().map(|argument| self.branch(argument, &scope)).collect();
        result(function, of, arguments)
    }

    fn typed(&mut self, operator: TypeOperator, of: &Known, name: &TypeName) -> Known {
        if !evaluated::known(name, self.types) {
            let candidates = self.types.iter().map(|found| found.name).chain(evaluated::SYSTEM);
            let hint = nearest(&name.name, candidates).map(|near| format!("did you mean `{near}`?"));
            self.problem(name.range, format!("unknown type `{}`", name.name), hint);
            return Known::Any;
        }
        if operator == TypeOperator::Is {
            return Known::Of(vec![BOOLEAN]);
        }
        let fhir = self.types.get(&name.name).filter(|_| name.namespace != Some(Namespace::System));
        let Some(found) = fhir else { return Known::Any };
        if let Known::Of(from) = of
            && found.kind != Sort::Primitive
            && from
                .iter()
                .all(|start| self.types.get(start).is_some_and(|start| !start.is_abstract || start.kind == Sort::Resource))
            && !from.iter().any(|start| self.types.is_a(start, found.name) || self.types.is_a(found.name, start))
        {
            self.problem(name.range, format!("{} is never a `{}`", listed(from), found.name), None);
        }
        Known::Of(vec![found.name])
    }
}

impl Known {
    fn only_resources(self, types: &Types) -> Self {
        match self {
            Self::Of(names) if names.iter().all(|name| types.is_a(name, "Resource")) => Self::Of(names),
            _ => Self::Any,
        }
    }
}

fn literal_type(item: &Item<'_>) -> &'static str {
    match item {
        Item::Boolean(_) => BOOLEAN,
        Item::Integer(_) => "System.Integer",
        Item::Decimal(_) => "System.Decimal",
        Item::Date(_) => "System.Date",
        Item::DateTime(_) => "System.DateTime",
        Item::Time(_) => "System.Time",
        Item::Quantity(_) => "System.Quantity",
        Item::String(_) | Item::Node(_) | Item::Type(_) => "System.String",
    }
}

fn binary(operator: Operator, left: Known, right: Known) -> Known {
    match operator {
        Operator::Union => left.or(right),
        Operator::Concatenate => Known::Of(vec!["System.String"]),
        Operator::Multiply | Operator::Divide | Operator::WholeDivide | Operator::Modulo | Operator::Add | Operator::Subtract => {
            Known::Any
        }
        _ => Known::Of(vec![BOOLEAN]),
    }
}

fn result(function: &Function, of: Known, mut arguments: Vec<Known>) -> Known {
    match function.gives {
        Gives::Input => of,
        Gives::Type(name) => Known::Of(vec![name]),
        Gives::Argument(position) if position < arguments.len() => arguments.swap_remove(position),
        Gives::Both => arguments.into_iter().fold(of, Known::or),
        Gives::Choice => arguments.into_iter().skip(1).reduce(Known::or).unwrap_or(Known::Any),
        Gives::Argument(_) | Gives::Unknown => Known::Any,
    }
}

/// `Consent`, or `Coding`, `string` and 3 more, each once and in backticks.
fn listed(names: &[&'static str]) -> String {
    let mut unique: Vec<&str> = Vec::new();
    for name in names {
        let name = name.strip_prefix("System.").unwrap_or(name);
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    let more = unique.len().saturating_sub(4);
    let shown: Vec<String> = unique.iter().take(4).map(|name| format!("`{name}`")).collect();
    match (more, shown.split_last()) {
        (0, Some((last, []))) => last.clone(),
        (0, Some((last, before))) => format!("{} and {last}", before.join(", ")),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}
