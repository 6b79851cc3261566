//! `attest`: what a person said of what the client shows.

use super::super::case::Case;
use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use crate::evidence::{Attested, Said};
use crate::scenario::{Attest, Check, Shown};
use crate::text::Language;

/// Judges by what was said; silence decides nothing.
pub(super) fn judge(case: &Case<'_>, attest: &Attest) -> Ruling {
    let Some(said) = said(case, &case.expectation.key) else { return Ruling::open(Reason::NotAttested) };
    let mut ruling = Ruling::default();
    match said.answer {
        Said::Yes => ruling.judged(),
        Said::No => {
            let finding = Finding::new(Code::AttestedOtherwise, Place::default(), attest.ask.get(Language::En));
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

/// Whether somebody said in this phase that the client shows this.
pub(super) fn is_shown(case: &Case<'_>, what: Shown) -> bool {
    let about = |check: &Check| matches!(check, Check::Attest(attest) if attest.about == what);
    let mut asked = case.step.expect.iter().filter(|expectation| about(&expectation.check));
    asked.any(|expectation| said(case, &expectation.key).is_some_and(|said| said.answer == Said::Yes))
}

fn said<'c>(case: &Case<'c>, key: &str) -> Option<&'c Attested> {
    let record = case.run.answers.step(case.key, &case.step.id)?;
    let expectation = key.split('@').next().unwrap_or(key).rsplit('/').next()?;
    record.attested.get(expectation).copied()
}
