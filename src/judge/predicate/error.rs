//! `operation-outcome` and `no-server-error`: how errors are told.

use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;

pub(super) fn judge_outcome(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for answer in case.firsts(&mut ruling, Need::Error) {
        ruling.judged();
        let kind = answer.root().map(|root| root.type_name());
        if kind != Some("OperationOutcome") {
            let finding = Finding::new(Code::OutcomeMissing, answer.place(), case.request(answer.exchange));
            ruling
                .find(finding.expected("OperationOutcome").actual(kind.or_else(|| answer.header("content-type")).unwrap_or("-")));
        }
    }
    ruling
}

pub(super) fn judge_server(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for answer in case.firsts(&mut ruling, Need::Answer) {
        ruling.judged();
        if answer.received.status >= 500 {
            let finding = Finding::new(Code::ServerError, answer.place(), case.request(answer.exchange));
            ruling.find(finding.expected("< 500").actual(answer.received.status.to_string()));
        }
    }
    ruling
}
