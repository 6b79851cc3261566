//! What a resource says of a topic of the form, and since when: made comparable
//! for `form-agrees`.

use super::directive::{self, Decision};
use super::form::{are_unknown, codes_of};
use super::question::Found;
use crate::agreements::form::Form;

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
pub(super) fn decided(code: &str, form: &Form) -> Says {
    match code {
        _ if code == form.to_do => Says::Permit,
        _ if code == form.not_to_do => Says::Deny,
        _ if code == form.otherwise => Says::Otherwise,
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
        let says = match directive::decision(node) {
            Decision::Permit => Says::Permit,
            Decision::Deny => Says::Deny,
            Decision::Otherwise => Says::Otherwise,
            Decision::Unknown => Says::Unknown,
        };
        let dated = directive::dated(node).and_then(|date| date.value());
        Self { found, day: day(dated), in_force: directive::is_in_force(node), says }
    }

    pub(super) fn of_goal(found: Found<'c>) -> Self {
        let codes = codes_of(found.node, "description");
        let says = if are_unknown(&codes) { Says::Unknown } else { Says::Codes(codes) };
        let over = ["completed", "achieved", "cancelled", "entered-in-error", "rejected"];
        let in_force = found.node.child_value("lifecycleStatus").or_else(|| found.node.child_value("status"));
        let in_force = in_force.is_some_and(|status| !over.contains(&status));
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

impl Record<'_> {
    /// Whether it is of a later day, as far as its date tells.
    pub(super) fn is_after(&self, day: &str) -> bool {
        self.day.is_some_and(|own| own > day && !own.starts_with(day) && !day.starts_with(own))
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
