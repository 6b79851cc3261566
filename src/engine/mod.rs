//! The engine: runs a plan and gives the evidence. Facts stop what hangs on
//! them, opinions nothing; there are none here.

mod answer;
mod codes;
mod driver;
mod event;
mod follow;
mod log;
mod merge;
mod open;
mod persona;
mod record;
mod scenario;
mod session;
mod slots;
mod statement;
mod table;

pub use answer::{Variables, captured};
pub use codes::Lookup;
pub use driver::{BuiltIn, Done, Driver, Facts};
pub use event::Event;
pub use merge::{MergeError, merge, store};
pub use open::{FORMAT, OpenError, Opened, open};
pub use persona::PERSONAS;
pub use record::{BLOBS, RECORDS, RecordError, Recorder, run_folder};
pub use statement::{Statement, StatementError, Statements, exhibit, media_type, of_file, said};
pub use table::{Answers, Came, Look, Order, Seat, Seats, Table, serve};

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::clock;
use crate::drive::{Access, Client, ClientError, Secrets};
use crate::evidence::{Definition, Evidence, Start};
use crate::plan::{Plan, PlannedPersona};
use crate::redact::Redactor;
use crate::scenario::{Isolation, Suite};
use log::Log;
use session::{Contact, Session};

/// What a run needs beside its plan.
#[derive(Debug)]
pub struct Settings {
    /// Where the evidence is kept.
    pub recorder: Recorder,
    /// Secrets that the plan names.
    pub secrets: Secrets,
    /// How we get in beside that.
    pub access: Access,
    /// Factor on every wait and deadline (settled 22).
    pub tempo: f64,
    /// Seed of generated ids; a random one when absent.
    pub seed: Option<String>,
    /// Definitions that judging will use.
    pub definitions: Vec<Definition>,
    /// Turns true when the user stops the run.
    pub stop: watch::Receiver<bool>,
}

impl Settings {
    /// Settings of a run that nobody stops, at the usual tempo, without secrets.
    #[must_use]
    pub fn plain(recorder: Recorder) -> Self {
        // The sender is dropped: the value stays false.
        let (_, stop) = watch::channel(false);
        Self {
            recorder,
            secrets: Secrets::new(),
            access: Access::default(),
            tempo: 1.0,
            seed: None,
            definitions: Vec::new(),
            stop,
        }
    }
}

/// A run that came to its end, its own or the user's.
#[derive(Debug)]
pub struct Finished {
    /// What happened.
    pub evidence: Evidence,
    /// Whether all of it is on disk; the evidence in memory is whole either way.
    pub stored: Result<(), RecordError>,
}

/// Why nothing was run.
#[derive(Debug, Error)]
pub enum EngineError {
    /// There is no client for this server.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Runs a plan: personas first, then scenarios, those that only read beside
/// each other. What the server does wrong is in the evidence, never an error.
///
/// # Errors
/// When the base is no URL of a server, a secret is missing, or TLS cannot be set up.
pub async fn run(
    plan: &Plan,
    suite: &Suite,
    settings: Settings,
    on_event: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Finished, EngineError> {
    run_looking_up(plan, suite, settings, None, on_event).await
}

/// The same, and then asks a terminology server what judging wants to know.
///
/// # Errors
/// As `run`.
pub async fn run_looking_up(
    plan: &Plan,
    suite: &Suite,
    settings: Settings,
    lookup: Option<Lookup<'_>>,
    on_event: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Finished, EngineError> {
    let start = start(plan, &settings);
    let client = Client::with_access(&plan.target, settings.secrets.clone(), settings.access, settings.tempo)?;
    let seed = start.seed.clone();
    on_event(started(plan));
    let redactor = redactor(plan, suite, &settings.secrets);
    let log = Log::new(settings.recorder, start, redactor, Arc::new(on_event));
    let plan = Arc::new(plan.clone());
    let session = Arc::new(Session { plan, client, log, stop: settings.stop, contact: Contact::default(), seed });
    session.learn_tokens();
    let patients = Arc::new(persona::find(&session).await);
    run_beside_each_other(&session, &patients).await;
    run_alone(&session, &patients).await;
    if let Some(lookup) = lookup {
        codes::look_up(&session, lookup).await;
    }
    let stopped = *session.stop.borrow();
    let (evidence, stored) = session.log.finish(stopped);
    Ok(Finished { evidence, stored })
}

fn start(plan: &Plan, settings: &Settings) -> Start {
    Start {
        format: FORMAT,
        toets: env!("CARGO_PKG_VERSION").to_owned(),
        at: clock::now(),
        seed: settings.seed.clone().unwrap_or_else(|| clock::random_hex(16)),
        tempo: settings.tempo,
        definitions: settings.definitions.clone(),
        plan: plan.clone(),
    }
}

/// The BSNs of personas may be shown; that of a patient with data of their own is none of them.
fn redactor(plan: &Plan, suite: &Suite, secrets: &Secrets) -> Redactor {
    let planned = plan.personas.iter().filter(|persona| persona.data.is_fixture()).map(|persona| persona.bsn.as_str());
    let shown = suite.personas.iter().map(|persona| persona.bsn.as_str()).chain(planned);
    let own = plan.own_patient().and_then(PlannedPersona::known_bsn);
    Redactor::new(clock::random_hex(32).as_bytes(), secrets.iter(), shown).hiding(own)
}

fn started(plan: &Plan) -> Event {
    Event::Started {
        scenarios: plan.scenarios.len(),
        steps: plan.scenarios.iter().map(|scenario| scenario.steps.len()).sum(),
        expectations: plan.scenarios.iter().map(|scenario| scenario.expectations().count()).sum(),
    }
}

type Patients = Arc<BTreeMap<String, String>>;

async fn run_beside_each_other(session: &Arc<Session>, patients: &Patients) {
    let places = Arc::new(Semaphore::new(session.plan.target.limits.parallel.max(1)));
    let mut tasks = JoinSet::new();
    for index in indices(&session.plan, Isolation::ReadOnly) {
        let (session, patients) = (Arc::clone(session), Arc::clone(patients));
        // Awaited before the task is made, so that scenarios begin in the order of the plan.
        let place = Arc::clone(&places).acquire_owned().await;
        tasks.spawn(async move {
            run_one(&session, index, &patients).await;
            drop(place);
        });
    }
    tasks.join_all().await;
}

async fn run_alone(session: &Arc<Session>, patients: &Patients) {
    for index in indices(&session.plan, Isolation::Exclusive) {
        run_one(session, index, patients).await;
    }
}

fn indices(plan: &Plan, isolation: Isolation) -> Vec<usize> {
    (0..plan.scenarios.len()).filter(|index| plan.scenarios[*index].isolation == isolation).collect()
}

async fn run_one(session: &Session, index: usize, patients: &BTreeMap<String, String>) {
    let scenario = &session.plan.scenarios[index];
    session.log.tell(Event::ScenarioStarted(scenario.name()));
    scenario::run(session, scenario, patients).await;
    session.log.tell(Event::ScenarioFinished(scenario.name()));
}
