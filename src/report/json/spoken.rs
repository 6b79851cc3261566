//! `spoken` and `habits` in `run.json`: which version of the agreement a system
//! speaks, and what it does in its own way that breaks nothing.

use schemars::JsonSchema;
use serde::Serialize;

use crate::agreements::Dialect;
use crate::judge::{OfNoVersion, UnseenChange, VersionDifference};
use crate::recognise::Evidence;
use crate::report;
use crate::text::Text;

/// Which version of the agreement the system speaks, as far as was seen.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spoken<'a> {
    /// The claimed version.
    pub(super) claimed: Dialect,
    /// `superseded`, `current` or `development`.
    pub(super) standing: &'static str,
    /// Whether who speaks the claimed version can be certified.
    pub(super) certifiable: bool,
    /// All that was seen fits the claimed version.
    pub(super) fits: bool,
    pub(super) sentence: &'a Text,
    /// The likeliest versions; several cannot be told apart by what was seen, none where nothing was seen.
    pub(super) likeliest: &'a [Dialect],
    /// Every version that something speaks for, the likeliest first.
    pub(super) versions: Vec<Version<'a>>,
    /// What was seen that the claimed version has otherwise.
    pub(super) differences: Vec<Difference<'a>>,
    /// What else changed up to the claimed version, where another one is spoken: nothing that is exchanged shows it, so who
    /// changes versions has to look.
    pub(super) unseen: Vec<Unseen<'a>>,
    /// What was seen that no version has.
    pub(super) of_no_version: Vec<Wrong<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Version<'a> {
    pub(super) dialect: Dialect,
    /// What speaks for it.
    pub(super) evidence: Vec<Seen<'a>>,
    /// What speaks against it.
    pub(super) against: Vec<Seen<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Difference<'a> {
    /// Name of the change between the versions: `goal-by-category`.
    pub(super) id: &'a str,
    /// What changed.
    pub(super) what: &'a Text,
    /// As the system has it.
    pub(super) now: &'a str,
    /// As the claimed version has it.
    pub(super) wanted: &'a str,
    /// Why it is so there; nothing where the system has what the claimed version does not have yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<&'a Text>,
    pub(super) source: &'a str,
    pub(super) seen: Seen<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Unseen<'a> {
    /// Name of the change between the versions: `form-items-changed`.
    pub(super) id: &'a str,
    /// What changed.
    pub(super) what: &'a Text,
    /// As the claimed version has it.
    pub(super) wanted: &'a str,
    pub(super) source: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Wrong<'a> {
    /// What is wrong with it.
    pub(super) what: &'a Text,
    /// What belongs there.
    pub(super) instead: &'a str,
    pub(super) source: &'a str,
    pub(super) seen: Seen<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Seen<'a> {
    /// What it is.
    pub(super) text: &'a str,
    /// How often.
    pub(super) count: usize,
    /// The resource or the request in which it was seen first.
    pub(super) example: &'a str,
    /// Id of the exchange in which that was.
    pub(super) exchange: Option<&'a str>,
    /// Element path there.
    pub(super) path: Option<&'a str>,
    /// A server said that it supports it, and never showed it.
    pub(super) declared: bool,
}

/// What stands in `run.json`.
pub(super) fn spoken(own: &report::Speech) -> Spoken<'_> {
    Spoken {
        claimed: own.claimed,
        standing: own.standing,
        certifiable: own.certifiable,
        fits: own.fits,
        sentence: &own.sentence,
        likeliest: &own.likeliest,
        versions: own.versions.iter().map(version).collect(),
        differences: own.differences.iter().map(difference).collect(),
        unseen: own.unseen.iter().map(unseen).collect(),
        of_no_version: own.of_no_version.iter().map(wrong).collect(),
    }
}

fn version(own: &report::Version) -> Version<'_> {
    Version {
        dialect: own.dialect,
        evidence: own.evidence.iter().map(seen).collect(),
        against: own.against.iter().map(seen).collect(),
    }
}

fn difference(own: &VersionDifference) -> Difference<'_> {
    let VersionDifference { id, what, now, wanted, why, source, seen: evidence } = own;
    Difference { id, what, now, wanted, why: why.as_ref(), source, seen: seen(evidence) }
}

fn unseen(own: &UnseenChange) -> Unseen<'_> {
    let UnseenChange { id, what, wanted, source } = own;
    Unseen { id, what, wanted, source }
}

fn wrong(own: &OfNoVersion) -> Wrong<'_> {
    let OfNoVersion { what, instead, source, seen: evidence } = own;
    Wrong { what, instead, source, seen: seen(evidence) }
}

fn seen(own: &Evidence) -> Seen<'_> {
    let Evidence { text, count, example, exchange, path, declared } = own;
    Seen { text, count: *count, example, exchange: exchange.as_deref(), path: path.as_deref(), declared: *declared }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Habit<'a> {
    /// Stable code: `local-coding-beside`.
    pub(super) code: &'a str,
    pub(super) sentence: &'a Text,
    /// What is good to know of it.
    pub(super) hint: &'a Text,
    /// Id of the exchange in which it was seen first.
    pub(super) exchange: Option<&'a str>,
    /// Element path there.
    pub(super) path: Option<&'a str>,
    /// How often it was seen, in all resources.
    pub(super) count: usize,
    /// The first resources that show it, each with what it has.
    pub(super) seen: &'a [String],
}

/// A habit as it stands in `run.json`.
pub(super) fn habit(own: &report::Habit) -> Habit<'_> {
    let report::Habit { code, sentence, hint, exchange, path, count, seen } = own;
    Habit { code, sentence, hint, exchange: exchange.as_deref(), path: path.as_deref(), count: *count, seen }
}
