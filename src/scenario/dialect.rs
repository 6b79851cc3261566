//! A version of the agreement: by what it is recognised, and what changed since
//! the version before. Data, so that the next version is added by writing a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::{fits, fits_key};
use crate::agreements::Dialect;
use crate::text::Text;

/// One file of `scenarios/dialects/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DialectFile {
    /// The version, as `sut.yaml` claims it.
    pub dialect: Dialect,
    /// The version for people.
    pub title: Text,
    /// Where it stands.
    pub standing: Standing,
    /// The version before it, in the same version of FHIR; the first has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Dialect>,
    /// Where it is published.
    pub canonical: String,
    /// Its package: `iknl.fhir.r4.pzp#1.0.0-rc2`.
    #[schemars(regex(pattern = r"^[a-z0-9.-]+#[A-Za-z0-9.-]+$"))]
    pub package: String,
    /// Where all this is written.
    pub source: String,
    /// What nothing but this version has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// What changed since the version before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What looks like this version and is of none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<Mistake>,
    /// What the suite asks and cannot hold somebody to who claims this version; all else is held as in the current one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<NotJudged>,
}

/// What is not held against who claims a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NotJudged {
    /// Requirements, `*` for anything: `PZP-PRO-*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
    /// Expectations, as faults name them: `medical-policy-goals/query/only-asked`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<String>,
    /// What is known of it.
    pub known: Known,
    /// Why, for whoever reads the report.
    pub why: Text,
}

/// What is known of something that a version is not held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// The version does not ask it: inapplicable.
    NotAsked,
    /// Whether the version is met cannot be seen: not decided.
    Unknown,
}

impl DialectFile {
    /// What stands in the way of holding this expectation, of this requirement, against who claims the version. The
    /// first entry that names it holds.
    #[must_use]
    pub fn excuse(&self, key: &str, requirement: &str) -> Option<&NotJudged> {
        self.not_judged.iter().find(|own| {
            own.expect.iter().any(|pattern| fits_key(pattern, key))
                || own.requirements.iter().any(|pattern| fits(pattern, requirement))
        })
    }
}

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A later one has come; what speaks it cannot be certified.
    Superseded,
    /// The one that is certified.
    Current,
    /// Not published yet; what speaks it cannot be certified.
    Development,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Change {
    /// Its name, once in the file.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// Its number with the owners of the agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// What changed, in words.
    pub what: Text,
    /// As it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Side>,
    /// As it is.
    pub after: Side,
    /// It adds to what was there and takes nothing away: who has it while an earlier version is claimed has nothing to
    /// change for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub additive: bool,
    /// Exchanges of which the request is another; which request somebody sends is a mark by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<String>,
    /// Why it was changed, or what it is good for.
    pub why: Text,
    /// Where that is written.
    pub source: String,
}

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Side {
    /// As it is written there, in short.
    pub text: String,
    /// By what it is seen; nothing where it cannot be seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}

/// Something that is of no version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mistake {
    /// By what it is seen.
    pub mark: Mark,
    /// What belongs there.
    pub instead: String,
    /// What is wrong with it.
    pub what: Text,
    /// Where that is written.
    pub source: String,
}

/// Something in a request or an answer by which a version is recognised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mark {
    /// The element it stands at, without indexes: `Goal.category`. Anywhere when left out; for codes only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What it is.
    #[serde(flatten)]
    pub sign: Sign,
}

/// The kinds of marks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// Start of a canonical: of a profile, a form, a value set.
    Canonical(String),
    /// Version behind a canonical of the agreement: `1.0.0-rc2` of `…/ACP-Patient|1.0.0-rc2`.
    Version(String),
    /// Name of a profile in `meta.profile`.
    Profile(String),
    /// Name of an extension: the last part of its URL.
    Extension(String),
    /// A code, as `system|code` or by itself.
    Code(String),
    /// A code system.
    System(String),
    /// A text in the query of a request, decoded.
    Written(String),
    /// Ids of resources; `*` stands for anything.
    Id(String),
    /// An item of a form: its `linkId`.
    Item(String),
}
