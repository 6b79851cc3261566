//! `profiles` in `run.json`: what was noted while resources were judged by
//! profiles, none of it part of the conclusion.

use schemars::JsonSchema;
use serde::Serialize;

use crate::judge::{OpenCode, ProfileNotes, Silenced, WorthALook};
use crate::text::Text;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profiles<'a> {
    /// How often a body was judged by a profile.
    pub(super) judged: usize,
    /// How many issues are worth a look, and no more.
    pub(super) warnings: usize,
    /// Which those are: the same of the same element together.
    pub(super) looks: Vec<Look<'a>>,
    /// The list of noise of the claimed version.
    pub(super) noise: Vec<Noise<'a>>,
    /// Codes that only a terminology server can look up.
    pub(super) open: Vec<Open<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Look<'a> {
    /// Code of the issue, as `toets validate` gives it.
    pub(super) code: &'a str,
    /// Path of the element, without indexes.
    pub(super) path: &'a str,
    /// What is odd, in the first place.
    pub(super) what: &'a Text,
    /// How to mend it, or where to look.
    pub(super) mend: &'a Text,
    /// The first place: the resource, with the element below it.
    pub(super) place: &'a str,
    /// How many places there are.
    pub(super) count: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Noise<'a> {
    /// Its name in the agreement.
    pub(super) id: &'a str,
    /// Why it says nothing about the product.
    pub(super) reason: &'a Text,
    pub(super) source: &'a str,
    /// When it can go.
    pub(super) until: &'a Text,
    /// How many issues it took away; with none it is of no more use here.
    pub(super) count: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Open<'a> {
    pub(super) value_set: &'a str,
    /// The first of the codes.
    pub(super) codes: &'a [String],
    /// How many elements hold one.
    pub(super) count: usize,
}

/// The notes in their shape.
pub(super) fn profiles(notes: &ProfileNotes) -> Profiles<'_> {
    Profiles {
        judged: notes.judged,
        warnings: notes.warnings(),
        looks: notes.looks.iter().map(look).collect(),
        noise: notes.silenced.iter().map(noise).collect(),
        open: notes.open.iter().map(open).collect(),
    }
}

fn look(look: &WorthALook) -> Look<'_> {
    let WorthALook { code, path, what, mend, place, count } = look;
    Look { code, path, what, mend, place, count: *count }
}

fn noise(noise: &Silenced) -> Noise<'_> {
    let Silenced { id, reason, source, until, count } = noise;
    Noise { id, reason, source, until, count: *count }
}

fn open(open: &OpenCode) -> Open<'_> {
    Open { value_set: &open.value_set, codes: &open.codes, count: open.count }
}
