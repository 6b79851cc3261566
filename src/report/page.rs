//! What the page needs beside its templates: times, anchors and letters as
//! text, the counts by outcome, and the policy that keeps the page closed.

use serde::Serialize;

use super::view::LevelCounts;
use super::words;
use crate::agreements::Actor;
use crate::digest;
use crate::encoding::{Alphabet, base64};
use crate::judge::{Counts, Outcome};
use crate::text::Text;

/// Letters of one value that are shown.
const CLIP: usize = 600;

/// Outcomes in the order in which the page names them.
pub(super) const OUTCOMES: [Outcome; 7] =
    [Outcome::Fail, Outcome::Broken, Outcome::CantTell, Outcome::Untested, Outcome::Warn, Outcome::Pass, Outcome::Inapplicable];

/// The row of what is a remark whatever its level.
const REMARK: &str = "remark";

/// How many requirements had an outcome, level by level.
#[derive(Debug, Serialize)]
pub(super) struct CountRow {
    outcome: &'static str,
    cells: Vec<usize>,
}

/// A row for every outcome that is there, and always one for pass and fail.
pub(super) fn count_rows(levels: &[LevelCounts]) -> Vec<CountRow> {
    let row = |outcome: Outcome| CountRow {
        outcome: words::outcome_name(outcome),
        cells: levels.iter().map(|level| cell(level.counts, outcome)).collect(),
    };
    let remarks: Vec<usize> = levels.iter().map(|level| level.counts.remark).collect();
    let remarks = remarks.iter().any(|count| *count > 0).then_some(CountRow { outcome: REMARK, cells: remarks });
    let always = |outcome: &Outcome| matches!(outcome, Outcome::Pass | Outcome::Fail);
    let there = |outcome: &Outcome| levels.iter().any(|level| cell(level.counts, *outcome) > 0);
    OUTCOMES.into_iter().filter(|outcome| always(outcome) || there(outcome)).map(row).chain(remarks).collect()
}

fn cell(counts: Counts, outcome: Outcome) -> usize {
    match outcome {
        Outcome::Inapplicable => counts.inapplicable,
        Outcome::Pass => counts.pass,
        Outcome::Warn => counts.warn,
        Outcome::Untested => counts.untested,
        Outcome::CantTell => counts.cant_tell,
        Outcome::Fail => counts.fail,
        Outcome::Broken => counts.broken,
    }
}

/// Nothing is loaded, nothing is sent; only our own style and script are used, known by their digests.
pub(super) fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digested(style),
        digested(script),
    )
}

/// The digest by which a policy knows a style or a script.
fn digested(text: &str) -> String {
    base64(&digest::sha256(text.as_bytes()), Alphabet::Standard)
}

/// An outcome by its name, in words; an effect of a finding is read as the outcome that it gives.
pub(super) fn outcome(name: &str) -> Text {
    if name == REMARK {
        return words::remark();
    }
    by_name(name).map_or_else(|| words::both(name, name), words::outcome)
}

/// The outcome that is written so.
pub(super) fn by_name(name: &str) -> Option<Outcome> {
    OUTCOMES.into_iter().find(|outcome| words::outcome_name(*outcome) == name)
}

/// An actor by its name.
pub(super) fn actor(name: &str) -> Text {
    match name {
        "provider" => words::actor(Actor::Provider),
        "consulter" => words::actor(Actor::Consulter),
        _ => words::actor(Actor::Harness),
    }
}

/// The letter on a tile: shape and letter say the same as the colour.
pub(super) fn letter(name: &str) -> &'static str {
    match by_name(name) {
        Some(Outcome::Pass) => "✓",
        Some(Outcome::Warn) => "!",
        Some(Outcome::Fail) => "✗",
        Some(Outcome::CantTell) => "?",
        Some(Outcome::Untested) => "–",
        Some(Outcome::Broken) => "B",
        Some(Outcome::Inapplicable) | None => "·",
    }
}

/// `cantTell` and `NOT_CONFORMANT` as names of classes.
pub(super) fn kebab(name: &str) -> String {
    if name.chars().all(|letter| letter.is_uppercase() || letter == '_') {
        return name.to_lowercase().replace('_', "-");
    }
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}

/// An id that can stand in a link as it is.
pub(super) fn anchor(id: &str) -> String {
    let keep = |letter: char| if letter.is_ascii_alphanumeric() || ".-_@/".contains(letter) { letter } else { '~' };
    format!("x-{}", id.chars().map(keep).collect::<String>())
}

/// `step#1` of `scenario@variant/step#1`.
pub(super) fn tail(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}

/// `EX-001` of `PZP-EX-001`.
pub(super) fn short(id: &str) -> String {
    id.strip_prefix("PZP-").unwrap_or(id).to_owned()
}

/// A URL without the base that all of them have.
pub(super) fn below(url: &str, base: &str) -> String {
    url.strip_prefix(base).filter(|rest| rest.starts_with(['/', '?'])).unwrap_or(url).to_owned()
}

/// A value that can be shown: bounded, and clean.
pub(super) fn clip(text: &str) -> String {
    let mut clipped = clean(&text.chars().take(CLIP).collect::<String>());
    if text.chars().nth(CLIP).is_some() {
        clipped.push('…');
    }
    clipped
}

/// Text without control characters, and without letters that turn the direction of what follows.
pub(super) fn clean(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        letter if letter.is_control() && letter != '\n' && letter != '\t' => '\u{fffd}',
        letter => letter,
    };
    text.chars().map(shown).collect()
}

/// Microseconds as a time that can be read.
pub(super) fn span(us: u64) -> String {
    match us {
        0..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000),
    }
}

/// How long after a moment another one is: `+12 ms`.
pub(super) fn since(at: u64, start: u64) -> String {
    format!("+{}", span(at.saturating_sub(start)))
}

/// `2026-11-22 14:03 UTC` of an RFC 3339 time.
pub(super) fn moment(at: &str) -> String {
    match at.split_once('T') {
        Some((date, time)) => format!("{date} {} UTC", time.chars().take(5).collect::<String>()),
        None => at.to_owned(),
    }
}

/// Where a moment lies in a span, in thousandths.
pub(super) fn share(at: u64, start: u64, took: u64) -> u64 {
    (at.saturating_sub(start) * 1_000 / took.max(1)).min(1_000)
}

/// How wide a part of a span is, in thousandths; never too narrow to be seen.
pub(super) fn share_wide(end: u64, start: u64, took: u64) -> u64 {
    share(end, start, took).max(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_as_a_policy_writes_them() {
        assert_eq!(digested(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn kebab_of_outcomes_and_conclusions() {
        assert_eq!((kebab("cantTell"), kebab("NOT_CONFORMANT")), ("cant-tell".to_owned(), "not-conformant".to_owned()));
    }

    #[test]
    fn span_is_read_at_a_glance() {
        assert_eq!([span(1_234), span(56_789), span(1_450_000)], ["1.2 ms", "56 ms", "1.4 s"]);
    }
}
