//! What was asked and what came back: scenarios, their steps, exchanges, and the
//! part of a body that a finding is about.

use serde::Serialize;

use super::Expectation;
use crate::evidence::Noted;
use crate::judge::Outcome;
use crate::text::Text;

/// A scenario in one variant.
#[derive(Debug, Clone, Serialize)]
pub struct Scenario {
    /// `scenario@variant`
    pub name: String,
    /// Its title.
    pub title: Text,
    /// The persona it is about.
    pub persona: Option<String>,
    /// The worst of its expectations.
    pub outcome: Outcome,
    /// When its first exchange began, in microseconds since the start of the run.
    pub started_us: u64,
    /// From the start of its first exchange to the end of its last.
    pub took_us: u64,
    /// Its steps.
    pub steps: Vec<Step>,
    /// What it expects of the whole run.
    pub over_run: Vec<Expectation>,
}

/// A step of a scenario.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Its name.
    pub id: String,
    /// What it asks, in words, when it is an exchange of the agreement.
    pub title: Option<Text>,
    /// The worst of its expectations; absent when it has none.
    pub outcome: Option<Outcome>,
    /// Why it was not run.
    pub omitted: Option<Text>,
    /// Microseconds that its exchanges took together.
    pub took_us: u64,
    /// What was sent and what came back.
    pub exchanges: Vec<Exchange>,
    /// What somebody at the table noted about it.
    pub notes: Vec<Noted>,
    /// What was expected.
    pub expectations: Vec<Expectation>,
}

/// A request and what came back.
#[derive(Debug, Clone, Serialize)]
pub struct Exchange {
    /// `scenario@variant/step#n`
    pub id: String,
    /// What made us send it.
    pub origin: Text,
    /// `GET`
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// The request, to send it again.
    pub curl: String,
    /// Status code.
    pub status: Option<u16>,
    /// Why there is no whole answer.
    pub broken: Option<Text>,
    /// What the network stack said.
    pub detail: Option<String>,
    /// Headers that were sent.
    pub request_headers: Vec<(String, String)>,
    /// Headers that came back.
    pub response_headers: Vec<(String, String)>,
    /// SHA-256 of the body.
    pub body: Option<String>,
    /// Bytes of the body.
    pub bytes: u64,
    /// Microseconds since the start of the run at which it was sent.
    pub started_us: u64,
    /// Microseconds it took.
    pub took_us: u64,
    /// Times that it was sent again.
    pub retries: u32,
    /// The part of the body that the first finding is about.
    pub excerpt: Option<Excerpt>,
}

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// The lines.
    pub lines: Vec<ExcerptLine>,
    /// Lines before and after it that are left out.
    pub left_out: usize,
    /// The body came on few lines and was laid out again for reading.
    pub laid_out: bool,
}

/// A line of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExcerptLine {
    /// Its number, from 1.
    pub number: usize,
    /// What it says, cut when it is very long.
    pub text: String,
    /// A finding is about this line.
    pub marked: bool,
}
