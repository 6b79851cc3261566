//! `toets check-data`: asks a server for all it has of the personas, and compares
//! that with what they are. Judges nothing.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::address::BASE;
use super::arguments::{AuthKind, RunArguments};
use super::choose::ChooseArguments;
use super::failure::Failure;
use super::patients::{self, GivenPatient};
use super::server::Server;
use super::terminal::Terminal;
use super::{definitions, heard, provider, runtime, stop, suite, vendor};
use crate::agreements::Dialect;
use crate::clock;
use crate::drive::Client;
use crate::engine::{self, Recorder, Settings};
use crate::evidence::{Evidence, Outcome, Record};
use crate::fhir::validate::Validator;
use crate::judge::{self, ExitCode};
use crate::plan::{Selection, compile, data_suite};
use crate::report::data;
use crate::scenario::{Persona, Suite};
use crate::serve;

#[derive(Debug, Args)]
pub(crate) struct CheckDataArguments {
    /// Persona to compare; all of them when left out
    #[arg(long = "persona", value_name = "NAME")]
    personas: Vec<String>,
    /// FHIR base URL of the server; what sut.yaml says when left out, else the built-in reference provider
    #[arg(long)]
    url: Option<String>,
    /// Version of FHIR whose personas the server has; what sut.yaml claims when left out, else R4
    #[arg(long, value_enum, ignore_case = true)]
    fhir: Option<super::validate::Fhir>,
    /// Version of the agreement by which the server is asked: r4-rc1
    #[arg(long, value_name = "VERSION", conflicts_with = "fhir", value_parser = super::suite::claimed)]
    dialect: Option<Dialect>,
    /// File that says what is tested; sut.yaml of this folder when neither it nor --url is given
    #[arg(long, value_name = "FILE", conflicts_with = "fault")]
    sut: Option<PathBuf>,
    /// Do not look at the server's certificate
    #[arg(long)]
    insecure: bool,
    /// How requests are authenticated; a bearer token is read from TOETS_TOKEN
    #[arg(long, value_enum)]
    auth: Option<AuthKind>,
    /// Logical id of a persona that is not found by BSN
    #[arg(long = "patient", value_name = "PERSONA=ID", value_parser = patients::patient)]
    patients: Vec<GivenPatient>,
    /// Fault that the built-in provider has to have
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    fault: Option<String>,
    /// How it is told
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    suite: Option<PathBuf>,
    /// Seconds in which a whole answer has to be there
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    deadline: Option<u32>,
}

/// How a comparison is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Compares, and ends with 1 when something lacks or is another.
pub(crate) fn check_data(arguments: &CheckDataArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let whole = suite::suite(arguments.suite.as_deref(), terminal)?;
    let personas = personas(&arguments.personas, &whole)?;
    let asked = asked(arguments);
    let sut = vendor::file(&asked, &whole, terminal)?;
    let validator = definitions::validator(&asked.packages, super::server::claims(&asked, sut.as_ref()).dialect.fhir())?;
    let ask = Ask { asked: &asked, suite: &whole, personas: &personas, validator: &validator, terminal };
    let evidence = runtime::block_on(async {
        match Server::given(&asked, sut.as_ref(), terminal)? {
            Some(server) => ask.of(server).await,
            None => ask.of_built_in().await,
        }
    })??;
    let checks = judge::check_data(&evidence.start.plan, &evidence, &whole, &validator).map_err(Failure::harness)?;
    let text = match arguments.format {
        Format::Text => data::text(&checks, terminal.language()),
        Format::Json => data::json(&checks),
    };
    terminal.say(text.trim_end());
    let is_answered = |record: &Record| matches!(record, Record::Exchange(own) if matches!(own.outcome, Outcome::Answered(_)));
    Ok(match () {
        () if !evidence.records.iter().any(is_answered) => ExitCode::Unreachable,
        () if checks.iter().all(data::is_whole) => ExitCode::Conformant,
        () => ExitCode::NotConformant,
    })
}

/// The personas with these names; all when none is named.
pub(super) fn personas<'s>(names: &[String], suite: &'s Suite) -> Result<Vec<&'s Persona>, Failure> {
    if names.is_empty() {
        return Ok(suite.personas.iter().collect());
    }
    names.iter().map(|name| suite.persona(name).ok_or_else(|| patients::unknown_persona(name, suite))).collect()
}

/// The same as a run would be asked.
fn asked(arguments: &CheckDataArguments) -> RunArguments {
    RunArguments {
        ids: Vec::new(),
        choose: ChooseArguments::default(),
        url: arguments.url.clone(),
        sut: arguments.sut.clone(),
        insecure: arguments.insecure,
        product: None,
        actor: None,
        fhir: arguments.fhir,
        dialect: arguments.dialect,
        terminology: super::terminology::TerminologyArguments::default(),
        auth: arguments.auth,
        patients: arguments.patients.clone(),
        bsn: None,
        fault: arguments.fault.clone(),
        suite: arguments.suite.clone(),
        out: None,
        ci: false,
        require_complete: false,
        parallel: None,
        deadline: arguments.deadline,
        tempo: 1.0,
        seed: None,
        packages: definitions::PackageArguments::default(),
    }
}

/// What is asked.
struct Ask<'a> {
    asked: &'a RunArguments,
    suite: &'a Suite,
    personas: &'a [&'a Persona],
    validator: &'a Validator,
    terminal: &'a Terminal,
}

impl Ask<'_> {
    async fn of_built_in(&self) -> Result<Evidence, Failure> {
        let token = clock::random_hex(16);
        let mut config = serve::Config::new(self.suite, token.clone());
        config.fhir = super::server::claims(self.asked, None).dialect.fhir();
        config.faults = self.asked.fault.iter().cloned().collect();
        let running = serve::start(config).await.map_err(|why| provider::failure(why, self.suite))?;
        let server = Server::built_in(self.asked, &running.base_url, &token)?;
        let done = self.of(server).await;
        running.stop().await;
        done
    }

    async fn of(&self, server: Server) -> Result<Evidence, Failure> {
        let suite = data_suite(self.suite, &server.claims, self.personas);
        let (claims, target) = (server.claims.clone(), server.target.clone());
        let mut plan = compile(&suite, claims, target, &Selection::All).map_err(|why| Failure::usage(why.to_string()))?;
        plan.not_entered.clone_from(&server.not_entered);
        patients::fill(&mut plan, &server.patients, &suite)?;
        patients::fill(&mut plan, &self.asked.patients, &suite)?;
        server.prepare().await?;
        let said = self.said_of_itself(&server).await?;
        heard::agrees(said.as_deref(), plan.claims.dialect.fhir())?;
        let settings = Settings {
            recorder: Recorder::in_memory(),
            secrets: server.secrets,
            access: server.access,
            tempo: self.asked.tempo,
            seed: None,
            definitions: definitions::definitions(self.validator),
            stop: stop::on_interrupt(*self.terminal),
        };
        let finished = engine::run(&plan, &suite, settings, |_| ()).await;
        let evidence = finished.map(|finished| finished.evidence).map_err(|why| Failure::usage(why.to_string()).hint(BASE))?;
        // Where nothing was said at `metadata`, answers may tell it.
        let said = said.or_else(|| heard::in_answers(&evidence));
        heard::agrees(said.as_deref(), plan.claims.dialect.fhir())?;
        Ok(evidence)
    }

    /// The version of FHIR at `metadata`; nothing where that is not to be had.
    async fn said_of_itself(&self, server: &Server) -> Result<Option<String>, Failure> {
        let (secrets, access) = (server.secrets.clone(), server.access.clone());
        let client = Client::with_access(&server.target, secrets, access, self.asked.tempo);
        let client = client.map_err(|why| Failure::usage(why.to_string()).hint(BASE))?;
        Ok(heard::at_metadata(&client).await)
    }
}
