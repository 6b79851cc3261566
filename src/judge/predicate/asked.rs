//! `only-asked` and `same-patient`: every match is what was asked for, about
//! the patient who was asked for, and nothing that comes along is another patient's.

use super::super::answers::{Entry, Mode, resource_name};
use super::super::case::{Case, Need};
use super::super::chain::{Chain, bases};
use super::super::check::part::Member;
use super::super::check::{demand, parsed};
use super::super::code::Code;
use super::super::expression::Scope;
use super::super::finding::Finding;
use super::super::reference::{self, Name};
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use crate::agreements::{BSN, bsns};
use crate::fhir::node::Node;
use crate::plan::PlannedPersona;

/// Elements that say about whom a resource is, where an exchange does not say which.
const NAMES: [&str; 2] = ["subject", "patient"];

pub(super) fn judge_only_asked(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(answer) = case.right_answer() else {
        ruling.hinder(Obstacle::CantTell(Reason::KnowledgeLacking(String::from("the step asks no exchange of the agreement"))));
        return ruling;
    };
    let Some(expression) = parsed(case, &answer.each, &mut ruling) else { return ruling };
    for chain in case.chains(&mut ruling, Need::Bundle) {
        let scope = Scope::of(case, &chain);
        for entry in case.matches(case.step, &chain) {
            if let Some(node) = entry.resource {
                demand(&scope, Member { answer: entry.answer, node }, &expression, &mut ruling);
            }
        }
    }
    ruling
}

pub(super) fn judge_same_patient(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for chain in case.chains(&mut ruling, Need::Bundle) {
        let matches = case.matches(case.step, &chain);
        let others = others(case, &chain);
        let is_empty = matches.is_empty() && others.is_empty();
        let Some(first) = chain.pages.first().filter(|_| !is_empty) else { continue };
        let Some(patient) = case.patient(first.exchange) else {
            let persona = case.persona(first.exchange).unwrap_or("patient");
            ruling.hinder(Obstacle::Untested(Reason::PersonaNotFound(persona.to_owned())));
            continue;
        };
        let findings: Vec<_> = matches.iter().filter_map(|entry| judge_match(case, &chain, *entry, patient)).collect();
        // Who comes along because a match is about them is told there.
        let told: Vec<_> = findings.iter().flat_map(|finding| finding.actual.clone()).collect();
        let along = others.iter().filter_map(|entry| judge_other(case, &chain, *entry, patient));
        let along: Vec<_> = along.filter(|finding| !finding.actual.iter().any(|actual| told.contains(actual))).collect();
        ruling.judged();
        findings.into_iter().chain(along).for_each(|finding| ruling.find(finding));
    }
    ruling
}

/// What comes along with the matches: includes, and what says nothing of itself. Another type that
/// calls itself a match is for `search-modes`.
fn others<'c>(case: &Case<'c>, chain: &Chain<'c>) -> Vec<Entry<'c>> {
    let asked = chain.pages.first().and_then(|first| case.asked_type(case.step, *first));
    chain
        .entries()
        .filter(|entry| matches!(entry.mode, Mode::Include | Mode::Absent) && !entry.is_note() && !entry.is_match(asked))
        .collect()
}

/// Whether what comes along is of another patient of this server. Much of it is of nobody (a
/// professional, a place), and need not say of whom it is: only who is surely another counts.
fn judge_other<'c>(case: &Case<'c>, chain: &Chain<'c>, entry: Entry<'c>, patient: &str) -> Option<Finding> {
    let (element, About::Patient(id)) = about(case, chain, (entry, entry.resource?), &NAMES) else { return None };
    let leads = |text: &str| chain.target(text, Some(entry), case.run.base()).and_then(|entry| entry.resource);
    let target = if element.type_name() == "Patient" { Some(element) } else { element.child_value("reference").and_then(leads) };
    // One person may stand on a server twice.
    if id == patient || target.is_some_and(|target| is_persona(case, entry, target)) {
        return None;
    }
    let finding = Finding::new(Code::PatientOther, entry.answer.place_of(element), entry.subject());
    Some(finding.expected(format!("Patient/{patient}")).actual(format!("Patient/{id}")))
}

/// Whether a Patient has the BSN of the person who was asked for.
fn is_persona(case: &Case<'_>, entry: Entry<'_>, patient: Node<'_>) -> bool {
    let planned = case.persona(entry.answer.exchange).and_then(|name| case.run.plan.persona(name));
    let Some(bsn) = planned.and_then(PlannedPersona::known_bsn) else { return false };
    bsns(patient).any(|own| own == bsn)
}

/// About whom a resource is.
enum About {
    /// The patient with this id on this server.
    Patient(String),
    /// Somebody else, as it is written.
    Other(String),
    /// Nobody is named.
    Nobody,
}

fn judge_match<'c>(case: &Case<'c>, chain: &Chain<'c>, entry: Entry<'c>, patient: &str) -> Option<Finding> {
    let declared = case.right_answer().and_then(|answer| answer.patient.as_deref());
    let names = declared.as_ref().map_or(&NAMES[..], std::slice::from_ref);
    let (element, about) = about(case, chain, (entry, entry.resource?), names);
    let finding =
        |code| Finding::new(code, entry.answer.place_of(element), entry.subject()).expected(format!("Patient/{patient}"));
    match about {
        About::Patient(id) if id == patient => None,
        About::Patient(id) => Some(finding(Code::PatientOther).actual(format!("Patient/{id}"))),
        About::Other(text) => Some(finding(Code::PatientOther).actual(text)),
        About::Nobody => Some(finding(Code::PatientMissing)),
    }
}

/// About whom a resource is by one of these elements, and the element that says so.
fn about<'c>(case: &Case<'c>, chain: &Chain<'c>, (entry, resource): (Entry<'c>, Node<'c>), names: &[&str]) -> (Node<'c>, About) {
    if resource.type_name() == "Patient" {
        let about = resource.child_value("id").map_or(About::Nobody, |id| About::Patient(id.to_owned()));
        return (resource, about);
    }
    let Some(element) = names.iter().find_map(|name| resource.child(name)) else {
        return (resource, About::Nobody);
    };
    let about = match element.child_value("reference") {
        Some(reference) => meant(case, chain, entry, reference),
        None => identified(case, entry, element),
    };
    (element, about)
}

/// The patient that a literal reference means.
fn meant<'c>(case: &Case<'c>, chain: &Chain<'c>, entry: Entry<'c>, text: &str) -> About {
    match reference::name(text, &bases(Some(entry), case.run.base())) {
        Some(Name { kind: "Patient", id }) => return About::Patient(id.to_owned()),
        Some(_) => return About::Other(text.to_owned()),
        None => {}
    }
    let target = chain.target(text, Some(entry), case.run.base()).and_then(|entry| entry.resource);
    match target.and_then(resource_name) {
        Some(Name { kind: "Patient", id }) => About::Patient(id.to_owned()),
        _ => About::Other(text.to_owned()),
    }
}

/// The patient that a logical reference means: by BSN, the only number all share.
fn identified(case: &Case<'_>, entry: Entry<'_>, element: Node<'_>) -> About {
    let identifier = element.child("identifier").filter(|identifier| identifier.child_value("system") == Some(BSN));
    let Some(bsn) = identifier.and_then(|identifier| identifier.child_value("value")) else { return About::Nobody };
    let persona = case.persona(entry.answer.exchange);
    let known = persona.and_then(|name| case.run.plan.persona(name));
    let is_same = known.is_some_and(|persona| persona.bsn == bsn);
    let id = case.patient(entry.answer.exchange).filter(|_| is_same);
    id.map_or_else(|| About::Other(String::from("another BSN")), |id| About::Patient(id.to_owned()))
}
