//! The board: judges what has come so far and publishes how the table stands.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use super::super::terminal::Terminal;
use super::{lock, words};
use crate::evidence::{Evidence, PhaseEnd, PhaseOver, Record};
use crate::fhir::validate::Validator;
use crate::judge::judge;
use crate::plan::Plan;
use crate::recognise::Recogniser;
use crate::report::Report;
use crate::report::live::{Live, Now, live};
use crate::scenario::Suite;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// Judges and publishes.
pub(super) struct Board<'b> {
    pub(super) plan: &'b Plan,
    pub(super) suite: &'b Suite,
    pub(super) validator: &'b Validator,
    pub(super) recogniser: Recogniser,
    pub(super) now: Arc<Mutex<Now>>,
    /// Where somebody follows how the phases stand.
    pub(super) terminal: Option<Terminal>,
    pub(super) state: watch::Sender<Arc<str>>,
}

impl Board<'_> {
    /// Keeps up with the evidence until there is no more.
    pub(super) async fn keep(&self, mut evidence: watch::Receiver<Option<Evidence>>) {
        while evidence.changed().await.is_ok() {
            let so_far = evidence.borrow_and_update().clone();
            if let Some(so_far) = so_far {
                self.publish(so_far);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The last state.
    pub(super) fn last(&self, evidence: &Evidence) {
        self.publish(evidence.clone());
    }

    fn publish(&self, mut evidence: Evidence) {
        let now = lock(&self.now).clone();
        if let Some((scenario, step)) = now.phase.as_deref().and_then(|phase| phase.split_once('/')) {
            self.close(&mut evidence, scenario, step);
        }
        let verdicts = judge(self.plan, &evidence, self.suite, self.validator);
        let report = Report::new(self.plan, &evidence, &verdicts, self.suite);
        let live = live((&report, &evidence), (self.plan, self.suite), &self.recogniser, &now);
        self.tell_standing(&live);
        let state = serde_json::to_string(&live).unwrap_or_else(|_| "null".to_owned());
        // Nobody may look at the moment.
        let _ = self.state.send(state.into());
    }

    /// Tells who is at the terminal how the phase stands, when that has changed.
    fn tell_standing(&self, live: &Live) {
        let standing = live.standing();
        let mut now = lock(&self.now);
        if standing.is_some() && standing != now.standing {
            if let (Some(standing), Some(terminal)) = (&standing, &self.terminal) {
                terminal.note(&words::standing(standing, terminal.language()));
            }
            now.standing = standing;
        }
    }

    /// Judges the phase that goes on as if it were over: that is what the checklist shows.
    fn close(&self, evidence: &mut Evidence, scenario: &str, step: &str) {
        let Some(planned) = self.plan.scenarios.iter().find(|planned| planned.scenario == scenario) else { return };
        let name = planned.name();
        // Begun again it counts from the end of the time before: what came then is not judged.
        let before = evidence.records.iter().rev().find_map(|record| match record {
            Record::Phase(over) if over.scenario == name && over.step == step => Some(over.started_us + over.took_us),
            _ => None,
        });
        evidence.records.push(Record::Phase(PhaseOver {
            scenario: name,
            step: step.to_owned(),
            started_us: before.unwrap_or_default(),
            took_us: 0,
            why: PhaseEnd::Next,
            program: None,
        }));
    }
}
