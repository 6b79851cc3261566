//! A bench for tests of the judge: a plan, evidence and a suite of one
//! scenario, built up step by step.

mod bodies;
mod plan;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use bodies::{bundle, consent, searchset};
use plan::{package, plan};

use super::{Code, ExpectationVerdict, Outcome, Verdicts, judge};
use crate::agreements::{Actor, Basis, Catalogue, Dialect, Level, Requirement, RequirementFile};
use crate::evidence::{
    Broken, BrokenKind, Capture, Evidence, Exchange, FoundHow, FoundPersona, Omitted, OmittedReason, Origin, Received, Record,
    Sent, Start,
};
use crate::fhir::knowledge::Knowledge;
use crate::fhir::types::r4;
use crate::fhir::validate::Validator;
use crate::plan::{Action, Plan, PlannedExpectation, PlannedStep, RequestTemplate};
use crate::scenario::{self, Auth, Check, Format, Method, Noise, Pages, Persona, Suite};
use crate::text::Text;

/// Base URL of the server.
pub(crate) const BASE: &str = "http://here/fhir";
const KEY: &str = "s@v";

/// A plan, evidence and a suite in the making. What is added goes to the last step.
pub(crate) struct Bench {
    /// The plan.
    pub(crate) plan: Plan,
    records: Vec<Record>,
    blobs: BTreeMap<String, Arc<[u8]>>,
    requirements: Vec<Requirement>,
    exchanges: Vec<scenario::Exchange>,
    personas: Vec<Persona>,
    headers: Vec<(String, String)>,
    about: (String, String),
    validator: Validator,
    noise: Vec<Noise>,
}

/// A row of the catalogue, of a Provider for R4 rc2.
pub(crate) fn row(id: &str, level: Level, basis: Basis) -> Requirement {
    Requirement {
        id: id.to_owned(),
        level,
        actor: Actor::Provider,
        versions: vec![Dialect::R4Rc2],
        basis: vec![basis],
        choice: None,
        statement: text(id),
        source: String::new(),
        test: String::new(),
        pending: None,
    }
}

fn text(text: &str) -> Text {
    Text { en: text.to_owned(), nl: text.to_owned() }
}

/// An exchange that searches Consent.
const EXCHANGE: &str = r##"{
    "exchange": "consents", "title": {"en": "x", "nl": "x"}, "group": "individual-resources", "source": "x", "request": {},
    "answer": {"R4": {"resource": "Consent", "patient": "patient", "each": "status = 'active'",
        "include": [{"reference": "performer", "types": ["Practitioner"]}], "key": ["status", "dateTime"]}}}"##;

impl Bench {
    /// A bench with an empty scenario `s@v` about persona `tom`, who is Patient/12.
    pub(crate) fn new() -> Self {
        let mut bench = Self {
            plan: plan(),
            records: Vec::new(),
            blobs: BTreeMap::new(),
            requirements: Vec::new(),
            exchanges: vec![serde_json::from_str(EXCHANGE).expect("an exchange")],
            personas: Vec::new(),
            headers: Vec::new(),
            about: (String::from("tom"), String::from("12")),
            validator: Validator::new(Arc::new(Knowledge::load(&[], r4()).expect("nothing to load"))),
            noise: Vec::new(),
        };
        bench.found("tom", Some("12"));
        bench
    }

    /// Judges by these definitions: JSON of StructureDefinitions and ValueSets.
    pub(crate) fn definitions(&mut self, texts: &[&str]) -> &mut Self {
        self.validator = Validator::new(Arc::new(package(texts)));
        self
    }

    /// What it judges by.
    pub(crate) fn validator(&self) -> &Validator {
        &self.validator
    }

    /// Takes this away as noise, as JSON.
    pub(crate) fn noise(&mut self, json: &str) -> &mut Self {
        self.noise.push(serde_json::from_str(json).expect("an entry of the list of noise"));
        self
    }

    /// Records how a persona was found.
    pub(crate) fn found(&mut self, persona: &str, patient: Option<&str>) -> &mut Self {
        let found = FoundPersona { persona: persona.to_owned(), patient: patient.map(str::to_owned), how: FoundHow::Given };
        self.records.push(Record::Persona(found));
        self
    }

    /// Adds a row to the catalogue.
    pub(crate) fn requirement(&mut self, row: Requirement) -> &mut Self {
        self.requirements.push(row);
        self
    }

    /// Adds an exchange to the suite, as JSON.
    pub(crate) fn exchange(&mut self, json: &str) -> &mut Self {
        self.exchanges.push(serde_json::from_str(json).expect("an exchange"));
        self
    }

    /// Judges with the exchanges and personas of this suite; requests are about this persona of it.
    pub(crate) fn adopt(&mut self, suite: &Suite, persona: &Persona) -> &mut Self {
        self.exchanges.clone_from(&suite.exchanges);
        self.personas.clone_from(&suite.personas);
        self.about = (persona.persona.clone(), persona.patient.clone());
        self.plan.personas[0].persona.clone_from(&persona.persona);
        self.plan.personas[0].bsn.clone_from(&persona.bsn);
        self
    }

    /// Adds a persona to the suite: `Type/id` and JSON text of its resources, all matches of `consents`.
    pub(crate) fn persona(&mut self, resources: &[(&str, &str)]) -> &mut Self {
        let matches =
            resources.iter().map(|(name, _)| *name).filter(|name| name.starts_with("Consent")).map(str::to_owned).collect();
        let exchange = scenario::PersonaExchange { matches, include: Vec::new() };
        self.personas.push(Persona {
            persona: String::from("tom"),
            title: text("x"),
            why: text("x"),
            bsn: String::from("999900018"),
            patient: String::from("p"),
            clock: String::from("2025-11-01"),
            exchanges: BTreeMap::from([(String::from("consents"), exchange)]),
            decoys: BTreeMap::new(),
            reachable: Vec::new(),
            resources: resources.iter().map(|(name, json)| ((*name).to_owned(), (*json).to_owned())).collect(),
            stu3: None,
            versions: BTreeMap::new(),
            version_resources: BTreeMap::new(),
        });
        self
    }

    /// Begins a step that searches Consent of Patient/12 in JSON, all pages.
    pub(crate) fn step(&mut self, id: &str) -> &mut Self {
        let template = RequestTemplate {
            method: Method::Get,
            path: String::from("Consent"),
            parameters: Vec::new(),
            format: Format::Json,
            auth: Auth::Normal,
            persona: None,
            encoding: None,
        };
        self.plan.scenarios[0].steps.push(PlannedStep {
            id: id.to_owned(),
            exchange: Some(String::from("consents")),
            action: Action::Send(template),
            for_each: None,
            pages: Pages::All,
            capture: BTreeMap::new(),
            expect: Vec::new(),
        });
        self
    }

    /// The last step, to change.
    pub(crate) fn edit(&mut self) -> &mut PlannedStep {
        self.plan.scenarios[0].steps.last_mut().expect("a step was begun")
    }

    /// The last step asks no exchange of the agreement.
    pub(crate) fn free(&mut self) -> &mut Self {
        self.edit().exchange = None;
        self
    }

    /// The last step asks for XML.
    pub(crate) fn xml(&mut self) -> &mut Self {
        if let Action::Send(template) = &mut self.edit().action {
            template.format = Format::Xml;
        }
        self
    }

    /// Adds an expectation, with its check as JSON, and its requirement (SHALL, N) when that is new.
    pub(crate) fn expect(&mut self, requirement: &str, check: &str) -> &mut Self {
        let check: Check = serde_json::from_str(check).expect("a check");
        let step = self.edit();
        let key = format!("s/{}/{}@v", step.id, step.expect.len());
        step.expect.push(PlannedExpectation {
            key,
            req: requirement.to_owned(),
            title: None,
            hint: None,
            needs: check.needs(),
            check,
        });
        self.know(requirement);
        self
    }

    /// Adds an expectation over the run.
    pub(crate) fn over_run(&mut self, check: &str) -> &mut Self {
        let check: Check = serde_json::from_str(check).expect("a check");
        let expectation = PlannedExpectation {
            key: String::from("s/over/x@v"),
            req: String::from("PZP-EX-001"),
            title: None,
            hint: None,
            needs: check.needs(),
            check,
        };
        self.plan.scenarios[0].over_run.push(expectation);
        self.know("PZP-EX-001");
        self
    }

    fn know(&mut self, requirement: &str) {
        if !self.requirements.iter().any(|row| row.id == requirement) {
            self.requirements.push(row(requirement, Level::Shall, Basis::N));
        }
    }

    /// Headers of the answers that follow, instead of the right Content-Type.
    pub(crate) fn headers(&mut self, headers: &[(&str, &str)]) -> &mut Self {
        self.headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    /// An answer to a search of Consent.
    pub(crate) fn answer(&mut self, status: u16, body: &str) -> &mut Self {
        self.answer_to("Consent?patient=12", status, body)
    }

    /// An answer to another request.
    pub(crate) fn answer_to(&mut self, path: &str, status: u16, body: &str) -> &mut Self {
        let outcome = self.received(status, body);
        self.record(Origin::Step, &format!("{BASE}/{path}"), outcome)
    }

    /// An answer in a step that repeats, for this value of its capture.
    pub(crate) fn turn(&mut self, value: &str, body: &str) -> &mut Self {
        let outcome = self.received(200, body);
        self.record(Origin::ForEach(value.to_owned()), &format!("{BASE}/Consent?x={value}"), outcome)
    }

    /// An answer to a next link of the exchange before.
    pub(crate) fn page(&mut self, url: &str, status: u16, body: &str) -> &mut Self {
        let outcome = self.received(status, body);
        let before = format!("{KEY}/{}#{}", self.edit().id.clone(), self.exchanges_of_step());
        self.record(Origin::NextLink(before), url, outcome)
    }

    /// A request that got no whole answer.
    pub(crate) fn breaks(&mut self, kind: BrokenKind) -> &mut Self {
        let broken = Broken { kind, detail: String::from("it broke"), status: None };
        self.record(Origin::Step, &format!("{BASE}/Consent?patient=12"), crate::evidence::Outcome::Broken(broken))
    }

    /// The last step was left out.
    pub(crate) fn omit(&mut self, reason: OmittedReason) -> &mut Self {
        let step = self.edit().id.clone();
        self.records.push(Record::Omitted(Omitted { scenario: String::from(KEY), step, reason }));
        self
    }

    /// A capture of the last step: its expression, and what was recorded.
    pub(crate) fn capture(&mut self, expression: &str, values: &[&str]) -> &mut Self {
        self.edit().capture.insert(String::from("c"), expression.to_owned());
        let step = self.edit().id.clone();
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.records.push(Record::Capture(Capture { scenario: String::from(KEY), step, name: String::from("c"), values }));
        self
    }

    fn received(&mut self, status: u16, body: &str) -> crate::evidence::Outcome {
        let kind = if body.starts_with('<') { "application/fhir+xml" } else { "application/fhir+json" };
        let own = vec![(String::from("content-type"), kind.to_owned())];
        let headers = if self.headers.is_empty() { own } else { self.headers.clone() };
        let digest = format!("{:x}", self.blobs.len());
        self.blobs.insert(digest.clone(), Arc::from(body.as_bytes()));
        let body_digest = (!body.is_empty()).then_some(digest);
        crate::evidence::Outcome::Answered(Received { status, headers, body: body_digest, bytes: body.len() as u64 })
    }

    fn exchanges_of_step(&mut self) -> usize {
        let step = self.edit().id.clone();
        self.records.iter().filter(|record| matches!(record, Record::Exchange(exchange) if exchange.step == step)).count()
    }

    fn record(&mut self, origin: Origin, url: &str, outcome: crate::evidence::Outcome) -> &mut Self {
        let step = self.edit().id.clone();
        let id = format!("{KEY}/{step}#{}", self.exchanges_of_step() + 1);
        self.records.push(Record::Exchange(Box::new(Exchange {
            id,
            scenario: String::from(KEY),
            step,
            origin,
            request: Sent {
                method: String::from("GET"),
                url: url.to_owned(),
                headers: Vec::new(),
                form: None,
                patient: Some(self.about.1.clone()),
                persona: Some(self.about.0.clone()),
            },
            outcome,
            started_us: 0,
            took_us: 0,
            retries: 0,
        })));
        self
    }

    /// The suite.
    pub(crate) fn suite(&self) -> Suite {
        let file = RequirementFile { group: String::from("g"), title: text("g"), requirements: self.requirements.clone() };
        Suite {
            catalogue: Catalogue::new(vec![file]),
            exchanges: self.exchanges.clone(),
            personas: self.personas.clone(),
            noise: self.noise.clone(),
            datasets: Vec::new(),
            ..Suite::default()
        }
    }

    /// The evidence.
    pub(crate) fn evidence(&self) -> Evidence {
        let start = Start {
            format: 1,
            toets: String::from("0"),
            at: String::from("2025-11-01T00:00:00.000Z"),
            seed: String::new(),
            tempo: 1.0,
            definitions: Vec::new(),
            plan: self.plan.clone(),
        };
        Evidence { start, records: self.records.clone(), blobs: self.blobs.clone() }
    }

    /// The verdicts.
    pub(crate) fn judge(&self) -> Verdicts {
        judge(&self.plan, &self.evidence(), &self.suite(), &self.validator)
    }

    /// The verdict on the last expectation.
    pub(crate) fn last(&self) -> ExpectationVerdict {
        self.judge().expectations.pop().expect("something is expected")
    }

    /// Outcome and codes of the last expectation.
    pub(crate) fn result(&self) -> (Outcome, Vec<Code>) {
        let last = self.last();
        (last.outcome, last.findings.iter().map(|finding| finding.code).collect())
    }
}
