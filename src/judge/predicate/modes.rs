//! `search-modes`: every entry says whether it was found or comes along.

use super::super::answers::Entry;
use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;
use crate::fhir::node::Node;

pub(super) fn judge(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for chain in case.chains(&mut ruling, Need::Bundle) {
        let asked = chain.pages.first().and_then(|first| case.asked_type(case.step, *first));
        for entry in chain.entries() {
            ruling.judged();
            if let Some(finding) = judge_entry(entry, right_modes(case, entry.kind(), asked)) {
                ruling.find(finding);
            }
        }
    }
    ruling
}

/// The modes that an entry of this type may have.
fn right_modes(case: &Case<'_>, kind: &str, asked: Option<&str>) -> &'static [&'static str] {
    // A type that is searched and also comes along may be either; only the server knows which.
    let comes_along = || {
        case.right_answer()
            .is_none_or(|answer| answer.include.iter().flat_map(|include| &include.types).any(|known| known == kind))
    };
    match asked {
        _ if kind == "OperationOutcome" => &["outcome"],
        Some(asked) if kind == asked && !comes_along() => &["match"],
        Some(asked) if kind != asked => &["include"],
        Some(_) | None => &["match", "include"],
    }
}

fn judge_entry(entry: Entry<'_>, right: &[&str]) -> Option<Finding> {
    let mode = entry.node.child("search").and_then(|search| search.child("mode"));
    let finding = |code| {
        Finding::new(code, entry.answer.place_of(mode.unwrap_or(entry.node)), entry.subject()).expected(right.join(" or "))
    };
    match mode.and_then(Node::value) {
        Some(value) if right.contains(&value) => None,
        Some(value) => Some(finding(Code::SearchModeWrong).actual(value)),
        None => Some(finding(Code::SearchModeMissing)),
    }
}
