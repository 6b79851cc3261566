//! What kind of trouble a failure is: whose work it is to mend it. Decided by
//! rule from the finding, what was sent and received, and the requirement.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::code::Code;
use super::finding::Finding;
use super::root::{Root, Survey, roots};
use super::verdict::{ExpectationVerdict, Outcome, Reason, Verdicts};
use crate::agreements::{Basis, Requirement};
use crate::evidence::{self, BrokenKind, Evidence, Exchange, Record};
use crate::plan::Plan;
use crate::scenario::Suite;

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Address, certificate, credentials or claims: how server and Toets are set up.
    Configuration,
    /// The server is not there, too slow, or overloaded.
    Availability,
    /// The test data are not, or not rightly, on the server.
    Data,
    /// The server does something else than the agreement asks.
    Conformance,
    /// Toets itself.
    Harness,
    /// The agreement does not bind here, or its texts contradict each other.
    AgreementUnclear,
}

impl Class {
    /// The class as it is written: `agreement-unclear`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Availability => "availability",
            Self::Data => "data",
            Self::Conformance => "conformance",
            Self::Harness => "harness",
            Self::AgreementUnclear => "agreement-unclear",
        }
    }
}

/// The trouble of a run: what lies under many findings, and the class of each.
#[derive(Debug)]
pub struct Diagnosis<'a> {
    plan: &'a Plan,
    suite: &'a Suite,
    exchanges: BTreeMap<&'a str, &'a Exchange>,
    /// Exchanges of which something else than the data was wrong.
    searched_wrongly: BTreeSet<&'a str>,
    /// Something of another patient than was asked for was sent, in some exchange.
    mixes_patients: bool,
    roots: Vec<Root>,
}

impl<'a> Diagnosis<'a> {
    /// The trouble of this run.
    #[must_use]
    pub fn new(plan: &'a Plan, evidence: &'a Evidence, verdicts: &'a Verdicts, suite: &'a Suite) -> Self {
        let exchanges = evidence.records.iter().filter_map(|record| match record {
            Record::Exchange(exchange) => Some((exchange.id.as_str(), &**exchange)),
            _ => None,
        });
        let findings: Vec<&Finding> = verdicts.expectations.iter().flat_map(|verdict| &verdict.findings).collect();
        let wrong = findings.iter().filter(|finding| is_about_searching(finding.code));
        Self {
            plan,
            suite,
            exchanges: exchanges.collect(),
            searched_wrongly: wrong.filter_map(|finding| finding.place.exchange.as_deref()).collect(),
            mixes_patients: findings.iter().any(|finding| finding.code == Code::PatientOther),
            roots: roots(&Survey::new(plan, evidence, findings)),
        }
    }

    /// What lies under many findings at once.
    #[must_use]
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// The root that explains a finding, by its number.
    #[must_use]
    pub fn root_of(&self, finding: &Finding) -> Option<usize> {
        self.roots.iter().position(|root| root.explains(finding))
    }

    /// The class of a finding against this requirement.
    #[must_use]
    pub fn finding(&self, requirement: &str, finding: &Finding) -> Class {
        if let Some(root) = self.root_of(finding) {
            return self.roots[root].kind.class();
        }
        match self.by_code(finding) {
            Class::Conformance if self.suite.catalogue.get(requirement).is_some_and(is_unclear) => Class::AgreementUnclear,
            class => class,
        }
    }

    /// The class of an expectation that is not met, or that could not be judged for such a cause.
    #[must_use]
    pub fn expectation(&self, verdict: &ExpectationVerdict) -> Option<Class> {
        match verdict.outcome {
            Outcome::Broken => Some(Class::Harness),
            Outcome::Fail | Outcome::Warn => verdict.findings.first().map(|finding| self.finding(&verdict.req, finding)),
            Outcome::Untested | Outcome::CantTell => self.reason(verdict.reason.as_ref()?),
            Outcome::Pass | Outcome::Inapplicable => None,
        }
    }

    fn by_code(&self, finding: &Finding) -> Class {
        let exchange = finding.place.exchange.as_deref().and_then(|id| self.exchanges.get(id));
        let searched_wrongly = finding.place.exchange.as_deref().is_some_and(|id| self.searched_wrongly.contains(id));
        match finding.code {
            Code::AnswerMissing | Code::StatusUnexpected | Code::ServerError => {
                exchange.map_or(Class::Conformance, |exchange| of_outcome(exchange))
            }
            // The data of the built-in provider are right.
            Code::ResourceMissing | Code::ResourceUnexpected | Code::ResourcesAbsent | Code::CountWrong
                if self.plan.target.built_in || searched_wrongly =>
            {
                Class::Conformance
            }
            Code::ResourceUnexpected if self.mixes_patients => Class::Conformance,
            Code::ResourceMissing | Code::ResourceUnexpected | Code::ResourcesAbsent => Class::Data,
            Code::CountWrong if finding.actual.iter().all(|count| count.starts_with('0')) => Class::Data,
            _ => Class::Conformance,
        }
    }

    fn reason(&self, reason: &Reason) -> Option<Class> {
        let whole = self.roots.iter().find(|root| root.is_whole()).map(|root| root.kind.class());
        match reason {
            Reason::Unreachable | Reason::TransportBroken(_) => Some(whole.unwrap_or(Class::Availability)),
            Reason::PersonaNotFound(_) | Reason::CaptureMissing(_) => Some(whole.unwrap_or(Class::Data)),
            Reason::NoAuthentication => Some(Class::Configuration),
            Reason::Harness(_) | Reason::KnowledgeLacking(_) => Some(Class::Harness),
            Reason::OtherStatus(..) | Reason::Undetermined(_) | Reason::DataUnknown | Reason::NotEntered(_) => Some(Class::Data),
            Reason::NoClient | Reason::Skipped | Reason::NotAttested | Reason::NotAnswered(_) | Reason::CannotShow(_) => {
                Some(Class::Configuration)
            }
            Reason::Stopped
            | Reason::NotAllKept(_)
            | Reason::BlockedBy(_)
            | Reason::NothingToJudge
            | Reason::Pending(_)
            | Reason::NotSelected
            | Reason::OtherVersion(_) => None,
        }
    }
}

/// Findings that say of a search that it finds the wrong things, whatever the data are.
fn is_about_searching(code: Code) -> bool {
    matches!(
        code,
        Code::ExpressionFalse | Code::ExpressionTrue | Code::PatientOther | Code::MatchesDiffer | Code::ResourceRepeated
    )
}

fn of_outcome(exchange: &Exchange) -> Class {
    let with_token = exchange.request.headers.iter().any(|(name, value)| name == "authorization" && value.contains("${"));
    match &exchange.outcome {
        evidence::Outcome::Broken(broken) => match broken.kind {
            BrokenKind::Name | BrokenKind::Tls => Class::Configuration,
            BrokenKind::NotAllowed | BrokenKind::Protocol => Class::Conformance,
            _ => Class::Availability,
        },
        evidence::Outcome::Answered(received) => match received.status {
            401 | 403 if with_token => Class::Configuration,
            407 | 511 => Class::Configuration,
            429 | 502..=504 => Class::Availability,
            _ => Class::Conformance,
        },
    }
}

/// Nothing that binds says so.
fn is_unclear(requirement: &Requirement) -> bool {
    !requirement.basis.iter().any(|basis| matches!(basis, Basis::N | Basis::P | Basis::F))
}
