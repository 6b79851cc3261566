//! Where two resources differ, element by element, whatever format each came
//! in. Knows what may differ from answer to answer; weighs nothing.

use crate::fhir::node::Node;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The element, as a path in the resource.
    pub(crate) path: String,
    /// What the first has.
    pub(crate) left: Option<String>,
    /// What the second has.
    pub(crate) right: Option<String>,
}

/// Where two resources differ, in document order.
pub(crate) fn differences(left: Node<'_>, right: Node<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(left, right, left.type_name(), &mut found);
    found
}

fn compare(left: Node<'_>, right: Node<'_>, path: &str, found: &mut Vec<Difference>) {
    if !same_value(left, right) || (left.is_resource() && left.type_name() != right.type_name()) {
        found.push(Difference { path: path.to_owned(), left: Some(shown(left)), right: Some(shown(right)) });
    }
    for name in names(left, right) {
        let lefts: Vec<_> = children(left, &name).collect();
        let rights: Vec<_> = children(right, &name).collect();
        for index in 0..lefts.len().max(rights.len()) {
            let path =
                if lefts.len().max(rights.len()) > 1 { format!("{path}.{name}[{index}]") } else { format!("{path}.{name}") };
            match (lefts.get(index), rights.get(index)) {
                (Some(left), Some(right)) => compare(*left, *right, &path, found),
                (left, right) => {
                    found.push(Difference { path, left: left.map(|node| shown(*node)), right: right.map(|node| shown(*node)) })
                }
            }
        }
    }
}

fn children<'t>(node: Node<'t>, name: &str) -> impl Iterator<Item = Node<'t>> {
    node.children().filter(move |child| child.written_name() == name && !is_volatile(*child))
}

/// Names of the children of both, each once, those of the first in front.
fn names(left: Node<'_>, right: Node<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for child in left.children().chain(right.children()).filter(|child| !is_volatile(*child)) {
        let name = child.written_name();
        if !names.iter().any(|known| *known == name) {
            names.push(name.into_owned());
        }
    }
    names
}

fn is_volatile(node: Node<'_>) -> bool {
    let in_meta = node.parent().is_some_and(|parent| parent.name() == "meta");
    (in_meta && matches!(node.name(), "lastUpdated" | "versionId")) || node.type_name() == "Narrative"
        // A meta that says nothing else is as good as none.
        || (node.name() == "meta" && node.children().all(is_volatile))
}

fn same_value(left: Node<'_>, right: Node<'_>) -> bool {
    match (left.value(), right.value()) {
        (Some(left_text), Some(right_text)) if left_text != right_text => {
            left.type_name() == "decimal" && same_number(left_text, right_text)
        }
        (left, right) => left.is_some() == right.is_some(),
    }
}

/// A number may be written with an exponent in one format and without in the other.
fn same_number(left: &str, right: &str) -> bool {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => (left - right).abs() <= f64::EPSILON * left.abs(),
        _ => false,
    }
}

fn shown(node: Node<'_>) -> String {
    match node.value() {
        Some(value) => value.to_owned(),
        None if node.type_name().is_empty() => String::from("present"),
        None => format!("{} present", node.type_name()),
    }
}
