//! A run as checks see it: what was intended, what happened, and what is
//! worked out once for all of them.

use super::answers::Answers;
use super::client::Requests;
use super::dataset::{DatasetCoverage, Declared};
use super::personas::Personas;
use super::profiles::Profiles;
use crate::agreements::FhirVersion;
use crate::evidence::Start;
use crate::plan::Plan;
use crate::scenario::Suite;

/// What is worked out once, when it is first asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'c> {
    /// What happened.
    pub(crate) answers: &'c Answers<'c>,
    /// The personas that it was about.
    pub(crate) personas: &'c Personas<'c>,
    /// The judge of profiles.
    pub(crate) profiles: &'c Profiles<'c>,
    /// What the requests of a client mean.
    pub(crate) requests: &'c Requests,
}

/// A run as it is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'c> {
    /// What was intended.
    pub(crate) plan: &'c Plan,
    /// What it was made of.
    pub(crate) suite: &'c Suite,
    /// What happened.
    pub(crate) answers: &'c Answers<'c>,
    /// The personas that it was about.
    pub(crate) personas: &'c Personas<'c>,
    /// The judge of profiles.
    pub(crate) profiles: &'c Profiles<'c>,
    /// What the requests of a client mean.
    pub(crate) requests: &'c Requests,
    /// What was shown of the dataset.
    pub(crate) coverage: Option<&'c DatasetCoverage>,
    /// What of the personas cannot be entered.
    pub(crate) declared: Option<&'c Declared>,
    /// When it began: RFC 3339, UTC.
    pub(crate) at: &'c str,
    /// Factor on every wait (settled 22).
    pub(crate) tempo: f64,
}

impl<'c> Run<'c> {
    /// A run of which the dataset has not been looked at.
    pub(crate) fn new(plan: &'c Plan, suite: &'c Suite, seen: Seen<'c>, start: &'c Start) -> Self {
        let Seen { answers, personas, profiles, requests } = seen;
        let (at, tempo) = (start.at.as_str(), start.tempo);
        Self { plan, suite, answers, personas, profiles, requests, coverage: None, declared: None, at, tempo }
    }

    /// Base URL of the server.
    pub(crate) fn base(&self) -> &'c str {
        &self.plan.target.base
    }

    /// The claimed version of FHIR.
    pub(crate) fn fhir(&self) -> FhirVersion {
        self.plan.claims.dialect.fhir()
    }

    /// Whether a requirement holds in any version of the agreement for the claimed version of FHIR.
    pub(crate) fn asks(&self, requirement: &str) -> bool {
        self.suite.catalogue.get(requirement).is_none_or(|requirement| requirement.is_in(self.fhir()))
    }
}
