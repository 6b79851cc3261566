//! The other side of the table: a client under test asks, and we answer. Runs
//! the phases of a plan one after the other, and records every request as it
//! comes. What a request means is for `judge`; only when a phase is over is
//! decided here, by what was asked and by the clock.

mod again;
mod came;
mod program;
mod questions;
mod seats;
#[cfg(test)]
mod tests;

pub use seats::{Answers, Seat, Seats};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until};

use again::{Before, Begun};

use super::driver::{Driver, Running};
use super::event::Event;
use super::log::Log;
use super::statement::{Statement, StatementError, Statements};
use super::{Finished, Settings, redactor, start};
use crate::drive::Reply;
use crate::evidence::{Evidence, FoundHow, FoundPersona, OmittedReason, PhaseEnd, ProgramEnd};
use crate::plan::{Action, Plan, PlannedScenario, PlannedStep};
use crate::recognise::Recogniser;
use crate::scenario::{Phase, Suite};
use crate::text::Text;
use questions::Then;

/// A request of the client and how it was answered, as it went.
#[derive(Debug)]
pub struct Came {
    /// `GET`
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, within the bound of the server.
    pub body: Vec<u8>,
    /// How it was answered.
    pub answer: Reply,
    /// The exchange that it is.
    pub asks: Option<String>,
    /// How it is not as the agreement has it.
    pub remarks: Vec<Text>,
    /// Told when it is stored: the answer waits for that. Dropped when it cannot be: the client gets 503.
    pub recorded: oneshot::Sender<()>,
}

/// How often who looks is asked, when nothing comes, whether to show what came before.
const TICK: Duration = Duration::from_millis(250);

/// What the people at the table want.
#[derive(Debug)]
pub enum Order {
    /// Go on to the next phase.
    Next,
    /// Leave this phase out.
    Skip,
    /// Begin this phase again; what came is kept, and is not judged.
    Repeat,
    /// A remark, or what was seen on the screen: the expectation `scenario/step/expectation`, and the statement.
    Say(String, Statement),
    /// Note something about this phase: the text, and where it was written.
    Note(String, String),
}

/// Looks at the evidence so far; false when it is too soon, or nobody wants to know.
pub type Look = Box<dyn Fn(&Evidence) -> bool + Send + Sync>;

/// Who sits at the table, and how to reach them.
pub struct Table {
    /// Requests of the client.
    pub came: mpsc::Receiver<Came>,
    /// What the people want.
    pub orders: mpsc::Receiver<Order>,
    /// People are there: questions wait for them.
    pub attended: bool,
    /// How long questions wait; for ever when absent.
    pub patience: Option<Duration>,
    /// Says how to answer from now on.
    pub answers: Answers,
    /// Starts the client for each phase.
    pub driver: Option<Driver>,
    /// What is known beforehand of what the client shows.
    pub statements: Statements,
    /// What had happened before, when a table that was broken off goes on.
    pub resumed: Option<Evidence>,
    /// Asked after each record, and then until it has looked: a live checklist.
    pub look: Option<Look>,
}

impl Table {
    /// A table at which nobody sits and nothing is known beforehand.
    #[must_use]
    pub fn new(came: mpsc::Receiver<Came>, orders: mpsc::Receiver<Order>, answers: Answers) -> Self {
        Self {
            came,
            orders,
            attended: false,
            patience: None,
            answers,
            driver: None,
            statements: Statements::new(),
            resumed: None,
            look: None,
        }
    }
}

/// Answers a client through all phases of a plan.
pub async fn serve(
    plan: &Plan,
    suite: &Suite,
    settings: Settings,
    table: Table,
    on_event: impl Fn(Event) + Send + Sync + 'static,
) -> Finished {
    on_event(super::started(plan));
    let start = start(plan, &settings);
    let redactor = redactor(plan, suite, &settings.secrets);
    let mut table = table;
    let (log, before) = match table.resumed.take() {
        Some(evidence) => {
            let before = Before::of(&evidence);
            (Log::resumed(settings.recorder, evidence, redactor, Arc::new(on_event)), before)
        }
        None => (Log::new(settings.recorder, start, redactor, Arc::new(on_event)), Before::default()),
    };
    for persona in plan.personas.iter().filter(|persona| !before.personas.contains(&persona.persona)) {
        let (patient, how) = (Some(persona.fixture.clone()), FoundHow::Fixture);
        log.persona(FoundPersona { persona: persona.persona.clone(), patient, how });
    }
    let mut sitting = Sitting {
        plan,
        suite,
        log,
        table,
        tempo: settings.tempo,
        stop: settings.stop,
        gone: false,
        before,
        unseen: AtomicBool::new(true),
    };
    for scenario in &plan.scenarios {
        sitting.scenario(scenario).await;
    }
    let stopped = sitting.is_stopped();
    let (evidence, stored) = sitting.log.finish(stopped);
    Finished { evidence, stored }
}

/// A client at the table.
struct Sitting<'p> {
    plan: &'p Plan,
    suite: &'p Suite,
    log: Log,
    table: Table,
    tempo: f64,
    stop: watch::Receiver<bool>,
    /// Nobody can give orders any more.
    gone: bool,
    /// What was done before the table was broken off.
    before: Before,
    /// Something happened that who looks has not seen.
    unseen: AtomicBool,
}

/// A phase while it goes.
struct Going<'p> {
    name: String,
    scenario: &'p PlannedScenario,
    step: &'p PlannedStep,
    phase: &'p Phase,
    started_us: u64,
    asked: BTreeSet<String>,
    /// Number of the last exchange.
    count: usize,
    /// What is kept of this phase, and how many requests were more than that.
    requests: usize,
    bytes: usize,
    beyond: u64,
    deadline: Instant,
    quiet: Instant,
    program: Option<ProgramEnd>,
    /// What the program says that its client shows.
    said: Statements,
}

/// What happened next.
enum Next {
    Came(Came),
    Order(Option<Order>),
    Ended((ProgramEnd, Result<Statements, StatementError>)),
    Quiet,
    Tick,
    Deadline,
    Stopped,
}

impl<'p> Sitting<'p> {
    async fn scenario(&mut self, scenario: &'p PlannedScenario) {
        let name = scenario.name();
        self.log.tell(Event::ScenarioStarted(name.clone()));
        for step in &scenario.steps {
            let Action::Serve(phase) = &step.action else {
                self.log.omitted(&name, &step.id, OmittedReason::NoClient);
                continue;
            };
            while self.phase(scenario, step, phase).await {}
        }
        self.log.tell(Event::ScenarioFinished(name));
    }

    /// Goes through a phase; true when it is to be gone through again.
    async fn phase(&mut self, scenario: &'p PlannedScenario, step: &'p PlannedStep, phase: &'p Phase) -> bool {
        let name = scenario.name();
        if let Some(why) = self.before.over.remove(&(name.clone(), step.id.clone())) {
            return self.over_before((scenario, step, phase), why).await == Then::Again;
        }
        if self.is_stopped() {
            self.log.omitted(&name, &step.id, OmittedReason::Stopped);
            return false;
        }
        (self.table.answers)(&phase.answers);
        let mut going = self.going(scenario, step, phase);
        self.log.tell(Event::PhaseStarted {
            scenario: name.clone(),
            step: step.id.clone(),
            instruct: self.instruction(scenario, &phase.instruct),
        });
        self.looked();
        let why = self.answer(&mut going).await;
        self.over(&going, why.unwrap_or(PhaseEnd::Skipped));
        let then = match why {
            None => Then::Again,
            Some(PhaseEnd::Skipped | PhaseEnd::Stopped) => Then::On,
            Some(_) => self.after(&mut going).await,
        };
        self.looked();
        then == Then::Again
    }

    /// A phase as it begins, or as it was when the table was broken off. A client that is started anew begins anew: what it
    /// asked before it was broken off does not count.
    fn going(&self, scenario: &'p PlannedScenario, step: &'p PlannedStep, phase: &'p Phase) -> Going<'p> {
        let (name, now) = (scenario.name(), Instant::now());
        let recogniser = || Recogniser::new(&self.suite.exchanges, self.plan.claims.dialect);
        let begun = match &self.table.driver {
            None => self.log.look(|so_far| Begun::of(so_far, (&name, &step.id), recogniser)),
            Some(_) => Begun::default(),
        };
        Going {
            // Whoever comes to it again, or goes on with it, finds other numbers free.
            count: self.log.exchanges(&name, &step.id),
            name,
            scenario,
            step,
            phase,
            started_us: begun.started_us.unwrap_or_else(|| self.log.elapsed_us()),
            asked: begun.asked,
            requests: begun.requests,
            bytes: begun.bytes,
            beyond: begun.beyond,
            deadline: now + self.scaled(phase.until.within_s),
            quiet: now + self.scaled(phase.until.quiet_s),
            program: None,
            said: Statements::new(),
        }
    }

    /// Answers until the phase is over; nothing when it is to begin again.
    async fn answer(&mut self, going: &mut Going<'p>) -> Option<PhaseEnd> {
        let mut started = self.start_client(going);
        let why = loop {
            match self.next(going, started.as_mut()).await {
                Next::Came(came) => {
                    self.came(going, came);
                    // What cannot be kept cannot be judged.
                    if !self.log.keeps() {
                        break Some(PhaseEnd::Stopped);
                    }
                }
                Next::Order(None) => self.gone = true,
                Next::Order(Some(Order::Next)) => break Some(PhaseEnd::Next),
                Next::Order(Some(Order::Skip)) => break Some(PhaseEnd::Skipped),
                Next::Order(Some(Order::Repeat)) => break None,
                Next::Order(Some(Order::Say(key, statement))) => self.say(&key, statement),
                Next::Order(Some(Order::Note(text, by))) => self.note(going, &text, by),
                Next::Ended((end, said)) => {
                    started = None;
                    self.ended(going, end, said);
                }
                Next::Tick => self.show(),
                Next::Quiet if going.program.is_some() => break Some(PhaseEnd::Program),
                Next::Quiet => break Some(PhaseEnd::Asked),
                Next::Deadline => break Some(PhaseEnd::Deadline),
                Next::Stopped => break Some(PhaseEnd::Stopped),
            }
        };
        if let Some(started) = started {
            started.end().await;
            going.program = Some(ProgramEnd::Deadline);
        }
        why
    }

    async fn next(&mut self, going: &Going<'p>, started: Option<&mut Running>) -> Next {
        let runs = started.is_some();
        let by_itself = self.table.driver.as_ref().is_none_or(Driver::goes_on);
        let is_silent_enough = !runs && (going.program.is_some() || (by_itself && self.has_asked(going)));
        let ended = async {
            match started {
                Some(started) => started.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // A client that never stops asking holds up neither the people nor the clock.
            () = stopped(&mut self.stop) => Next::Stopped,
            () = sleep_until(going.deadline) => Next::Deadline,
            order = self.table.orders.recv(), if !self.gone => Next::Order(order),
            ended = ended => Next::Ended(ended),
            Some(came) = self.table.came.recv() => Next::Came(came),
            () = sleep(TICK), if self.table.look.is_some() => Next::Tick,
            () = sleep_until(going.quiet), if is_silent_enough => Next::Quiet,
        }
    }

    /// Whether all is asked that the phase waits for. Of exchanges with one number (1a, 1b) one is enough.
    fn has_asked(&self, going: &Going<'p>) -> bool {
        let wanted = |name: &str| going.phase.until.asked.is_empty() || going.phase.until.asked.iter().any(|asked| asked == name);
        let all = self.suite.exchanges.iter().filter(|exchange| exchange.query.is_some() && wanted(&exchange.exchange));
        let mut open: BTreeMap<&str, bool> = BTreeMap::new();
        for exchange in all {
            let number = exchange.number().unwrap_or_default();
            *open.entry(number).or_default() |= going.asked.contains(&exchange.exchange);
        }
        // The lookup is optional.
        open.remove("0");
        open.values().all(|asked| *asked)
    }

    /// By the people, or by a disk that keeps nothing more.
    fn is_stopped(&self) -> bool {
        *self.stop.borrow() || !self.log.keeps()
    }

    /// Something happened.
    fn looked(&self) {
        self.unseen.store(true, Ordering::Release);
        self.show();
    }

    /// Shows what happened to who looks, when they have not seen it and want to.
    fn show(&self) {
        let Some(look) = &self.table.look else { return };
        if self.unseen.load(Ordering::Acquire) && self.log.look(look) {
            self.unseen.store(false, Ordering::Release);
        }
    }

    fn scaled(&self, seconds: u32) -> Duration {
        Duration::from_secs(u64::from(seconds)).mul_f64(self.tempo.max(0.0))
    }
}

/// Ends when the user stops the run.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // Nobody is left who could stop the run.
        std::future::pending::<()>().await;
    }
}
