//! `toets run`: plans, asks, judges and reports.

use std::path::{Path, PathBuf};

use super::arguments::{AuthKind, RunArguments};
use super::failure::Failure;
use super::progress::Progress;
use super::terminal::Terminal;
use super::{output, patients, runtime, stop, suite};
use crate::clock;
use crate::drive::{Address, Secrets};
use crate::engine::{self, EngineError, Event, Finished, RecordError, Recorder, Settings};
use crate::judge::{Completeness, ExitCode, exit_code, judge};
use crate::plan::{Limits, Plan, Selection, Target, TargetAuth, compile};
use crate::report::Report;
use crate::scenario::Suite;
use crate::serve;

/// Name of the variable that holds the bearer token.
pub(crate) const TOKEN: &str = "TOETS_TOKEN";

/// How to name a server.
pub(crate) const BASE: &str = "name the FHIR base of the server, for example `--url https://test.example.nl/fhir`";

/// Runs the suite against a server, or against the built-in reference provider.
pub(crate) fn run(arguments: &RunArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let terminal = if arguments.ci { terminal.quiet() } else { *terminal };
    let suite = suite::suite(arguments.suite.as_deref(), &terminal)?;
    let folder = arguments.out.clone().unwrap_or_else(new_folder);
    let command = Run { arguments, suite: &suite, folder: &folder, terminal };
    let finished = runtime::block_on(async {
        match &arguments.url {
            Some(url) => command.against(Server::given(arguments, url)?).await,
            None => command.against_built_in().await,
        }
    })??;
    // The plan as the evidence keeps it, redacted: a later `toets judge` sees no other.
    let plan = &finished.evidence.start.plan;
    let verdicts = judge(plan, &finished.evidence, &suite);
    let report = Report::new(plan, &finished.evidence, &verdicts, &suite);
    let exit = exit_code(&verdicts, &finished.evidence, completeness(arguments.require_complete));
    output::finish(&report, &output::Folder { path: &folder, trouble: finished.stored.err() }, exit, &terminal)
}

/// Whether what is left open counts against the server.
pub(crate) fn completeness(required: bool) -> Completeness {
    if required { Completeness::Required } else { Completeness::Optional }
}

/// A server and what is needed to ask it.
struct Server {
    target: Target,
    secrets: Secrets,
}

impl Server {
    /// The server that the user named.
    fn given(arguments: &RunArguments, url: &str) -> Result<Self, Failure> {
        // Looked at before a folder is made for the run.
        Address::new(url).map_err(|why| Failure::usage(why.to_string()).hint(BASE))?;
        let mut secrets = Secrets::new();
        let auth = server_auth(arguments.auth, &mut secrets)?;
        let base = url.trim().trim_end_matches('/').to_owned();
        Ok(Self { target: Target { base, auth, built_in: false, fault: None, limits: limits(arguments) }, secrets })
    }

    /// The reference provider that was started for this run.
    fn built_in(arguments: &RunArguments, base: &str, token: &str) -> Result<Self, Failure> {
        let mut secrets = Secrets::new();
        secrets.insert(TOKEN, token).map_err(|why| Failure::harness(why.to_string()))?;
        let auth = match arguments.auth {
            Some(AuthKind::None) => TargetAuth::None,
            _ => TargetAuth::Bearer(TOKEN.to_owned()),
        };
        let fault = arguments.fault.clone();
        Ok(Self { target: Target { base: base.to_owned(), auth, built_in: true, fault, limits: limits(arguments) }, secrets })
    }
}

/// How a server that the user named is asked; the token becomes a secret.
pub(crate) fn server_auth(auth: Option<AuthKind>, secrets: &mut Secrets) -> Result<TargetAuth, Failure> {
    let token = std::env::var(TOKEN).ok().filter(|token| !token.trim().is_empty());
    match (auth, token) {
        (Some(AuthKind::None), _) | (None, None) => Ok(TargetAuth::None),
        (Some(AuthKind::Bearer), None) => {
            let failure = Failure::usage(format!("there is no bearer token in the environment variable {TOKEN}"));
            Err(failure.hint(format!("set {TOKEN}, or ask without credentials with `--auth none`")))
        }
        (_, Some(token)) => {
            secrets.insert(TOKEN, &token).map_err(|why| Failure::usage(why.to_string()))?;
            Ok(TargetAuth::Bearer(TOKEN.to_owned()))
        }
    }
}

fn limits(arguments: &RunArguments) -> Limits {
    let usual = Limits::default();
    Limits {
        parallel: arguments.parallel.map_or(usual.parallel, usize::from),
        deadline_ms: arguments.deadline.map_or(usual.deadline_ms, |seconds| u64::from(seconds) * 1_000),
        ..usual
    }
}

/// What the user asked for.
struct Run<'r> {
    arguments: &'r RunArguments,
    suite: &'r Suite,
    folder: &'r Path,
    terminal: Terminal,
}

impl Run<'_> {
    async fn against_built_in(&self) -> Result<Finished, Failure> {
        let token = clock::random_hex(16);
        let mut config = serve::Config::new(self.suite, token.clone());
        config.faults = self.arguments.fault.iter().cloned().collect();
        let running = serve::start(config).await.map_err(|why| super::provider::failure(why, self.suite))?;
        let server = Server::built_in(self.arguments, &running.base_url, &token)?;
        let done = self.against(server).await;
        running.stop().await;
        done
    }

    async fn against(&self, server: Server) -> Result<Finished, Failure> {
        let plan = self.plan(server.target)?;
        let settings = Settings {
            recorder: recorder(self.folder)?,
            secrets: server.secrets,
            tempo: self.arguments.tempo,
            seed: self.arguments.seed.clone(),
            definitions: suite::definitions(self.suite),
            stop: stop::on_interrupt(self.terminal),
        };
        let progress = Progress::new(&self.terminal, plan.scenarios.len());
        let finished = engine::run(&plan, self.suite, settings, listener(progress.clone(), plan.target.base.clone())).await;
        progress.end();
        finished.map_err(not_started)
    }

    fn plan(&self, target: Target) -> Result<Plan, Failure> {
        let ids = &self.arguments.ids;
        let selection = if ids.is_empty() { Selection::All } else { Selection::Only(ids.clone()) };
        let claims = suite::claims(self.arguments.product.as_deref());
        let mut plan = compile(self.suite, claims, target, &selection).map_err(|why| Failure::usage(why.to_string()))?;
        if let Some(own) = patients::own(&self.arguments.patients, self.arguments.bsn.as_deref())? {
            patients::warning(&own).into_iter().for_each(|warning| self.terminal.note(warning));
            plan.about(own, self.suite);
        }
        patients::fill(&mut plan, &self.arguments.patients, self.suite)?;
        Ok(plan)
    }
}

/// Moves the line while the engine tells what it does.
fn listener(progress: Progress, base: String) -> impl Fn(Event) + Send + Sync + 'static {
    move |event| match event {
        Event::Sent { exchange, method, url } => {
            progress.sent(&exchange, &format!("{method} {}", url.strip_prefix(&base).unwrap_or(&url)));
        }
        Event::Answered { exchange, .. } | Event::Broken { exchange, .. } => progress.came(&exchange),
        Event::ScenarioFinished(_) => progress.scenario_done(),
        _ => {}
    }
}

fn not_started(why: EngineError) -> Failure {
    Failure::usage(why.to_string()).hint(BASE)
}

/// `reports/2026-11-22T14-03-05Z`, with a number behind it when there is one already.
fn new_folder() -> PathBuf {
    let name = clock::folder_name(&clock::now());
    let numbered = |number: u32| if number == 1 { name.clone() } else { format!("{name}-{number}") };
    (1..1_000)
        .map(|number| Path::new("reports").join(numbered(number)))
        .find(|folder| !folder.exists())
        .unwrap_or_else(|| name.clone().into())
}

/// A folder that cannot be written does not stop a run; one that holds another run does.
fn recorder(folder: &Path) -> Result<Recorder, Failure> {
    let recorder = Recorder::in_folder(folder);
    match recorder.trouble() {
        Some(occupied @ RecordError::Occupied { .. }) => Err(Failure::usage(occupied.to_string())),
        _ => Ok(recorder),
    }
}
