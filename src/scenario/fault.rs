//! Faults: ways in which the reference provider misbehaves on command, each
//! with the expectations that it must turn red (settled 13).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::step::Format;
use crate::agreements::{Dialect, FhirVersion};
use crate::text::Text;

/// One file of `scenarios/faults/`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fault {
    /// Name, as `--fault` takes it.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub fault: String,
    /// What the server does wrong, as a sentence.
    pub title: Text,
    /// Only in this version of FHIR; in every version when left out. What a change finds nothing to change in is then
    /// only for the other version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fhir: Option<FhirVersion>,
    /// The version of the agreement that the server speaks, where that is not the current one: it is wrong in this way
    /// beside the fault `speaks-<version>`, and caught where that version is claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Dialect>,
    /// Which requests it strikes.
    pub on: Target,
    /// What goes wrong, in order.
    #[serde(rename = "do")]
    pub behaviour: Vec<Misbehaviour>,
    /// Expectations that it must turn red, with the finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kills: Vec<Kill>,
    /// Findings that must be noted over the run, of what breaks nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Expectations that may turn red as well because of the same cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

impl Fault {
    /// The fault that the server has besides, because it speaks another version than the current one.
    #[must_use]
    pub fn beside(&self) -> Option<String> {
        Some(format!("speaks-{}", self.version?.word()))
    }
}

/// An expectation that a fault must turn red.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Kill {
    /// `scenario/step/expectation`, which must turn red in one variant at least; with `@variant` in
    /// that one. `*` stands for any scenario, step, expectation or variant: each expectation that
    /// fits must turn red.
    pub expect: String,
    /// Code of the finding.
    pub finding: String,
}

/// Which requests a fault strikes: all that are named here together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Target {
    /// Requests that are this exchange, in whatever spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    /// Searches of this resource type; `*` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Requests of which the decoded query holds this text (`patient=full-plan-patient`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Requests of which the query as it was sent, not decoded, holds this text (`%2C`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Reads of this resource type; `*` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// Requests of which the path below the base starts with this (`metadata`, `Patient`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Requests for this format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Requests that use this search parameter, modifier or chain as written (`reason-reference`, `device.type`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}

/// One way to be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Misbehaviour {
    /// Answers with this status and an OperationOutcome.
    Status(u16),
    /// Answers with this status and no body of FHIR: an HTML page.
    HtmlPage(u16),
    /// How it answers where nothing is found: a search without matches, a read of an unknown id.
    WhenEmpty(EmptyAnswer),
    /// Leaves out matches for which this FHIRPath is true.
    Hide(String),
    /// Keeps only the newest match by this FHIRPath date for each key.
    LatestOnly(LatestOnlyKey),
    /// Returns these resources (`Type/id`) as matches as well.
    AddMatches(Vec<String>),
    /// Returns these resources (`Type/id`) as includes as well.
    AddIncludes(Vec<String>),
    /// Acts as if this search parameter had not been sent.
    IgnoreParameter(String),
    /// Refuses requests with this search parameter with 400.
    RefuseParameter(String),
    /// Splits answers into pages of this many matches.
    PageSize(u32),
    /// What is wrong with the next link; with pages of two.
    NextLink(LinkFault),
    /// Leaves out includes.
    NoIncludes,
    /// Marks includes as matches.
    IncludesAsMatches,
    /// Has what the personas have in this version of the agreement only.
    DataOf(Dialect),
    /// Changes the answer.
    Patch(Patch),
    /// Writes values of the answer that begin with the key with this beginning instead; of several keys the longest.
    Rename(BTreeMap<String, String>),
    /// Sets a header, or takes it away when empty.
    Header(BTreeMap<String, String>),
    /// What is wrong with formats.
    Format(FormatFault),
    /// What is wrong with credentials.
    Credentials(Credentials),
    /// Sends the client elsewhere.
    Redirect(String),
    /// Waits this many milliseconds before it answers.
    Delay(u32),
    /// Never answers.
    NeverAnswers,
    /// Sends a body without end.
    EndlessBody,
    /// Closes the connection in the middle of the body.
    Truncate,
}

/// An answer where nothing is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EmptyAnswer {
    /// Status code.
    pub status: u16,
    /// `html` for a page, `Type/id` for that resource; when left out an OperationOutcome, or an
    /// empty searchset below 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// Which matches count as the same for `latest-only`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LatestOnlyKey {
    /// FHIRPath of the key.
    pub key: String,
    /// FHIRPath of the date.
    pub date: String,
}

/// A change of the answer: elements found by FHIRPath (in the context of the answer) are removed, get a value, or get
/// one more element below them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Patch {
    /// FHIRPath of the elements.
    pub at: String,
    /// An element that is added below each, as it is written: `note.text`, `valueString`. Needs a `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<String>,
    /// The value they get, or the added element; removed when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What is wrong with a next link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkFault {
    /// It leads to an error.
    Broken,
    /// It leads to the same page again.
    Loop,
    /// It is not there although matches are left.
    Missing,
    /// The next page repeats the last match of the one before.
    Overlap,
    /// It leads to another origin.
    OtherOrigin,
}

/// What is wrong with formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormatFault {
    /// Answers in JSON whatever is asked.
    AlwaysJson,
    /// Answers 406 when XML is asked.
    RefusesXml,
    /// Answers in XML whatever is asked.
    AlwaysXml,
    /// Has JSON only: answers 406 to who does not take it.
    OnlyJson,
    /// Has XML only: answers 406 to who does not take it.
    OnlyXml,
    /// Says `text/html` in `Content-Type`.
    WrongContentType,
    /// Says the FHIR version 3.0 in `Content-Type`.
    WrongVersion,
    /// Leaves an element out of XML only: this makes XML and JSON differ.
    XmlLosesElements,
}

impl FormatFault {
    /// The only format that the server has.
    #[must_use]
    pub fn only(self) -> Option<Format> {
        match self {
            Self::OnlyJson => Some(Format::Json),
            Self::OnlyXml => Some(Format::Xml),
            _ => None,
        }
    }
}

/// What is wrong with credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// Answers without credentials.
    NotAsked,
    /// Takes any token.
    AnyToken,
    /// Refuses, but with patient data in the body.
    RefusesWithData,
}

/// Whether the key of a result is one that a fault names: `scenario/step/expectation`, with `@variant` only in that
/// variant. `*` stands for anything within a part.
#[must_use]
pub fn fits_key(pattern: &str, key: &str) -> bool {
    let (pattern, variant) = pattern.split_once('@').map_or((pattern, None), |(path, variant)| (path, Some(variant)));
    let (key, of_key) = key.split_once('@').unwrap_or((key, ""));
    let parts: (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), key.split('/').collect());
    parts.0.len() == parts.1.len()
        && parts.0.iter().zip(&parts.1).all(|(wanted, part)| fits(wanted, part))
        && variant.is_none_or(|variant| fits(variant, of_key))
}

/// Whether a text is as a pattern has it: `*` stands for anything.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| fits(rest, &text[at..]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_key_takes_a_star_for_anything_within_a_part() {
        assert!(fits_key("*/invalid-token/refused", "reads/invalid-token/refused@r4.json.plain"));
        assert!(fits_key("reads/unknown-*/outcome", "reads/unknown-goal/outcome@r4.json.plain"));
        assert!(!fits_key("*/refused", "reads/invalid-token/refused"));
    }

    #[test]
    fn fits_key_holds_a_variant_to_itself() {
        assert!(fits_key("a/b/c@*.xml.*", "a/b/c@r4.xml.plain"));
        assert!(!fits_key("a/b/c@r4.xml.plain", "a/b/c@r4.json.plain"));
        assert!(fits_key("a/b/c", "a/b/c@r4.json.plain"));
    }
}
