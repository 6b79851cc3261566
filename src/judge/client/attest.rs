//! `attest`: what a person said of what the client shows.

use std::collections::BTreeMap;

use super::super::case::Case;
use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use crate::evidence::{Attested, Said};
use crate::plan::expectation_name;
use crate::scenario::{Check, Shown, filled};
use crate::text::Text;

/// Judges by what was said in answer to a question; silence decides nothing.
pub(super) fn judge(case: &Case<'_>, ask: &Text) -> Ruling {
    let Some(said) = said(case, &case.expectation.key) else { return Ruling::open(silence(case)) };
    let mut ruling = Ruling::default();
    match said.answer {
        Said::Yes => ruling.judged(),
        Said::No => {
            let finding = Finding::of_question(Code::AttestedOtherwise, question(case, ask));
            let finding = finding.expected("yes").actual(match &said.remark {
                Some(remark) => format!("no: {remark}"),
                None => "no".to_owned(),
            });
            ruling.find(finding);
        }
        Said::CannotShow => {
            let remark = said.remark.clone().unwrap_or_default();
            ruling.hinder(Obstacle::Untested(Reason::CannotShow(remark)));
        }
    }
    ruling
}

/// The question as it was asked, with the name of who it was about.
fn question(case: &Case<'_>, ask: &Text) -> Text {
    let persona = case.scenario.persona.as_deref().and_then(|name| case.run.plan.persona(name));
    let Some(persona) = persona else { return ask.clone() };
    let name = case.run.suite.persona(&persona.persona).map_or_else(|| persona.persona.clone(), |known| known.name());
    let values = BTreeMap::from([("name", name)]);
    Text { en: filled(&ask.en, &values), nl: filled(&ask.nl, &values) }
}

/// Whether somebody said in this phase that the client shows this.
pub(super) fn is_shown(case: &Case<'_>, what: Shown) -> bool {
    let about = |check: &Check| matches!(check, Check::Attest(attest) if attest.about == what);
    let mut asked = case.step.expect.iter().filter(|expectation| about(&expectation.check));
    asked.any(|expectation| said(case, &expectation.key).is_some_and(|said| said.answer == Said::Yes))
}

/// Why nobody said anything: nobody was there to ask, or nobody answered.
fn silence(case: &Case<'_>) -> Reason {
    let waited = || {
        let record = case.run.answers.step(case.key, &case.step.id)?;
        record.unanswered.get(expectation_name(&case.expectation.key)).copied()
    };
    waited().map_or(Reason::NotAttested, Reason::NotAnswered)
}

fn said<'c>(case: &Case<'c>, key: &str) -> Option<&'c Attested> {
    let record = case.run.answers.step(case.key, &case.step.id)?;
    record.attested.get(expectation_name(key)).copied()
}
