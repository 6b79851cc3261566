//! `talk-dates` and `request-dates`: dates that belong together. Compared by day,
//! at the coarser precision.

use std::cmp::Ordering;

use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;
use super::directive;
use super::question::{Found, Question};
use crate::fhir::date::{Date, DateTime};
use crate::fhir::node::Node;

const ENCOUNTER: &str = "http://nictiz.nl/fhir/StructureDefinition/ext-EncounterReference";

/// A resource with the element that says when.
type Dated<'c> = (Found<'c>, Node<'c>);

pub(super) fn judge_talks(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(procedures) = question.matches("procedures", &mut ruling) else { return ruling };
    let resources = question.resources("");
    let mut talks: Vec<Dated<'_>> = Vec::new();
    for procedure in procedures {
        let own = performed(procedure.node).map(|date| (procedure, date));
        talks.extend(own);
        let encounter = procedure
            .node
            .child("encounter")
            .or_else(|| procedure.node.child("context"))
            .and_then(|to| question.target(to, procedure, &resources));
        let other = encounter.and_then(|encounter| Some((encounter, begun(encounter.node)?)));
        talks.extend(other);
        if let (Some(own), Some(other)) = (own, other) {
            compare(own, &[other], &mut ruling);
        }
    }
    // Without a talk there is nothing that a directive could differ from.
    if talks.is_empty() {
        return ruling;
    }
    for directive in question.matches("treatment-directives", &mut ruling).unwrap_or_default() {
        let Some(date) = directive::dated(directive.node) else { continue };
        let own = talk_of(directive, question, &resources);
        let among = own.map_or_else(|| talks.clone(), |talk| vec![talk]);
        compare((directive, date), &among, &mut ruling);
    }
    ruling
}

/// The talk that a directive itself says it comes from.
fn talk_of<'c>(directive: Found<'c>, question: &Question<'c>, resources: &[Found<'c>]) -> Option<Dated<'c>> {
    let mut extensions = directive.node.children_named("extension");
    let link = extensions.find(|extension| extension.child_value("url") == Some(ENCOUNTER))?.child("value")?;
    let encounter = question.target(link, directive, resources)?;
    Some((encounter, begun(encounter.node)?))
}

/// A date has to be that of one of these.
fn compare((own, date): Dated<'_>, among: &[Dated<'_>], ruling: &mut Ruling) {
    let Some(day) = date.value() else { return };
    ruling.judged();
    if among.iter().any(|(_, other)| other.value().is_none_or(|other| is_same_day(day, other))) {
        return;
    }
    let mut finding = Finding::new(Code::TalkDatesDiffer, own.answer.place_of(date), own.subject()).actual(day);
    let mut told: Vec<_> =
        among.iter().map(|(other, date)| format!("{}: {}", other.subject(), date.value().unwrap_or("-"))).collect();
    told.sort_unstable();
    told.dedup();
    finding.expected = told;
    ruling.find(finding);
}

fn performed(procedure: Node<'_>) -> Option<Node<'_>> {
    let performed = procedure.child("performed")?;
    match performed.type_name() {
        "Period" => performed.child("start"),
        "dateTime" => Some(performed),
        _ => None,
    }
}

fn begun(encounter: Node<'_>) -> Option<Node<'_>> {
    encounter.child("period")?.child("start")
}

/// Whether two dates may be the same day. What cannot be read is not told apart; midnight lies elsewhere in UTC.
fn is_same_day(left: &str, right: &str) -> bool {
    let (Some(left), Some(right)) = (DateTime::parse(left), DateTime::parse(right)) else { return true };
    let (own, other) = (left.date(), right.date());
    if order(own, other) == Ordering::Equal {
        return true;
    }
    let in_utc = left.offset() == Some(0) || right.offset() == Some(0);
    in_utc && (own.day_number() - other.day_number()).abs() == 1
}

/// Order of two dates; equal where the precision does not reach.
fn order(left: Date, right: Date) -> Ordering {
    left.compare(right).unwrap_or(Ordering::Equal)
}

pub(super) fn judge_requests(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let requests = question.matches("inform-relatives-requests", &mut ruling).unwrap_or_default();
    let done = requests.into_iter().filter(|request| request.node.child_value("status") == Some("completed"));
    for request in done {
        let Some(authored) = request.node.child("authoredOn") else { continue };
        let Some(text) = authored.value().filter(|text| DateTime::parse(text).is_some()) else { continue };
        ruling.judged();
        // It was done before the answer came, and no later than it was to happen.
        let limits = [("run", Some(question.run.at)), ("occurrence", occurred(request.node))];
        let before = |(what, limit): &(&'static str, Option<&str>)| {
            limit.filter(|limit| is_later_day(text, limit)).map(|limit| format!("{what}: {limit}"))
        };
        if let Some(limit) = limits.iter().find_map(before) {
            let place = request.answer.place_of(authored);
            let finding = Finding::new(Code::RequestDatesWrong, place, request.subject());
            ruling.find(finding.expected(format!("authoredOn <= {limit}")).actual(format!("completed, authoredOn: {text}")));
        }
    }
    ruling
}

/// The last moment at which it happened.
fn occurred(request: Node<'_>) -> Option<&str> {
    let occurrence = request.child("occurrence")?;
    match occurrence.type_name() {
        "Period" => occurrence.child_value("end"),
        _ => occurrence.value(),
    }
}

fn is_later_day(left: &str, right: &str) -> bool {
    let (Some(own), Some(other)) = (DateTime::parse(left), DateTime::parse(right)) else { return false };
    order(own.date(), other.date()) == Ordering::Greater && !is_same_day(left, right)
}
