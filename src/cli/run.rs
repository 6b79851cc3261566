//! `toets run`: plans, asks, judges and reports.

use std::path::{Path, PathBuf};

use super::address::BASE;
use super::arguments::RunArguments;
use super::failure::Failure;
use super::output::Concluded;
use super::progress::Progress;
use super::server::{self, Server};
use super::terminal::Terminal;
use super::{both, choose, definitions, output, patients, preview, runtime, stop, suite, vendor, watch};
use crate::clock;
use crate::engine::{self, EngineError, Event, Finished, Lookup, RecordError, Recorder, Settings};
use crate::evidence::Evidence;
use crate::fhir::validate::Validator;
use crate::judge::{Completeness, ExitCode, open_questions};
use crate::plan::{Plan, Selection, compile};
use crate::scenario::Suite;
use crate::serve;
use crate::sut::{Part, SystemUnderTest};

/// Runs the suite against a server, or against the built-in reference provider.
pub(crate) fn run(arguments: &RunArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let terminal = if arguments.ci { terminal.quiet() } else { *terminal };
    let suite = suite::suite(arguments.suite.as_deref(), &terminal)?;
    let sut = vendor::file(arguments, &suite, &terminal)?;
    let part = both::part(arguments, sut.as_ref())?;
    if arguments.choose.watch {
        return watch::watch(arguments, &terminal);
    }
    let Some(selection) = choose::selection(arguments, &suite, &terminal)? else { return Ok(ExitCode::Conformant) };
    let folder = arguments.out.clone().unwrap_or_else(new_folder);
    let run = Run { arguments, suite: &suite, selection: &selection, folder: &folder, terminal };
    match (part, arguments.choose.preview()) {
        (Part::Provider, Some(preview)) => {
            preview::preview(preview, &preview_plan((arguments, sut.as_ref()), &suite, &selection, terminal)?, &terminal)
        }
        (_, Some(preview)) => both::preview(&run, (part, sut.as_ref()), preview),
        (Part::Provider, None) => run.round().map(|concluded| concluded.exit),
        (Part::Consulter, None) => both::consulter(&run).map(|concluded| concluded.exit),
        (Part::Both, None) => both::both(&run, sut.as_ref()),
    }
}

/// The plan of what would be run. No secret is asked for: nothing is sent.
pub(crate) fn preview_plan(
    (arguments, sut): (&RunArguments, Option<&SystemUnderTest>),
    suite: &Suite,
    selection: &Selection,
    terminal: Terminal,
) -> Result<Plan, Failure> {
    let server = match Server::named(arguments, sut)? {
        Some(server) => server,
        None => Server::built_in(arguments, both::NOWHERE, &clock::random_hex(16))?,
    };
    plan(arguments, suite, selection, (&server, terminal))
}

/// Whether what is left open counts against the server.
pub(crate) fn completeness(required: bool) -> Completeness {
    if required { Completeness::Required } else { Completeness::Optional }
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
    pub(crate) fn round(&self) -> Result<Concluded, Failure> {
        let sut = vendor::file(self.arguments, self.suite, &self.terminal)?;
        let fhir = server::claims(self.arguments, sut.as_ref()).dialect.fhir();
        let validator = definitions::validator(&self.arguments.packages, fhir)?;
        let finished = runtime::block_on(async {
            match Server::given(self.arguments, sut.as_ref(), &self.terminal)? {
                Some(server) => self.against(server, &validator).await,
                None => self.against_built_in(&validator).await,
            }
        })??;
        let completeness = completeness(self.arguments.require_complete);
        let bench = output::Bench { suite: self.suite, validator: &validator, completeness };
        let folder = output::Folder { path: self.folder, trouble: finished.stored.err() };
        output::conclude(&finished.evidence, &bench, &folder, &self.terminal)
    }

    async fn against_built_in(&self, validator: &Validator) -> Result<Finished, Failure> {
        let token = clock::random_hex(16);
        let mut config = serve::Config::new(self.suite, token.clone());
        config.fhir = server::claims(self.arguments, None).dialect.fhir();
        config.faults = self.arguments.fault.iter().cloned().collect();
        let running = serve::start(config).await.map_err(|why| super::provider::failure(why, self.suite))?;
        let server = Server::built_in(self.arguments, &running.base_url, &token)?;
        let done = self.against(server, validator).await;
        running.stop().await;
        done
    }

    async fn against(&self, mut server: Server, validator: &Validator) -> Result<Finished, Failure> {
        let plan = plan(self.arguments, self.suite, self.selection, (&server, self.terminal))?;
        // Had before a folder is made for the run: without a token there is none.
        server.prepare().await?;
        // Its token is a secret of the run as well, so that it is in nothing that is kept.
        let terminology = self.arguments.terminology.server(&mut server.secrets)?;
        let questions = |evidence: &Evidence| open_questions(&evidence.start.plan, evidence, self.suite, validator);
        let contents = |canonical: &str| validator.knowledge().written_value_set(canonical);
        let lookup = terminology.map(|server| Lookup { server, questions: &questions, contents: &contents });
        let settings = Settings {
            recorder: recorder(self.folder)?,
            secrets: server.secrets,
            access: server.access,
            tempo: self.arguments.tempo,
            seed: self.arguments.seed.clone(),
            definitions: definitions::definitions(validator),
            stop: stop::on_interrupt(self.terminal),
        };
        let progress = Progress::new(&self.terminal, plan.scenarios.len());
        let on_event = listener(progress.clone(), plan.target.base.clone());
        let finished = engine::run_looking_up(&plan, self.suite, settings, lookup, on_event).await;
        progress.end();
        finished.map_err(not_started)
    }
}

fn plan(
    arguments: &RunArguments,
    suite: &Suite,
    selection: &Selection,
    (server, terminal): (&Server, Terminal),
) -> Result<Plan, Failure> {
    let (claims, target) = (server.claims.clone(), server.target.clone());
    let mut plan = compile(suite, claims, target, selection).map_err(|why| Failure::usage(why.to_string()))?;
    plan.known.clone_from(&server.known);
    plan.not_entered.clone_from(&server.not_entered);
    if let Some(own) = server.own(arguments)? {
        patients::warning(&own).into_iter().for_each(|warning| terminal.note(warning));
        plan.about(own, suite);
    }
    patients::fill(&mut plan, &server.patients, suite)?;
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
pub(crate) fn recorder(folder: &Path) -> Result<Recorder, Failure> {
    let recorder = Recorder::in_folder(folder);
    match recorder.trouble() {
        Some(occupied @ RecordError::Occupied { .. }) => Err(Failure::usage(occupied.to_string())),
        _ => Ok(recorder),
    }
}
