//! Requests to inform relatives.

use super::people::{line, parties};
use super::value::{concept, dated, has_code, modifiers, notes, primitive, validity};
use super::words::text;
use super::{Item, Section, SectionKind, Validity};
use crate::consult::records::Records;
use crate::fhir::node::Node;

const EXCHANGE: &str = "inform-relatives-requests";

pub(super) fn section(records: &Records) -> Section {
    let title = text("Informing relatives", "Naasten informeren");
    let mut section = Section::of(SectionKind::InformRelatives, title, &[EXCHANGE], records);
    let is_request =
        |request: Node<'_>| request.type_name() == "CommunicationRequest" && has_code(request, "category", &["223449006"]);
    let (requests, others): (Vec<_>, Vec<_>) = records.matches(&[EXCHANGE]).partition(|(_, request)| is_request(*request));
    section.left_out = others.len();
    section.items = requests.into_iter().map(|(name, request)| read(records, name, request)).collect();
    section
}

fn read(records: &Records, name: &str, request: Node<'_>) -> Item {
    let title = text("The patient was asked to inform relatives", "Patiënt gevraagd naasten te informeren");
    let mut item = Item::new(name, title);
    item.value = request.children_named("category").find_map(|category| category.child_value("text")).map(super::words::both);
    let encounter =
        request.child("encounter").or_else(|| request.child("context")).and_then(|reference| records.target(reference));
    let talk = encounter.and_then(|encounter| encounter.child("period")).and_then(|period| period.child("start"));
    dated(&mut item, &[request.child("authoredOn"), talk], text("Date", "Datum"));
    item.validity = match request.child_value("status") {
        Some("completed") => Validity::Ended { on: None, reason: None },
        _ => validity(request.child("status"), &["active"], &["cancelled", "revoked"], None),
    };
    let done = match request.child_value("status") {
        Some("completed") => Some(text("yes", "ja")),
        Some("active") => Some(text("not yet", "nog niet")),
        _ => None,
    };
    item.detail(text("Done", "Gedaan"), done);
    let asked_by = request.child("requester").map(|requester| requester.child("agent").unwrap_or(requester));
    item.by = parties(records, asked_by.into_iter());
    item.detail(text("Relatives", "Naasten"), line(&parties(records, request.children_named("recipient"))));
    for payload in request.children_named("payload").filter_map(|payload| payload.child("content")) {
        item.detail(text("Message", "Boodschap"), primitive(payload));
    }
    item.detail(text("Reason it was stopped", "Reden gestopt"), request.child("statusReason").and_then(concept));
    notes(&mut item, request);
    modifiers(&mut item, request, &[]);
    item
}
