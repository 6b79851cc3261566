//! The table while it is going on: what the client is asked to do now, what
//! has arrived, what is missing and why. Made of the same report as the files,
//! and shown at a terminal and in a page that Toets itself serves.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::{Exchange, Expectation, Finding, Report};
use super::{text, words};
use crate::judge::{Code, Outcome};
use crate::plan::{Action, Plan};
use crate::scenario::{Check, Suite};
use crate::text::Text;

/// The page; the address of its events stands in it relative to its own.
pub const PAGE: &str = include_str!("page.html");

/// Requests that are shown; the rest is counted.
const MOST_REQUESTS: usize = 60;

/// Where the table is.
#[derive(Debug, Clone, Default)]
pub struct Now {
    /// `scenario/step`, while a phase goes on.
    pub phase: Option<String>,
    /// What is to be done, with the name of the persona filled in.
    pub instruct: Option<Text>,
    /// Questions that wait for an answer: key and question.
    pub questions: Vec<(String, Text)>,
    /// Phases that are over, and whether they were left out.
    pub over: Vec<(String, bool)>,
    /// The exchange that a request is, by the id of the request.
    pub asks: BTreeMap<String, String>,
    /// Where the report will be.
    pub folder: Option<String>,
    /// The run is over.
    pub done: bool,
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Live {
    /// Name of the product, where it is known.
    pub product: Option<String>,
    /// The base URL of the client.
    pub base: String,
    /// The run is over.
    pub done: bool,
    /// The word so far.
    pub word: Text,
    /// What that means.
    pub sentence: Text,
    /// How many requirements stand how, level by level.
    pub counts: Vec<Text>,
    /// Where the report is.
    pub folder: Option<String>,
    /// What is to be done now.
    pub instruct: Option<Text>,
    /// Questions that wait for an answer.
    pub questions: Vec<Question>,
    /// The phases, in order.
    pub phases: Vec<Phase>,
    /// The last requests, newest first.
    pub requests: Vec<Request>,
    /// How many there were.
    pub count: usize,
}

/// A question that waits for an answer.
#[derive(Debug, Clone, Serialize)]
pub struct Question {
    /// `scenario/step/expectation`
    pub key: String,
    /// The question.
    pub ask: Text,
}

/// A phase and how it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Phase {
    /// `scenario/step`
    pub key: String,
    /// Title of its scenario.
    pub title: Text,
    /// What is to be done in it.
    pub instruct: Text,
    /// `waiting`, `now`, `over` or `skipped`.
    pub state: &'static str,
    /// What is expected.
    pub checks: Vec<Line>,
}

/// An expectation as a line of the checklist.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// `scenario/step/expectation`
    pub key: String,
    /// The requirement.
    pub req: String,
    /// What is expected.
    pub sentence: Text,
    /// `done`, `open`, `wrong`, `doubt` or `question`.
    pub state: &'static str,
    /// What is wrong, or why it is open.
    pub notes: Vec<Text>,
    /// How to mend it.
    pub hint: Option<Text>,
}

/// A request as a line.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// Id of the exchange.
    pub id: String,
    /// `GET`
    pub method: String,
    /// Below the base where it is.
    pub url: String,
    /// The query of the agreement that it is.
    pub asks: Option<Text>,
    /// Our answer.
    pub status: Option<u16>,
}

/// How the table stands.
#[must_use]
pub fn live(report: &Report, plan: &Plan, suite: &Suite, now: &Now) -> Live {
    let base = plan.target.base.clone();
    let all = report.scenarios.iter().flat_map(|scenario| &scenario.steps).flat_map(|step| &step.exchanges);
    let mut requests: Vec<_> = all.collect();
    requests.sort_by_key(|exchange| std::cmp::Reverse(exchange.started_us));
    Live {
        product: plan.claims.product.clone(),
        done: now.done,
        word: report.head.word.clone(),
        sentence: report.head.sentence.clone(),
        counts: text::levels(&report.counts).into_iter().map(|(name, counts)| words::counts(name, counts)).collect(),
        folder: now.folder.clone(),
        instruct: now.instruct.clone(),
        questions: now.questions.iter().map(|(key, ask)| Question { key: key.clone(), ask: ask.clone() }).collect(),
        phases: phases(report, plan, now),
        count: requests.len(),
        requests: requests.into_iter().take(MOST_REQUESTS).map(|exchange| request(exchange, &base, suite, now)).collect(),
        base,
    }
}

fn request(exchange: &Exchange, base: &str, suite: &Suite, now: &Now) -> Request {
    let asks = now.asks.get(&exchange.id).and_then(|name| suite.exchange(name)).map(|asked| {
        let number = asked.query.as_deref().unwrap_or_default();
        Text { en: format!("query {number}: {}", asked.title.en), nl: format!("vraag {number}: {}", asked.title.nl) }
    });
    Request {
        id: exchange.id.clone(),
        method: exchange.method.clone(),
        url: exchange.url.strip_prefix(base).unwrap_or(&exchange.url).trim_start_matches('/').to_owned(),
        asks,
        status: exchange.status,
    }
}

fn phases(report: &Report, plan: &Plan, now: &Now) -> Vec<Phase> {
    let mut phases = Vec::new();
    for (planned, told) in plan.scenarios.iter().zip(&report.scenarios) {
        for (step, shown) in planned.steps.iter().zip(&told.steps) {
            let Action::Serve(phase) = &step.action else { continue };
            let key = format!("{}/{}", planned.scenario, step.id);
            let over = now.over.iter().rev().find(|(over, _)| *over == key);
            let state = match over {
                _ if now.phase.as_ref() == Some(&key) => "now",
                Some((_, true)) => "skipped",
                Some((_, false)) => "over",
                None => "waiting",
            };
            let attests = |index: usize| matches!(step.expect.get(index).map(|expected| &expected.check), Some(Check::Attest(_)));
            let lines =
                shown.expectations.iter().enumerate().map(|(index, expectation)| line(expectation, state, attests(index)));
            phases.push(Phase {
                checks: lines.collect(),
                key,
                title: told.title.clone(),
                instruct: phase.instruct.clone(),
                state,
            });
        }
    }
    phases
}

fn line(expectation: &Expectation, phase: &str, attests: bool) -> Line {
    let not_yet = phase == "now" && expectation.findings.iter().all(may_still_come);
    let state = match expectation.outcome {
        Outcome::Pass => "done",
        Outcome::Inapplicable => "open",
        Outcome::Untested if attests => "question",
        _ if phase == "waiting" || phase == "skipped" => "open",
        Outcome::Fail | Outcome::Warn if not_yet => "open",
        Outcome::Fail => "wrong",
        Outcome::Warn | Outcome::CantTell | Outcome::Broken => "doubt",
        Outcome::Untested => "open",
    };
    let told = matches!(state, "wrong" | "doubt");
    Line {
        key: expectation.key.split('@').next().unwrap_or(&expectation.key).to_owned(),
        req: expectation.req.clone(),
        sentence: expectation.sentence.clone(),
        state,
        notes: if told { expectation.findings.iter().map(|finding| finding.sentence.clone()).collect() } else { Vec::new() },
        hint: expectation.findings.first().filter(|_| told).and_then(|finding| finding.hint.clone()),
    }
}

/// Whether a finding says only that something has not come: while the phase goes on it may still come.
fn may_still_come(finding: &Finding) -> bool {
    const LATER: [Code; 6] = [
        Code::ExchangeNotAsked,
        Code::CodesNotAsked,
        Code::GroupNotAsked,
        Code::ClientBrokeOff,
        Code::ReferenceUnread,
        Code::PageUnfetched,
    ];
    LATER.iter().any(|code| code.name() == finding.code)
}
