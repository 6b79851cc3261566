//! The shape of `run.json`: its schema is made from these. How they are filled is
//! above.

use schemars::JsonSchema;
use serde::Serialize;

use crate::text::Text;

/// A run of Toets and what it thinks of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    /// Version of this format.
    pub(super) format: u32,
    /// Version of the binary that judged.
    pub(super) toets: &'a str,
    /// The suite.
    pub(super) suite: SuiteId<'a>,
    /// Definitions that judging used.
    pub(super) definitions: Vec<Definition<'a>>,
    /// What the vendor claims.
    pub(super) claims: Claims<'a>,
    /// What was asked.
    pub(super) target: Target<'a>,
    /// When the run began: RFC 3339, UTC.
    pub(super) at: &'a str,
    /// Microseconds that it took.
    pub(super) took_us: u64,
    /// Seed of generated ids.
    pub(super) seed: &'a str,
    /// Factor on every wait and deadline.
    pub(super) tempo: f64,
    /// What the user selected; null is the whole suite.
    pub(super) selection: Option<&'a str>,
    /// Every planned expectation has an outcome.
    pub(super) complete: bool,
    /// The verdict.
    pub(super) conclusion: &'static str,
    /// The verdict in a sentence.
    pub(super) sentence: &'a Text,
    /// What the reader must know first.
    pub(super) warnings: &'a [Text],
    /// Counts of the claimed requirements, by level.
    pub(super) counts: Vec<LevelCounts>,
    /// What lies under many findings at once.
    pub(super) causes: Vec<Root<'a>>,
    /// Every requirement, in the order of the catalogue.
    pub(super) requirements: Vec<Requirement<'a>>,
    /// Every expectation, in the order of the plan.
    pub(super) expectations: Vec<Expectation<'a>>,
    /// Every exchange, in the order of the plan.
    pub(super) exchanges: Vec<Exchange<'a>>,
    /// Failures that the vendor knows, and what became of them.
    pub(super) known_failures: Vec<Known<'a>>,
    /// What was noted while resources were judged by profiles; null where none was.
    pub(super) profiles: Option<super::profiles::Profiles<'a>>,
    /// What was shown of the dataset of the information standard, counted; null where the suite has none. No part of the
    /// conclusion.
    pub(super) dataset: Option<Dataset<'a>>,
    /// Which version of the agreement the system speaks; null where that was not looked at. No part of the conclusion.
    pub(super) spoken: Option<super::spoken::Spoken<'a>>,
    /// Habits that break nothing, for whoever mends the product. Absent where none was seen. No part of the conclusion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) habits: Vec<super::spoken::Habit<'a>>,
    /// Defects of the agreement itself, for its owners: none of them is held against the product. Absent where none is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) agreement_defects: Vec<AgreementDefect<'a>>,
    /// What somebody at the table noted about a phase. Absent where nothing was noted. No part of the conclusion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<Note<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Note<'a> {
    /// `scenario@variant`
    pub(super) scenario: &'a str,
    /// The step.
    pub(super) step: &'a str,
    /// In words.
    pub(super) text: &'a str,
    /// Where it was written: the terminal, or the live page.
    pub(super) by: &'a str,
    /// RFC 3339, UTC.
    pub(super) at: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dataset<'a> {
    /// Name of the dataset: `zib2020`.
    pub(super) name: &'a str,
    /// How many concepts it has, groups and items.
    pub(super) concepts: usize,
    /// Of these were shown.
    pub(super) seen: usize,
    /// Are in the data that was asked for, and were never shown.
    pub(super) not_shown: usize,
    /// The same, and cannot be entered by the vendor's word.
    pub(super) not_entered: usize,
    /// Are not in the data that was asked for, or it is not known whether they are, and were not shown.
    pub(super) not_in_data: usize,
    /// Have no place in a resource.
    pub(super) not_mapped: usize,
    /// Those that are in the data and were never shown.
    pub(super) missing: Vec<Concept<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Concept<'a> {
    /// The last part of its OID.
    pub(super) id: u32,
    /// Its name in the dataset.
    pub(super) name: &'a str,
}

/// A defect of the agreement in the claimed version.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgreementDefect<'a> {
    /// The exchange that it is about.
    pub(super) exchange: &'a str,
    /// What is wrong.
    pub(super) what: &'a Text,
    /// What could stand there instead.
    pub(super) fix: &'a Text,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issue<'a> {
    /// Message id of the HL7 validator for the same thing.
    pub(super) message_id: Option<&'a str>,
    /// Canonical with version of the profile whose rule it is; null for a rule of FHIR itself.
    pub(super) profile: Option<&'a str>,
    /// Key of the invariant.
    pub(super) invariant: Option<&'a str>,
    /// How many resources it is said of.
    pub(super) count: usize,
    /// The first of the others.
    pub(super) also: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Known<'a> {
    /// The requirement or the expectations that it is about.
    pub(super) subject: &'a str,
    pub(super) reason: &'a str,
    /// The last day on which it is known.
    pub(super) until: &'a str,
    /// `failing`, `passes`, `expired`, `unmatched` or `undecided`.
    pub(super) state: &'static str,
    pub(super) sentence: &'a Text,
    /// Keys of the expectations that fail.
    pub(super) failing: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct KnownMark<'a> {
    pub(super) reason: &'a str,
    pub(super) until: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SuiteId<'a> {
    pub(super) version: &'a str,
    /// SHA-256 over its files.
    pub(super) digest: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Definition<'a> {
    pub(super) id: &'a str,
    pub(super) version: &'a str,
    /// SHA-256.
    pub(super) digest: &'a str,
    /// Only a part, or an approximation, of the published package.
    pub(super) approximation: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Claims<'a> {
    pub(super) product: Option<&'a str>,
    /// `provider` or `consulter`
    pub(super) actor: crate::agreements::Actor,
    /// The version of the agreement.
    pub(super) dialect: crate::agreements::Dialect,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target<'a> {
    /// FHIR base URL.
    pub(super) base: &'a str,
    /// Name of the variable that held the bearer token; null when nothing was sent.
    pub(super) token: Option<&'a str>,
    /// The built-in reference provider was judged.
    pub(super) built_in: bool,
    /// The fault that it was told to have.
    pub(super) fault: Option<&'a str>,
    /// Certificates were not checked.
    pub(super) insecure: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LevelCounts {
    pub(super) level: &'static str,
    pub(super) claimed: usize,
    pub(super) pass: usize,
    pub(super) warn: usize,
    /// What is found is a remark whatever its level.
    pub(super) remark: usize,
    pub(super) fail: usize,
    pub(super) cant_tell: usize,
    pub(super) untested: usize,
    pub(super) inapplicable: usize,
    pub(super) broken: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Root<'a> {
    /// Stable code: `token-refused`.
    pub(super) code: &'a str,
    /// The kind of trouble, as of an expectation.
    pub(super) class: &'static str,
    pub(super) sentence: &'a Text,
    pub(super) hint: &'a Text,
    /// In how many exchanges it shows.
    pub(super) exchanges: usize,
    /// How many findings it explains.
    pub(super) findings: usize,
    /// The requirements that these are against.
    pub(super) requirements: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Requirement<'a> {
    pub(super) id: &'a str,
    pub(super) group: &'a str,
    pub(super) level: &'static str,
    pub(super) actor: crate::agreements::Actor,
    /// What a finding does: `fail`, `warn`, `remark` or `coverage`.
    pub(super) effect: &'static str,
    pub(super) claimed: bool,
    /// `pass`, `fail`, `warn`, `cantTell`, `untested`, `inapplicable` or `broken`.
    pub(super) outcome: &'static str,
    pub(super) reason: Option<Reason<'a>>,
    /// Keys of its expectations.
    pub(super) expectations: Vec<&'a str>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Reason<'a> {
    /// Stable code of the reason: `capture-missing`.
    pub(super) code: &'a str,
    /// What it is about.
    pub(super) detail: Option<&'a str>,
    /// English.
    pub(super) en: &'a str,
    /// Dutch.
    pub(super) nl: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Expectation<'a> {
    /// `scenario/step/expectation@variant`
    pub(super) key: &'a str,
    /// The requirement.
    pub(super) req: &'a str,
    pub(super) effect: &'static str,
    pub(super) outcome: &'static str,
    /// The kind of trouble when it is not met: `configuration`, `availability`, `data`, `conformance`, `harness` or
    /// `agreement-unclear`.
    pub(super) class: Option<&'static str>,
    pub(super) reason: Option<Reason<'a>>,
    /// The vendor knows that it fails; null when not.
    pub(super) known: Option<KnownMark<'a>>,
    pub(super) findings: Vec<Finding<'a>>,
    /// Ids of the exchanges that it looked at.
    pub(super) exchanges: &'a [String],
    /// What a person, or the program that drives the client, said of it last; absent where nobody said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attested: Option<Attested<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Attested<'a> {
    /// `yes`, `no` or `cannot-show`.
    pub(super) answer: &'static str,
    /// In words.
    pub(super) remark: Option<&'a str>,
    /// A screenshot, or another file.
    pub(super) exhibit: Option<Exhibit<'a>>,
    /// By whom, or by what file.
    pub(super) by: &'a str,
    /// RFC 3339, UTC.
    pub(super) at: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Exhibit<'a> {
    /// Name of the file.
    pub(super) name: &'a str,
    /// `image/png`
    pub(super) media_type: &'a str,
    /// SHA-256 of its content, which is in `blobs/` by that name.
    pub(super) digest: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Finding<'a> {
    /// Stable code of the kind of finding.
    pub(super) code: &'a str,
    /// The kind of trouble, as of an expectation.
    pub(super) class: &'static str,
    /// What it is about.
    pub(super) subject: &'a str,
    pub(super) sentence: &'a Text,
    pub(super) hint: Option<&'a Text>,
    /// Id of the exchange.
    pub(super) exchange: Option<&'a str>,
    /// Element path in the body.
    pub(super) path: Option<&'a str>,
    /// Line of the body, from 1.
    pub(super) line: Option<u32>,
    pub(super) expected: &'a [String],
    pub(super) actual: &'a [String],
    /// What the judge of profiles says beside that; null where it is no issue of that.
    pub(super) issue: Option<Issue<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Exchange<'a> {
    pub(super) id: &'a str,
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    /// Null when there was no answer.
    pub(super) status: Option<u16>,
    /// Why there is no whole answer.
    pub(super) broken: Option<&'a Text>,
    /// SHA-256 of the body, its name among the blobs of the evidence.
    pub(super) body: Option<&'a str>,
    pub(super) bytes: u64,
    pub(super) started_us: u64,
    pub(super) took_us: u64,
    pub(super) retries: u32,
}
