//! `status`: the status code is one of these. An answer that never came whole
//! is a finding here and nowhere else.

use super::super::answers::Answer;
use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::ruling::Ruling;
use crate::evidence::{Broken, BrokenKind, Exchange, Outcome};

pub(super) fn judge(case: &Case<'_>, codes: &[u16]) -> Ruling {
    let mut ruling = Ruling::default();
    for chain in case.raw_chains(case.step, &mut ruling) {
        ruling.saw(&chain.first.id);
        match (&chain.first.outcome, case.usable(case.step, chain.first, Need::Answer)) {
            (_, Ok(answer)) if codes.contains(&answer.received.status) => ruling.judged(),
            (_, Ok(answer)) => ruling.find(unexpected(case, answer, codes)),
            (Outcome::Broken(broken), Err(_)) if is_missing(broken.kind) => {
                ruling.find(missing(case, chain.first, broken, codes));
            }
            (_, Err(obstacle)) => ruling.hinder(obstacle),
        }
    }
    ruling
}

/// Whether the server is to blame that there is no answer. One that was never
/// reached, or not asked by us, has not answered wrongly.
fn is_missing(kind: BrokenKind) -> bool {
    match kind {
        BrokenKind::Deadline | BrokenKind::TooLarge | BrokenKind::Cut | BrokenKind::Protocol => true,
        BrokenKind::Name
        | BrokenKind::Connect
        | BrokenKind::Tls
        | BrokenKind::NotAllowed
        | BrokenKind::Stopped
        | BrokenKind::Token => false,
    }
}

fn unexpected(case: &Case<'_>, answer: Answer<'_>, codes: &[u16]) -> Finding {
    let finding = Finding::new(Code::StatusUnexpected, answer.place(), case.request(answer.exchange));
    with_codes(finding, codes).actual(answer.received.status.to_string())
}

fn missing(case: &Case<'_>, exchange: &Exchange, broken: &Broken, codes: &[u16]) -> Finding {
    let place = Place { exchange: Some(exchange.id.clone()), ..Place::default() };
    let finding = with_codes(Finding::new(Code::AnswerMissing, place, case.request(exchange)), codes);
    match broken.status {
        Some(status) => finding.actual(format!("{status}, then: {}", broken.detail)),
        None => finding.actual(broken.detail.clone()),
    }
}

fn with_codes(mut finding: Finding, codes: &[u16]) -> Finding {
    finding.expected = codes.iter().map(ToString::to_string).collect();
    finding
}
