//! What we think of a run: an outcome for every expectation that was planned,
//! and for every requirement that is claimed.

use serde::{Deserialize, Serialize};

use super::dataset::DatasetCoverage;
use super::finding::Finding;
use super::spoken::Speech;
use crate::agreements::{Actor, Effect, Level};
use crate::text::Text;

/// Outcome of an expectation or a requirement, in worst-of order: the worst of
/// several variants is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Not claimed, or nothing to hold it against.
    Inapplicable,
    /// Met.
    Pass,
    /// A finding that does not make a claim fail: of SHOULD or MAY, or of a basis that never fails.
    Warn,
    /// Not looked at, with the reason.
    Untested,
    /// Looked at, and not decidable, with the reason.
    CantTell,
    /// Not met.
    Fail,
    /// Toets itself broke.
    Broken,
}

/// Why an expectation was not judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The step was left out: a capture (named) had no value.
    CaptureMissing(String),
    /// The persona (named) was not found on the server.
    PersonaNotFound(String),
    /// The patient has data of their own, which is not known.
    DataUnknown,
    /// The vendor said that the data cannot be entered, and why.
    NotEntered(String),
    /// The transport broke before there was a whole answer.
    TransportBroken(String),
    /// The server could not be reached.
    Unreachable,
    /// The user stopped the run.
    Stopped,
    /// It is about a client, and none was at the table.
    NoClient,
    /// The user left it out.
    Skipped,
    /// Only a person who looks at the client can tell, and nobody did.
    NotAttested,
    /// The question was asked, and nobody answered within these seconds.
    NotAnswered(u64),
    /// The person who looked could not tell; in their words, where there are any.
    CannotShow(String),
    /// The client sent more than is kept of one phase; so many requests were not looked at.
    NotAllKept(u64),
    /// Another requirement (named) failed first and everything here hangs on it.
    BlockedBy(String),
    /// The claim has no authentication (settled 4).
    NoAuthentication,
    /// The answers hold nothing that this is about.
    NothingToJudge,
    /// The request (named) was answered with another status than an answer that can be judged.
    OtherStatus(String, u16),
    /// The expression could not be decided on this data.
    Undetermined(String),
    /// Our own knowledge lacks what is needed.
    KnowledgeLacking(String),
    /// No scenario judges it yet, with the pending reason of the catalogue.
    Pending(String),
    /// The user chose other scenarios.
    NotSelected,
    /// The claimed version of the agreement is not held to it, and why.
    OtherVersion(Text),
    /// The built-in judge broke.
    Harness(String),
}

/// The verdict on one expectation in one variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExpectationVerdict {
    /// `scenario/step/expectation@variant`
    pub key: String,
    /// The requirement.
    pub req: String,
    /// What a finding does.
    pub effect: Effect,
    /// The outcome.
    pub outcome: Outcome,
    /// Why there is none, for inapplicable, untested and cantTell.
    pub reason: Option<Reason>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Ids of the exchanges that it looked at.
    pub exchanges: Vec<String>,
}

/// The verdict on one requirement: the worst of its expectations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequirementVerdict {
    /// `PZP-EX-001`
    pub id: String,
    /// Level of the row.
    pub level: Level,
    /// Actor of the row.
    pub actor: Actor,
    /// What a finding does.
    pub effect: Effect,
    /// Whether the vendor claims it.
    pub claimed: bool,
    /// The outcome.
    pub outcome: Outcome,
    /// Why there is none.
    pub reason: Option<Reason>,
    /// Keys of its expectations.
    pub expectations: Vec<String>,
}

/// The word over a run (settled 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Conclusion {
    /// Nothing failed and every claimed SHALL and MUST was decided.
    Conformant,
    /// Nothing failed, but a claimed SHALL or MUST is cantTell or untested.
    Incomplete,
    /// Something failed.
    NotConformant,
}

/// How many claimed requirements of a level had each outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All claimed.
    pub claimed: usize,
    /// Pass.
    pub pass: usize,
    /// Warn, by what warns.
    pub warn: usize,
    /// Warn, by what is a remark whatever its level (settled 1).
    #[serde(default)]
    pub remark: usize,
    /// Fail.
    pub fail: usize,
    /// Cannot tell.
    pub cant_tell: usize,
    /// Untested.
    pub untested: usize,
    /// Inapplicable although claimed: nothing to hold it against.
    pub inapplicable: usize,
    /// Broken.
    pub broken: usize,
}

/// Everything we think of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdicts {
    /// The word.
    pub conclusion: Conclusion,
    /// Every planned expectation has an outcome here, in the order of the plan.
    pub expectations: Vec<ExpectationVerdict>,
    /// Every requirement of the catalogue, in its order.
    pub requirements: Vec<RequirementVerdict>,
    /// What was noted while resources were judged by FHIR and by profiles.
    pub profiles: ProfileNotes,
    /// What was shown of the dataset; nothing where the suite has none for the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetCoverage>,
    /// Which version of the agreement was heard; nothing where the suite does not know the claimed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken: Option<Speech>,
    /// Habits that break nothing and are worth a remark; part of no requirement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub habits: Vec<Habit>,
}

/// A habit that breaks nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habit {
    /// What it is, with the first resources that show it.
    pub finding: Finding,
    /// How often it was seen, in all resources.
    pub count: usize,
}

/// What was noted while resources were judged by FHIR and by profiles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProfileNotes {
    /// How often a body was judged by a profile.
    pub judged: usize,
    /// The list of noise of the claimed version, with what each took away.
    pub silenced: Vec<Silenced>,
    /// Codes that only a terminology server can look up, by value set.
    pub open: Vec<OpenCode>,
    /// Issues that are worth a look, and no more: the same of the same element together.
    pub looks: Vec<WorthALook>,
}

impl ProfileNotes {
    /// How many issues are worth a look.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.looks.iter().map(|look| look.count).sum()
    }
}

/// What breaks no rule, and a person would want to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorthALook {
    /// Code of the issue.
    pub code: String,
    /// Path of the element, without indexes.
    pub path: String,
    /// What is odd, in the first place.
    pub what: Text,
    /// How to mend it, or where to look.
    pub mend: Text,
    /// The first place: the resource, with the element below it.
    pub place: String,
    /// How many places there are.
    pub count: usize,
}

/// What an entry of the list of noise took away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silenced {
    /// Its name in the agreement.
    pub id: String,
    /// Why it says nothing about the product.
    pub reason: Text,
    /// Where that is written.
    pub source: String,
    /// When it can go.
    pub until: Text,
    /// How many issues it took away; with none it is of no more use here.
    pub count: usize,
}

/// Codes of a required value set that nobody could look up here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCode {
    /// Canonical of the value set.
    pub value_set: String,
    /// The first of the codes.
    pub codes: Vec<String>,
    /// How many elements hold one.
    pub count: usize,
}
