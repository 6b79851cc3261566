//! The board: judges what has come so far and publishes how the table stands.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::lock;
use crate::clock::Stopwatch;
use crate::evidence::{Evidence, PhaseEnd, PhaseOver, Record};
use crate::fhir::validate::Validator;
use crate::judge::judge;
use crate::plan::Plan;
use crate::report::Report;
use crate::report::live::{Now, live};
use crate::scenario::Suite;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Judges and publishes.
pub(super) struct Board<'b> {
    pub(super) plan: &'b Plan,
    pub(super) suite: &'b Suite,
    pub(super) validator: &'b Validator,
    pub(super) now: Arc<Mutex<Now>>,
    /// Wants to see the evidence again.
    pub(super) ready: Arc<AtomicBool>,
    pub(super) state: watch::Sender<Arc<str>>,
}

impl Board<'_> {
    /// Keeps up with the evidence until there is no more.
    pub(super) async fn keep(&self, mut evidence: mpsc::Receiver<Evidence>) {
        while let Some(so_far) = evidence.recv().await {
            let watch = Stopwatch::start();
            self.publish(so_far);
            // The more there is to judge, the seldomer: looking takes a fifth of the time at most.
            let took = Duration::from_micros(watch.elapsed_us());
            tokio::time::sleep((took * 4).clamp(PAUSE, LONGEST_PAUSE)).await;
            self.ready.store(true, Ordering::Release);
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
                beyond: None,
            }));
        }
    }
}
