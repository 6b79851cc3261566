//! Answers that a client has to survive, told from others. Only a consulter
//! with a fault asks: the right one survives all of them.

use std::time::Duration;

use super::ask::{Answer, Failure};
use crate::evidence::BrokenKind;
use crate::fhir::node::{Node, Tree};
use crate::scenario::Trouble;

/// What FHIR, nl-core, the zibs and the agreement name.
const KNOWN: [&str; 9] = [
    "http://hl7.org/",
    "http://terminology.hl7.org/",
    "http://nictiz.nl/",
    "http://fhir.nl/",
    "https://api.iknl.nl/",
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://unitsofmeasure.org",
    "urn:oid:2.16.840.1.113883.",
];

/// Types that queries of the agreement bring, or lead to.
const TYPES: [&str; 15] = [
    "Bundle",
    "OperationOutcome",
    "Patient",
    "RelatedPerson",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Encounter",
    "Consent",
    "Goal",
    "Observation",
    "DeviceUseStatement",
    "Device",
    "CommunicationRequest",
    "QuestionnaireResponse",
];

/// Longer than an answer may take for a client that cannot wait.
pub(super) const SLOW_MS: u64 = 10_000;

/// What is hard about what came of a request.
pub(super) fn troubles(came: &Result<Answer, Failure>, took: Duration, slow: Duration) -> Vec<Trouble> {
    let mut found = Vec::new();
    if took >= slow {
        found.push(Trouble::Slow);
    }
    match came {
        Err(Failure::Status(status, _)) => found.extend(of_status(*status)),
        // With a status the head was there: it is the body that does not end.
        Err(Failure::Broken(broken)) if broken.kind == BrokenKind::Deadline => {
            found.extend([Trouble::Slow, if broken.status.is_some() { Trouble::Endless } else { Trouble::Silent }]);
        }
        Err(Failure::Broken(broken)) if broken.kind == BrokenKind::TooLarge => found.push(Trouble::Endless),
        Err(Failure::Broken(_) | Failure::Unreadable(_)) => found.push(Trouble::Broken),
        Err(Failure::Elsewhere(_)) => found.push(Trouble::Elsewhere),
        Err(Failure::Stopped | Failure::Late) => {}
        Ok(answer) => {
            found.push(if answer.xml { Trouble::Xml } else { Trouble::Json });
            of_content(&answer.tree, &mut found);
        }
    }
    found
}

fn of_status(status: u16) -> Option<Trouble> {
    match status {
        401 => Some(Trouble::Unauthorized),
        403 => Some(Trouble::Forbidden),
        404 => Some(Trouble::NotFound),
        406 => Some(Trouble::NotAcceptable),
        429 => Some(Trouble::TooManyRequests),
        500.. => Some(Trouble::ServerError),
        _ => None,
    }
}

fn of_content(tree: &Tree, found: &mut Vec<Trouble>) {
    let root = tree.root();
    if root.type_name() == "Bundle" {
        let is_match = |entry: &Node<'_>| entry.child("search").and_then(|search| search.child_value("mode")) == Some("match");
        if !root.children_named("entry").any(|entry| is_match(&entry)) {
            found.push(Trouble::Empty);
        }
        if root.children_named("link").any(|link| link.child_value("relation") == Some("next")) {
            found.push(Trouble::Paged);
        }
    }
    let mut add = |trouble: Trouble, is_so: bool| found.extend(is_so.then_some(trouble));
    add(Trouble::UnknownExtension, any(root, &|node| is_unknown_extension(node)));
    add(Trouble::UnknownCoding, any(root, &|node| is_unknown_coding(node)));
    add(Trouble::UnknownResource, any(root, &|node| node.is_resource() && !TYPES.contains(&node.type_name())));
    add(Trouble::DataAbsent, any(root, &|node| is_absent(node)));
    add(Trouble::MissingData, any(root, &|node| node.is_resource() && lacks(node)));
    add(Trouble::OddForm, any(root, &|node| node.type_name() == "QuestionnaireResponse" && is_odd(node)));
}

fn any(node: Node<'_>, test: &dyn Fn(Node<'_>) -> bool) -> bool {
    test(node) || node.children().any(|child| any(child, test))
}

fn is_known(url: &str) -> bool {
    KNOWN.iter().any(|known| url.starts_with(known))
}

fn is_unknown_extension(node: Node<'_>) -> bool {
    // Parts of an extension have a plain name for a URL.
    let url = node.child_value("url").filter(|url| url.contains(':'));
    matches!(node.name(), "extension" | "modifierExtension") && url.is_some_and(|url| !is_known(url))
}

fn is_unknown_coding(node: Node<'_>) -> bool {
    node.name() == "coding" && node.child_value("system").is_some_and(|system| !is_known(system))
}

fn is_absent(node: Node<'_>) -> bool {
    node.name() == "dataAbsentReason"
        || (node.name() == "extension" && node.child_value("url").is_some_and(|url| url.ends_with("/data-absent-reason")))
}

/// Whether a resource lacks what its reader looks for first.
fn lacks(node: Node<'_>) -> bool {
    let has = |name: &str| node.child(name).is_some();
    match node.type_name() {
        // STU3 has no scope; its decision is a modifier, and a will has none.
        "Consent" if has("scope") => !has("dateTime") || !has("provision"),
        "Consent" => !has("dateTime") || !(has("modifierExtension") || has("source")),
        "Observation" => !has("effective") || (!has("value") && !has("dataAbsentReason")),
        "Goal" => !has("start") && !has("statusDate"),
        "Encounter" => !has("period"),
        "CommunicationRequest" => !has("authoredOn"),
        _ => false,
    }
}

fn is_odd(form: Node<'_>) -> bool {
    let is_unknown = |node: Node<'_>| node.name() == "value" && matches!(node.child_value("code"), Some("UNK" | "ASKU" | "NASK"));
    form.child_value("status") != Some("completed")
        || form.child("item").is_none()
        || any(form, &is_unknown)
        || any(form, &|node| node.name() == "item" && node.child_value("linkId").is_none_or(|id| id.parse::<u32>().is_err()))
}
