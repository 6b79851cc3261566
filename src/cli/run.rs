//! `toets run`: plans, asks, judges and reports.

use std::path::{Path, PathBuf};

use super::arguments::RunArguments;
use super::failure::Failure;
use super::progress::Progress;
use super::server::Server;
use super::terminal::Terminal;
use super::{output, runtime, stop, suite, vendor};
use crate::clock;
use crate::engine::{self, EngineError, Event, Finished, RecordError, Recorder, Settings};
use crate::judge::{Completeness, ExitCode, exit_code, judge};
use crate::plan::{Plan, Selection, compile};
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
    let sut = vendor::file(arguments, &suite, &terminal)?;
    let (plan, finished) = runtime::block_on(async {
        match Server::given(arguments, sut.as_ref(), &terminal)? {
            Some(server) => command.against(server).await,
            None => command.against_built_in().await,
        }
    })??;
    let verdicts = judge(&plan, &finished.evidence, &suite);
    let report = Report::new(&plan, &finished.evidence, &verdicts, &suite);
    let exit = exit_code(&verdicts, &finished.evidence, completeness(arguments.require_complete));
    output::finish(&report, &output::Folder { path: &folder, trouble: finished.stored.err() }, exit, &terminal)
}

/// Whether what is left open counts against the server.
pub(crate) fn completeness(required: bool) -> Completeness {
    if required { Completeness::Required } else { Completeness::Optional }
}

/// What the user asked for.
struct Run<'r> {
    arguments: &'r RunArguments,
    suite: &'r Suite,
    folder: &'r Path,
    terminal: Terminal,
}

impl Run<'_> {
    async fn against_built_in(&self) -> Result<(Plan, Finished), Failure> {
        let token = clock::random_hex(16);
        let mut config = serve::Config::new(self.suite, token.clone());
        config.faults = self.arguments.fault.iter().cloned().collect();
        let running = serve::start(config).await.map_err(|why| super::provider::failure(why, self.suite))?;
        let server = Server::built_in(self.arguments, &running.base_url, &token)?;
        let done = self.against(server).await;
        running.stop().await;
        done
    }

    async fn against(&self, server: Server) -> Result<(Plan, Finished), Failure> {
        let plan = self.plan(&server)?;
        // Had before a folder is made for the run: without a token there is none.
        server.prepare().await?;
        let settings = Settings {
            recorder: recorder(self.folder)?,
            secrets: server.secrets,
            access: server.access,
            tempo: self.arguments.tempo,
            seed: self.arguments.seed.clone(),
            definitions: suite::definitions(self.suite),
            stop: stop::on_interrupt(self.terminal),
        };
        let progress = Progress::new(&self.terminal, plan.scenarios.len());
        let finished = engine::run(&plan, self.suite, settings, listener(progress.clone(), plan.target.base.clone())).await;
        progress.end();
        Ok((plan, finished.map_err(not_started)?))
    }

    fn plan(&self, server: &Server) -> Result<Plan, Failure> {
        let ids = &self.arguments.ids;
        let selection = if ids.is_empty() { Selection::All } else { Selection::Only(ids.clone()) };
        let (claims, target) = (server.claims.clone(), server.target.clone());
        let mut plan = compile(self.suite, claims, target, &selection).map_err(|why| Failure::usage(why.to_string()))?;
        plan.known.clone_from(&server.known);
        for (name, id) in server.patients.iter().chain(&self.arguments.patients) {
            if self.suite.persona(name).is_none() {
                return Err(self.unknown_persona(name));
            }
            for persona in plan.personas.iter_mut().filter(|persona| persona.persona == *name) {
                persona.given = Some(id.clone());
            }
        }
        Ok(plan)
    }

    fn unknown_persona(&self, name: &str) -> Failure {
        let names: Vec<&str> = self.suite.personas.iter().map(|persona| persona.persona.as_str()).collect();
        Failure::usage(format!("there is no persona `{name}`")).hint(format!("the personas are {}", names.join(", ")))
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
