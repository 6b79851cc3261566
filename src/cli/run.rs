//! `toets run`: plans, asks, judges and reports.

use std::path::{Path, PathBuf};

use super::arguments::{AuthKind, RunArguments};
use super::failure::Failure;
use super::progress::Progress;
use super::terminal::Terminal;
use super::{choose, output, patients, preview, runtime, stop, suite, watch};
use crate::clock;
use crate::drive::{Address, Secrets};
use crate::engine::{self, EngineError, Event, Finished, RecordError, Recorder, Settings};
use crate::judge::{Completeness, ExitCode, Verdicts, exit_code, judge};
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
    if arguments.choose.watch {
        return watch::watch(arguments, &terminal);
    }
    let suite = suite::suite(arguments.suite.as_deref(), &terminal)?;
    let Some(selection) = choose::selection(arguments, &suite, &terminal)? else { return Ok(ExitCode::Conformant) };
    if let Some(preview) = arguments.choose.preview() {
        return preview::preview(preview, &preview_plan(arguments, &suite, &selection, terminal)?, &terminal);
    }
    let folder = arguments.out.clone().unwrap_or_else(new_folder);
    let round = Run { arguments, suite: &suite, selection: &selection, folder: &folder, terminal };
    round.round().map(|round| round.exit)
}

/// What came of running once.
pub(crate) struct Round {
    pub(crate) exit: ExitCode,
    pub(crate) verdicts: Verdicts,
}

/// The plan of what would be run.
fn preview_plan(arguments: &RunArguments, suite: &Suite, selection: &Selection, terminal: Terminal) -> Result<Plan, Failure> {
    let server = match &arguments.url {
        Some(url) => Server::given(arguments, url)?,
        None => Server::built_in(arguments, "http://127.0.0.1/fhir", &clock::random_hex(16))?,
    };
    plan(arguments, suite, selection, (server.target, terminal))
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
pub(crate) struct Run<'r> {
    pub(crate) arguments: &'r RunArguments,
    pub(crate) suite: &'r Suite,
    pub(crate) selection: &'r Selection,
    pub(crate) folder: &'r Path,
    pub(crate) terminal: Terminal,
}

impl Run<'_> {
    /// Asks, judges and reports once.
    pub(crate) fn round(&self) -> Result<Round, Failure> {
        let finished = runtime::block_on(async {
            match &self.arguments.url {
                Some(url) => self.against(Server::given(self.arguments, url)?).await,
                None => self.against_built_in().await,
            }
        })??;
        // The plan as the evidence keeps it, redacted: a later `toets judge` sees no other.
        let plan = &finished.evidence.start.plan;
        let verdicts = judge(plan, &finished.evidence, self.suite);
        let report = Report::new(plan, &finished.evidence, &verdicts, self.suite);
        let exit = exit_code(&verdicts, &finished.evidence, completeness(self.arguments.require_complete));
        let folder = output::Folder { path: self.folder, trouble: finished.stored.err() };
        let exit = output::finish(&report, &folder, exit, &self.terminal)?;
        Ok(Round { exit, verdicts })
    }

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
        let plan = plan(self.arguments, self.suite, self.selection, (server.target, self.terminal))?;
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
}

fn plan(
    arguments: &RunArguments,
    suite: &Suite,
    selection: &Selection,
    (target, terminal): (Target, Terminal),
) -> Result<Plan, Failure> {
    let claims = suite::claims(arguments.product.as_deref());
    let mut plan = compile(suite, claims, target, selection).map_err(|why| Failure::usage(why.to_string()))?;
    if let Some(own) = patients::own(&arguments.patients, arguments.bsn.as_deref())? {
        patients::warning(&own).into_iter().for_each(|warning| terminal.note(warning));
        plan.about(own, suite);
    }
    patients::fill(&mut plan, &arguments.patients, suite)?;
    choose::share(&arguments.choose, &mut plan)?;
    Ok(plan)
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
pub(crate) fn new_folder() -> PathBuf {
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
