//! What goes into a consultation and what comes out of it.

use serde::Serialize;

use super::plan::CarePlan;
use crate::agreements::FhirVersion;
use crate::drive::{AddressError, ClientError, Tls};
use crate::plan::Limits;
use crate::scenario::Suite;
use crate::text::Text;

/// Milliseconds that a whole consultation may take.
const WHOLE_MS: u64 = 600_000;

/// How to ask, whom, and about whom.
#[derive(Clone)]
pub struct Settings<'s> {
    /// Gives the exchanges, and the faults that the consulter may have.
    pub suite: &'s Suite,
    /// FHIR base URL of the server.
    pub base: String,
    /// Bearer token. Goes to the origin of the base and nowhere else.
    pub token: Option<String>,
    /// Whose plan is asked for.
    pub patient: Whom,
    /// The version of FHIR that the server speaks.
    pub fhir: FhirVersion,
    /// What is asked for.
    pub groups: Groups,
    /// Matches that are wanted on a page; the server's choice when absent.
    pub page_size: Option<u32>,
    /// Faults that the consulter has, by name.
    pub faults: Vec<String>,
    /// Factor on every wait and deadline.
    pub tempo: f64,
    /// Bounds on what is taken from the server.
    pub limits: Limits,
    /// Milliseconds that the whole may take.
    pub whole_ms: u64,
    /// How connections are trusted.
    pub tls: Tls,
}

impl<'s> Settings<'s> {
    /// Asks a server without credentials for everything about this patient, by the current version for R4.
    #[must_use]
    pub fn new(suite: &'s Suite, base: impl Into<String>, patient: Whom) -> Self {
        Self {
            suite,
            base: base.into(),
            token: None,
            patient,
            fhir: FhirVersion::R4,
            groups: Groups::Both,
            page_size: None,
            faults: Vec::new(),
            tempo: 1.0,
            limits: Limits { pages: 50, reads: 200, retries: 1, ..Limits::default() },
            whole_ms: WHOLE_MS,
            tls: Tls::default(),
        }
    }
}

// The token is in no log.
impl std::fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("base", &self.base)
            .field("token", &self.token.is_some())
            .field("patient", &self.patient)
            .field("fhir", &self.fhir)
            .field("groups", &self.groups)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// Whose plan is asked for.
#[derive(Clone, PartialEq, Eq)]
pub enum Whom {
    /// The patient with this logical id.
    Id(String),
    /// The patient with this BSN, who is looked up first.
    Bsn(String),
}

// A BSN is in no log.
impl std::fmt::Debug for Whom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => f.debug_tuple("Id").field(id).finish(),
            Self::Bsn(_) => f.write_str("Bsn(…)"),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Groups {
    /// Individual resources and the form, as the agreement asks of a consulter.
    #[default]
    Both,
    /// The form only.
    FormOnly,
    /// Individual resources only.
    ResourcesOnly,
}

/// Why there is no consultation.
#[derive(Debug, thiserror::Error)]
pub enum ConsultError {
    /// The base is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The client cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// There is no fault of that name.
    #[error("there is no fault of a client `{0}`")]
    UnknownFault(String),
    /// The fault has no meaning in this version of FHIR.
    #[error("the fault of a client `{0}` has no meaning in {name}", name = .1.name())]
    FaultOfAnother(String, FhirVersion),
    /// A consulter that misbehaves asks nobody but this machine.
    #[error("a consulter with a fault only asks a server on this machine, and `{0}` is elsewhere")]
    FaultElsewhere(String),
    /// The token cannot be sent.
    #[error("the token holds a line break or another character that a header cannot hold")]
    Token,
}

/// What came of a consultation.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The plan, as far as it is known.
    pub plan: CarePlan,
    /// What was sent, in order.
    pub asked: Vec<Asked>,
    /// Whether the server answered anything at all.
    pub reached: bool,
    /// Why the plan may not be all that there is; empty when it is.
    pub incomplete: Vec<Reason>,
}

/// A request that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The exchange that it belongs to; none of a read.
    pub exchange: Option<String>,
    /// `GET`
    pub method: &'static str,
    /// Where it went.
    pub url: String,
    /// The form in its body.
    pub form: Option<String>,
    /// What `Accept` said.
    pub accept: Option<String>,
    /// Whether credentials went with it.
    pub credentials: bool,
    /// Status of the answer, where one came.
    pub status: Option<u16>,
    /// Milliseconds since the consultation began, when it was sent.
    pub at_ms: u64,
}

/// Why something is missing from the plan, or may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reason {
    /// What kind of reason it is.
    pub kind: ReasonKind,
    /// The exchange that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    /// In words.
    pub text: Text,
}

/// Kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// No whole answer came.
    NoAnswer,
    /// The server refused.
    Refused,
    /// The answer is not what was asked for, or cannot be read.
    Unreadable,
    /// The server sends us to another origin, where our credentials do not go.
    Elsewhere,
    /// Pages that come back to themselves, or do not end.
    Endless,
    /// A reference that could not be read.
    Reference,
    /// Data about somebody else; it is not shown.
    OtherPatient,
    /// The server says that it leaves something out.
    ServerSays,
    /// The patient is not known, or is more than one.
    Patient,
    /// The consulter stopped asking.
    Stopped,
    /// More than is taken in.
    TooMuch,
}
