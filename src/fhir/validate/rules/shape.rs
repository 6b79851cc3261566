//! How JSON writes an element: a list where there may be more than one and
//! nowhere else, a value of the right sort, and never nothing. XML has no such
//! differences.

use crate::fhir::node::{Form, Node};
use crate::fhir::validate::{Issue, Issues, Scene, codes};

codes! {
    /// A list is asked for.
    NOT_LIST "element-not-a-list" "structure" None;
        en "`{name}` has to be a list in JSON, also with one item", "write `[` and `]` around it";
        nl "`{name}` moet in JSON een lijst zijn, ook met één item", "zet er `[` en `]` omheen";
    /// No list is asked for.
    LIST "element-a-list" "structure" None;
        en "`{name}` may not be a list in JSON", "keep the one value, without `[` and `]`";
        nl "`{name}` mag in JSON geen lijst zijn", "houd de ene waarde over, zonder `[` en `]`";
    /// The value is of another sort.
    OTHER_SORT "value-of-other-sort" "structure" None;
        en "a `{type}` is {expected} in JSON, here stands {found}", "write it as {expected}";
        nl "een `{type}` is in JSON {expected_nl}, hier staat {found_nl}", "schrijf het als {expected_nl}";
    /// There is nothing in it.
    EMPTY "element-empty" "structure" None;
        en "`{name}` is there, but has nothing in it", "leave it out";
        nl "`{name}` staat er, maar er zit niets in", "laat het weg";
}

/// Whether an element is written as its type asks for.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    let Some(parent) = node.parent() else { return };
    let element = scene.types().get(parent.type_name()).and_then(|of| of.element(node.name()));
    let Some(element) = element else { return };
    let name = node.written_name();
    if element.list && !node.is_list() {
        issues.push(Issue::error(&NOT_LIST, node).with("name", &*name));
    }
    if !element.list && node.is_list() && parent.child(node.name()) == Some(node) {
        issues.push(Issue::error(&LIST, node).with("name", &*name));
    }
    if node.literal().is_none() && node.children().next().is_none() {
        return issues.push(Issue::error(&EMPTY, node).with("name", &*name));
    }
    sort(node, issues);
}

/// A text, a number, `true` or `false`, or an object.
fn sort(node: Node<'_>, issues: &mut Issues) {
    let is_object = node.literal().is_none() && node.children().any(|child| child.type_name().is_empty());
    let found = match node.literal() {
        Some(literal) => Some(literal.form),
        None if node.is_primitive() && !is_object => return,
        None => None,
    };
    let expected = node.is_primitive().then(|| Form::of(node.type_name()));
    if node.type_name().is_empty() || found == expected {
        return;
    }
    let issue = Issue::error(&OTHER_SORT, node).with("type", node.type_name());
    let issue = issue.with("expected", words(expected).0).with("found", words(found).0);
    issues.push(issue.with("expected_nl", words(expected).1).with("found_nl", words(found).1));
}

fn words(form: Option<Form>) -> (&'static str, &'static str) {
    match form {
        Some(Form::String) => ("a text in quotes", "een tekst tussen aanhalingstekens"),
        Some(Form::Number) => ("a number without quotes", "een getal zonder aanhalingstekens"),
        Some(Form::Boolean) => ("`true` or `false` without quotes", "`true` of `false` zonder aanhalingstekens"),
        None => ("an object", "een object"),
    }
}
