//! What FHIR asks of a Coding, whatever it is bound to.

use crate::fhir::node::Node;
use crate::fhir::terminology::Content;
use crate::fhir::validate::rules::primitive::is_absolute;
use crate::fhir::validate::{Issue, Issues, Scene, Severity, codes};

codes! {
    /// The system is no absolute URI.
    RELATIVE "system-relative" "code-invalid" Some("Terminology_TX_System_Relative");
        en "the code system `{found}` is not an absolute URI", "begin it with its scheme: `http://…` or `urn:oid:…`";
        nl "het codesysteem `{found}` is geen absolute URI", "begin met het schema: `http://…` of `urn:oid:…`";
    /// The code system has no such code.
    UNKNOWN "code-unknown" "code-invalid" Some("Unknown_Code_in_Version");
        en "the code system `{system}` has no code `{found}`", "use a code of the code system, or name the one that has it";
        nl "het codesysteem `{system}` heeft geen code `{found}`", "gebruik een code van het codesysteem, of noem het systeem dat hem wel heeft";
}

/// Looks at a Coding.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    if node.type_name() != "Coding" {
        return;
    }
    if let (Some(system), Some(code)) = (node.child_value("system"), node.child("code"))
        && let Some(found) = code.value().filter(|found| !found.is_empty() && !is_known(scene, system, node, found))
    {
        issues.push(Issue::error(&UNKNOWN, code).with("system", system).with("found", found));
    }
    if let Some(system) = node.child_value("system").filter(|system| !system.is_empty() && !is_absolute(system.trim())) {
        // The HL7 validator minds it of a Coding alone, and finds no such system of one in a concept.
        let is_alone = node.parent().is_none_or(|parent| parent.type_name() != "CodeableConcept");
        let severity = if is_alone { Severity::Error } else { Severity::Warning };
        issues.push(Issue::new(&RELATIVE, severity, node).with("found", system));
    }
}

/// Whether a code system has a code, as far as can be told: one that is not here
/// as a whole, or in another version, may have any.
fn is_known(scene: &Scene<'_, '_>, system: &str, coding: Node<'_>, code: &str) -> bool {
    let Some(found) = scene.knowledge.code_system(system) else { return true };
    let is_whole = found.content == Content::Complete && !found.is_empty();
    let other_version = coding.child_value("version").is_some_and(|version| version != &*found.version);
    let other_case = found.case_sensitive.is_none() && found.other_case(code).is_some();
    !is_whole || other_version || other_case || found.concept(code).is_some()
}
