//! `same-resource`: a read gives the resource that was asked for, and `metadata`
//! a CapabilityStatement.

use super::super::answers::{Answer, read_name, resource_name};
use super::super::case::{CAPABILITIES, Case, Need, asks_metadata};
use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;

pub(super) fn judge(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for answer in case.firsts(&mut ruling, Need::Success) {
        if asks_metadata(case.step) {
            judge_metadata(answer, &mut ruling);
            continue;
        }
        let (Some(asked), Some(root)) = (read_name(&answer.exchange.request.url, case.run.base()), answer.root()) else {
            continue;
        };
        ruling.judged();
        let given = resource_name(root);
        if given != Some(asked) {
            let actual = given.map_or_else(|| format!("{} without an id", root.type_name()), |name| name.to_string());
            let finding = Finding::new(Code::ResourceAnother, answer.place_of(root), asked.to_string());
            ruling.find(finding.expected(asked.to_string()).actual(actual));
        }
    }
    ruling
}

fn judge_metadata(answer: Answer<'_>, ruling: &mut Ruling) {
    let Some(root) = answer.root() else { return };
    ruling.judged();
    if root.type_name() != CAPABILITIES {
        let finding = Finding::new(Code::ResourceAnother, answer.place_of(root), "metadata");
        ruling.find(finding.expected(CAPABILITIES).actual(root.type_name()));
    }
}
