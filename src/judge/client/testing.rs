//! A table for tests: one phase of the suite of the house, in which these
//! requests came, judged.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::super::testing::Bench;
use super::super::{ExpectationVerdict, judge};
use crate::agreements::{Actor, Dialect};
use crate::digest::sha256_hex;
use crate::evidence::{
    Attested, Evidence, Exchange, Origin, Outcome, PhaseEnd, PhaseOver, ProgramEnd, Received, Record, Said, Sent,
};
use crate::plan::{Claims, Plan, Selection, Target, TargetAuth, compile};
use crate::scenario::{Source, Suite, load};

/// Where the client asks.
pub(super) const BASE: &str = "http://127.0.0.1/fhir";

/// A phase in the making.
pub(super) struct Visit {
    suite: &'static Suite,
    plan: Plan,
    records: Vec<Record>,
    blobs: BTreeMap<String, Arc<[u8]>>,
    program: Option<ProgramEnd>,
    credentials: String,
    scenario: String,
    step: String,
}

impl Visit {
    /// A phase `scenario/step` of a client that claims this version.
    pub(super) fn to(phase: &str, dialect: Dialect) -> Self {
        static SUITE: LazyLock<Suite> = LazyLock::new(|| load(&Source::Embedded).expect("the suite of the house is right"));
        let suite = &*SUITE;
        let target = Target::new(BASE, TargetAuth::Bearer("TOETS_TOKEN".to_owned()));
        let (name, step) = phase.split_once('/').expect("scenario/step");
        let chosen = Selection::Only(vec![name.to_owned(), "care-plan".to_owned()]);
        let plan = compile(suite, Claims::new(Actor::Consulter, dialect), target, &chosen).expect("it compiles");
        let scenario = plan.scenarios.iter().find(|planned| planned.scenario == name).expect("a scenario").name();
        let credentials = "Bearer ${TOETS_TOKEN}".to_owned();
        Self {
            suite,
            plan,
            records: Vec::new(),
            blobs: BTreeMap::new(),
            program: None,
            credentials,
            scenario,
            step: step.to_owned(),
        }
    }

    /// The same, of a client with these credentials on every request.
    pub(super) fn with_credentials(phase: &str, dialect: Dialect, value: &str) -> Self {
        Self { credentials: value.to_owned(), ..Self::to(phase, dialect) }
    }

    /// A request below the base with these headers, which is answered with this status and nothing more.
    pub(super) fn asks(self, path: &str, headers: &[(&str, &str)], status: u16) -> Self {
        let phase = (self.scenario.clone(), self.step.clone());
        self.came(phase, path, headers, (status, ""))
    }

    /// A request below the base that is answered with an empty page, which links to this next one where there is one.
    pub(super) fn pages(self, path: &str, next: Option<&str>) -> Self {
        let phase = (self.scenario.clone(), self.step.clone());
        let link = next.map(|next| format!(r#","link":[{{"relation":"next","url":"{BASE}/{next}"}}]"#)).unwrap_or_default();
        let body = format!(r#"{{"resourceType":"Bundle","type":"searchset"{link}}}"#);
        self.came(phase, path, &[], (200, &body))
    }

    /// A request in another phase `care-plan/step`, which is answered.
    pub(super) fn before(self, phase: &str, path: &str) -> Self {
        let (name, step) = phase.split_once('/').expect("scenario/step");
        let (_, variant) = self.scenario.split_once('@').expect("scenario@variant");
        let phase = (format!("{name}@{variant}"), step.to_owned());
        self.came(phase, path, &[], (200, ""))
    }

    fn came(
        mut self,
        (scenario, step): (String, String),
        path: &str,
        headers: &[(&str, &str)],
        (status, body): (u16, &str),
    ) -> Self {
        let own = [("authorization", &*self.credentials)];
        let headers = own.iter().chain(headers).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let digest = Some(sha256_hex(body.as_bytes())).filter(|_| !body.is_empty());
        self.blobs.extend(digest.iter().map(|digest| (digest.clone(), Arc::from(body.as_bytes()))));
        let media_type = ("content-type".to_owned(), "application/fhir+json".to_owned());
        let answer = Received { status, headers: vec![media_type], body: digest, bytes: body.len() as u64 };
        self.records.push(Record::Exchange(Box::new(Exchange {
            id: format!("{scenario}/{step}#{}", self.records.len() + 1),
            scenario,
            step,
            origin: Origin::Client,
            request: Sent {
                method: "GET".to_owned(),
                url: format!("{BASE}/{path}"),
                headers,
                form: None,
                patient: None,
                persona: None,
            },
            outcome: Outcome::Answered(answer),
            started_us: 0,
            took_us: 0,
            retries: 0,
        })));
        self
    }

    /// The program that drives the client ended so.
    pub(super) fn ended(mut self, program: ProgramEnd) -> Self {
        self.program = Some(program);
        self
    }

    /// Somebody said so of an expectation of this phase.
    pub(super) fn said(mut self, expectation: &str, answer: Said) -> Self {
        self.records.push(Record::Attested(Attested {
            scenario: self.scenario.clone(),
            step: self.step.clone(),
            expectation: expectation.to_owned(),
            answer,
            remark: None,
            exhibit: None,
            by: "a test".to_owned(),
            at: String::new(),
        }));
        self
    }

    /// The verdict on an expectation of this phase.
    pub(super) fn verdict(mut self, expectation: &str) -> ExpectationVerdict {
        self.records.push(Record::Phase(PhaseOver {
            scenario: self.scenario.clone(),
            step: self.step.clone(),
            started_us: 0,
            took_us: 0,
            why: PhaseEnd::Asked,
            program: self.program,
            beyond: None,
        }));
        let bench = Bench::new();
        let evidence = Evidence { records: self.records, blobs: self.blobs, ..bench.evidence() };
        let start = crate::evidence::Start { plan: self.plan.clone(), ..evidence.start.clone() };
        let verdicts = judge(&self.plan, &Evidence { start, ..evidence }, self.suite, bench.validator());
        let (scenario, variant) = self.scenario.split_once('@').expect("scenario@variant");
        let key = format!("{scenario}/{}/{expectation}@{variant}", self.step);
        verdicts.expectations.into_iter().find(|verdict| verdict.key == key).expect("the phase has this expectation")
    }
}
