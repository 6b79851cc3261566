//! `same-as` by success: what the other step is answered, this one is answered
//! too. What the answers hold is for other checks.

use super::super::case::{Case, Need};
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use super::unanswered;

pub(super) fn judge(case: &Case<'_>, other: &str) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(step) = case.other_step(other) else {
        ruling.hinder(Obstacle::CantTell(Reason::KnowledgeLacking(format!("the plan has no step `{other}`"))));
        return ruling;
    };
    if case.chains_of(step, &mut ruling, Need::Success).is_empty() {
        return ruling;
    }
    match unanswered(case) {
        Some(finding) => ruling.find(finding),
        None if !case.chains(&mut ruling, Need::Answer).is_empty() => ruling.judged(),
        None => {}
    }
    ruling
}
