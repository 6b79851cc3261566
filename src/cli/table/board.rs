//! The board: judges what has come so far and publishes how the table stands.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use super::lock;
use crate::evidence::{Evidence, PhaseEnd, PhaseOver, Record};
use crate::fhir::validate::Validator;
use crate::judge::judge;
use crate::plan::Plan;
use crate::report::Report;
use crate::report::live::{Now, live};
use crate::scenario::Suite;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// Judges and publishes.
pub(super) struct Board<'b> {
    pub(super) plan: &'b Plan,
    pub(super) suite: &'b Suite,
    pub(super) validator: &'b Validator,
    pub(super) now: Arc<Mutex<Now>>,
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
        let state = serde_json::to_string(&live(&report, self.plan, self.suite, &now)).unwrap_or_else(|_| "null".to_owned());
        // Nobody may look at the moment.
        let _ = self.state.send(state.into());
    }

    /// Judges the phase that goes on as if it were over: that is what the checklist shows.
    fn close(&self, evidence: &mut Evidence, scenario: &str, step: &str) {
        let Some(planned) = self.plan.scenarios.iter().find(|planned| planned.scenario == scenario) else { return };
        let name = planned.name();
        let closes = |record: &Record| matches!(record, Record::Phase(over) if over.scenario == name && over.step == step);
        if !evidence.records.iter().any(closes) {
            evidence.records.push(Record::Phase(PhaseOver {
                scenario: name,
                step: step.to_owned(),
                started_us: 0,
                took_us: 0,
                why: PhaseEnd::Next,
                program: None,
            }));
        }
    }
}
