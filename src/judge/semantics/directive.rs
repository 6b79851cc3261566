//! What a treatment directive or an advance directive says, as R4 and STU3 each
//! have it. Told apart by the elements: none of them is in both.

use super::question::{codings, has_code};
use crate::fhir::node::Node;

const SPECIFICATION: &str = "http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther";
const PERMITTED: &str = "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-TreatmentPermitted";
const TREATMENT: &str = "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-Treatment";
const ROLE: &str = "http://fhir.nl/fhir/StructureDefinition/nl-core-relatedperson-role";

/// What was decided about a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// To do it.
    Permit,
    /// Not to do it.
    Deny,
    /// Something else, in words.
    Otherwise,
    /// Nothing that is known.
    Unknown,
}

/// What a directive decides.
pub(super) fn decision(directive: Node<'_>) -> Decision {
    if let Some(permitted) = extension(directive, "modifierExtension", PERMITTED) {
        return match codings(permitted, "value").first() {
            Some((_, "JA")) => Decision::Permit,
            Some((_, "NEE")) => Decision::Deny,
            Some((_, "JA_MAAR")) => Decision::Otherwise,
            _ => Decision::Unknown,
        };
    }
    let in_words = extension(directive, "modifierExtension", SPECIFICATION).is_some();
    match directive.child("provision").and_then(|provision| provision.child_value("type")) {
        _ if in_words => Decision::Otherwise,
        Some("permit") => Decision::Permit,
        Some("deny") => Decision::Deny,
        _ => Decision::Unknown,
    }
}

/// The treatments that a directive is about, as concepts.
pub(super) fn treatments(directive: Node<'_>) -> Vec<Node<'_>> {
    let coded = directive.child("provision").into_iter().flat_map(|provision| provision.children_named("code"));
    let own = directive.children_named("extension").filter(|own| own.child_value("url") == Some(TREATMENT));
    coded.chain(own.filter_map(|own| own.child("value"))).collect()
}

/// When a directive ends.
pub(super) fn end(directive: Node<'_>) -> Option<Node<'_>> {
    let period = directive.child("period").or_else(|| directive.child("provision")?.child("period"));
    period?.child("end")
}

/// When a directive was made: in STU3 perhaps only by the beginning of its period.
pub(super) fn dated(directive: Node<'_>) -> Option<Node<'_>> {
    directive.child("dateTime").or_else(|| directive.child("period")?.child("start"))
}

/// Active, and not said to end.
pub(super) fn is_in_force(directive: Node<'_>) -> bool {
    directive.child_value("status") == Some("active") && end(directive).is_none()
}

/// References to who speaks for the patient, in an advance directive.
pub(super) fn representatives(will: Node<'_>) -> Vec<Node<'_>> {
    let actors = will.child("provision").into_iter().flat_map(|provision| provision.children_named("actor"));
    let named = actors.filter(|actor| has_code(*actor, "role", &["RESPRSN"])).filter_map(|actor| actor.child("reference"));
    named.chain(will.children_named("consentingParty")).collect()
}

/// The kinds of an advance directive, by code.
pub(super) fn kinds(will: Node<'_>) -> Vec<&str> {
    let coded = will.child("provision").map(|provision| codings(provision, "code")).unwrap_or_default();
    coded.into_iter().chain(codings(will, "category")).map(|(_, code)| code).collect()
}

/// The roles and relations of a contact person.
pub(super) fn roles<'t>(person: Node<'t>) -> Vec<(Option<&'t str>, &'t str)> {
    let mut roles = codings(person, "relationship");
    let own = person.children_named("extension").filter(|own| own.child_value("url") == Some(ROLE));
    roles.extend(own.flat_map(|own| codings(own, "value")));
    roles
}

fn extension<'t>(of: Node<'t>, name: &str, url: &str) -> Option<Node<'t>> {
    of.children_named(name).find(|own| own.child_value("url") == Some(url))
}
