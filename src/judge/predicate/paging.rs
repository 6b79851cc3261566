//! `total`, `total-on-page` and `pages`: whether the pages of an answer are
//! together what it promises.

use std::collections::BTreeMap;

use super::super::answers::{Answer, resource_name};
use super::super::case::{Case, Need};
use super::super::chain::{Chain, ChainEnd};
use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use crate::evidence::{BrokenKind, Exchange, Outcome};
use crate::fhir::node::Node;
use crate::scenario::Pages;

pub(super) fn judge_total(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for chain in case.chains(&mut ruling, Need::Bundle) {
        let Some((answer, node)) = total(&chain) else {
            ruling.judged();
            continue;
        };
        let matches = case.matches(case.step, &chain).len();
        let promised = node.value().and_then(|value| value.parse::<usize>().ok());
        // Pages that were not fetched can only add to the matches.
        if let Some(obstacle) = case.rest(&chain).filter(|_| promised.is_some_and(|total| total >= matches)) {
            ruling.hinder(obstacle);
            continue;
        }
        ruling.judged();
        if promised != Some(matches) {
            let finding = Finding::new(Code::TotalWrong, answer.place_of(node), case.request(answer.exchange));
            ruling.find(finding.expected(matches.to_string()).actual(node.value().unwrap_or_default()));
        }
    }
    ruling
}

pub(super) fn judge_total_on_page(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for chain in case.chains(&mut ruling, Need::Bundle) {
        ruling.judged();
        let Some((answer, node)) = total(&chain) else { continue };
        let asked = case.asked_type(case.step, answer);
        let matches = answer.entries().filter(|entry| entry.is_match(asked)).count();
        let promised = node.value().and_then(|value| value.parse::<usize>().ok());
        if promised.is_some_and(|total| total > matches) {
            let finding = Finding::new(Code::TotalBeyondPage, answer.place_of(node), case.request(answer.exchange));
            ruling.find(finding.expected(format!("<= {matches}")).actual(node.value().unwrap_or_default()));
        }
    }
    ruling
}

pub(super) fn judge_pages(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for chain in case.chains(&mut ruling, Need::Bundle) {
        if chain.pages.len() > 1 || !matches!(chain.end, ChainEnd::Whole) {
            ruling.judged();
        }
        for finding in repeated(case, &chain) {
            ruling.find(finding);
        }
        match &chain.end {
            ChainEnd::Whole => {}
            ChainEnd::Loop(url) => ruling.find(Finding::new(Code::PageLoop, last(&chain), *url)),
            ChainEnd::Unfetched(_) if case.step.pages == Pages::First => {}
            ChainEnd::Unfetched(url) => judge_unfetched(case, &chain, url, &mut ruling),
            ChainEnd::Broken(exchange, reason) => judge_broken(case, exchange, reason, &mut ruling),
        }
    }
    ruling
}

fn total<'c>(chain: &Chain<'c>) -> Option<(Answer<'c>, Node<'c>)> {
    let first = chain.pages.first()?;
    Some((*first, first.root()?.child("total")?))
}

/// Matches that come more than once. Includes may: every page brings its own.
fn repeated<'c>(case: &Case<'c>, chain: &Chain<'c>) -> Vec<Finding> {
    let mut seen = BTreeMap::new();
    let mut findings = Vec::new();
    for entry in case.all_matches(case.step, chain) {
        let Some(name) = entry.resource.and_then(resource_name) else { continue };
        if let Some(first) = seen.insert(name, entry) {
            let finding = Finding::new(Code::ResourceRepeated, entry.answer.place_of(entry.node), name.to_string());
            findings.push(finding.actual(first.answer.exchange.id.clone()).actual(entry.answer.exchange.id.clone()));
        }
    }
    findings
}

fn judge_unfetched(case: &Case<'_>, chain: &Chain<'_>, url: &str, ruling: &mut Ruling) {
    if is_elsewhere(url, case.run.base()) {
        ruling.find(Finding::new(Code::PageUnavailable, last(chain), url).expected(case.run.base()).actual(url));
    } else {
        let why = format!("no more than {} pages were fetched", chain.pages.len());
        ruling.hinder(Obstacle::CantTell(Reason::Undetermined(why)));
    }
}

fn last(chain: &Chain<'_>) -> Place {
    chain.pages.last().map(|last| last.place()).unwrap_or_default()
}

fn judge_broken(case: &Case<'_>, exchange: &Exchange, reason: &Reason, ruling: &mut Ruling) {
    ruling.saw(&exchange.id);
    let place = Place { exchange: Some(exchange.id.clone()), ..Place::default() };
    let finding = Finding::new(Code::PageUnavailable, place, exchange.request.url.clone());
    match &exchange.outcome {
        Outcome::Broken(broken) if broken.kind == BrokenKind::Stopped => ruling.hinder(Obstacle::Untested(Reason::Stopped)),
        Outcome::Broken(broken) if broken.kind == BrokenKind::NotAllowed => {
            ruling.find(finding.expected(case.run.base()).actual(broken.detail.clone()));
        }
        Outcome::Broken(broken) => ruling.find(finding.expected("200").actual(broken.detail.clone())),
        // That the page is not in the format asked for is for `media-type`.
        Outcome::Answered(received) if (200..300).contains(&received.status) => ruling.hinder(Obstacle::Untested(reason.clone())),
        Outcome::Answered(received) => ruling.find(finding.expected("200").actual(received.status.to_string())),
    }
}

fn is_elsewhere(url: &str, base: &str) -> bool {
    let (Ok(base), Ok(url)) = (url::Url::parse(base), url::Url::parse(base).and_then(|base| base.join(url))) else { return true };
    base.origin() != url.origin()
}
