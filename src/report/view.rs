//! What we show: the report as values, counted, titled and sorted. No format
//! is known here, and nothing is asked that the evidence does not hold.

mod course;

use serde::Serialize;

pub use course::{Excerpt, ExcerptLine, Exchange, Scenario, Step};

use super::dataset::Dataset;
use super::habits::Habit;
use super::spoken::Speech;
use crate::agreements::{Actor, Dialect, Effect, Level};
use crate::evidence::{Attested, Definition};
use crate::judge::{Conclusion, Counts, Outcome, ProfileNotes};
use crate::text::Text;

/// Everything that is shown of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What was judged, by what, and how it ended.
    pub head: Head,
    /// What the reader must know before anything else.
    pub warnings: Vec<Text>,
    /// Counts of the claimed requirements per level.
    pub counts: Vec<LevelCounts>,
    /// All requirements, by group, in the order of the catalogue.
    pub groups: Vec<Group>,
    /// What lies under many findings at once; what it explains is not among the causes.
    pub roots: Vec<Root>,
    /// Causes of findings, in the order in which mending them helps most.
    pub causes: Vec<Cause>,
    /// Why requirements that are claimed have no outcome.
    pub gaps: Vec<Gap>,
    /// Exchanges before the first scenario: finding the personas.
    pub preparation: Vec<Exchange>,
    /// What was done, in order.
    pub scenarios: Vec<Scenario>,
    /// Findings that are about the texts of the agreement rather than about the product.
    pub remarks: Vec<Cause>,
    /// Failures that the vendor knows, and what became of them.
    pub known: Vec<Known>,
    /// What was noted while resources were judged by profiles.
    pub profiles: Option<Profiles>,
    /// What was shown of the dataset.
    pub dataset: Option<Dataset>,
    /// Which version of the agreement was heard.
    pub spoken: Option<Speech>,
    /// Habits that break nothing.
    pub habits: Vec<Habit>,
    /// Defects of the agreement itself, for its owners: none of them is held against the product.
    pub defects: Vec<AgreementDefect>,
}

/// A defect of the agreement in the claimed version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgreementDefect {
    /// The exchange that it is about.
    pub exchange: String,
    /// What is wrong.
    pub what: Text,
    /// What could stand there instead.
    pub fix: Text,
}

/// What was noted while resources were judged by profiles.
#[derive(Debug, Clone, Serialize)]
pub struct Profiles {
    /// What was noted.
    #[serde(flatten)]
    pub notes: ProfileNotes,
    /// All of it in a sentence.
    pub sentence: Text,
}

/// A failure that the vendor knows.
#[derive(Debug, Clone, Serialize)]
pub struct Known {
    /// The requirement or the expectations that it is about, as the vendor wrote it.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The last day on which it is known.
    pub until: String,
    /// `failing`, `passes`, `expired`, `unmatched` or `undecided`.
    pub state: &'static str,
    /// The same as a sentence.
    pub sentence: Text,
    /// Keys of the expectations that fail.
    pub failing: Vec<String>,
}

/// That a failure is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownMark {
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: String,
    /// Both as a sentence.
    pub sentence: Text,
}

/// What was judged, by what, and how it ended.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    /// The product, where the vendor named it.
    pub product: Option<String>,
    /// The part it claims to play.
    pub actor: Actor,
    /// The version it claims to speak.
    pub dialect: Dialect,
    /// `R4 1.0.0-rc2`
    pub claim: String,
    /// Version of the binary.
    pub toets: String,
    /// Version of the suite.
    pub suite: String,
    /// SHA-256 of the suite.
    pub suite_digest: String,
    /// Definitions that judging used.
    pub definitions: Vec<Definition>,
    /// The FHIR base of the product.
    pub target: String,
    /// Name of the variable that held the token; absent when nothing was sent.
    pub token: Option<String>,
    /// Certificates were not checked.
    pub insecure: bool,
    /// The built-in reference provider was judged.
    pub built_in: bool,
    /// The fault that it was told to have.
    pub fault: Option<String>,
    /// RFC 3339, UTC.
    pub at: String,
    /// Microseconds that the run took, as far as is recorded.
    pub took_us: u64,
    /// The seed of generated ids.
    pub seed: String,
    /// Factor on waits and deadlines.
    pub tempo: f64,
    /// What the user selected.
    pub selection: Option<String>,
    /// How many scenarios, in all variants.
    pub scenarios: usize,
    /// How many expectations.
    pub expectations: usize,
    /// How many exchanges.
    pub exchanges: usize,
    /// Names of the personas.
    pub personas: Vec<String>,
    /// Every planned expectation has an outcome.
    pub complete: bool,
    /// The verdict.
    pub conclusion: Conclusion,
    /// The verdict in one word, or two.
    pub word: Text,
    /// The verdict in a sentence.
    pub sentence: Text,
    /// How many failures are known, in a sentence.
    pub known: Option<Text>,
    /// What would change it.
    pub change: Text,
}

/// Counts of the claimed requirements of a level.
#[derive(Debug, Clone, Serialize)]
pub struct LevelCounts {
    /// The level.
    pub level: Level,
    /// The counts.
    pub counts: Counts,
}

/// A group of requirements.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// `exchange`
    pub name: String,
    /// Its title.
    pub title: Text,
    /// Its requirements.
    pub requirements: Vec<Requirement>,
}

/// A requirement and what was seen of it.
#[derive(Debug, Clone, Serialize)]
pub struct Requirement {
    /// `PZP-EX-001`
    pub id: String,
    /// Its level.
    pub level: Level,
    /// Whose it is.
    pub actor: Actor,
    /// What it says.
    pub statement: Text,
    /// Where it is written.
    pub source: String,
    /// How it is judged.
    pub test: String,
    /// What a finding does.
    pub effect: Effect,
    /// The vendor claims it.
    pub claimed: bool,
    /// The worst of its expectations.
    pub outcome: Outcome,
    /// Why there is no outcome.
    pub reason: Option<Reason>,
    /// What was expected.
    pub expectations: Vec<Expectation>,
}

/// Why something has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    /// `capture-missing`
    pub code: String,
    /// What it is about: the name of a capture, a persona, a requirement.
    pub detail: Option<String>,
    /// As a sentence.
    pub en: String,
    /// The same in Dutch.
    pub nl: String,
}

/// An expectation and what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Expectation {
    /// `scenario/step/expectation@variant`
    pub key: String,
    /// The last part of its name: `ok`.
    pub name: String,
    /// The requirement.
    pub req: String,
    /// What is expected, as a sentence.
    pub sentence: Text,
    /// What a finding does.
    pub effect: Effect,
    /// The outcome.
    pub outcome: Outcome,
    /// Why there is none.
    pub reason: Option<Reason>,
    /// The vendor knows that it fails.
    pub known: Option<KnownMark>,
    /// The kind of trouble: `configuration`, `availability`, `data`, `conformance`, `harness`, `agreement-unclear`.
    pub class: Option<&'static str>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Ids of the exchanges that it looked at.
    pub exchanges: Vec<String>,
    /// What was said of the client last.
    pub attested: Option<Attested>,
    /// The picture that goes with it, as an address that holds it.
    pub picture: Option<String>,
}

/// Something that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// `status-unexpected`
    pub code: String,
    /// The kind of trouble.
    pub class: &'static str,
    /// Which of the roots explains it.
    #[serde(skip)]
    pub root: Option<usize>,
    /// What it is about.
    pub subject: String,
    /// As a sentence.
    pub sentence: Text,
    /// How to mend it.
    pub hint: Option<Text>,
    /// Id of the exchange.
    pub exchange: Option<String>,
    /// Element path in the body.
    pub path: Option<String>,
    /// Line of the body.
    pub line: Option<u32>,
    /// What was expected, one value a line.
    pub expected: Vec<String>,
    /// What was there, one value a line.
    pub actual: Vec<String>,
    /// What the judge of profiles says beside that.
    pub issue: Option<Issue>,
    /// The request again.
    pub curl: Option<String>,
}

/// What the judge of profiles says beside where, what was expected and what was found.
#[derive(Debug, Clone, Serialize)]
pub struct Issue {
    /// Message id of the HL7 validator for the same thing.
    pub message_id: Option<String>,
    /// Canonical with version of the profile whose rule it is.
    pub profile: Option<String>,
    /// Key of the invariant.
    pub invariant: Option<String>,
    /// How many resources it is said of.
    pub count: usize,
    /// The first of the others.
    pub also: Vec<String>,
}

/// One cause under many findings: a dead token, a wrong base path.
#[derive(Debug, Clone, Serialize)]
pub struct Root {
    /// `token-refused`
    pub code: String,
    /// The kind of trouble.
    pub class: &'static str,
    /// What is wrong.
    pub sentence: Text,
    /// How to mend it.
    pub hint: Text,
    /// In how many exchanges it shows.
    pub exchanges: usize,
    /// How many findings it explains.
    pub findings: usize,
    /// The requirements that these are against.
    pub requirements: Vec<String>,
    /// The first exchange in which it shows, to send it again.
    pub curl: Option<String>,
}

/// The same finding against the same requirement, however often it was seen.
#[derive(Debug, Clone, Serialize)]
pub struct Cause {
    /// The requirement.
    pub req: String,
    /// Its level.
    pub level: Level,
    /// What it says.
    pub statement: Text,
    /// What the finding does.
    pub effect: Effect,
    /// The first of the findings.
    pub first: Finding,
    /// How often it was seen.
    pub count: usize,
    /// The vendor knows all of its failures; the mark of the first.
    pub known: Option<KnownMark>,
    /// Keys of the expectations in which it was seen.
    pub places: Vec<String>,
    /// Requirements that could not be judged because of it.
    pub blocks: Vec<String>,
}

/// A reason for which claimed requirements have no outcome.
#[derive(Debug, Clone, Serialize)]
pub struct Gap {
    /// `untested` or `cantTell`
    pub outcome: Outcome,
    /// The reason.
    pub reason: Reason,
    /// The requirements.
    pub requirements: Vec<String>,
    /// How many of them are SHALL or MUST: those keep a verdict open.
    pub binding: usize,
}
