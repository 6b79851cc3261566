//! `toets consult`: asks a server for the plan of a patient as a colleague's
//! system would, and shows what a doctor would see.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::failure::Failure;
use super::terminal::Terminal;
use super::{address, patients, runtime, suite};
use crate::agreements::FhirVersion;
use crate::consult::{self, ConsultError, Groups, Outcome, Settings, Whom, print};
use crate::drive::Tls;
use crate::judge::ExitCode;
use crate::nearest;
use crate::scenario::Suite;
use crate::text::Language;

#[derive(Debug, Args)]
#[command(after_help = "exit codes: 0 all there is was shown, 1 incomplete, 2 wrong use, 3 the server was not reached")]
pub(crate) struct ConsultArguments {
    /// FHIR base URL of the server
    #[arg(long)]
    url: String,
    /// Logical id of the patient
    #[arg(long, value_name = "ID", required_unless_present = "bsn", conflicts_with = "bsn", value_parser = patients::id)]
    patient: Option<String>,
    /// BSN of the patient, who is looked up first; in the body of the request, and in no output
    #[arg(long)]
    bsn: Option<String>,
    /// Bearer token; better in the environment: others can see the arguments of a program
    #[arg(long, conflicts_with = "token_env")]
    token: Option<String>,
    /// Variable that holds the bearer token; TOETS_TOKEN, where it is set, when left out
    #[arg(long, value_name = "NAME")]
    token_env: Option<String>,
    /// Version of FHIR that the server speaks
    #[arg(long, value_enum, default_value_t = Fhir::R4)]
    fhir: Fhir,
    /// Ask for the form only
    #[arg(long, conflicts_with = "resources_only")]
    form_only: bool,
    /// Ask for individual resources only
    #[arg(long)]
    resources_only: bool,
    /// How the plan is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Fault that the consulter has to have, to try a server on this machine with; may be given more than once
    #[arg(long = "fault", value_name = "NAME")]
    faults: Vec<String>,
    /// Matches to ask for on a page; what the server likes when left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    page_size: Option<u32>,
    /// Seconds in which a whole answer has to be there
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    deadline: Option<u32>,
    /// Factor on every wait and deadline
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = super::arguments::tempo)]
    tempo: f64,
    /// PEM file with a certificate authority that is trusted as well
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    suite: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: the plan, why it may be incomplete, and what was asked
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Fhir {
    /// 4.0.1, by 1.0.0-rc2 of the agreement
    #[value(name = "R4", alias = "r4")]
    R4,
    /// 3.0.2, by 1.0.0-rc2 of the agreement
    #[value(name = "STU3", alias = "stu3")]
    Stu3,
}

/// Asks, and shows what came.
pub(crate) fn consult(arguments: &ConsultArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    let settings = settings(arguments, &suite, terminal)?;
    let outcome = runtime::block_on(consult::run(&settings))?.map_err(|why| failure(&why, &suite))?;
    let title = |name: &str| suite.exchange(name).map(|exchange| exchange.title.clone());
    match arguments.format {
        Format::Text => terminal.say(&print::text(&outcome.plan, terminal.language(), title)),
        Format::Json => terminal.say(&format!("{:#}", written(&outcome, arguments.bsn.as_deref()))),
    }
    Ok(match (outcome.reached, outcome.incomplete.is_empty()) {
        (false, _) => ExitCode::Unreachable,
        (true, false) => ExitCode::NotConformant,
        (true, true) => ExitCode::Conformant,
    })
}

fn settings<'s>(arguments: &ConsultArguments, suite: &'s Suite, terminal: &Terminal) -> Result<Settings<'s>, Failure> {
    let own = patients::own(&[], arguments.bsn.as_deref())?;
    if let Some(warning) = own.as_ref().and_then(patients::warning) {
        terminal.note(warning);
    }
    let patient = match (&arguments.patient, &arguments.bsn) {
        (Some(id), _) => Whom::Id(id.clone()),
        (None, Some(bsn)) => Whom::Bsn(bsn.clone()),
        (None, None) => {
            return Err(
                Failure::usage("nobody says whose plan is asked for").hint("name a patient with `--patient ID` or `--bsn BSN`")
            );
        }
    };
    let mut settings = Settings::new(suite, arguments.url.clone(), patient);
    settings.token = token(arguments)?;
    settings.fhir = match arguments.fhir {
        Fhir::R4 => FhirVersion::R4,
        Fhir::Stu3 => FhirVersion::Stu3,
    };
    settings.groups = match (arguments.form_only, arguments.resources_only) {
        (true, _) => Groups::FormOnly,
        (_, true) => Groups::ResourcesOnly,
        _ => Groups::Both,
    };
    settings.page_size = arguments.page_size;
    settings.faults.clone_from(&arguments.faults);
    settings.tempo = arguments.tempo;
    if let Some(seconds) = arguments.deadline {
        settings.limits.deadline_ms = u64::from(seconds) * 1_000;
    }
    if let Some(path) = &arguments.ca {
        let pem = std::fs::read(path).map_err(|why| {
            Failure::usage(format!("`{}` cannot be read: {why}", path.display())).hint("`--ca` names a file in PEM")
        })?;
        settings.tls = Tls { authorities: Some(pem), ..Tls::default() };
    }
    Ok(settings)
}

fn token(arguments: &ConsultArguments) -> Result<Option<String>, Failure> {
    let from = |name: &str| std::env::var(name).ok().map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
    match (&arguments.token, &arguments.token_env) {
        (Some(token), _) => Ok(Some(token.trim().to_owned())),
        (None, Some(name)) => match from(name) {
            Some(token) => Ok(Some(token)),
            None => Err(Failure::usage(format!("there is no token in the environment variable {name}"))
                .hint(format!("set {name} before you run Toets, or leave `--token-env` out for a server without credentials"))),
        },
        (None, None) => Ok(from(address::TOKEN)),
    }
}

/// The plan for a program. A BSN that was sent is in none of it.
fn written(outcome: &Outcome, bsn: Option<&str>) -> serde_json::Value {
    let hidden = |text: &str| bsn.map_or_else(|| text.to_owned(), |bsn| text.replace(bsn, "[bsn]"));
    let asked: Vec<_> = outcome
        .asked
        .iter()
        .map(|asked| json!({ "exchange": asked.exchange, "method": asked.method, "url": hidden(&asked.url), "status": asked.status }))
        .collect();
    json!({ "plan": outcome.plan, "asked": asked })
}

/// Why nothing was asked, as the user can mend it.
pub(crate) fn failure(why: &ConsultError, suite: &Suite) -> Failure {
    let failure = Failure::usage(why.to_string());
    match why {
        ConsultError::UnknownFault(name) => {
            let names = suite.consulter_faults.iter().map(|fault| fault.consulter_fault.as_str());
            match nearest::nearest(name, names) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("faults of a client are the files in `scenarios/consulter-faults`"),
            }
        }
        ConsultError::FaultOfAnother(..) => {
            failure.hint("its file in `scenarios/consulter-faults` says for which version it is, in `fhir`")
        }
        ConsultError::FaultElsewhere(_) => failure.hint("leave `--fault` out, or name an address on this machine"),
        ConsultError::Address(_) => failure.hint("write it as `https://host/path`, as the server's documentation has it"),
        ConsultError::Token => failure.hint("a bearer token has no white space; look for a line end at the end of it"),
        ConsultError::Client(_) => failure,
    }
}

/// The language of this machine: Dutch where its locale is.
pub(crate) fn language() -> Language {
    let locale =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("nl")) { Language::Nl } else { Language::En }
}
