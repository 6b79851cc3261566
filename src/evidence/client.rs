//! What happened with a client at the table: phases, and what people said.

use serde::{Deserialize, Serialize};

/// A phase that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PhaseOver {
    /// `scenario@variant`
    pub scenario: String,
    /// The step.
    pub step: String,
    /// Microseconds since the start of the run at which it began.
    pub started_us: u64,
    /// Microseconds it took.
    pub took_us: u64,
    /// Why it ended.
    pub why: PhaseEnd,
    /// How the program ended that was to start the client, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<ProgramEnd>,
    /// Requests beyond what is kept of one phase: they were answered with 503, and nobody looked at them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond: Option<u64>,
}

/// Why a phase ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseEnd {
    /// All was asked, and nothing more came.
    Asked,
    /// The program that was to start the client had ended, and nothing more came.
    Program,
    /// Its time was over.
    Deadline,
    /// The user went on to the next.
    Next,
    /// The user left it out: what came is not judged.
    Skipped,
    /// The user stopped the run.
    Stopped,
}

/// How a program ended that was to start the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramEnd {
    /// With this exit code.
    Code(i32),
    /// By a signal: it crashed, or somebody ended it.
    Signal,
    /// It had not ended when the phase was over, and was ended.
    Deadline,
    /// It could not be started.
    NotStarted(String),
}

/// What a person said about a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Attested {
    /// `scenario@variant`
    pub scenario: String,
    /// The step.
    pub step: String,
    /// The expectation.
    pub expectation: String,
    /// What was said.
    pub answer: Said,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// A screenshot, or another file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhibit: Option<Exhibit>,
    /// By whom, or by what file.
    pub by: String,
    /// RFC 3339, UTC.
    pub at: String,
}

impl Attested {
    /// Key of the expectation that it is about: `scenario/step/expectation@variant`.
    #[must_use]
    pub fn key(&self) -> String {
        let (scenario, variant) = self.scenario.split_once('@').unwrap_or((&self.scenario, ""));
        format!("{scenario}/{}/{}@{variant}", self.step, self.expectation)
    }
}

/// Questions about a phase that nobody answered in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unanswered {
    /// `scenario@variant`
    pub scenario: String,
    /// The step.
    pub step: String,
    /// The expectations that were asked about.
    pub expectations: Vec<String>,
    /// Whole seconds that an answer was waited for.
    pub waited_s: u64,
}

/// What somebody at the table noted about a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Noted {
    /// `scenario@variant`
    pub scenario: String,
    /// The step.
    pub step: String,
    /// In words.
    pub text: String,
    /// Where it was written: the terminal, or the live page.
    pub by: String,
    /// RFC 3339, UTC.
    pub at: String,
}

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// It is so.
    Yes,
    /// It is not.
    No,
    /// It cannot be shown.
    CannotShow,
}

/// A file that goes with what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Exhibit {
    /// Name of the file.
    pub name: String,
    /// `image/png`
    pub media_type: String,
    /// SHA-256 of its content.
    pub digest: String,
}
