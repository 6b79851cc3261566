//! Invariants: the FHIRPath of a profile and of the types. What FHIR asks of
//! every element is looked at without FHIRPath, with the same answer.

use crate::fhir::definition::Severity as Weight;
use crate::fhir::fhirpath::{Expression, Item};
use crate::fhir::node::Node;
use crate::fhir::validate::profile::Invariant;
use crate::fhir::validate::walk::Place;
use crate::fhir::validate::{Issue, Issues, Scene, Severity, codes};

codes! {
    /// An invariant is not true.
    FAILED "invariant-failed" "invariant" None;
        en "invariant `{key}` is not met: {human}", "the expression has to be true here: `{expected}`";
        nl "aan invariant `{key}` is niet voldaan: {human}", "de expressie moet hier waar zijn: `{expected}`";
    /// An invariant cannot be evaluated.
    UNDECIDED "invariant-undecided" "not-supported" None;
        en "invariant `{key}` cannot be decided here: {why}", "look at it by hand";
        nl "invariant `{key}` is hier niet te beslissen: {why}", "bekijk hem met de hand";
}

/// An expression that is decided without FHIRPath.
pub(crate) type Native = fn(Node<'_>) -> bool;

/// Expressions, as R4 and STU3 write them, of invariants that every element or
/// extension has: nearly all the work is theirs.
const NATIVE: &[(&str, Native)] = &[
    ("hasValue() or (children().count() > id.count())", has_content),
    ("hasValue() | (children().count() > id.count())", has_content),
    ("hasValue() or (children().count() > id.count()) or $this is Parameters", has_content),
    ("extension.exists() != value.exists()", has_value_or_extensions),
    ("$this.extension.exists() != $this.value.exists()", has_value_or_extensions),
];

/// How an expression is decided without FHIRPath, where it is one of a few.
pub(crate) fn native(expression: &str) -> Option<Native> {
    NATIVE.iter().find(|(text, _)| *text == expression).map(|(_, native)| *native)
}

fn has_content(node: Node<'_>) -> bool {
    node.value().is_some() || node.children().any(|child| child.name() != "id") || node.type_name() == "Parameters"
}

fn has_value_or_extensions(node: Node<'_>) -> bool {
    node.child("extension").is_some() != node.child("value").is_some()
}

/// Whether the invariants of a rule are true of an element.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) {
    for invariant in &place.rule.invariants {
        match (&invariant.expression, invariant.native) {
            (Some(Ok(_)), Some(native)) if native(node) => {}
            (Some(Ok(expression)), _) => evaluate(scene, node, (place, invariant, expression), issues),
            (Some(Err(why)), _) => issues.push(undecided(node, place, invariant).with("why", why.as_str())),
            (None, _) => {}
        }
    }
}

type About<'a> = (Place<'a>, &'a Invariant, &'a Expression);

fn evaluate<'t>(scene: &Scene<'_, 't>, node: Node<'t>, (place, invariant, expression): About<'_>, issues: &mut Issues) {
    // What a Bundle's profile says of the resource in an entry, it says as a Bundle: `%resource` is
    // the one whose definition the invariant stands in.
    let is_within = node.is_resource() && !std::ptr::eq(place.rule, place.profile.root());
    let around = node.parent().filter(|_| is_within).and_then(around);
    let environment = around.map(|resource| scene.environment.clone().with("resource", vec![Item::Node(resource)]));
    let items = match expression.evaluate(node, environment.as_ref().unwrap_or(&scene.environment)) {
        Ok(items) => items,
        Err(error) => return issues.push(undecided(node, place, invariant).with("why", error.to_string())),
    };
    if is_true(&items) {
        return;
    }
    let severity = match invariant.constraint.severity {
        Weight::Error => Severity::Error,
        Weight::Warning | Weight::Information => Severity::Warning,
    };
    let mut issue = Issue::new(&FAILED, severity, node).of(&place.profile.canonical);
    issue.key = Some(invariant.constraint.key.clone());
    let issue = issue.with("key", &*invariant.constraint.key).with("human", &*invariant.constraint.human);
    issues.push(issue.with("expected", expression.text()));
}

/// The resource that an element stands in.
fn around(node: Node<'_>) -> Option<Node<'_>> {
    std::iter::successors(Some(node), |node| node.parent()).find(|node| node.is_resource())
}

/// Nothing is no answer: the expression is about elements that are not there. What is no
/// boolean is something, and of many one is enough: STU3 writes `|` where it means `or`.
fn is_true(items: &[Item<'_>]) -> bool {
    let is_false = |item: &Item<'_>| match item {
        Item::Boolean(value) => !value,
        Item::Node(node) => node.type_name() == "boolean" && node.value() == Some("false"),
        _ => false,
    };
    items.is_empty() || !items.iter().all(is_false)
}

fn undecided(node: Node<'_>, place: Place<'_>, invariant: &Invariant) -> Issue {
    let mut issue = Issue::cant_tell(&UNDECIDED, node).of(&place.profile.canonical);
    issue.key = Some(invariant.constraint.key.clone());
    issue.with("key", &*invariant.constraint.key)
}
