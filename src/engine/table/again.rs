//! A table that was broken off and goes on: what was over stays over, questions
//! that nobody answered are asked again, and the phase under way goes on where
//! it was.

use std::collections::{BTreeMap, BTreeSet};

use super::super::event::Event;
use super::Sitting;
use super::questions::Then;
use crate::evidence::{Evidence, Exchange, Origin, Outcome, PhaseEnd, PhaseOver, Record};
use crate::plan::{PlannedScenario, PlannedStep};
use crate::recognise::{Asked, Recogniser};
use crate::scenario::Phase;

/// What was done before.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// Phases that were over, and why: `scenario@variant` and step.
    pub(super) over: BTreeMap<(String, String), PhaseEnd>,
    /// Personas that are told of.
    pub(super) personas: BTreeSet<String>,
    /// Expectations of which somebody said what the client shows, by key: `scenario/step/expectation@variant`.
    pub(super) said: BTreeSet<String>,
}

impl Before {
    pub(super) fn of(evidence: &Evidence) -> Self {
        let mut before = Self::default();
        for record in &evidence.records {
            match record {
                Record::Phase(over) => before.over(over),
                // It was left out, or begun again: then it was under way.
                Record::Exchange(exchange) => {
                    let step = (exchange.scenario.clone(), exchange.step.clone());
                    if before.over.get(&step) == Some(&PhaseEnd::Skipped) {
                        before.over.remove(&step);
                    }
                }
                Record::Persona(found) => drop(before.personas.insert(found.persona.clone())),
                Record::Attested(said) => drop(before.said.insert(said.key())),
                _ => {}
            }
        }
        before
    }

    fn over(&mut self, over: &PhaseOver) {
        let step = (over.scenario.clone(), over.step.clone());
        match over.why {
            PhaseEnd::Stopped => self.over.remove(&step),
            why => self.over.insert(step, why),
        };
    }
}

impl<'p> Sitting<'p> {
    /// A phase that was over when the table was broken off: its questions may still be open.
    pub(super) async fn over_before(
        &mut self,
        (scenario, step, phase): (&'p PlannedScenario, &'p PlannedStep, &'p Phase),
        why: PhaseEnd,
    ) -> Then {
        self.log.tell(Event::WasOver { scenario: scenario.name(), step: step.id.clone(), why });
        if why == PhaseEnd::Skipped || self.is_stopped() {
            return Then::On;
        }
        (self.table.answers)(&phase.answers);
        let mut going = self.going(scenario, step, phase);
        let then = self.after(&mut going).await;
        self.looked();
        then
    }
}

/// A phase that was under way.
#[derive(Debug, Default)]
pub(super) struct Begun {
    /// When it began; nothing when it did not.
    pub(super) started_us: Option<u64>,
    /// Exchanges that were asked in it.
    pub(super) asked: BTreeSet<String>,
    /// What is kept of it, and how many requests were more than that.
    pub(super) requests: usize,
    pub(super) bytes: usize,
    pub(super) beyond: u64,
}

impl Begun {
    /// What came of a phase since it was begun for the last time.
    pub(super) fn of(evidence: &Evidence, (scenario, step): (&str, &str), recogniser: impl Fn() -> Recogniser) -> Self {
        let (mut begun, mut came): (Self, Vec<&Exchange>) = (Self::default(), Vec::new());
        for record in &evidence.records {
            match record {
                Record::Phase(over) if over.scenario == scenario && over.step == step => {
                    if over.why == PhaseEnd::Stopped {
                        begun.started_us.get_or_insert(over.started_us);
                        begun.beyond = over.beyond.unwrap_or_default();
                    } else {
                        (begun, came) = (Self::default(), Vec::new());
                    }
                }
                Record::Exchange(exchange)
                    if exchange.scenario == scenario && exchange.step == step && exchange.origin == Origin::Client =>
                {
                    begun.started_us.get_or_insert(exchange.started_us);
                    came.push(exchange);
                }
                _ => {}
            }
        }
        begun.requests = came.len();
        begun.bytes = came.iter().map(|exchange| bytes(exchange)).sum();
        if !came.is_empty() {
            let (recogniser, base) = (recogniser(), &evidence.start.plan.target.base);
            begun.asked = came.iter().filter_map(|exchange| asks(exchange, &recogniser, base)).collect();
        }
        begun
    }
}

fn bytes(exchange: &Exchange) -> usize {
    let answer = match &exchange.outcome {
        Outcome::Answered(received) => usize::try_from(received.bytes).unwrap_or(usize::MAX),
        Outcome::Broken(_) => 0,
    };
    exchange.request.url.len() + exchange.request.form.as_ref().map_or(0, String::len) + answer
}

fn asks(exchange: &Exchange, recogniser: &Recogniser, base: &str) -> Option<String> {
    let request = &exchange.request;
    let asked = Asked::at(&request.method, &request.url, request.form.as_deref(), base);
    recogniser.recognise(&asked).asks(recogniser.claimed()).map(|asks| asks.exchange.clone())
}
