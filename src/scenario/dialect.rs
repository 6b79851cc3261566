//! A version of the agreement: by what it is recognised, and what changed since
//! the version before. Data, so that the next version is added by writing a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}
