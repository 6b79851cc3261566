//! The conversations: a procedure and the encounter in which it was done are
//! one conversation, told from both sides.

use std::collections::BTreeSet;

use super::people::{line, parties, party};
use super::value::{concept, dated, has_code, modifiers, notes, validity};
use super::words::{day, text};
use super::{Item, Section, SectionKind};
use crate::consult::records::Records;
use crate::fhir::node::Node;

const EXCHANGES: [&str; 2] = ["procedures", "encounters"];
const TALK: &str = "713603004";

pub(super) fn section(records: &Records) -> Section {
    let title = text("Conversations", "Gesprekken (Contact en Verrichting)");
    let mut section = Section::of(SectionKind::Conversations, title, &EXCHANGES, records);
    let mut told = BTreeSet::new();
    for (name, procedure) in procedures(records) {
        let encounter = encounter_of(records, name, procedure);
        told.extend(encounter.and_then(|encounter| encounter.child_value("id")).map(|id| format!("Encounter/{id}")));
        section.items.push(read(records, name, Some(procedure), encounter));
    }
    for (name, encounter) in records.matches(&["encounters"]).filter(|(_, resource)| resource.type_name() == "Encounter") {
        if !told.contains(name) {
            section.items.push(read(records, name, None, Some(encounter)));
        }
    }
    let of_us = |resource: Node<'_>| matches!(resource.type_name(), "Encounter") || is_talk(resource);
    section.left_out = records.matches(&EXCHANGES).filter(|(_, resource)| !of_us(*resource)).count();
    section
}

/// Procedures of either exchange, as matches or beside an encounter.
fn procedures(records: &Records) -> impl Iterator<Item = (&str, Node<'_>)> {
    let all = records.resources.iter().map(|(name, tree)| (name.as_str(), tree.root()));
    all.filter(|(_, resource)| is_talk(*resource))
}

fn is_talk(resource: Node<'_>) -> bool {
    resource.type_name() == "Procedure" && has_code(resource, "code", &[TALK])
}

/// The encounter of a procedure: the one that it names, or one that names it.
fn encounter_of<'r>(records: &'r Records, name: &str, procedure: Node<'r>) -> Option<Node<'r>> {
    let named =
        procedure.child("encounter").or_else(|| procedure.child("context")).and_then(|reference| records.target(reference));
    let names_it = |encounter: &Node<'_>| {
        let reasons = encounter.children_named("reasonReference");
        let conditions = encounter.children_named("diagnosis").filter_map(|diagnosis| diagnosis.child("condition"));
        reasons.chain(conditions).any(|reason| {
            records.target(reason).and_then(|target| target.child_value("id")).is_some_and(|id| format!("Procedure/{id}") == name)
        })
    };
    let all =
        || records.resources.values().map(crate::fhir::node::Tree::root).filter(|resource| resource.type_name() == "Encounter");
    named.filter(|node| node.type_name() == "Encounter").or_else(|| all().find(names_it))
}

fn read(records: &Records, name: &str, procedure: Option<Node<'_>>, encounter: Option<Node<'_>>) -> Item {
    let mut item = Item::new(name, text("Conversation about the plan", "PZP-gesprek"));
    let began = encounter.and_then(|encounter| encounter.child("period")).and_then(|period| period.child("start"));
    let performed = procedure.and_then(|procedure| procedure.child("performed"));
    let done = performed.map(|performed| performed.child("start").unwrap_or(performed));
    dated(&mut item, &[began, done], text("Date of the conversation", "BeginDatumTijd"));
    if let (Some(began), Some(done)) = (began.and_then(Node::value), done.and_then(Node::value))
        && !same_day(began, done)
    {
        item.warnings.push(text(
            format!("CONTRADICTION: the contact is of {began}, the procedure of {done}"),
            format!("TEGENSTRIJDIG: het contact is van {began}, de verrichting van {done}"),
        ));
    }
    let status = procedure.or(encounter).and_then(|resource| resource.child("status"));
    item.validity = validity(status, &["completed", "finished"], &[], None);
    who(&mut item, records, procedure, encounter);
    if let Some(encounter) = encounter {
        item.detail(text("Kind of contact", "ContactType"), encounter.child("class").and_then(super::value::any));
        notes(&mut item, encounter);
        modifiers(&mut item, encounter, &[]);
    } else {
        item.missing.push(text("Contact: no encounter is known of it", "Contact: er is geen contact bij bekend"));
    }
    if let Some(procedure) = procedure {
        notes(&mut item, procedure);
        modifiers(&mut item, procedure, &[]);
        item.detail(text("Outcome", "Uitkomst"), procedure.child("outcome").and_then(concept));
    }
    item
}

fn same_day(a: &str, b: &str) -> bool {
    let (a, b) = (day(a), day(b));
    a.starts_with(b) || b.starts_with(a)
}

/// Who held it, and who was there.
fn who(item: &mut Item, records: &Records, procedure: Option<Node<'_>>, encounter: Option<Node<'_>>) {
    let individuals: Vec<Node<'_>> = encounter
        .into_iter()
        .flat_map(|encounter| encounter.children_named("participant").collect::<Vec<_>>())
        .filter_map(|participant| participant.child("individual"))
        .collect();
    let performers = procedure
        .into_iter()
        .flat_map(|procedure| procedure.children_named("performer").collect::<Vec<_>>())
        .filter_map(|performer| performer.child("actor"));
    let is_relative = |reference: &Node<'_>| {
        let target = records.target(*reference).map(Node::type_name);
        target.unwrap_or(reference.child_value("reference").unwrap_or_default()).starts_with("RelatedPerson")
    };
    let (relatives, professionals): (Vec<_>, Vec<_>) = individuals.into_iter().partition(is_relative);
    item.by = parties(records, professionals.into_iter().chain(performers));
    if item.by.is_empty() {
        super::value::lacks(item, text("Held by", "Gesprek gevoerd door"), None);
    }
    let patient = encounter.and_then(|encounter| encounter.child("subject")).map(|subject| party(records, subject));
    let mut present = Vec::from_iter(patient);
    present.extend(parties(records, relatives.into_iter()));
    item.detail(text("In the presence of", "In bijzijn van"), line(&present));
}
