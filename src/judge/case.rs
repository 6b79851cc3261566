//! A case: one expectation with all that it may look at, and which answers of
//! its step can be judged at all. A check sees only answers that it is about;
//! what stands in the way of the others is written into its ruling here, so
//! that one broken thing is one finding.

use std::collections::BTreeSet;

use super::answers::{Answer, Entry, RawChain, request, resource_name, searched_type};
use super::body::Body;
use super::chain::{Chain, ChainEnd};
use super::reference;
use super::ruling::{Obstacle, Ruling};
use super::run::Run;
use super::verdict::Reason;
use crate::evidence::{Broken, BrokenKind, Exchange, OmittedReason, Outcome};
use crate::fhir::node::Node;
use crate::plan::{Action, PlannedExpectation, PlannedScenario, PlannedStep};
use crate::scenario::{self, AnswerPredicate, Check, Format, Pages};

/// The requirement that a search is answered with 200 and a searchset.
pub(crate) const SEARCHSET: &str = "PZP-EX-010";
/// The requirement that next links lead to all results.
const PAGES: &str = "PZP-EX-026";
/// The requirement that JSON is served.
const JSON: &str = "PZP-EX-004";
/// The requirement that there is a CapabilityStatement.
const METADATA: &str = "PZP-EX-007";
/// The type of what a server says it can do.
pub(crate) const CAPABILITIES: &str = "CapabilityStatement";
/// The requirement that XML is served (settled 12).
const XML: &str = "PZP-EX-005";

/// One expectation of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'c> {
    /// The run.
    pub(crate) run: Run<'c>,
    /// The scenario.
    pub(crate) scenario: &'c PlannedScenario,
    /// Its key in the evidence: `scenario@variant`.
    pub(crate) key: &'c str,
    /// The step.
    pub(crate) step: &'c PlannedStep,
    /// The expectation.
    pub(crate) expectation: &'c PlannedExpectation,
}

/// What a check needs of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Any answer.
    Answer,
    /// An error: a check about errors.
    Error,
    /// A resource, of a success or of an error that the step is about.
    Resource,
    /// A resource of a success.
    Success,
    /// A Bundle of a success.
    Bundle,
}

impl<'c> Case<'c> {
    /// Answers of the step with their pages.
    pub(crate) fn chains(&self, ruling: &mut Ruling, need: Need) -> Vec<Chain<'c>> {
        self.chains_of(self.step, ruling, need)
    }

    /// Answers of another step of the scenario.
    pub(crate) fn chains_of(&self, step: &'c PlannedStep, ruling: &mut Ruling, need: Need) -> Vec<Chain<'c>> {
        let mut chains = Vec::new();
        for raw in self.raw_chains(step, ruling) {
            ruling.saw(&raw.first.id);
            match self.usable(step, raw.first, need) {
                Ok(first) => chains.push(self.follow(step, raw, first, need)),
                Err(obstacle) => ruling.hinder(obstacle),
            }
        }
        for answer in chains.iter().flat_map(|chain| &chain.pages) {
            ruling.saw(&answer.exchange.id);
        }
        chains
    }

    /// First answers of the step, without their pages.
    pub(crate) fn firsts(&self, ruling: &mut Ruling, need: Need) -> Vec<Answer<'c>> {
        let mut firsts = Vec::new();
        for raw in self.raw_chains(self.step, ruling) {
            ruling.saw(&raw.first.id);
            match self.usable(self.step, raw.first, need) {
                Ok(first) => firsts.push(first),
                Err(obstacle) => ruling.hinder(obstacle),
            }
        }
        firsts
    }

    /// What was recorded of a step; what was not is written into the ruling.
    pub(crate) fn raw_chains(&self, step: &PlannedStep, ruling: &mut Ruling) -> &'c [RawChain<'c>] {
        let Some(record) = self.run.answers.step(self.key, &step.id) else {
            ruling.hinder(Obstacle::Untested(Reason::Stopped));
            return &[];
        };
        if let Some(reason) = record.omitted {
            ruling.hinder(omitted(reason));
        }
        &record.chains
    }

    fn follow(&self, step: &'c PlannedStep, raw: &'c RawChain<'c>, first: Answer<'c>, need: Need) -> Chain<'c> {
        let mut chain = Chain::new(first);
        for exchange in &raw.next {
            if chain.holds(&exchange.request.url) {
                chain.end = ChainEnd::Loop(&exchange.request.url);
                return chain;
            }
            match self.usable(step, exchange, need) {
                Ok(page) => chain.pages.push(page),
                Err(obstacle) => {
                    chain.end = ChainEnd::Broken(exchange, obstacle.reason());
                    return chain;
                }
            }
        }
        chain.end = match chain.pages.last().and_then(|page| page.link("next")) {
            None => ChainEnd::Whole,
            Some(url) if chain.holds(url) => ChainEnd::Loop(url),
            Some(url) => ChainEnd::Unfetched(url),
        };
        chain
    }

    /// The answer of an exchange, when it is what a check needs.
    pub(crate) fn usable(&self, step: &'c PlannedStep, exchange: &'c Exchange, need: Need) -> Result<Answer<'c>, Obstacle> {
        let answer = match &exchange.outcome {
            Outcome::Broken(broken) => return Err(transport(broken)),
            Outcome::Answered(_) => self.run.answers.answer(exchange),
        };
        let Some(answer) = answer else { return Err(Obstacle::Beside) };
        if self.lacks_xml(step, answer) {
            // Where nothing asks for XML, there is nothing wrong with a server that has none.
            return Err(if self.run.asks(XML) { blocked(XML) } else { Obstacle::Beside });
        }
        if is_refusal(answer.received.status) {
            if self.is_optional(step) {
                return Err(Obstacle::Refused(self.status_of(answer)));
            }
            if sets_page_size(step) {
                return Err(Obstacle::Beside);
            }
        }
        let expected = expected_status(step).is_some_and(|codes| codes.contains(&answer.received.status));
        // A step that expects no status has errors to judge only where there are some.
        let may_succeed = expected_status(step).is_none() && answer.is_success();
        match need {
            Need::Answer => Ok(answer),
            Need::Error if answer.received.status >= 400 => Ok(answer),
            Need::Error if expected || may_succeed => Err(Obstacle::Beside),
            Need::Error => Err(self.other_status(step, answer)),
            Need::Resource if answer.is_success() || (expected && is_about_errors(step)) => {
                let answer = resource(step, answer)?;
                // That it is another resource is one finding, of `same-resource`.
                let is_another = asks_metadata(step) && answer.root().is_some_and(|root| root.type_name() != CAPABILITIES);
                if is_another { Err(blocked(METADATA)) } else { Ok(answer) }
            }
            Need::Success if answer.is_success() => resource(step, answer),
            Need::Bundle if answer.is_success() => {
                let answer = resource(step, answer)?;
                let is_bundle = answer.root().is_some_and(|root| root.type_name() == "Bundle");
                if is_bundle { Ok(answer) } else { Err(blocked(SEARCHSET)) }
            }
            Need::Resource | Need::Success | Need::Bundle if expected => Err(Obstacle::Beside),
            Need::Resource | Need::Success | Need::Bundle => Err(self.other_status(step, answer)),
        }
    }

    /// Whether XML was asked and something else came: that is one finding, of
    /// `media-type`, and nothing else can be said (settled 12).
    fn lacks_xml(&self, step: &PlannedStep, answer: Answer<'_>) -> bool {
        if self.format(step) != Format::Xml {
            return false;
        }
        let is_refused = matches!(answer.received.status, 406 | 415);
        match answer.body {
            Body::Fhir(document) => is_refused || document.format != Format::Xml,
            Body::Other(_) => true,
            Body::Empty => is_refused,
            Body::Lost => false,
        }
    }

    /// Whether a step asks an optional search, and this expectation is not the
    /// one that judges whether that is refused.
    fn is_optional(&self, step: &PlannedStep) -> bool {
        let exchange = step.exchange.as_deref().and_then(|name| self.run.suite.exchange(name));
        let optional = exchange.and_then(|exchange| exchange.optional.as_deref());
        let optional = optional.filter(|requirement| self.run.asks(requirement));
        optional.is_some_and(|requirement| requirement != self.expectation.req)
    }

    /// The format that a step asks for.
    pub(crate) fn format(&self, step: &PlannedStep) -> Format {
        match &step.action {
            Action::Send(template) => template.format,
            Action::Follow(template) => template.format,
            Action::Serve(_) => Format::Json,
        }
    }

    /// What another status than the step is about means: it is a finding of the
    /// step's own `status`; in a step without one only `same-as` says that it is wrong.
    fn other_status(&self, step: &PlannedStep, answer: Answer<'_>) -> Obstacle {
        match step.expect.iter().find(|expectation| matches!(expectation.check, Check::Status(_))) {
            Some(own) => blocked(&own.req),
            None => Obstacle::Untested(self.status_of(answer)),
        }
    }

    /// The status of an answer, as the reason why nothing of it was judged.
    fn status_of(&self, answer: Answer<'_>) -> Reason {
        Reason::OtherStatus(self.request(answer.exchange), answer.received.status)
    }

    /// What a right answer to the step's exchange holds.
    pub(crate) fn right_answer(&self) -> Option<&'c scenario::Answer> {
        self.run.suite.exchange(self.step.exchange.as_deref()?)?.answer(self.run.fhir())
    }

    /// The type that a step searches: of its exchange, or else of its URL.
    pub(crate) fn asked_type(&self, step: &'c PlannedStep, answer: Answer<'c>) -> Option<&'c str> {
        let exchange = step.exchange.as_deref().and_then(|name| self.run.suite.exchange(name));
        let declared = exchange.and_then(|exchange| exchange.answer(self.run.fhir())).map(|answer| answer.resource.as_str());
        declared.or_else(|| searched_type(&answer.exchange.request.url, self.run.base()))
    }

    /// The matches of a chain, over all its pages; one that comes again counts
    /// once, and that it does is for `pages`.
    pub(crate) fn matches(&self, step: &'c PlannedStep, chain: &Chain<'c>) -> Vec<Entry<'c>> {
        let mut seen = BTreeSet::new();
        let mut matches = self.all_matches(step, chain);
        matches.retain(|entry| entry.resource.and_then(resource_name).is_none_or(|name| seen.insert(name)));
        matches
    }

    /// The matches of a chain as often as they come.
    pub(crate) fn all_matches(&self, step: &'c PlannedStep, chain: &Chain<'c>) -> Vec<Entry<'c>> {
        let Some(first) = chain.pages.first() else { return Vec::new() };
        let asked = self.asked_type(step, *first);
        chain.entries().filter(|entry| entry.is_match(asked)).collect()
    }

    /// The logical id of the patient that an exchange asks about.
    pub(crate) fn patient(&self, exchange: &'c Exchange) -> Option<&'c str> {
        let persona = exchange.request.persona.as_deref();
        let found = || self.run.answers.persona(persona?)?.patient.as_deref();
        exchange.request.patient.as_deref().or_else(found)
    }

    /// The persona that an exchange asks about.
    pub(crate) fn persona(&self, exchange: &'c Exchange) -> Option<&'c str> {
        exchange.request.persona.as_deref().or(self.scenario.persona.as_deref())
    }

    /// Another step of the same scenario.
    pub(crate) fn other_step(&self, id: &str) -> Option<&'c PlannedStep> {
        self.scenario.steps.iter().find(|step| step.id == id)
    }

    /// The requirement of the first expectation of the step with this predicate.
    pub(crate) fn requirement_of(&self, predicate: AnswerPredicate) -> Option<&'c str> {
        let own = self.step.expect.iter().find(|expectation| expectation.check == Check::Answer(predicate));
        own.map(|expectation| expectation.req.as_str())
    }

    /// A capture that an expression uses although the record has none: its step
    /// was not run, or was not answered.
    pub(crate) fn missing_capture(&self, expression: &str) -> Option<Obstacle> {
        let names = self.scenario.steps.iter().flat_map(|step| step.capture.keys().map(move |name| (step, name)));
        let is_recorded = |name: &String| self.run.answers.captures(self.key).iter().any(|capture| capture.name == *name);
        let (step, missing) = names.filter(|(_, name)| !is_recorded(name)).find(|(_, name)| uses(expression, name))?;
        // Why its step was left out says more than that it was.
        let left_out = self.run.answers.step(self.key, &step.id).and_then(|record| record.omitted);
        Some(left_out.map_or_else(|| Obstacle::Untested(Reason::CaptureMissing(missing.clone())), omitted))
    }

    /// The resource that a reference in a chain means: on its pages, else in another answer of the scenario.
    pub(crate) fn target(&self, chain: &Chain<'c>, reference: &str) -> Option<Node<'c>> {
        let base = self.run.base();
        if let Some(entry) = chain.target(reference, None, base) {
            return entry.resource;
        }
        let name = reference::name(reference, &[base])?;
        self.run.answers.resource(self.key, name)
    }

    /// A request in a few characters.
    pub(crate) fn request(&self, exchange: &Exchange) -> String {
        request(exchange, self.run.base())
    }

    /// Why a chain that is not whole leaves open what its other pages hold.
    pub(crate) fn rest(&self, chain: &Chain<'c>) -> Option<Obstacle> {
        match &chain.end {
            ChainEnd::Whole => None,
            ChainEnd::Unfetched(_) if self.step.pages == Pages::First => Some(Obstacle::CantTell(Reason::Undetermined(
                String::from("the answer is paged, and only its first page was asked for"),
            ))),
            // That the pages cannot be walked is for `pages`.
            ChainEnd::Unfetched(_) | ChainEnd::Loop(_) | ChainEnd::Broken(..) => Some(blocked(PAGES)),
        }
    }
}

impl Obstacle {
    pub(crate) fn reason(self) -> Reason {
        match self {
            Self::Beside => Reason::NothingToJudge,
            Self::Refused(reason) | Self::Untested(reason) | Self::CantTell(reason) => reason,
        }
    }
}

fn blocked(requirement: &str) -> Obstacle {
    Obstacle::Untested(Reason::BlockedBy(requirement.to_owned()))
}

fn resource<'c>(step: &PlannedStep, answer: Answer<'c>) -> Result<Answer<'c>, Obstacle> {
    match answer.body {
        Body::Fhir(_) => Ok(answer),
        Body::Empty | Body::Other(_) => {
            let own = step.expect.iter().find(|expectation| expectation.check == Check::Answer(AnswerPredicate::MediaType));
            Err(blocked(own.map_or(JSON, |expectation| &expectation.req)))
        }
        Body::Lost => {
            Err(Obstacle::CantTell(Reason::KnowledgeLacking(String::from("the evidence does not hold the body of this answer"))))
        }
    }
}

fn expected_status(step: &PlannedStep) -> Option<&[u16]> {
    step.expect.iter().find_map(|expectation| match &expectation.check {
        Check::Status(codes) => Some(codes.codes()),
        _ => None,
    })
}

fn sets_page_size(step: &PlannedStep) -> bool {
    matches!(&step.action, Action::Send(template) if template.parameters.iter().any(|(name, _)| name == "_count"))
}

/// Whether a step asks what the server can do.
pub(crate) fn asks_metadata(step: &PlannedStep) -> bool {
    matches!(&step.action, Action::Send(template) if template.path == "metadata")
}

fn is_about_errors(step: &PlannedStep) -> bool {
    expected_status(step).is_some_and(|codes| codes.iter().all(|code| *code >= 300))
}

/// What a broken transport means for a check that is not about it.
pub(crate) fn transport(broken: &Broken) -> Obstacle {
    Obstacle::Untested(match broken.kind {
        BrokenKind::Name | BrokenKind::Connect => Reason::Unreachable,
        BrokenKind::Stopped => Reason::Stopped,
        _ => Reason::TransportBroken(broken.detail.clone()),
    })
}

/// What it means that a step was left out.
pub(crate) fn omitted(reason: &OmittedReason) -> Obstacle {
    Obstacle::Untested(match reason {
        OmittedReason::Capture(name) => Reason::CaptureMissing(name.clone()),
        OmittedReason::Persona(name) => Reason::PersonaNotFound(name.clone()),
        OmittedReason::Bsn => Reason::DataUnknown,
        OmittedReason::NothingToFollow => return Obstacle::Beside,
        OmittedReason::Unreachable => Reason::Unreachable,
        OmittedReason::NoClient => Reason::NoClient,
        OmittedReason::Skipped => Reason::Skipped,
        OmittedReason::Stopped => Reason::Stopped,
    })
}

/// Whether a server says with this status that it does not have such a search.
/// Who may not look, finds nobody, or speaks another format is told otherwise.
pub(crate) fn is_refusal(status: u16) -> bool {
    matches!(status, 400..=499 | 501) && !matches!(status, 401 | 403 | 404 | 406 | 408 | 410 | 415 | 429)
}

/// Whether an expression uses `%name`.
fn uses(expression: &str, name: &str) -> bool {
    let is_end = |letter: Option<char>| letter.is_none_or(|letter| !(letter.is_alphanumeric() || letter == '_' || letter == '-'));
    expression.split('%').skip(1).any(|rest| rest.strip_prefix(name).is_some_and(|rest| is_end(rest.chars().next())))
}
