//! `contacts-reachable` and `representative-role`: the contact persons of a
//! patient, as the queries of the agreement lead to them.

use std::collections::BTreeSet;

use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;
use super::directive;
use super::question::{Question, distinct};
use crate::fhir::node::Node;

const CONTACT: &str = "RelatedPerson";
/// The role of somebody who speaks for the patient, now or later.
const REPRESENTATIVE: (&str, &str) = ("urn:oid:2.16.840.1.113883.2.4.3.11.22.472", "24");

/// What leads to contact persons.
const LEADING: [&str; 5] =
    ["procedures", "encounters", "treatment-directives", "advance-directives", "inform-relatives-requests"];

pub(super) fn judge_reachable(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(contacts) = question.probed(CONTACT) else { return ruling };
    let is_open = LEADING.iter().filter(|exchange| question.matches(exchange, &mut ruling).is_none()).count() > 0;
    let reached = reached(question);
    for contact in distinct(contacts) {
        if reached.contains(&contact.subject()) {
            ruling.judged();
        } else if !is_open {
            // A query that failed may be the one that leads to it.
            let finding = Finding::new(Code::ContactUnreachable, contact.place(), contact.subject());
            ruling.find(finding.expected("Consent, Encounter, CommunicationRequest, Patient").actual("-"));
        }
    }
    ruling
}

/// All that the results of the queries lead to: themselves, what they refer to, and so on as far as that was read.
fn reached(question: &Question<'_>) -> BTreeSet<String> {
    let (results, mut reads): (Vec<_>, Vec<_>) = question.resources(CONTACT).into_iter().partition(|found| found.is_result());
    let mut reached = BTreeSet::new();
    let mut next = results;
    while !next.is_empty() {
        for found in next {
            reached.insert(found.subject());
            let mut texts = Vec::new();
            references_in(found.node, &mut texts);
            reached.extend(texts.into_iter().filter_map(|text| question.named(text, found)).map(|name| name.to_string()));
        }
        (next, reads) = reads.into_iter().partition(|found| reached.contains(&found.subject()));
    }
    reached
}

/// Every literal reference in a resource.
pub(crate) fn references_in<'c>(node: Node<'c>, texts: &mut Vec<&'c str>) {
    if node.type_name() == "Reference" {
        texts.extend(node.child_value("reference"));
    }
    node.children().for_each(|child| references_in(child, texts));
}

pub(super) fn judge_representative(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(wills) = question.matches("advance-directives", &mut ruling) else { return ruling };
    let resources = question.resources("");
    let named = wills
        .into_iter()
        .flat_map(|will| directive::representatives(will.node).into_iter().map(move |reference| (will, reference)));
    // That a reference leads nowhere is for `references`.
    let resolved = named.filter_map(|(will, reference)| question.target(reference, will, &resources));
    let people: Vec<_> = resolved.filter(|person| person.node.type_name() == CONTACT).collect();
    for person in distinct(people) {
        ruling.judged();
        let roles = directive::roles(person.node);
        if !roles.contains(&(Some(REPRESENTATIVE.0), REPRESENTATIVE.1)) {
            let mut finding = Finding::new(Code::RoleMissing, person.place(), person.subject()).expected(REPRESENTATIVE.1);
            finding.actual = roles.into_iter().map(|(_, code)| code.to_owned()).collect();
            ruling.find(finding);
        }
    }
    ruling
}
