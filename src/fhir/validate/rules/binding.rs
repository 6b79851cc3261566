//! Bindings: whether coded values are from their value set, as strongly as the
//! profile asks. What only a terminology server knows is said as such.

use crate::fhir::definition::Strength;
use crate::fhir::node::Node;
use crate::fhir::terminology::{Coded, Membership};
use crate::fhir::validate::walk::Place;
use crate::fhir::validate::{Issue, Issues, Scene, Severity, codes};

codes! {
    /// No code is from the value set.
    NOT_IN_SET "code-not-in-value-set" "code-invalid" Some("Terminology_TX_NoValid_16");
        en "`{element}` has no code from the value set `{expected}`: {found}", "use a code from the value set";
        nl "`{element}` heeft geen code uit de waardelijst `{expected}`: {found}", "gebruik een code uit de waardelijst";
    /// Whether a code is from the value set cannot be told here.
    UNDECIDED "code-undecided" "code-invalid" Some("TERMINOLOGY_TX_NOSVC_BOUND_REQ");
        en "whether {found} is in the value set `{expected}` cannot be told here: {why}", "ask a terminology server";
        nl "of {found} in de waardelijst `{expected}` staat is hier niet te zeggen: {why}", "vraag het een terminologieserver";
}

/// Whether a coded element is bound as it should be.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, place: Place<'_>, issues: &mut Issues) {
    let Some(binding) = place.rule.element.binding.as_ref().filter(|binding| binding.strength != Strength::Example) else {
        return;
    };
    let Some(value_set) = &binding.value_set else { return };
    let codings: Vec<Coded<'_>> = codings(node);
    let answers: Vec<Membership> = codings.iter().map(|coded| scene.knowledge.membership(value_set, coded)).collect();
    if codings.is_empty() || answers.contains(&Membership::In) {
        return;
    }
    let shown: Vec<String> =
        codings.iter().map(|coded| format!("`{}#{}`", coded.system.unwrap_or_default(), coded.code)).collect();
    let issue = |code, severity| {
        let issue = Issue::new(code, severity, node).of(&place.profile.canonical).with("element", &*place.rule.element.id);
        issue.with("expected", &**value_set).with("found", shown.join(", "))
    };
    let why = answers.iter().find_map(|answer| match answer {
        Membership::Unknown(reason) => Some(reason.to_string()),
        Membership::In | Membership::Out => None,
    });
    match (why, binding.strength) {
        (Some(why), Strength::Required) => issues.push(issue(&UNDECIDED, Severity::CantTell).with("why", why)),
        (Some(why), _) => issues.push(issue(&UNDECIDED, Severity::Information).with("why", why)),
        (None, Strength::Required) => issues.push(issue(&NOT_IN_SET, Severity::Error)),
        (None, Strength::Extensible) => issues.push(issue(&NOT_IN_SET, Severity::Warning)),
        (None, Strength::Preferred | Strength::Example) => issues.push(issue(&NOT_IN_SET, Severity::Information)),
    }
}

/// The codes of a coded element, whatever its type.
pub(crate) fn codings(node: Node<'_>) -> Vec<Coded<'_>> {
    match node.type_name() {
        "CodeableConcept" => node.children_named("coding").filter_map(of_coding).collect(),
        "Coding" | "Quantity" | "Age" | "Duration" | "Count" | "Distance" | "Money" => of_coding(node).into_iter().collect(),
        _ if node.is_primitive() => node.value().map(|code| Coded { system: None, version: None, code }).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn of_coding(node: Node<'_>) -> Option<Coded<'_>> {
    Some(Coded { system: node.child_value("system"), version: node.child_value("version"), code: node.child_value("code")? })
}
