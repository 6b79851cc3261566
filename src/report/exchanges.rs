//! Exchanges of the evidence as they are shown, by step, each with the part of
//! its body that the first finding is about.

use std::collections::{BTreeMap, BTreeSet};

use super::excerpt::{Spot, excerpt};
use super::view::{Excerpt, Exchange};
use super::{curl, reason};
use crate::evidence::{self, Evidence, Noted, OmittedReason, Outcome, Record};
use crate::judge::{Place, Verdicts};
use crate::text::Text;

/// Bodies of which a part is shown at most: the page stays small.
const EXCERPTS: usize = 200;

/// What the evidence holds, by step and by id.
pub(super) struct Exchanges<'a> {
    by_step: BTreeMap<(&'a str, &'a str), Vec<&'a evidence::Exchange>>,
    by_id: BTreeMap<&'a str, &'a evidence::Exchange>,
    omitted: BTreeMap<(&'a str, &'a str), &'a OmittedReason>,
    notes: BTreeMap<(&'a str, &'a str), Vec<&'a Noted>>,
    places: BTreeMap<&'a str, &'a Place>,
    blobs: &'a BTreeMap<String, std::sync::Arc<[u8]>>,
}

impl<'a> Exchanges<'a> {
    pub(super) fn new(evidence: &'a Evidence, verdicts: &'a Verdicts) -> Self {
        let mut exchanges = Self {
            by_step: BTreeMap::new(),
            by_id: BTreeMap::new(),
            omitted: BTreeMap::new(),
            notes: BTreeMap::new(),
            places: places(verdicts),
            blobs: &evidence.blobs,
        };
        for record in &evidence.records {
            match record {
                Record::Exchange(exchange) => {
                    let step = (exchange.scenario.as_str(), exchange.step.as_str());
                    exchanges.by_step.entry(step).or_default().push(exchange);
                    exchanges.by_id.insert(&exchange.id, exchange);
                }
                Record::Omitted(omitted) => {
                    exchanges.omitted.insert((&omitted.scenario, &omitted.step), &omitted.reason);
                }
                Record::Note(noted) => {
                    exchanges.notes.entry((&noted.scenario, &noted.step)).or_default().push(noted);
                }
                _ => {}
            }
        }
        exchanges
    }

    /// The request of this exchange as a line for the shell.
    pub(super) fn curl(&self, id: &str) -> Option<String> {
        self.by_id.get(id).map(|exchange| curl::curl(&exchange.request))
    }

    /// What was sent in a step, in order.
    pub(super) fn of_step(&self, scenario: &str, step: &str) -> Vec<Exchange> {
        let exchanges = self.by_step.get(&(scenario, step)).map(Vec::as_slice).unwrap_or_default();
        exchanges.iter().map(|exchange| self.view(exchange)).collect()
    }

    /// What was sent in none of these steps: finding the personas.
    pub(super) fn outside(&self, steps: &BTreeSet<(String, String)>) -> Vec<Exchange> {
        let outside = |step: &(&str, &str)| !steps.contains(&(step.0.to_owned(), step.1.to_owned()));
        let exchanges = self.by_step.iter().filter(|(step, _)| outside(step)).flat_map(|(_, exchanges)| exchanges);
        exchanges.map(|exchange| self.view(exchange)).collect()
    }

    /// Why a step was not run.
    pub(super) fn omitted(&self, scenario: &str, step: &str) -> Option<Text> {
        self.omitted.get(&(scenario, step)).map(|omitted| reason::omitted(omitted))
    }

    /// What was noted about a step, in order.
    pub(super) fn notes(&self, scenario: &str, step: &str) -> Vec<Noted> {
        self.notes.get(&(scenario, step)).into_iter().flatten().map(|noted| (*noted).clone()).collect()
    }

    fn view(&self, exchange: &evidence::Exchange) -> Exchange {
        let (received, broken) = match &exchange.outcome {
            Outcome::Answered(received) => (Some(received), None),
            Outcome::Broken(broken) => (None, Some(broken)),
        };
        Exchange {
            id: exchange.id.clone(),
            origin: reason::origin(&exchange.origin),
            method: exchange.request.method.clone(),
            url: exchange.request.url.clone(),
            curl: curl::curl(&exchange.request),
            status: received.map(|received| received.status).or(broken.and_then(|broken| broken.status)),
            broken: broken.map(|broken| reason::broken(broken.kind)),
            detail: broken.map(|broken| broken.detail.clone()),
            request_headers: exchange.request.headers.clone(),
            response_headers: received.map(|received| received.headers.clone()).unwrap_or_default(),
            body: received.and_then(|received| received.body.clone()),
            bytes: received.map(|received| received.bytes).unwrap_or_default(),
            started_us: exchange.started_us,
            took_us: exchange.took_us,
            retries: exchange.retries,
            excerpt: received.and_then(|received| self.excerpt(&exchange.id, received.body.as_deref()?)),
        }
    }

    fn excerpt(&self, id: &str, body: &str) -> Option<Excerpt> {
        let place = self.places.get(id)?;
        excerpt(self.blobs.get(body)?, Spot { line: place.line, path: place.path.as_deref() })
    }
}

/// The place of the first finding in each exchange; one that names an element before one that does not.
fn places(verdicts: &Verdicts) -> BTreeMap<&str, &Place> {
    let mut places: BTreeMap<&str, &Place> = BTreeMap::new();
    let findings = || verdicts.expectations.iter().flat_map(|verdict| &verdict.findings);
    for finding in findings().filter(|finding| finding.place.path.is_some()).chain(findings()) {
        let Some(id) = finding.place.exchange.as_deref() else { continue };
        if places.len() < EXCERPTS {
            places.entry(id).or_insert(&finding.place);
        }
    }
    places
}
