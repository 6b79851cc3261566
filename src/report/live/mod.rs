//! The table while it is going on: what the client is asked to do now, what
//! has arrived, what is missing and why. Made of the same report as the files,
//! and shown at a terminal and in a page that Toets itself serves.

mod checklist;
mod requests;
mod stray;
#[cfg(test)]
mod tests;

use std::time::Instant;

use serde::Serialize;

use super::view::Report;
use super::{text, words};
use crate::evidence::Evidence;
use crate::plan::{Plan, expectation_name};
use crate::recognise::Recogniser;
use crate::scenario::Suite;
use crate::text::Text;
use requests::Requests;
pub use stray::Stray;

/// The page; the address of its events stands in it relative to its own.
pub const PAGE: &str = include_str!("page.html");

/// Names on the line that says how a phase stands.
const MOST_NAMES: usize = 8;

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
    /// How the phase stands, as it was told last.
    pub standing: Option<Text>,
    /// What came last that is nobody's and nearest to this client, oldest first.
    pub strays: Vec<Stray>,
    /// When the phase began.
    pub since: Option<Instant>,
    /// Nothing has come in the phase that goes on, for so long that something may be wrong.
    pub silent: bool,
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
    /// Where to look when nothing comes.
    pub silence: Option<Text>,
    /// Questions that wait for an answer.
    pub questions: Vec<Question>,
    /// The phases, in order.
    pub phases: Vec<Phase>,
    /// The last requests, newest first.
    pub requests: Vec<Request>,
    /// How many there were.
    pub count: usize,
    /// The last that are nobody's and nearest to this client, newest first.
    pub strays: Vec<Stray>,
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
    /// What was noted about it.
    pub notes: Vec<String>,
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
    /// What is wrong, or what is still missing.
    pub notes: Vec<Note>,
    /// How to mend it.
    pub hint: Option<Text>,
}

/// What is to be said of a line.
#[derive(Debug, Clone, Serialize)]
pub struct Note {
    /// As a sentence.
    pub text: Text,
    /// What was expected, or is still missing; not all of a long list.
    pub expected: Vec<String>,
    /// What came instead.
    pub actual: Vec<String>,
    /// How a request differs from the agreement, parameter by parameter.
    pub differs: Vec<Text>,
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
    /// How it is not as the agreement has it.
    pub differs: Vec<Text>,
    /// Our answer.
    pub status: Option<u16>,
}

/// How the table stands. The recogniser says what each request means.
#[must_use]
pub fn live(
    (report, evidence): (&Report, &Evidence),
    (plan, suite): (&Plan, &Suite),
    recogniser: &Recogniser,
    now: &Now,
) -> Live {
    let base = plan.target.base.clone();
    let requests = Requests::new(evidence, (suite, recogniser), &base);
    Live {
        product: plan.claims.product.clone(),
        done: now.done,
        word: report.head.word.clone(),
        sentence: report.head.sentence.clone(),
        counts: text::levels(&report.counts).into_iter().map(|(name, counts)| words::counts(name, counts)).collect(),
        folder: now.folder.clone(),
        instruct: now.instruct.clone(),
        silence: now.silent.then(silence),
        questions: now.questions.iter().map(|(key, ask)| Question { key: key.clone(), ask: ask.clone() }).collect(),
        phases: checklist::phases((report, &requests), plan, now),
        count: requests.count(),
        requests: requests.last(),
        strays: now.strays.iter().rev().cloned().collect(),
        base,
    }
}

/// Where to look when nothing comes, in short; docs/listen.md tells more.
#[must_use]
pub fn silence() -> Text {
    Text {
        en: "nothing has come in. Look at: the base URL (whole, `/fhir` at its end; can its host be reached from where the client is?); the token (`Authorization: Bearer …`); TLS (`http` or `https`; does the client trust the certificate?); a firewall or guest network in between".to_owned(),
        nl: "er is nog niets binnengekomen. Kijk naar: de base-URL (heel, met `/fhir` aan het eind; is de host bereikbaar vanaf de client?); het token (`Authorization: Bearer …`); TLS (`http` of `https`; vertrouwt de client het certificaat?); een firewall of gastnetwerk ertussen".to_owned(),
    }
}

impl Live {
    /// How the phase that goes on stands, on one line: `4 of 17; missing: goals, form; wrong: observations`.
    #[must_use]
    pub fn standing(&self) -> Option<Text> {
        let phase = self.phases.iter().find(|phase| phase.state == "now")?;
        let of = |state: &str| phase.checks.iter().filter(|line| line.state == state).map(Line::name).collect::<Vec<_>>();
        // What only a person can see is asked when the phase is over.
        let all = phase.checks.len() - of("question").len();
        let (done, wrong) = (of("done").len(), [of("wrong"), of("doubt")].concat());
        let part = |name: &str, lines: &[&str]| match lines {
            [] => String::new(),
            lines => format!("; {name}: {}", named(lines)),
        };
        let missing = of("open");
        Some(Text {
            en: format!("{done} of {all}{}{}", part("missing", &missing), part("wrong", &wrong)),
            nl: format!("{done} van {all}{}{}", part("ontbreekt", &missing), part("fout", &wrong)),
        })
    }
}

impl Line {
    /// `goals` of `scenario/step/goals`.
    fn name(&self) -> &str {
        expectation_name(&self.key)
    }
}

/// The first names, and how many more there are.
fn named(names: &[&str]) -> String {
    let shown = names[..names.len().min(MOST_NAMES)].join(", ");
    if names.len() > MOST_NAMES { format!("{shown} (+{})", names.len() - MOST_NAMES) } else { shown }
}
