//! Scenarios and their steps.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::Phase;
use super::expectation::Expectation;
use crate::agreements::{Actor, Dialect, FhirVersion};
use crate::text::Text;

/// One file of `scenarios/provider/` or `scenarios/consulter/`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scenario {
    /// Stable name; the first part of the key of each of its results.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub scenario: String,
    /// What it shows, as a sentence.
    pub title: Text,
    /// For which claims it is run.
    pub when: When,
    /// The persona it is about. Gives `${patient}` (logical id on the server under test) and `${bsn}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    /// What may run beside it.
    #[serde(default)]
    pub isolation: Isolation,
    /// In which variants it is run beyond the plain one.
    #[serde(default, skip_serializing_if = "Axes::is_plain")]
    pub axes: Axes,
    /// What is asked, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Expectations over the whole run (settled 6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over_run: Vec<Expectation>,
}

/// For which claims a scenario is run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct When {
    /// Whose system is under test.
    pub actor: Actor,
    /// Versions of FHIR it is written for.
    pub fhir: Vec<FhirVersion>,
}

/// What may run beside a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// It only reads: anything may run beside it.
    #[default]
    ReadOnly,
    /// Nothing may run beside it.
    Exclusive,
}

/// Declared axes (settled 12). A scenario is run once for every combination.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Axes {
    /// Formats to run the whole scenario in; JSON alone when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub format: Vec<Format>,
    /// Exchanges to run the whole scenario for: `${exchange}` in a step's `exchange` is then one of
    /// them, and the variant ends with its name (`r4.json.plain.procedures`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange: Vec<String>,
}

impl Axes {
    /// Whether nothing is declared.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.format.is_empty() && self.exchange.is_empty()
    }
}

/// A format of FHIR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `application/fhir+json`
    #[default]
    Json,
    /// `application/fhir+xml`
    Xml,
}

/// One step: exactly one of `exchange`, `request`, `follow`, `like` and, about a client, `phase`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [{"required": ["exchange"]}, {"required": ["request"]}, {"required": ["follow"]}, {"required": ["like"]}, {"required": ["phase"]}]))]
pub struct Step {
    /// Name within the scenario.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// Only in this version of FHIR, of those that the scenario is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fhir: Option<FhirVersion>,
    /// Asks this exchange for the scenario's persona.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    /// Sends this request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// Reads what earlier answers hold or refer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<Follow>,
    /// Does what this earlier step of the scenario does, changed by `with`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
    /// Answers the requests of a client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// What is different from the exchange or the step it is like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<With>,
    /// Repeats the step for every value of this capture; `${capture}` is then one value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// How many pages of the answer are fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<Pages>,
    /// Values taken from the answer: name to FHIRPath in the context of the answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capture: BTreeMap<String, String>,
    /// What is expected of the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
}

/// A request that is no exchange of the agreement.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Request {
    /// HTTP method.
    #[serde(default)]
    pub method: Method,
    /// URL relative to the base: `Patient/${patient}`, `metadata`.
    pub url: String,
}

/// An HTTP method. Toets never writes to a system under test while judging it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read or search.
    #[default]
    Get,
    /// Search by `_search`, the parameters in the body.
    Post,
}

/// Reads that follow from earlier answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Follow {
    /// Steps of which the answers are walked.
    pub of: Vec<String>,
    /// What is read.
    pub what: FollowWhat,
}

/// What a follow step reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FollowWhat {
    /// Every resource in the answers, by type and id.
    Resources,
    /// Every literal reference of which the target is not in the answer, and the references of what
    /// is read so, until nothing new comes.
    References,
}

/// What is different from the exchange, the request or the step it is like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct With {
    /// Another patient than the scenario's persona: a persona's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    /// Format asked for in `Accept`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Credentials sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// Method: POST sends the parameters to `_search` in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// The exchange as published for this version of the agreement, instead of the claimed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// How `|`, `,` and `:` in values are written in the URL or the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// Search parameters set to another value (or added), name to value, before encoding.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, String>,
    /// Search parameters left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

/// Credentials of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// Those of the run.
    #[default]
    Normal,
    /// No credentials at all.
    None,
    /// A bearer token that nobody gave out.
    Invalid,
}

/// How `|`, `,` and `:` in the values of search parameters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// As they are.
    Raw,
    /// As `%7C`, `%2C` and `%3A`.
    Percent,
}

/// How many pages are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pages {
    /// Only the answer itself.
    #[default]
    First,
    /// `next` links are followed to the end.
    All,
}
