//! The board: judges what has come so far and publishes how the table stands.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::super::terminal::Terminal;
use super::{Strays, lock, words};
use crate::clock::Stopwatch;
use crate::evidence::{Evidence, PhaseEnd, PhaseOver, Record};
use crate::fhir::validate::Validator;
use crate::judge::judge;
use crate::plan::Plan;
use crate::recognise::Recogniser;
use crate::report::Report;
use crate::report::live::{Live, Now, live, silence};
use crate::scenario::Suite;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Judges and publishes.
pub(super) struct Board<'b> {
    pub(super) plan: &'b Plan,
    pub(super) suite: &'b Suite,
    pub(super) validator: &'b Validator,
    pub(super) recogniser: Recogniser,
    pub(super) now: Arc<Mutex<Now>>,
    /// Wants to see the evidence again.
    pub(super) ready: Arc<AtomicBool>,
    /// Where somebody follows how the phases stand.
    pub(super) terminal: Option<Terminal>,
    pub(super) state: watch::Sender<Arc<str>>,
    /// Without a request for so long, something may be wrong.
    pub(super) silence: Duration,
    /// What came that is nobody's, and nearest to this client.
    pub(super) strays: Strays,
    /// It was said at the terminal where to look.
    pub(super) told: AtomicBool,
}

impl Board<'_> {
    /// Keeps up with the evidence until there is no more.
    pub(super) async fn keep(&self, mut evidence: mpsc::Receiver<Evidence>) {
        let mut last: Option<Evidence> = None;
        loop {
            match timeout(LONGEST_PAUSE, evidence.recv()).await {
                Ok(None) => return,
                Ok(Some(so_far)) => last = Some(so_far),
                // Nothing came, and that may be what is to be told.
                Err(_) if !self.has_news() => continue,
                Err(_) => {}
            }
            let Some(so_far) = &mut last else { continue };
            let watch = Stopwatch::start();
            self.publish(so_far);
            // The more there is to judge, the seldomer: looking takes a fifth of the time at most.
            let took = Duration::from_micros(watch.elapsed_us());
            tokio::time::sleep((took * 4).clamp(PAUSE, LONGEST_PAUSE)).await;
            self.ready.store(true, Ordering::Release);
        }
    }

    /// Whether something is to be told that is in no evidence: silence, or what came and is nobody's.
    fn has_news(&self) -> bool {
        let now = lock(&self.now);
        self.is_silent(&now) != now.silent || now.strays != self.strays.last()
    }

    fn is_silent(&self, now: &Now) -> bool {
        now.phase.is_some() && now.since.is_some_and(|since| since.elapsed() >= self.silence)
    }

    /// The last state.
    pub(super) fn last(&self, evidence: &Evidence) {
        self.publish(&mut evidence.clone());
    }

    fn publish(&self, evidence: &mut Evidence) {
        self.mind_silence();
        lock(&self.now).strays = self.strays.last();
        let now = lock(&self.now).clone();
        let so_far = evidence.records.len();
        if let Some((scenario, step)) = now.phase.as_deref().and_then(|phase| phase.split_once('/')) {
            self.close(evidence, scenario, step);
        }
        let verdicts = judge(self.plan, evidence, self.suite, self.validator);
        let report = Report::new(self.plan, evidence, &verdicts, self.suite);
        let live = live((&report, evidence), (self.plan, self.suite), &self.recogniser, &now);
        evidence.records.truncate(so_far);
        self.tell_standing(&live);
        let state = serde_json::to_string(&live).unwrap_or_else(|_| "null".to_owned());
        // Nobody may look at the moment.
        let _ = self.state.send(state.into());
    }

    /// Says where to look when nothing comes: on the page in each phase, and once at the terminal.
    fn mind_silence(&self) {
        let mut now = lock(&self.now);
        now.silent = self.is_silent(&now);
        if let Some(terminal) = self.terminal.filter(|_| now.silent && !self.told.swap(true, Ordering::Relaxed)) {
            terminal.note(&format!("  ! {}", silence().get(terminal.language())));
        }
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
            beyond: None,
        }));
    }
}
