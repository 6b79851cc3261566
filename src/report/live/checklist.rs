//! The checklist of a phase: what is expected, how each stands, and why.

use super::requests::Requests;
use super::{Line, Note, Now, Phase};
use crate::judge::{Code, NOT_COME, Outcome};
use crate::plan::{Action, Plan, without_variant};
use crate::report::view::{Expectation, Finding, Report};
use crate::scenario::Check;
use crate::text::Text;

/// Findings of a line that are told.
const MOST_NOTES: usize = 5;
/// Values of a note.
const MOST_VALUES: usize = 8;
/// Letters of a value.
const LETTERS: usize = 500;

/// The phases of a plan, each with its checklist.
pub(super) fn phases((report, requests): (&Report, &Requests<'_>), plan: &Plan, now: &Now) -> Vec<Phase> {
    let mut phases = Vec::new();
    for (planned, told) in plan.scenarios.iter().zip(&report.scenarios) {
        for (step, shown) in planned.steps.iter().zip(&told.steps) {
            let Action::Serve(phase) = &step.action else { continue };
            let key = format!("{}/{}", planned.scenario, step.id);
            let over = now.over.iter().rev().find(|(over, _)| *over == key);
            let state = match over {
                _ if now.phase.as_ref() == Some(&key) => "now",
                Some((_, true)) => "skipped",
                Some((_, false)) => "over",
                None => "waiting",
            };
            let attests = |index: usize| matches!(step.expect.get(index).map(|expected| &expected.check), Some(Check::Attest(_)));
            let lines = shown
                .expectations
                .iter()
                .enumerate()
                .map(|(index, expectation)| line(expectation, (state, attests(index)), requests));
            phases.push(Phase {
                checks: lines.collect(),
                notes: shown.notes.iter().map(|noted| noted.text.clone()).collect(),
                key,
                title: told.title.clone(),
                instruct: phase.instruct.clone(),
                state,
            });
        }
    }
    phases
}

fn line(expectation: &Expectation, (phase, attests): (&str, bool), requests: &Requests<'_>) -> Line {
    let not_yet = phase == "now" && expectation.findings.iter().all(may_still_come);
    let state = match expectation.outcome {
        Outcome::Pass => "done",
        Outcome::Inapplicable => "open",
        Outcome::Untested if attests => "question",
        _ if phase == "waiting" || phase == "skipped" => "open",
        Outcome::Fail | Outcome::Warn if not_yet => "open",
        Outcome::Fail => "wrong",
        Outcome::Warn | Outcome::CantTell | Outcome::Broken => "doubt",
        Outcome::Untested => "open",
    };
    let told = matches!(state, "wrong" | "doubt");
    let findings = expectation.findings.iter();
    Line {
        key: without_variant(&expectation.key).to_owned(),
        req: expectation.req.clone(),
        sentence: expectation.sentence.clone(),
        state,
        notes: match told {
            true => findings.take(MOST_NOTES).map(|finding| note(finding, requests)).collect(),
            false => findings.filter(|_| phase == "now").filter_map(still_missing).take(MOST_NOTES).collect(),
        },
        hint: expectation.findings.first().filter(|_| told).and_then(|finding| finding.hint.clone()),
    }
}

/// What is wrong, with what was expected and what came. Of a query that is nearly right what differs is said in words.
fn note(finding: &Finding, requests: &Requests<'_>) -> Note {
    let otherwise = finding.code == Code::ExchangeAskedOtherwise.name();
    let asked = finding.exchange.as_deref().filter(|_| otherwise);
    let differs = asked.map(|id| requests.differ_from(id, &finding.subject)).unwrap_or_default();
    // The request itself comes first; what follows it says the same as the words do.
    let actual = if differs.is_empty() { finding.actual.as_slice() } else { finding.actual.get(..1).unwrap_or_default() };
    Note { text: finding.sentence.clone(), expected: values(&finding.expected), actual: values(actual), differs }
}

/// Codes that were not asked yet: some were, and nothing else tells which are missing.
fn still_missing(finding: &Finding) -> Option<Note> {
    let missing = finding.code == Code::CodesNotAsked.name();
    missing.then(|| Note {
        text: Text { en: "still to be asked".to_owned(), nl: "nog op te vragen".to_owned() },
        expected: values(&finding.expected),
        actual: Vec::new(),
        differs: Vec::new(),
    })
}

/// Within the bound; how many more there are is the last.
fn values(all: &[String]) -> Vec<String> {
    let short = |value: &String| match value.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.clone(),
    };
    let mut values: Vec<String> = all.iter().take(MOST_VALUES).map(short).collect();
    values.extend((all.len() > MOST_VALUES).then(|| format!("… +{}", all.len() - MOST_VALUES)));
    values
}

/// Whether a finding says only that something has not come: while the phase goes on it may still come.
fn may_still_come(finding: &Finding) -> bool {
    NOT_COME.iter().any(|code| code.name() == finding.code)
}
