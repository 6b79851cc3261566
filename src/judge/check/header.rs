//! `header`: a header has this value.

use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;
use crate::scenario::HeaderCheck;

pub(super) fn judge(case: &Case<'_>, check: &HeaderCheck) -> Ruling {
    let mut ruling = Ruling::default();
    for answer in case.firsts(&mut ruling, Need::Answer) {
        ruling.judged();
        match answer.header(&check.name) {
            None => ruling.find(Finding::new(Code::HeaderMissing, answer.place(), &check.name).expected(&check.value)),
            Some(value) if value.trim() != check.value => {
                ruling.find(Finding::new(Code::HeaderWrong, answer.place(), &check.name).expected(&check.value).actual(value));
            }
            Some(_) => {}
        }
    }
    ruling
}
