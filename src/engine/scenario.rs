//! Running one scenario: its steps in order, repeats, pages and captures. Never
//! stops for what an answer says, only leaves out what lacks a value to send.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, Variables};
use super::follow;
use super::session::{Ask, Session};
use super::slots::Slots;
use crate::drive::{Credentials, Request};
use crate::evidence::{OmittedReason, Origin};
use crate::plan::{Action, PlannedScenario, PlannedStep, RequestTemplate};
use crate::scenario::{Auth, Format, Method, Pages};

/// A scenario while it runs.
pub(super) struct Running<'a> {
    pub(super) session: &'a Session,
    pub(super) scenario: &'a PlannedScenario,
    /// `scenario@variant`
    pub(super) name: String,
    /// Logical ids by persona.
    pub(super) patients: &'a BTreeMap<String, String>,
    /// Captures so far.
    captures: Variables,
    /// The same, as the evidence keeps them.
    kept: Variables,
    /// Answers by step.
    pub(super) answers: BTreeMap<&'a str, Vec<Answer>>,
    /// What follow steps have read: `Type/id`, and how.
    pub(super) read: BTreeSet<(How, String)>,
}

/// How follow steps read.
pub(super) type How = (Format, Auth);

/// Answers of a step, and why the rest of it was left out.
#[derive(Default)]
pub(super) struct Went {
    pub(super) answers: Vec<Answer>,
    /// Requests that were sent.
    pub(super) sent: usize,
    pub(super) omitted: Option<OmittedReason>,
}

/// Runs all steps of a scenario.
pub(super) async fn run(session: &Session, scenario: &PlannedScenario, patients: &BTreeMap<String, String>) {
    let mut running = Running {
        session,
        scenario,
        name: scenario.name(),
        patients,
        captures: BTreeMap::new(),
        kept: BTreeMap::new(),
        answers: BTreeMap::new(),
        read: BTreeSet::new(),
    };
    for step in &scenario.steps {
        running.step(step).await;
    }
}

impl<'a> Running<'a> {
    async fn step(&mut self, step: &'a PlannedStep) {
        let went = match (self.session.halted(), &step.action) {
            (Some(reason), _) => Went { omitted: Some(reason), ..Went::default() },
            (None, Action::Send(template)) => self.send(step, template).await,
            (None, Action::Follow(what)) => follow::run(self, step, what).await,
            // Clients are answered at the table.
            (None, Action::Serve(_)) => Went { omitted: Some(OmittedReason::NoClient), ..Went::default() },
        };
        if let Some(reason) = went.omitted {
            self.session.log.omitted(&self.name, &step.id, reason);
        }
        if !went.answers.is_empty() {
            self.capture(step, &went.answers);
        }
        self.answers.insert(&step.id, went.answers);
    }

    /// Values over all answers of the step, in order: those that are sent on, and those that are kept.
    fn capture(&mut self, step: &PlannedStep, answers: &[Answer]) {
        let (variables, kept_variables) = self.variables();
        for (name, expression) in &step.capture {
            let values = answers.iter().flat_map(|answer| answer.capture(expression, &variables)).collect();
            let kept: Vec<String> = answers.iter().flat_map(|answer| answer.capture_kept(expression, &kept_variables)).collect();
            self.session.log.capture(&self.name, &step.id, name, kept.clone());
            self.captures.insert(name.clone(), values);
            self.kept.insert(name.clone(), kept);
        }
    }

    /// What `%name` stands for, as it came and as it is kept.
    fn variables(&self) -> (Variables, Variables) {
        let (mut variables, mut kept) = (self.captures.clone(), self.kept.clone());
        if let Some(persona) = &self.scenario.persona {
            let patient = self.patients.get(persona);
            let bsn = self.session.plan.persona(persona).and_then(|persona| persona.known_bsn().map(str::to_owned));
            variables.insert("patient".to_owned(), patient.into_iter().cloned().collect());
            kept.insert("patient".to_owned(), patient.into_iter().map(|patient| self.session.log.redacted(patient)).collect());
            variables.insert("bsn".to_owned(), bsn.iter().cloned().collect());
            kept.insert("bsn".to_owned(), bsn.into_iter().map(|bsn| self.session.log.redacted(&bsn)).collect());
        }
        (variables, kept)
    }

    async fn send(&mut self, step: &PlannedStep, template: &RequestTemplate) -> Went {
        let mut went = Went::default();
        let Some(capture) = &step.for_each else {
            self.send_one(step, template, None, &mut went).await;
            return went;
        };
        let values = distinct(self.captures.get(capture).map_or(&[][..], |values| values));
        if values.is_empty() {
            let lost = self.scenario.persona.as_ref().filter(|persona| !self.patients.contains_key(*persona));
            went.omitted = Some(lost.map_or_else(
                || OmittedReason::Capture(capture.clone()),
                // Nobody found is why nothing was captured.
                |persona| OmittedReason::Persona(persona.clone()),
            ));
        }
        for value in values.into_iter().take(self.session.plan.target.limits.reads) {
            if went.omitted.is_some() {
                break;
            }
            self.send_one(step, template, Some((capture.as_str(), &value)), &mut went).await;
        }
        went
    }

    async fn send_one(&self, step: &PlannedStep, template: &RequestTemplate, each: Option<(&str, &str)>, went: &mut Went) {
        let generated = self.session.generated(&self.name, &step.id);
        let persona = template.persona.as_deref().or(self.scenario.persona.as_deref());
        let (plan, patients, captures) = (&*self.session.plan, self.patients, &self.captures);
        let slots = Slots { plan, patients, persona, captures, each, generated: &generated };
        let request = match slots.request(template, self.session.client.address()) {
            Ok(request) => request,
            Err(reason) => {
                went.omitted = Some(reason);
                return;
            }
        };
        let origin = each.map_or(Origin::Step, |(_, value)| Origin::ForEach(value.to_owned()));
        let (format, credentials) = (request.format, request.credentials.clone());
        let first = went.answers.len();
        self.ask(&step.id, persona, origin, request, went).await;
        if step.pages == Pages::All && went.answers.len() > first {
            self.pages(&step.id, persona, Page { format, credentials }, went).await;
        }
    }

    /// Follows `next` links from the last answer to the end, the bound, or a URL that came before.
    async fn pages(&self, step: &str, persona: Option<&str>, page: Page, went: &mut Went) {
        let mut seen = BTreeSet::new();
        for _ in 0..self.session.plan.target.limits.pages {
            let Some(answer) = went.answers.last() else { return };
            let Some(next) = answer.next_link() else { return };
            let url = self.session.client.address().link(next);
            let origin = Origin::NextLink(answer.exchange.clone());
            if !seen.insert(url.clone()) {
                return;
            }
            let before = went.answers.len();
            self.ask(step, persona, origin, page.request(url), went).await;
            if went.answers.len() == before {
                return;
            }
        }
    }

    /// Sends a request as the next of the step, unless nothing more is sent.
    pub(super) async fn ask(&self, step: &str, persona: Option<&str>, origin: Origin, request: Request, went: &mut Went) {
        if let Some(reason) = self.session.halted() {
            went.omitted = Some(reason);
            return;
        }
        went.sent += 1;
        let patient = persona.and_then(|persona| self.patients.get(persona)).map(String::as_str);
        let ask = Ask { scenario: &self.name, step, number: went.sent, origin, request, persona, patient };
        went.answers.extend(self.session.ask(ask).await);
    }
}

/// How the pages of an answer are asked: as the first one was.
struct Page {
    format: Format,
    credentials: Credentials,
}

impl Page {
    fn request(&self, url: String) -> Request {
        Request { url, method: Method::Get, form: None, format: self.format, credentials: self.credentials.clone() }
    }
}

/// Each value once, in the order of coming.
fn distinct(values: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    values.iter().filter(|value| seen.insert((*value).clone())).cloned().collect()
}
