//! `same-as` by content: the same resources with the same content, whatever the
//! format. Left out is what may differ from answer to answer: when and in which
//! version it was stored, the narrative, and the Bundle around it.

use std::collections::BTreeMap;

use super::super::answers::resource_name;
use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::difference::differences;
use super::super::finding::Finding;
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use super::part::{Member, resources};
use super::unanswered;
use crate::plan::PlannedStep;

/// Most differences in one finding.
const SHOWN: usize = 10;

pub(super) fn judge(case: &Case<'_>, other: &str) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(step) = case.other_step(other) else {
        ruling.hinder(Obstacle::CantTell(Reason::KnowledgeLacking(format!("the plan has no step `{other}`"))));
        return ruling;
    };
    let (own, others) = (contents(case, case.step, &mut ruling), contents(case, step, &mut ruling));
    let (Some(own), Some(others)) = (own, others.as_ref()) else {
        if let Some(finding) = unanswered(case).filter(|_| others.is_some()) {
            ruling.find(finding);
        }
        return ruling;
    };
    ruling.judged();
    for (name, member) in &own {
        match others.get(name) {
            Some(known) => compare(name, *member, *known, &mut ruling),
            None => {
                let place = member.answer.place_of(member.node);
                ruling.find(Finding::new(Code::MatchesDiffer, place, other).actual(name));
            }
        }
    }
    let place = own.values().next().map(|member| member.answer.place());
    for name in others.keys().filter(|name| !own.contains_key(*name)) {
        let place = place.clone().unwrap_or_default();
        ruling.find(Finding::new(Code::MatchesDiffer, place, other).expected(name));
    }
    ruling
}

fn compare(name: &str, own: Member<'_>, other: Member<'_>, ruling: &mut Ruling) {
    let differences = differences(other.node, own.node);
    if differences.is_empty() {
        return;
    }
    let mut finding = Finding::new(Code::ContentDiffers, own.answer.place_of(own.node), name);
    for difference in differences.iter().take(SHOWN) {
        finding = finding
            .expected(format!("{}: {}", difference.path, difference.left.as_deref().unwrap_or("absent")))
            .actual(format!("{}: {}", difference.path, difference.right.as_deref().unwrap_or("absent")));
    }
    ruling.find(finding);
}

/// Resources of a step by type and id; nothing when they cannot all be known.
fn contents<'c>(case: &Case<'c>, step: &'c PlannedStep, ruling: &mut Ruling) -> Option<BTreeMap<String, Member<'c>>> {
    let chains = case.chains_of(step, ruling, Need::Success);
    let mut whole = !chains.is_empty();
    for chain in &chains {
        if let Some(obstacle) = case.rest(chain) {
            ruling.hinder(obstacle);
            whole = false;
        }
    }
    let members = chains.iter().flat_map(|chain| chain.pages.clone()).flat_map(resources);
    let named = members.map(|member| {
        let name = resource_name(member.node).map_or_else(|| member.node.type_name().to_owned(), |name| name.to_string());
        (name, member)
    });
    let contents = named.collect();
    whole.then_some(contents)
}
