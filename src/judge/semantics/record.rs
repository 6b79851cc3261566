//! What a resource says of a topic of the form, and since when: made comparable
//! for `form-agrees`.

use super::form::{are_unknown, codes_of};
use super::question::Found;
use crate::agreements::form::{NOT_TO_DO, OTHERWISE, TO_DO};

const SPECIFICATION: &str = "http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther";

/// What is said of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Says {
    /// To do a treatment.
    Permit,
    /// Not to do it.
    Deny,
    /// Something else, in words.
    Otherwise,
    /// One of these codes.
    Codes(Vec<String>),
    /// Words, without what does not make them others.
    Words(String),
    /// Nothing that is known.
    Unknown,
}

impl Says {
    /// Words, compared without case and white space.
    pub(super) fn words(text: &str) -> Self {
        Self::Words(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
    }

    /// Whether a form that says this and a resource that says the other agree.
    pub(super) fn agrees(&self, resource: &Self) -> bool {
        match (self, resource) {
            (Self::Codes(own), Self::Codes(others)) => own.iter().any(|code| others.contains(code)),
            // A directive has no code for "not known": it says so in words.
            (Self::Unknown, Self::Otherwise) => true,
            (own, other) => own == other,
        }
    }
}

impl std::fmt::Display for Says {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Permit => f.write_str("permit"),
            Self::Deny => f.write_str("deny"),
            Self::Otherwise => f.write_str("specificationOther"),
            Self::Codes(codes) => f.write_str(&codes.join(", ")),
            Self::Words(_) => f.write_str("string"),
            Self::Unknown => f.write_str("UNK"),
        }
    }
}

/// What the code of a decision in the form says.
pub(super) fn decided(code: &str) -> Says {
    match code {
        TO_DO => Says::Permit,
        NOT_TO_DO => Says::Deny,
        OTHERWISE => Says::Otherwise,
        _ => Says::Unknown,
    }
}

/// A resource about a topic.
#[derive(Debug, Clone)]
pub(super) struct Record<'c> {
    pub(super) found: Found<'c>,
    /// Since when: `2025-09-18`; less of it where less is known.
    day: Option<&'c str>,
    in_force: bool,
    pub(super) says: Says,
}

impl<'c> Record<'c> {
    pub(super) fn of_directive(found: Found<'c>) -> Self {
        let node = found.node;
        let provision = node.child("provision");
        let in_words = node.children_named("modifierExtension").any(|own| own.child_value("url") == Some(SPECIFICATION));
        let says = match provision.and_then(|provision| provision.child_value("type")) {
            _ if in_words => Says::Otherwise,
            Some("permit") => Says::Permit,
            Some("deny") => Says::Deny,
            _ => Says::Unknown,
        };
        let ended = provision.and_then(|provision| provision.child("period")?.child("end")).is_some();
        let in_force = node.child_value("status") == Some("active") && !ended;
        Self { found, day: day(node.child_value("dateTime")), in_force, says }
    }

    pub(super) fn of_goal(found: Found<'c>) -> Self {
        let codes = codes_of(found.node, "description");
        let says = if are_unknown(&codes) { Says::Unknown } else { Says::Codes(codes) };
        let over = ["completed", "cancelled", "entered-in-error", "rejected"];
        let in_force = found.node.child_value("lifecycleStatus").is_some_and(|status| !over.contains(&status));
        Self { found, day: day(found.node.child_value("start")), in_force, says }
    }

    pub(super) fn of_observation(found: Found<'c>) -> Self {
        let node = found.node;
        let codes = codes_of(node, "value");
        let says = match node.child_value("value") {
            Some(text) => Says::words(text),
            None if codes.is_empty() || are_unknown(&codes) => Says::Unknown,
            None => Says::Codes(codes),
        };
        let in_force = !matches!(node.child_value("status"), Some("entered-in-error" | "cancelled"));
        Self { found, day: day(node.child_value("effective")), in_force, says }
    }
}

fn day(moment: Option<&str>) -> Option<&str> {
    moment.map(|moment| moment.get(..10).unwrap_or(moment))
}

/// The records of a day; a month or a year has all of its days.
pub(super) fn of_day<'r, 'c>(records: &'r [Record<'c>], day: &str) -> Vec<&'r Record<'c>> {
    let is_of = |own: &str| own.starts_with(day) || day.starts_with(own);
    records.iter().filter(|record| record.day.is_some_and(is_of)).collect()
}

/// The last records in force, no later than a day.
pub(super) fn latest<'r, 'c>(records: &'r [Record<'c>], day: &str) -> Vec<&'r Record<'c>> {
    let before = records.iter().filter(|record| record.in_force && record.day.is_none_or(|own| own <= day));
    let before: Vec<&Record<'_>> = before.collect();
    let last = before.iter().filter_map(|record| record.day).max();
    before.into_iter().filter(|record| record.day == last).collect()
}
