//! What a client shows: known from a file or from the program that drives it,
//! or asked of the people at the table when the phase is over.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::super::event::Event;
use super::super::statement::Statement;
use super::{Going, Order, Sitting, TICK, stopped};
use crate::clock;
use crate::evidence::{Attested, Noted, PhaseEnd, PhaseOver, Unanswered};
use crate::plan::{PlannedScenario, expectation_name, without_variant};
use crate::scenario::{Check, ClientPredicate, crash_question, filled};
use crate::text::Text;

/// What it is about that a client did not crash.
const NO_CRASH: &str = "no-crash";
/// Letters of a note.
const LONGEST_NOTE: usize = 4_000;

/// What becomes of a phase after its questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// On to the next; what was not answered stays open.
    On,
    /// It is left out after all.
    Skip,
    /// It begins again.
    Again,
}

impl<'p> Sitting<'p> {
    /// The questions of a phase that is over, and what becomes of it after them.
    pub(super) async fn after(&mut self, going: &mut Going<'p>) -> Then {
        let then = self.questions(going).await;
        if then == Then::Skip {
            self.over(going, PhaseEnd::Skipped);
        }
        then
    }

    /// Takes what is known of what the client shows, and asks the people for the rest.
    async fn questions(&mut self, going: &mut Going<'p>) -> Then {
        let mut open = Vec::new();
        for expectation in &going.step.expect {
            let (ask, about) = match &expectation.check {
                Check::Attest(attest) => (attest.ask.clone(), attest.about.name()),
                // A program tells by how it ends.
                Check::Client(ClientPredicate::NoCrash) if going.program.is_none() => (crash_question(), NO_CRASH),
                _ => continue,
            };
            if self.before.said.contains(&expectation.key) {
                continue;
            }
            let (key, id) = (without_variant(&expectation.key), expectation_name(&expectation.key));
            let known = self.table.statements.get(key).or_else(|| going.said.get(id)).or_else(|| going.said.get(about));
            match known.cloned() {
                Some(statement) => self.record(going.name.clone(), key, statement),
                None => open.push((key.to_owned(), ask)),
            }
        }
        if !self.table.attended || open.is_empty() {
            return Then::On;
        }
        for (key, ask) in &open {
            let ask = self.instruction(going.scenario, ask);
            self.log.tell(Event::Question { key: key.clone(), ask });
        }
        // Who looks at the page has to see them: nothing else comes until they are answered.
        self.looked();
        let until = self.table.patience.map(|patience| patience.mul_f64(self.tempo.max(0.0)));
        let asked = Instant::now();
        let mut open: BTreeSet<String> = open.into_iter().map(|(key, _)| key).collect();
        while !open.is_empty() && !self.gone {
            tokio::select! {
                Some(came) = self.table.came.recv() => self.came(going, came),
                order = self.table.orders.recv() => match order {
                    Some(Order::Say(key, statement)) => {
                        open.remove(&key);
                        self.say(&key, statement);
                    }
                    Some(Order::Note(text, by)) => self.note(going, &text, by),
                    Some(Order::Next) => return Then::On,
                    Some(Order::Skip) => return Then::Skip,
                    Some(Order::Repeat) => return Then::Again,
                    None => self.gone = true,
                },
                () = stopped(&mut self.stop) => return Then::On,
                () = sleep(TICK), if self.table.look.is_some() => self.show(),
                () = passed(asked, until) => {
                    self.unanswered(going, &open, asked.elapsed());
                    return Then::On;
                }
            }
        }
        Then::On
    }

    /// Tells and records that a phase is over.
    pub(super) fn over(&self, going: &Going<'p>, why: PhaseEnd) {
        let over = PhaseOver {
            scenario: going.name.clone(),
            step: going.step.id.clone(),
            started_us: going.started_us,
            took_us: self.log.elapsed_us().saturating_sub(going.started_us),
            why,
            program: going.program.clone(),
            beyond: Some(going.beyond).filter(|beyond| *beyond > 0),
        };
        self.log.tell(Event::PhaseOver { scenario: over.scenario.clone(), step: over.step.clone(), why });
        self.log.phase(over);
    }

    /// Records that the questions which are open were not answered in time.
    fn unanswered(&self, going: &Going<'p>, open: &BTreeSet<String>, waited: Duration) {
        self.log.tell(Event::Unanswered(open.iter().cloned().collect()));
        self.log.unanswered(Unanswered {
            scenario: going.name.clone(),
            step: going.step.id.clone(),
            expectations: open.iter().map(|key| expectation_name(key).to_owned()).collect(),
            waited_s: waited.as_secs(),
        });
    }

    /// Tells and notes what went wrong around the client; its requests are judged all the same.
    pub(super) fn trouble(&self, going: &Going<'p>, why: &Text) {
        self.log.tell(Event::Trouble(why.clone()));
        self.note(going, &why.en, "Toets".to_owned());
    }

    /// Records what somebody noted about this phase.
    pub(super) fn note(&self, going: &Going<'p>, text: &str, by: String) {
        let text: String = text.trim().chars().take(LONGEST_NOTE).collect();
        if !text.is_empty() {
            self.log.noted(Noted { scenario: going.name.clone(), step: going.step.id.clone(), text, by, at: clock::now() });
            self.looked();
        }
    }

    /// Records a statement by the key of its expectation, whichever phase it is of.
    pub(super) fn say(&self, key: &str, statement: Statement) {
        let scenario = key.split('/').next().unwrap_or_default();
        if let Some(scenario) = self.plan.scenarios.iter().find(|planned| planned.scenario == scenario) {
            self.record(scenario.name(), key, statement);
            self.looked();
        }
    }

    fn record(&self, scenario: String, key: &str, statement: Statement) {
        let mut parts = key.split('/').skip(1);
        let (step, expectation) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let Statement { answer, remark, exhibit, by } = statement;
        let said = Attested {
            scenario,
            step: step.to_owned(),
            expectation: expectation.to_owned(),
            answer,
            remark,
            exhibit: None,
            by,
            at: clock::now(),
        };
        let exhibit = exhibit.as_ref().map(|(exhibit, content)| (exhibit.clone(), content.as_slice()));
        self.log.attested(said, exhibit);
    }

    pub(super) fn instruction(&self, scenario: &PlannedScenario, text: &Text) -> Text {
        let persona = scenario.persona.as_deref().and_then(|name| self.plan.persona(name));
        let Some(persona) = persona else { return text.clone() };
        let name = self.suite.persona(&persona.persona).map_or_else(|| persona.persona.clone(), |known| known.name());
        let values = BTreeMap::from([("name", name), ("bsn", persona.bsn.clone()), ("patient", persona.fixture.clone())]);
        Text { en: filled(&text.en, &values), nl: filled(&text.nl, &values) }
    }
}

/// Ends when the time for an answer is over; never when there is no such time.
async fn passed(asked: Instant, within: Option<Duration>) {
    match within {
        Some(within) => sleep_until(asked + within).await,
        None => std::future::pending().await,
    }
}
