//! The plan: what we intend to ask and expect, before anything is sent. Holds
//! no opinion, no secret and no I/O handle; goes into the evidence as it is.

mod compile;
mod data;
mod key;
mod known;
mod own;
mod select;
mod shard;
mod target;
mod template;

#[cfg(test)]
mod tests;

pub use compile::{OVER_RUN, PATIENT_LOOKUP, PlanError, compile};
pub use data::{NotEntered, data_suite};
pub use key::{expectation_name, without_variant};
pub use known::{KnownFailure, KnownSubject};
pub use own::{OWN, OwnPatient};
pub use select::Selection;
pub use shard::Shard;
pub use target::{ExtraHeader, ExtraValue, IssuedToken, Limits, Target, TargetAuth};
pub use template::{Piece, pieces, slots, split};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::agreements::{Actor, Dialect};
use crate::scenario::{Auth, Check, Encoding, Follow, Format, Isolation, Method, Needs, Pages, Phase, TransactionGroup};
use crate::text::Text;

/// What a run intends to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// What the vendor claims.
    pub claims: Claims,
    /// The suite it is made of.
    pub suite: SuiteId,
    /// Address and limits of the system under test.
    pub target: Target,
    /// Personas and how their logical id on the server is found.
    pub personas: Vec<PlannedPersona>,
    /// What is run, in order.
    pub scenarios: Vec<PlannedScenario>,
    /// Requirements that are only about a transaction group that is not claimed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unclaimed: BTreeSet<String>,
    /// Why the plan is only a part of the suite, when the user chose so.
    pub selection: Option<String>,
    /// Failures that the vendor knows.
    #[serde(default)]
    pub known: Vec<KnownFailure>,
    /// Data that the vendor cannot enter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_entered: Vec<NotEntered>,
    /// Which share of the scenarios this is, when the run is split over several machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// What the vendor claims to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Claims {
    /// Name of the product, where given.
    pub product: Option<String>,
    /// Whose part it plays.
    pub actor: Actor,
    /// The version it speaks.
    pub dialect: Dialect,
    /// The transaction groups that it serves; all when empty. One is enough (PZP-EX-001): what is only about the
    /// other is not claimed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<TransactionGroup>,
}

impl Claims {
    /// A product without a name that serves every transaction group.
    #[must_use]
    pub fn new(actor: Actor, dialect: Dialect) -> Self {
        Self { product: None, actor, dialect, groups: Vec::new() }
    }

    /// Whether exchanges of this group are claimed. The lookup is part of neither.
    #[must_use]
    pub fn serves(&self, group: TransactionGroup) -> bool {
        self.groups.is_empty() || group == TransactionGroup::Lookup || self.groups.contains(&group)
    }
}

/// Identity of a suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SuiteId {
    /// Version of the binary that holds it.
    pub version: String,
    /// SHA-256 over its files.
    pub digest: String,
}

/// A persona in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedPersona {
    /// Name.
    pub persona: String,
    /// Test BSN; of a patient with data of their own perhaps empty: not known.
    pub bsn: String,
    /// Logical id on the server, when the user gave it.
    pub given: Option<String>,
    /// Logical id in the fixtures: tried when the lookup finds nobody.
    pub fixture: String,
    /// The lookup by BSN: a URL relative to the base.
    pub lookup: String,
    /// Whose data it is.
    #[serde(default, skip_serializing_if = "Data::is_fixture")]
    pub data: Data,
}

/// Whose data a patient has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// That of a persona: known to the last resource.
    #[default]
    Fixture,
    /// Their own, which nobody described.
    Own,
}

impl Data {
    /// Whether it is that of a persona.
    #[must_use]
    pub fn is_fixture(&self) -> bool {
        *self == Self::Fixture
    }
}

impl PlannedPersona {
    /// The BSN, where it is known.
    #[must_use]
    pub fn known_bsn(&self) -> Option<&str> {
        Some(self.bsn.as_str()).filter(|bsn| !bsn.is_empty())
    }
}

/// A scenario in one variant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedScenario {
    /// Name of the scenario.
    pub scenario: String,
    /// `r4.json.plain`
    pub variant: String,
    /// Title.
    pub title: Text,
    /// Persona that it is about.
    pub persona: Option<String>,
    /// What may run beside it.
    pub isolation: Isolation,
    /// Format of the variant.
    pub format: Format,
    /// What is sent, in order.
    pub steps: Vec<PlannedStep>,
    /// Expectations over the run.
    pub over_run: Vec<PlannedExpectation>,
}

/// A step with everything that is known before the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedStep {
    /// Name within the scenario.
    pub id: String,
    /// The exchange it asks, where it is one.
    pub exchange: Option<String>,
    /// What it sends.
    pub action: Action,
    /// Repeats for every value of this capture.
    pub for_each: Option<String>,
    /// How many pages are fetched.
    pub pages: Pages,
    /// Captures: name to FHIRPath.
    pub capture: BTreeMap<String, String>,
    /// What is expected.
    pub expect: Vec<PlannedExpectation>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Sends a request.
    Send(RequestTemplate),
    /// Reads what earlier answers hold.
    Follow(FollowTemplate),
    /// Answers the requests of a client.
    Serve(Phase),
}

/// Reads that follow from earlier answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FollowTemplate {
    /// Of which answers what is read.
    #[serde(flatten)]
    pub follow: Follow,
    /// Format asked for.
    #[serde(default)]
    pub format: Format,
    /// Credentials.
    #[serde(default)]
    pub auth: Auth,
}

/// A request with late slots: `${patient}`, `${bsn}`, `${patient:PERSONA}` and captures, filled when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequestTemplate {
    /// Method. POST sends `parameters` as a form to `path/_search`.
    pub method: Method,
    /// Path relative to the base, without the query: `Consent`, `Patient/${patient}`.
    pub path: String,
    /// Search parameters in order, not encoded.
    pub parameters: Vec<(String, String)>,
    /// Format asked for.
    pub format: Format,
    /// Credentials.
    pub auth: Auth,
    /// The persona it is about, when that is not the scenario's.
    pub persona: Option<String>,
    /// How `|`, `,` and `:` in values are written, when that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
}

/// An expectation with its place in the results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedExpectation {
    /// `scenario/step/expectation@variant` (settled 12).
    pub key: String,
    /// The requirement it judges.
    pub req: String,
    /// A sentence of its own.
    pub title: Option<Text>,
    /// A hint of its own, shown instead of the finding's.
    pub hint: Option<Text>,
    /// What has to be known of the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
    /// The check.
    pub check: Check,
}

impl PlannedScenario {
    /// `scenario@variant`, as evidence names it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}@{}", self.scenario, self.variant)
    }

    /// Its expectations, those of the steps first.
    pub fn expectations(&self) -> impl Iterator<Item = &PlannedExpectation> {
        self.steps.iter().flat_map(|step| &step.expect).chain(&self.over_run)
    }
}

impl Plan {
    /// The persona with this name.
    #[must_use]
    pub fn persona(&self, name: &str) -> Option<&PlannedPersona> {
        self.personas.iter().find(|persona| persona.persona == name)
    }
}
