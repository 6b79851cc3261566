//! Failures that the vendor knows, in words: what became of each, a mark for
//! what they are about, and what must be said loudly.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Known, KnownMark};
use super::words::both;
use crate::judge::{KnownState, KnownVerdict, Outcome, Verdicts};
use crate::text::Text;

/// Every known failure.
pub(super) fn list(known: &[KnownVerdict<'_>]) -> Vec<Known> {
    let one = |known: &KnownVerdict<'_>| Known {
        subject: known.entry.subject.name().to_owned(),
        reason: known.entry.reason.clone(),
        until: known.entry.until.clone(),
        state: name(known.state),
        sentence: sentence(known),
        failing: known.failing.iter().map(|key| (*key).to_owned()).collect(),
    };
    known.iter().map(one).collect()
}

/// Marks by the key of the expectation that fails as is known.
pub(super) fn marks<'a>(known: &[KnownVerdict<'a>]) -> BTreeMap<&'a str, KnownMark> {
    let failing = known.iter().filter(|known| known.state == KnownState::Failing);
    failing.flat_map(|known| known.failing.iter().map(|key| (*key, mark(known)))).collect()
}

fn mark(known: &KnownVerdict<'_>) -> KnownMark {
    let (reason, until) = (known.entry.reason.clone(), known.entry.until.clone());
    let sentence = both(format!("known until {until}: {reason}"), format!("bekend tot en met {until}: {reason}"));
    KnownMark { reason, until, sentence }
}

/// How many failures are known, beside the verdict.
pub(super) fn counted(marks: &BTreeMap<&str, KnownMark>, verdicts: &Verdicts) -> Option<Text> {
    let failing: BTreeSet<&str> = verdicts
        .expectations
        .iter()
        .filter(|verdict| verdict.outcome == Outcome::Fail)
        .map(|verdict| verdict.key.as_str())
        .collect();
    let (known, all) = (marks.len(), failing.len());
    (known > 0).then(|| {
        both(
            format!("{known} of the {all} failing expectations are known to the vendor; they stay failures, and only the exit code leaves them out."),
            format!("{known} van de {all} verwachtingen die fout gaan zijn bij de leverancier bekend; het blijven fouten, alleen de exitcode laat ze weg."),
        )
    })
}

/// What must be said before all else: entries that no longer say what is so.
pub(super) fn warnings(known: &[KnownVerdict<'_>]) -> Vec<Text> {
    let loud =
        |known: &&KnownVerdict<'_>| matches!(known.state, KnownState::Passes | KnownState::Expired | KnownState::Unmatched);
    known.iter().filter(loud).map(sentence).collect()
}

fn sentence(known: &KnownVerdict<'_>) -> Text {
    let (subject, until) = (known.entry.subject.name(), &known.entry.until);
    match (known.state, known.failing.len()) {
        (KnownState::Failing, count) => both(
            format!("Known failure `{subject}`: fails, {count} times, as is known until {until}."),
            format!("Bekende fout `{subject}`: gaat fout, {count} keer, zoals bekend tot en met {until}."),
        ),
        (KnownState::Passes, _) => both(
            format!("Known failure `{subject}` passes: it is mended, so take it out of sut.yaml."),
            format!("Bekende fout `{subject}` gaat goed: ze is hersteld, haal haar uit sut.yaml."),
        ),
        (KnownState::Expired, 0) => both(
            format!("Known failure `{subject}` was known until {until} and does not fail: take it out of sut.yaml."),
            format!("Bekende fout `{subject}` was bekend tot en met {until} en gaat niet fout: haal haar uit sut.yaml."),
        ),
        (KnownState::Expired, count) => both(
            format!("Known failure `{subject}` was known until {until} and still fails, {count} times: it counts."),
            format!("Bekende fout `{subject}` was bekend tot en met {until} en gaat nog fout, {count} keer: ze telt mee."),
        ),
        (KnownState::Unmatched, _) => both(
            format!("Known failure `{subject}` is about nothing that this run expects: mend or remove it in sut.yaml."),
            format!("Bekende fout `{subject}` gaat over niets dat deze run verwacht: herstel of verwijder haar in sut.yaml."),
        ),
        (KnownState::Undecided, _) => both(
            format!("Known failure `{subject}`: nothing was decided about it in this run."),
            format!("Bekende fout `{subject}`: er is in deze run niets over beslist."),
        ),
    }
}

fn name(state: KnownState) -> &'static str {
    match state {
        KnownState::Failing => "failing",
        KnownState::Passes => "passes",
        KnownState::Expired => "expired",
        KnownState::Unmatched => "unmatched",
        KnownState::Undecided => "undecided",
    }
}
