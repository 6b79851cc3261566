//! Findings: what was wrong, where, what was expected and what was there.
//! Values are shown as they are; the sentences of each code live in one table
//! (`Code::text`), in English and Dutch.

use serde::{Deserialize, Serialize};

/// Stable code of a kind of finding: kebab-case when written, subject first, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The status code is another one.
    StatusUnexpected,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The kind.
    pub code: Code,
    /// Where it was seen.
    pub place: Place,
    /// The thing it is about, for the sentence of the code: a header, a reference, a resource.
    pub subject: String,
    /// What was expected, one value a line.
    pub expected: Vec<String>,
    /// What was there, one value a line.
    pub actual: Vec<String>,
}

/// Where something was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// Id of the exchange.
    pub exchange: Option<String>,
    /// Element path in the body: `Bundle.entry[3].resource.status`.
    pub path: Option<String>,
    /// Line of the body, from 1.
    pub line: Option<u32>,
}
