//! The other side of the table: a client under test asks, and we answer. Runs
//! the phases of a plan one after the other, and records every request as it
//! comes. What a request means is for `judge`; only when a phase is over is
//! decided here, by what was asked and by the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::event::Event;
use super::log::{Happened, Log};
use super::statement::{self, Statement, Statements};
use super::{Finished, Settings, redactor, start};
use crate::clock;
use crate::drive::{Ended, Program, Reply, Started};
use crate::evidence::{
    Attested, Broken, Evidence, FoundHow, FoundPersona, OmittedReason, Origin, PhaseEnd, PhaseOver, ProgramEnd, Sent,
};
use crate::plan::{Action, Plan, PlannedScenario, PlannedStep};
use crate::scenario::{Answering, Check, Phase, Suite, filled};
use crate::text::Text;

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
    /// How it was answered, or why it was not.
    pub answer: Result<Reply, Broken>,
    /// Names of the exchanges that it is.
    pub asks: Vec<String>,
    /// Told when it is recorded: the answer waits for that.
    pub recorded: oneshot::Sender<()>,
}

/// Stands for credentials that we did not give out.
pub const ANOTHER: &str = "ANOTHER";

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
}

/// Who sits at the table, and how to reach them.
pub struct Table {
    /// Requests of the client.
    pub came: mpsc::Receiver<Came>,
    /// What the people want.
    pub orders: mpsc::Receiver<Order>,
    /// People are there: questions wait for them.
    pub attended: bool,
    /// Says how to answer from now on.
    pub answers: Box<dyn Fn(&[Answering]) + Send + Sync>,
    /// Starts the client for each phase.
    pub program: Option<Program>,
    /// What is known beforehand of what the client shows.
    pub statements: Statements,
    /// Looks at the evidence after each record: a live checklist.
    pub look: Option<Box<dyn Fn(&Evidence) + Send + Sync>>,
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
    let log = Log::new(settings.recorder, start, redactor, Arc::new(on_event));
    for persona in &plan.personas {
        let (patient, how) = (Some(persona.fixture.clone()), FoundHow::Fixture);
        log.persona(FoundPersona { persona: persona.persona.clone(), patient, how });
    }
    let mut sitting = Sitting { plan, suite, log, table, tempo: settings.tempo, stop: settings.stop, gone: false };
    for scenario in &plan.scenarios {
        sitting.scenario(scenario).await;
    }
    let stopped = *sitting.stop.borrow();
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
}

/// A phase while it goes.
struct Going<'p> {
    name: String,
    scenario: &'p PlannedScenario,
    step: &'p PlannedStep,
    phase: &'p Phase,
    asked: BTreeSet<String>,
    count: usize,
    deadline: Instant,
    quiet: Instant,
    program: Option<ProgramEnd>,
}

/// What happened next.
enum Next {
    Came(Came),
    Order(Option<Order>),
    Ended(std::io::Result<Ended>),
    Quiet,
    Deadline,
    Stopped,
}

impl<'p> Sitting<'p> {
    async fn scenario(&mut self, scenario: &'p PlannedScenario) {
        let name = scenario.name();
        self.log.tell(Event::ScenarioStarted(name.clone()));
        let mut number = BTreeMap::new();
        for step in &scenario.steps {
            let Action::Serve(phase) = &step.action else {
                self.log.omitted(&name, &step.id, OmittedReason::NoClient);
                continue;
            };
            while self.phase(scenario, step, phase, number.entry(&step.id).or_default()).await {}
        }
        self.log.tell(Event::ScenarioFinished(name));
    }

    /// Goes through a phase; true when it is to be gone through again.
    async fn phase(&mut self, scenario: &'p PlannedScenario, step: &'p PlannedStep, phase: &'p Phase, count: &mut usize) -> bool {
        let name = scenario.name();
        if *self.stop.borrow() {
            self.log.omitted(&name, &step.id, OmittedReason::Stopped);
            return false;
        }
        (self.table.answers)(&phase.answers);
        let started_us = self.log.elapsed_us();
        self.log.tell(Event::PhaseStarted {
            scenario: name.clone(),
            step: step.id.clone(),
            instruct: self.instruction(scenario, &phase.instruct),
            within: self.scaled(phase.until.within_s),
        });
        let now = Instant::now();
        let mut going = Going {
            name,
            scenario,
            step,
            phase,
            asked: BTreeSet::new(),
            count: *count,
            deadline: now + self.scaled(phase.until.within_s),
            quiet: now + self.scaled(phase.until.quiet_s),
            program: None,
        };
        let why = self.answer(&mut going).await;
        *count = going.count;
        let over = PhaseOver {
            scenario: going.name.clone(),
            step: step.id.clone(),
            started_us,
            took_us: self.log.elapsed_us().saturating_sub(started_us),
            why: why.unwrap_or(PhaseEnd::Skipped),
            program: going.program.clone(),
        };
        self.log.tell(Event::PhaseOver { scenario: over.scenario.clone(), step: over.step.clone(), why: over.why });
        self.log.phase(over);
        match why {
            None => return true,
            Some(PhaseEnd::Skipped | PhaseEnd::Stopped) => {}
            Some(_) => self.questions(&mut going).await,
        }
        self.looked();
        false
    }

    /// Answers until the phase is over; nothing when it is to begin again.
    async fn answer(&mut self, going: &mut Going<'p>) -> Option<PhaseEnd> {
        let mut started = self.start_program(going);
        let why = loop {
            match self.next(going, started.as_mut()).await {
                Next::Came(came) => self.came(going, came),
                Next::Order(None) => self.gone = true,
                Next::Order(Some(Order::Next)) => break Some(PhaseEnd::Next),
                Next::Order(Some(Order::Skip)) => break Some(PhaseEnd::Skipped),
                Next::Order(Some(Order::Repeat)) => break None,
                Next::Order(Some(Order::Say(key, statement))) => self.say(&key, statement),
                Next::Ended(ended) => {
                    started = None;
                    going.program = Some(program_end(ended));
                    // What it sent last may still be on its way.
                    going.quiet = Instant::now() + self.scaled(1);
                }
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

    async fn next(&mut self, going: &Going<'p>, started: Option<&mut Started>) -> Next {
        let runs = started.is_some();
        let is_silent_enough = !runs && (going.program.is_some() || (self.table.program.is_none() && self.has_asked(going)));
        let ended = async {
            match started {
                Some(started) => started.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(came) = self.table.came.recv() => Next::Came(came),
            order = self.table.orders.recv(), if !self.gone => Next::Order(order),
            ended = ended => Next::Ended(ended),
            () = stopped(&mut self.stop) => Next::Stopped,
            () = sleep_until(going.deadline) => Next::Deadline,
            () = sleep_until(going.quiet), if is_silent_enough => Next::Quiet,
        }
    }

    fn start_program(&self, going: &mut Going<'p>) -> Option<Started> {
        let program = self.table.program.as_ref()?;
        let mut program = program.clone();
        program.environment.extend(self.environment(going));
        match program.start() {
            Ok(started) => Some(started),
            Err(why) => {
                going.program = Some(ProgramEnd::NotStarted(why.to_string()));
                None
            }
        }
    }

    /// What a program has to know of the phase.
    fn environment(&self, going: &Going<'p>) -> Vec<(String, String)> {
        let persona = going.scenario.persona.as_deref().and_then(|name| self.plan.persona(name));
        let mut environment = vec![
            ("TOETS_SCENARIO".to_owned(), going.scenario.scenario.clone()),
            ("TOETS_PHASE".to_owned(), going.step.id.clone()),
            ("TOETS_ATTEST".to_owned(), self.attest_file(going).display().to_string()),
        ];
        if let Some(persona) = persona {
            environment.push(("TOETS_PATIENT".to_owned(), persona.fixture.clone()));
            environment.push(("TOETS_BSN".to_owned(), persona.bsn.clone()));
        }
        environment
    }

    /// Where the program of a phase may write what its client shows.
    fn attest_file(&self, going: &Going<'p>) -> PathBuf {
        let name = format!("toets-attest-{}-{}-{}.json", std::process::id(), going.scenario.scenario, going.step.id);
        std::env::temp_dir().join(name)
    }

    /// Whether all is asked that the phase waits for. Of exchanges with one number (1a, 1b) one is enough.
    fn has_asked(&self, going: &Going<'p>) -> bool {
        let wanted = |name: &str| going.phase.until.asked.is_empty() || going.phase.until.asked.iter().any(|asked| asked == name);
        let all = self.suite.exchanges.iter().filter(|exchange| exchange.query.is_some() && wanted(&exchange.exchange));
        let mut open: BTreeMap<&str, bool> = BTreeMap::new();
        for exchange in all {
            let number = exchange.query.as_deref().unwrap_or_default().trim_end_matches(char::is_lowercase);
            *open.entry(number).or_default() |= going.asked.contains(&exchange.exchange);
        }
        // The lookup is optional.
        open.remove("0");
        open.values().all(|asked| *asked)
    }

    fn came(&self, going: &mut Going<'p>, came: Came) {
        going.count += 1;
        going.asked.extend(came.asks.iter().cloned());
        going.quiet = Instant::now() + self.scaled(going.phase.until.quiet_s);
        let form = String::from_utf8_lossy(&came.body).into_owned();
        let sent = Sent {
            method: came.method,
            url: came.url,
            headers: came.headers.into_iter().map(|header| self.without_secrets(header)).collect(),
            form: Some(form).filter(|form| !form.is_empty()),
            patient: None,
            persona: going.scenario.persona.clone(),
        };
        let id = format!("{}/{}#{}", going.name, going.step.id, going.count);
        let url = self.log.redacted(&sent.url);
        self.log.tell(Event::Received { exchange: id.clone(), method: sent.method.clone(), url, asks: came.asks });
        self.log.exchange(Happened {
            id,
            scenario: &going.name,
            step: &going.step.id,
            origin: Origin::Client,
            sent,
            outcome: &came.answer,
            started_us: self.log.elapsed_us(),
            retries: 0,
        });
        // Whoever waits for it may have gone.
        let _ = came.recorded.send(());
        self.looked();
    }

    /// Credentials that we did not give out are nobody's business; ours are shown by their name.
    fn without_secrets(&self, (name, value): (String, String)) -> (String, String) {
        const SECRET: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token"];
        if !SECRET.contains(&name.as_str()) {
            return (name, value);
        }
        let ours = self.log.redacted(&value);
        if ours != value {
            return (name, ours);
        }
        let scheme = value.split_once(' ').map_or("", |(scheme, _)| scheme);
        (name, format!("{scheme} ${{{ANOTHER}}}").trim_start().to_owned())
    }

    fn looked(&self) {
        if let Some(look) = &self.table.look {
            self.log.look(look);
        }
    }

    /// Takes what is known of what the client shows, and asks the people for the rest.
    async fn questions(&mut self, going: &mut Going<'p>) {
        let file = self.attest_file(going);
        let of_program = statement::of_program(&file);
        let mut open = Vec::new();
        for expectation in &going.step.expect {
            let Check::Attest(attest) = &expectation.check else { continue };
            let key = expectation.key.split('@').next().unwrap_or(&expectation.key);
            let id = key.rsplit('/').next().unwrap_or(key);
            let known = self.table.statements.get(key).or_else(|| of_program.get(id)).or_else(|| of_program.get(attest.about.name()));
            match known.cloned() {
                Some(statement) => self.record(going.name.clone(), key, statement),
                None => open.push((key.to_owned(), attest.ask.clone())),
            }
        }
        if !self.table.attended || open.is_empty() {
            return;
        }
        for (key, ask) in &open {
            let ask = self.instruction(going.scenario, ask);
            self.log.tell(Event::Question { key: key.clone(), ask });
        }
        let mut open: BTreeSet<String> = open.into_iter().map(|(key, _)| key).collect();
        while !open.is_empty() && !self.gone {
            tokio::select! {
                Some(came) = self.table.came.recv() => self.came(going, came),
                order = self.table.orders.recv() => match order {
                    Some(Order::Say(key, statement)) => {
                        open.remove(&key);
                        self.say(&key, statement);
                    }
                    Some(Order::Next | Order::Skip | Order::Repeat) => return,
                    None => self.gone = true,
                },
                () = stopped(&mut self.stop) => return,
            }
        }
    }

    /// Records a statement by the key of its expectation, whichever phase it is of.
    fn say(&self, key: &str, statement: Statement) {
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

    fn instruction(&self, scenario: &PlannedScenario, text: &Text) -> Text {
        let persona = scenario.persona.as_deref().and_then(|name| self.plan.persona(name));
        let Some(persona) = persona else { return text.clone() };
        let name = self.suite.persona(&persona.persona).map_or_else(|| persona.persona.clone(), |known| known.name());
        let values = BTreeMap::from([("name", name), ("bsn", persona.bsn.clone()), ("patient", persona.fixture.clone())]);
        Text { en: filled(&text.en, &values), nl: filled(&text.nl, &values) }
    }

    fn scaled(&self, seconds: u32) -> Duration {
        Duration::from_secs(u64::from(seconds)).mul_f64(self.tempo.max(0.0))
    }
}

fn program_end(ended: std::io::Result<Ended>) -> ProgramEnd {
    match ended {
        Ok(Ended::Code(code)) => ProgramEnd::Code(code),
        Ok(Ended::Signal) => ProgramEnd::Signal,
        Err(why) => ProgramEnd::NotStarted(why.to_string()),
    }
}

/// Ends when the user stops the run.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // Nobody is left who could stop the run.
        std::future::pending::<()>().await;
    }
}
