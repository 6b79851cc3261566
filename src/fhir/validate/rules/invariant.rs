//! Invariants: the FHIRPath of a profile and of the types.

use crate::fhir::definition::Severity as Weight;
use crate::fhir::fhirpath::Expression;
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

/// Whether the invariants of a rule are true of an element.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) {
    for invariant in &place.rule.invariants {
        match &invariant.expression {
            Some(Ok(expression)) => evaluate(scene, node, (place, invariant, expression), issues),
            Some(Err(why)) => issues.push(undecided(node, place, invariant).with("why", why.as_str())),
            None => {}
        }
    }
}

type About<'a> = (Place<'a>, &'a Invariant, &'a Expression);

fn evaluate<'t>(scene: &Scene<'_, 't>, node: Node<'t>, (place, invariant, expression): About<'_>, issues: &mut Issues) {
    let items = match expression.evaluate(node, &scene.environment) {
        Ok(items) => items,
        Err(error) => return issues.push(undecided(node, place, invariant).with("why", error.to_string())),
    };
    // Nothing is no answer: the expression is about elements that are not there. One thing that is
    // no boolean is something, and of many one is enough: STU3 writes `|` where it means `or`.
    if !items.is_empty() && items.iter().all(|item| item.text().as_deref() == Some("false")) {
        let severity = match invariant.constraint.severity {
            Weight::Error => Severity::Error,
            Weight::Warning | Weight::Information => Severity::Warning,
        };
        let mut issue = Issue::new(&FAILED, severity, node).of(&place.profile.canonical);
        issue.key = Some(invariant.constraint.key.clone());
        let issue = issue.with("key", &*invariant.constraint.key).with("human", &*invariant.constraint.human);
        issues.push(issue.with("expected", expression.text()));
    }
}

fn undecided(node: Node<'_>, place: Place<'_>, invariant: &Invariant) -> Issue {
    let mut issue = Issue::cant_tell(&UNDECIDED, node).of(&place.profile.canonical);
    issue.key = Some(invariant.constraint.key.clone());
    issue.with("key", &*invariant.constraint.key)
}
