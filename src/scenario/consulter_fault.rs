//! Faults of a client: ways in which the reference consulter misbehaves on
//! command, each with the expectations of the consulter that it must turn red.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::Shown;
use super::fault::Kill;
use crate::agreements::{Dialect, FhirVersion};
use crate::text::Text;

/// One file of `scenarios/consulter-faults/`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConsulterFault {
    /// Name, as `toets consult --fault` takes it.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub consulter_fault: String,
    /// What the client does wrong, as a sentence.
    pub title: Text,
    /// Only in this version of FHIR; in every version when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fhir: Option<FhirVersion>,
    /// What goes wrong.
    #[serde(rename = "do")]
    pub behaviour: Vec<ConsulterMisbehaviour>,
    /// Expectations that it must turn red, with the finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kills: Vec<Kill>,
    /// Expectations that may turn red as well because of the same cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// One way for a client to be wrong. Exchanges are named as in `scenarios/exchanges`; `*` is all but the lookup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsulterMisbehaviour {
    /// Never asks these exchanges.
    Skip(Vec<String>),
    /// Leaves codes out of the list that an exchange asks for.
    SkipCodes(SkippedCodes),
    /// Sends no credentials with this exchange, or with any request (`*`).
    NoCredentials(String),
    /// Asks this exchange without saying about whom.
    NoPatient(String),
    /// Asks this exchange about a second patient in the same query.
    TwoPatients(TwoPatients),
    /// Names the patient of this exchange by BSN, in the URL.
    BsnInUrl(String),
    /// Asks this exchange for everything of the patient: no code, no category, no scope.
    Unfiltered(String),
    /// Narrows this exchange with parameters of its own.
    ExtraFilter(ExtraFilter),
    /// Asks every code of this exchange with a parameter of its own in the same query, which FHIR reads as AND.
    RepeatedCodes(String),
    /// Leaves the includes of this exchange out.
    NoInclude(String),
    /// Writes `_include:` in this exchange as older versions did.
    ColonInclude(String),
    /// Asks this exchange as another version of the agreement writes it; only where that is a version for the FHIR that is
    /// spoken, so that a fault of both names one for each.
    OtherDialect(OtherDialect),
    /// Asks for responses to another form than that of the agreement.
    OtherForm(String),
    /// Reads the first page only, and takes it for everything.
    IgnoresNext,
    /// Follows a next link to wherever it leads, with its credentials.
    NextElsewhere,
    /// Follows a redirect to wherever it leads, with its credentials.
    RedirectElsewhere,
    /// Follows next links without looking whether they end, up to this many pages.
    NextForever(u32),
    /// Asks nothing more once an answer is like this, as a client that crashed.
    StopsAfter(Trouble),
    /// Sends a request again at once, so many times, when it is refused with 429 or 5xx.
    RetriesAtOnce(u32),
    /// Writes to the server as well.
    Writes(Written),
    /// Says this in `Accept`; no such header when empty.
    Accept(String),
    /// Says this in `_format` with every search.
    Format(String),
    /// Does not show this to its user, though it has it.
    Hides(Shown),
    /// Reads no reference.
    ReadsNothing,
    /// Reads references without its credentials.
    ReadsWithoutCredentials,
}

/// Codes that are not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SkippedCodes {
    /// The exchange.
    pub exchange: String,
    /// The codes, without their system.
    pub codes: Vec<String>,
}

/// A second patient in a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TwoPatients {
    /// The exchange.
    pub exchange: String,
    /// Logical id of the other patient.
    pub other: String,
}

/// Parameters that the agreement does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExtraFilter {
    /// The exchange.
    pub exchange: String,
    /// Names and values of the parameters.
    pub parameters: BTreeMap<String, String>,
}

/// An exchange in the words of another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OtherDialect {
    /// The exchange.
    pub exchange: String,
    /// The version of which the query is sent.
    pub dialect: Dialect,
}

/// A write, of which the agreement has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Written {
    /// How it is written.
    pub method: WriteMethod,
    /// Resource type.
    pub resource: String,
}

/// How a resource is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum WriteMethod {
    /// Created or replaced under an id.
    Put,
    /// Created under an id of the server's choice.
    Post,
}

/// Answers that a client has to survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// A searchset without matches.
    Empty,
    /// A searchset with a next link.
    Paged,
    /// A redirect to another origin.
    Elsewhere,
    /// Status 401.
    Unauthorized,
    /// Status 403.
    Forbidden,
    /// Status 404.
    NotFound,
    /// Status 406: the server has no format that was asked for.
    NotAcceptable,
    /// Status 429.
    TooManyRequests,
    /// A status of 500 or more.
    ServerError,
    /// No whole answer within a second (as long as the tempo makes it).
    Slow,
    /// No whole answer, or one that cannot be read.
    Broken,
    /// No answer at all before the deadline.
    Silent,
    /// A body that goes on beyond what is taken in.
    Endless,
    /// An extension that neither FHIR nor the agreement or its base defines.
    UnknownExtension,
    /// A coding of which the system is none of FHIR's, nor of the agreement or its base.
    UnknownCoding,
    /// A resource of a type that the agreement does not have.
    UnknownResource,
    /// A data-absent-reason.
    DataAbsent,
    /// A match without its date, its decision or its value.
    MissingData,
    /// A form that is not completed, has no answers, has an unknown item, or holds "unknown" as an answer.
    OddForm,
    /// An answer in JSON.
    Json,
    /// An answer in XML.
    Xml,
}

impl ConsulterFault {
    /// Whether a client of this version of FHIR can have it.
    #[must_use]
    pub fn is_for(&self, fhir: FhirVersion) -> bool {
        self.fhir.is_none_or(|only| only == fhir)
    }
}

impl ConsulterMisbehaviour {
    /// The exchanges that it is about, as written; none where it is about all requests of a kind.
    #[must_use]
    pub fn exchanges(&self) -> Vec<&str> {
        match self {
            Self::Skip(exchanges) => exchanges.iter().map(String::as_str).collect(),
            Self::SkipCodes(skipped) => vec![&skipped.exchange],
            Self::TwoPatients(two) => vec![&two.exchange],
            Self::ExtraFilter(filter) => vec![&filter.exchange],
            Self::OtherDialect(other) => vec![&other.exchange],
            Self::NoCredentials(exchange)
            | Self::NoPatient(exchange)
            | Self::BsnInUrl(exchange)
            | Self::Unfiltered(exchange)
            | Self::RepeatedCodes(exchange)
            | Self::NoInclude(exchange)
            | Self::ColonInclude(exchange) => vec![exchange],
            Self::OtherForm(_)
            | Self::IgnoresNext
            | Self::NextElsewhere
            | Self::RedirectElsewhere
            | Self::NextForever(_)
            | Self::StopsAfter(_)
            | Self::RetriesAtOnce(_)
            | Self::Writes(_)
            | Self::Accept(_)
            | Self::Format(_)
            | Self::Hides(_)
            | Self::ReadsNothing
            | Self::ReadsWithoutCredentials => Vec::new(),
        }
    }

    /// Whether it is about this exchange.
    #[must_use]
    pub fn concerns(&self, exchange: &str) -> bool {
        self.exchanges().iter().any(|named| *named == "*" || *named == exchange)
    }
}
