//! `same-as` by matches and `disjoint-from`: two steps of a scenario, by type
//! and id of what they found.

use std::collections::BTreeMap;

use super::super::answers::{Entry, resource_name};
use super::super::case::{Case, Need};
use super::super::chain::Chain;
use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use super::unanswered;
use crate::plan::PlannedStep;

/// Most names in one finding.
const SHOWN: usize = 10;

type Matches<'c> = BTreeMap<String, Entry<'c>>;

pub(super) fn judge_same(case: &Case<'_>, other: &str) -> Ruling {
    let mut ruling = Ruling::default();
    let Some((own, others)) = both(case, other, &mut ruling) else {
        return unlike(case, other, ruling);
    };
    ruling.judged();
    let missing: Vec<_> = others.matches.keys().filter(|name| !own.matches.contains_key(*name)).collect();
    let extra: Vec<_> = own.matches.keys().filter(|name| !others.matches.contains_key(*name)).collect();
    if missing.is_empty() && extra.is_empty() {
        return ruling;
    }
    let place = own.chains.first().and_then(|chain| chain.pages.first()).map(|first| first.place()).unwrap_or_default();
    let mut finding = Finding::new(Code::MatchesDiffer, place, other);
    finding.expected = shown(&missing);
    finding.actual = shown(&extra);
    // An empty side is said, so that the other is not read as all that was found.
    for side in [&mut finding.expected, &mut finding.actual].into_iter().filter(|side| side.is_empty()) {
        side.push(String::from("-"));
    }
    ruling.find(finding);
    ruling
}

/// One of the two cannot be judged: a finding when that is only this one, for its status.
fn unlike(case: &Case<'_>, other: &str, mut ruling: Ruling) -> Ruling {
    let answered = case.other_step(other).and_then(|step| found(case, step, &mut Ruling::default())).is_some();
    if let Some(finding) = unanswered(case).filter(|_| answered) {
        ruling.find(finding);
    }
    ruling
}

pub(super) fn judge_disjoint(case: &Case<'_>, other: &str) -> Ruling {
    let mut ruling = Ruling::default();
    let Some((own, others)) = both(case, other, &mut ruling) else { return ruling };
    if own.matches.is_empty() || others.matches.is_empty() {
        return ruling;
    }
    ruling.judged();
    for (name, entry) in own.matches.iter().filter(|(name, _)| others.matches.contains_key(*name)) {
        let place = entry.answer.place_of(entry.node);
        ruling.find(Finding::new(Code::MatchesShared, place, name));
    }
    ruling
}

/// What a step found.
struct Found<'c> {
    chains: Vec<Chain<'c>>,
    matches: Matches<'c>,
}

/// What both steps found; nothing when one of them cannot be judged.
fn both<'c>(case: &Case<'c>, other: &str, ruling: &mut Ruling) -> Option<(Found<'c>, Found<'c>)> {
    let Some(step) = case.other_step(other) else {
        ruling.hinder(Obstacle::CantTell(Reason::KnowledgeLacking(format!("the plan has no step `{other}`"))));
        return None;
    };
    let (own, others) = (found(case, case.step, ruling), found(case, step, ruling));
    Some((own?, others?))
}

fn found<'c>(case: &Case<'c>, step: &'c PlannedStep, ruling: &mut Ruling) -> Option<Found<'c>> {
    let chains = case.chains_of(step, ruling, Need::Bundle);
    let mut whole = !chains.is_empty();
    for chain in &chains {
        if let Some(obstacle) = case.rest(chain) {
            ruling.hinder(obstacle);
            whole = false;
        }
    }
    let matches = chains.iter().flat_map(|chain| case.matches(step, chain)).filter_map(named).collect();
    whole.then_some(Found { chains, matches })
}

fn named(entry: Entry<'_>) -> Option<(String, Entry<'_>)> {
    Some((resource_name(entry.resource?)?.to_string(), entry))
}

fn shown(names: &[&String]) -> Vec<String> {
    let mut lines: Vec<_> = names.iter().take(SHOWN).map(|name| (*name).clone()).collect();
    if names.len() > SHOWN {
        lines.push(format!("+ {}", names.len() - SHOWN));
    }
    lines
}
