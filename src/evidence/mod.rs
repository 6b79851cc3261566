//! Evidence: what happened, as records that are only ever added. Redacted
//! before it gets here; holds no opinion. Storing and reading it back is in
//! `engine::record`.

mod client;

pub use client::{Attested, Exhibit, Noted, PhaseEnd, PhaseOver, ProgramEnd, Said, Unanswered};

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::fhir::terminology::{Answer, Question};
use crate::plan::Plan;

/// Everything that happened in a run, in memory.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// How the run began.
    pub start: Start,
    /// What happened, in order of recording.
    pub records: Vec<Record>,
    /// Bodies by SHA-256 (lower-case hex).
    pub blobs: BTreeMap<String, Arc<[u8]>>,
}

/// How a run began.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Start {
    /// Version of this format.
    pub format: u32,
    /// Version of the binary.
    pub toets: String,
    /// RFC 3339, UTC, whole milliseconds.
    pub at: String,
    /// Seed of generated ids, hex.
    pub seed: String,
    /// Factor on every wait and deadline.
    pub tempo: f64,
    /// Definitions that judging uses.
    pub definitions: Vec<Definition>,
    /// The plan as it was run.
    pub plan: Plan,
}

/// A set of definitions that judging uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Definition {
    /// `hl7.fhir.r4.core`
    pub id: String,
    /// `4.0.1`
    pub version: String,
    /// SHA-256 of the table.
    pub digest: String,
    /// Only a part, or an approximation, of the published package.
    pub approximation: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "record")]
pub enum Record {
    /// A request and what came of it.
    Exchange(Box<Exchange>),
    /// A value taken from an answer.
    Capture(Capture),
    /// A step that was not run.
    Omitted(Omitted),
    /// The logical id of a persona on the server.
    Persona(FoundPersona),
    /// A BSN, or what looks like one, was replaced.
    Replaced(Replaced),
    /// A token was asked for.
    Token(TokenAsked),
    /// A phase in which a client's requests were answered.
    Phase(PhaseOver),
    /// What a person said about a client.
    Attested(Attested),
    /// What somebody at the table noted about a phase. Nothing is judged by it.
    Note(Noted),
    /// Questions that nobody answered in time.
    Unanswered(Unanswered),
    /// A terminology server was asked about a code.
    Terminology(Box<CodeAsked>),
    /// The end: without it the run was killed.
    End(End),
}

/// A request and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Exchange {
    /// `scenario@variant/step#n`, n counting from 1 within the step.
    pub id: String,
    /// Name of the scenario and its variant: `scenario@variant`.
    pub scenario: String,
    /// The step.
    pub step: String,
    /// What made us send it.
    pub origin: Origin,
    /// What was sent.
    pub request: Sent,
    /// What came back.
    pub outcome: Outcome,
    /// Microseconds since the start of the run at which it was sent.
    pub started_us: u64,
    /// Microseconds it took.
    pub took_us: u64,
    /// Times that it was sent again because of Retry-After.
    pub retries: u32,
}

/// What made us send a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A step of the scenario.
    Step,
    /// The same, for one value of a capture.
    ForEach(String),
    /// A next link in the answer with this id.
    NextLink(String),
    /// A resource in the answer with this id.
    Resource(String),
    /// A reference (its element path) in the answer with this id.
    Reference(String, String),
    /// Finding a persona.
    Persona(String),
    /// Nothing of ours: a client under test sent it, and we answered.
    Client,
}

/// A request as it was sent, secrets by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sent {
    /// `GET` or `POST`
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers, names in lower case; `authorization: Bearer ${TOETS_TOKEN}`.
    pub headers: Vec<(String, String)>,
    /// The form of a POST.
    pub form: Option<String>,
    /// Logical id of the patient that it is about, where there is one.
    pub patient: Option<String>,
    /// The persona that it is about.
    pub persona: Option<String>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// An answer.
    Answered(Received),
    /// No whole answer.
    Broken(Broken),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Received {
    /// Status code.
    pub status: u16,
    /// Headers, names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// SHA-256 of the body; absent when it is empty.
    pub body: Option<String>,
    /// Bytes of the body.
    pub bytes: u64,
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Broken {
    /// The kind.
    pub kind: BrokenKind,
    /// What the network stack said.
    pub detail: String,
    /// Status code, when that much had come.
    pub status: Option<u16>,
}

/// Kinds of broken transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BrokenKind {
    /// The name does not resolve.
    Name,
    /// Nobody listens.
    Connect,
    /// TLS failed.
    Tls,
    /// The deadline passed.
    Deadline,
    /// The body was larger than the bound.
    TooLarge,
    /// The connection ended in the middle.
    Cut,
    /// Not HTTP, or against its rules.
    Protocol,
    /// The URL cannot be asked (another origin, another scheme).
    NotAllowed,
    /// The user stopped the run.
    Stopped,
    /// The token had ended, and no other could be had.
    Token,
}

/// That a token was asked for, before the run or while it went; the token itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenAsked {
    /// Who was asked: a URL, or a program.
    pub of: String,
    /// Why.
    pub why: TokenWhy,
    /// RFC 3339, UTC.
    pub at: String,
    /// Microseconds it took.
    pub took_us: u64,
    /// Seconds that it is good for, where that was told.
    pub lifetime_s: Option<u64>,
    /// Why there is none.
    pub problem: Option<String>,
}

/// What a terminology server said of a code that nothing here knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CodeAsked {
    /// Base of the server.
    pub of: String,
    /// What it was asked, as the redacted answers have it.
    pub question: Question,
    /// What it said.
    pub answer: Answer,
}

/// Why a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenWhy {
    /// There is none yet.
    First,
    /// The one before ends.
    Ended,
    /// The server refused the one before.
    Refused,
}

/// A value taken from an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Capture {
    /// `scenario@variant`
    pub scenario: String,
    /// The step.
    pub step: String,
    /// Name of the capture.
    pub name: String,
    /// The values, redacted.
    pub values: Vec<String>,
}

/// A step that was not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Omitted {
    /// `scenario@variant`
    pub scenario: String,
    /// The step.
    pub step: String,
    /// Why.
    pub reason: OmittedReason,
}

/// Why a step was not run. Facts only (settled 10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OmittedReason {
    /// The BSN of the patient is not known.
    Bsn,
    /// This capture has no value, or several where one is needed.
    Capture(String),
    /// This persona was not found on the server.
    Persona(String),
    /// Nothing to follow.
    NothingToFollow,
    /// It is about a client, and none was at the table.
    NoClient,
    /// The user left it out.
    Skipped,
    /// The server could not be reached.
    Unreachable,
    /// The user stopped the run.
    Stopped,
}

/// The logical id of a persona on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FoundPersona {
    /// Name.
    pub persona: String,
    /// Its logical id, when it was found.
    pub patient: Option<String>,
    /// How.
    pub how: FoundHow,
}

/// How a persona was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundHow {
    /// The user gave the id.
    Given,
    /// By BSN.
    Lookup,
    /// The lookup found nobody; a read of the fixture's id did.
    Fixture,
    /// Not at all.
    NotFound,
}

/// A BSN, or what looks like one, was replaced (settled 21).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Replaced {
    /// What stands in its place.
    pub token: String,
    /// HMAC of the number with the key of the run, hex, first 16 digits.
    pub hmac: String,
    /// It passed the eleven-test.
    pub elfproof: bool,
    /// It is in the range of test numbers.
    pub test_range: bool,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct End {
    /// RFC 3339, UTC.
    pub at: String,
    /// Microseconds since the start.
    pub took_us: u64,
    /// The user stopped it.
    pub stopped: bool,
}
