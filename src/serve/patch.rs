//! Faults in the content: what FHIRPath finds in an answer is removed or gets
//! another value, and matches are hidden by what FHIRPath says of them.

use std::collections::{BTreeMap, HashMap};

use super::fault::FaultError;
use crate::fhir::fhirpath::{self, Environment, Expression, Item, Truth};
use crate::fhir::node::{NewNode, Node, NodeId, Span, Tree};
use crate::fhir::store::Store;
use crate::fhir::types::Types;
use crate::scenario::{Fault, LatestOnlyKey, Misbehaviour, Patch};

/// The expressions of all faults, parsed.
#[derive(Debug, Default)]
pub(super) struct Patches(HashMap<String, Expression>);

impl Patches {
    pub(super) fn prepare(faults: &[Fault]) -> Result<Self, FaultError> {
        let mut parsed = HashMap::new();
        for fault in faults {
            for text in fault.behaviour.iter().flat_map(expressions) {
                let expression = fhirpath::parse(text).map_err(|error| FaultError::Expression {
                    fault: fault.fault.clone(),
                    expression: text.to_owned(),
                    message: error.to_string(),
                })?;
                parsed.insert(text.to_owned(), expression);
            }
        }
        Ok(Self(parsed))
    }

    /// Whether FHIRPath says yes of a resource; what it leaves open is no.
    pub(super) fn is_true(&self, text: &str, node: Node<'_>, store: &Store) -> bool {
        let resolve = |reference: &str| store.resolve(reference);
        let environment = Environment { resolver: Some(&resolve), ..Environment::new(store.types()) };
        self.0.get(text).is_some_and(|expression| expression.test(node, &environment) == Truth::True)
    }

    /// The newest match for each key, where they stood.
    pub(super) fn latest<'s>(&self, rule: &LatestOnlyKey, found: Vec<Node<'s>>, store: &Store) -> Vec<Node<'s>> {
        let mut newest: BTreeMap<String, (String, usize)> = BTreeMap::new();
        for (at, node) in found.iter().enumerate() {
            let (key, date) = (self.text(&rule.key, *node, store), self.text(&rule.date, *node, store));
            if newest.get(&key).is_none_or(|(known, _)| date > *known) {
                newest.insert(key, (date, at));
            }
        }
        let mut kept: Vec<usize> = newest.into_values().map(|(_, at)| at).collect();
        kept.sort_unstable();
        kept.into_iter().map(|at| found[at]).collect()
    }

    /// Changes an answer.
    pub(super) fn apply(&self, patch: &Patch, tree: &mut Tree, store: &Store) {
        for id in self.nodes(&patch.at, tree, store) {
            match (&patch.add, &patch.value) {
                (Some(path), value) => grow(tree, id, (path, value.as_deref().unwrap_or_default()), store.types()),
                (None, Some(value)) => tree.set_literal(id, value),
                (None, None) => tree.remove(id),
            }
        }
    }

    fn nodes(&self, text: &str, tree: &Tree, store: &Store) -> Vec<NodeId> {
        let here = |item: Item<'_>| match item {
            // A resolved reference leads into the store, which no fault may change.
            Item::Node(node) if std::ptr::eq(node.tree(), tree) => Some(node.id()),
            _ => None,
        };
        self.evaluate(text, tree.root(), store, |items| items.into_iter().filter_map(here).collect())
    }

    fn text(&self, text: &str, node: Node<'_>, store: &Store) -> String {
        self.evaluate(text, node, store, |items| {
            let texts = items.iter().map(|item| item.text().unwrap_or_default());
            texts.collect::<Vec<_>>().join(" ")
        })
    }

    fn evaluate<T>(&self, text: &str, node: Node<'_>, store: &Store, then: impl FnOnce(Vec<Item<'_>>) -> T) -> T {
        let resolve = |reference: &str| store.resolve(reference);
        let environment = Environment { resolver: Some(&resolve), ..Environment::new(store.types()) };
        let items = self.0.get(text).and_then(|expression| expression.evaluate(node, &environment).ok());
        then(items.unwrap_or_default())
    }
}

/// Adds an element with a value, and what it stands in, as a type has them; one that no type has is added all the same.
fn grow(tree: &mut Tree, parent: NodeId, (path, value): (&str, &str), types: &Types) {
    let mut id = parent;
    for step in path.split('.') {
        let of = tree.node(id).type_name().to_owned();
        let known = types.get(&of).and_then(|of| of.written(step));
        let (name, type_name, choice, list) = match known {
            // What has no type of its own is named by its place.
            Some((element, found)) if found.name.is_empty() => (element.name, format!("{of}.{step}"), false, element.list),
            Some((element, found)) => (element.name, found.name.to_owned(), element.choice, element.list),
            None => (step, String::new(), false, false),
        };
        let (name, type_name) = (name.to_owned().into(), type_name.into());
        id = tree.add(id, NewNode { name, type_name, choice, list, literal: None, span: Span::default() });
    }
    tree.set_literal(id, value);
}

/// Gives values another beginning, wherever they stand.
pub(super) fn rename(names: &BTreeMap<String, String>, tree: &mut Tree) {
    let mut renamed = Vec::new();
    let mut open = vec![tree.root()];
    while let Some(node) = open.pop() {
        open.extend(node.children());
        let Some(value) = node.value() else { continue };
        let pairs = names.iter().map(|(old, new)| (old.as_str(), new.as_str()));
        renamed.extend(begun_otherwise(pairs, value).map(|value| (node.id(), value)));
    }
    for (id, value) in renamed {
        tree.set_literal(id, &value);
    }
}

/// A value of a search as the store has it: a server that writes other names is asked for those.
pub(super) fn unrename(names: &BTreeMap<String, String>, value: &str) -> String {
    let pairs = || names.iter().map(|(old, new)| (new.as_str(), old.as_str()));
    let known = value.split(',').map(|part| begun_otherwise(pairs(), part).unwrap_or_else(|| part.to_owned()));
    known.collect::<Vec<_>>().join(",")
}

/// The value with another beginning; of several that fit the longest.
fn begun_otherwise<'n>(pairs: impl Iterator<Item = (&'n str, &'n str)>, value: &str) -> Option<String> {
    let fitting = pairs.filter_map(|(from, to)| Some((from.len(), to, value.strip_prefix(from)?)));
    let (_, to, rest) = fitting.max_by_key(|(length, _, _)| *length)?;
    Some(format!("{to}{rest}"))
}

fn expressions(behaviour: &Misbehaviour) -> Vec<&str> {
    match behaviour {
        Misbehaviour::Hide(condition) => vec![condition],
        Misbehaviour::LatestOnly(rule) => vec![&rule.key, &rule.date],
        Misbehaviour::Patch(patch) => vec![&patch.at],
        _ => Vec::new(),
    }
}

/// Takes the last element out of every resource of an answer, so that one
/// format says less than the other.
pub(super) fn lose_elements(tree: &mut Tree) {
    let root = tree.root();
    let entries: Vec<Node<'_>> = root.children_named("entry").filter_map(|entry| entry.child("resource")).collect();
    let resources = if entries.is_empty() { vec![root] } else { entries };
    let lost: Vec<NodeId> = resources.into_iter().filter_map(|resource| resource.children().last()).map(Node::id).collect();
    for id in lost {
        tree.remove(id);
    }
}
