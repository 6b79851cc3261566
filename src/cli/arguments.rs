//! The arguments of the program, as clap reads and explains them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::patients::{self, GivenPatient};
use crate::agreements::{Actor, Dialect};
use crate::text::Language;

/// Conformance harness for the Dutch PZP (advance care planning) standard over FHIR.
#[derive(Debug, Parser)]
#[command(name = "toets", version, arg_required_else_help = true)]
#[command(
    after_help = "exit codes: 0 nothing failed, 1 not conformant, 2 wrong use or input, 3 server not reached, 4 Toets broke"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Language of what is shown first; English when left out, and for `consult` that of this machine
    #[arg(long, global = true, value_enum, env = "TOETS_LANG")]
    pub(crate) lang: Option<Lang>,
}

/// A language on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// Dutch
    Nl,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Nl => Self::Nl,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write sut.yaml, the file that says what is tested and how it is reached
    Init(super::init::InitArguments),
    /// Run the suite against a server, or against the built-in reference provider
    Run(Box<RunArguments>),
    /// Judge the evidence of an earlier run again, without a network
    Judge(JudgeArguments),
    /// Start the reference provider
    Provider(ProviderArguments),
    /// Ask a server for the plan of a patient, and show what a colleague would see
    Consult(Box<super::consult::ConsultArguments>),
    /// Open a table for the clients of one vendor or many, each with an address and credentials of its own
    Listen(Box<super::listen::ListenArguments>),
    /// Tell which exchange of the agreement a request is, and what differs
    Recognise(super::recognise::RecogniseArguments),
    /// Find mistakes in scenarios, without a network
    Lint(LintArguments),
    /// Show which requirement is judged by what, and proven able to fail
    Coverage(CoverageArguments),
    /// Judge resources in files, folders or standard input, without a server
    Validate(Box<super::validate::ValidateArguments>),
    /// Show, add and verify the FHIR packages that are here
    Packages(super::packages::PackagesArguments),
    /// Tell what a requirement, scenario, expectation or finding is, and what a run saw of it
    Explain(super::explain::ExplainArguments),
    /// Join the shares of a run that was split with --shard, and judge the whole
    Merge(super::merge::MergeArguments),
    /// Write personas to a server that allows it, or remove them again
    Load(super::load::LoadArguments),
    /// Compare what a server gives back with the personas, element by element
    CheckData(Box<super::check_data::CheckDataArguments>),
    /// Write the sheets by which personas are entered by hand
    Sheet(super::sheet::SheetArguments),
    /// Write the completions of a shell to standard output
    Completions(CompletionsArguments),
    /// Write the manual page to standard output, or all pages to a folder
    Man(ManArguments),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RunArguments {
    /// Requirements, scenarios or expectations to run; everything when left out
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) choose: super::choose::ChooseArguments,
    /// Whose part is tested: what the vendor's file claims when left out. Without a file the built-in ones are
    #[arg(long, value_enum, conflicts_with = "url")]
    pub(crate) actor: Option<PartKind>,
    /// FHIR base URL of the server; what sut.yaml says when left out, else the built-in reference provider
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Version of FHIR that is claimed, each with its newest version of the agreement; what sut.yaml says when left out, else R4
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) fhir: Option<super::validate::Fhir>,
    /// Version of the agreement that is claimed, and tested on its own terms: r4-rc1
    #[arg(long, value_name = "VERSION", conflicts_with = "fhir", value_parser = super::suite::claimed)]
    pub(crate) dialect: Option<Dialect>,
    /// File that says what is tested; sut.yaml of this folder when neither it nor --url is given
    #[arg(long, value_name = "FILE", conflicts_with = "fault")]
    pub(crate) sut: Option<PathBuf>,
    /// Do not look at the server's certificate; the report says so loudly
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Name of the product, for the report
    #[arg(long)]
    pub(crate) product: Option<String>,
    /// How requests are authenticated; a bearer token is read from TOETS_TOKEN
    #[arg(long, value_enum)]
    pub(crate) auth: Option<AuthKind>,
    /// Patient with data of their own that the run is about; or the logical id of a persona that is not found by BSN
    #[arg(long = "patient", value_name = "ID|PERSONA=ID", value_parser = patients::patient)]
    pub(crate) patients: Vec<GivenPatient>,
    /// BSN of a patient with data of their own that the run is about; kept out of every output
    #[arg(long)]
    pub(crate) bsn: Option<String>,
    /// Fault that the built-in provider, or consulter, has to have
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    pub(crate) fault: Option<String>,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    /// Folder for evidence and reports; reports/<time> when left out
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Quiet: only the summary, no colour, no moving line
    #[arg(long)]
    pub(crate) ci: bool,
    /// INCOMPLETE ends with exit code 1 as well
    #[arg(long)]
    pub(crate) require_complete: bool,
    /// Scenarios at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) parallel: Option<u16>,
    /// Seconds in which a whole answer has to be there
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) deadline: Option<u32>,
    /// Factor on every wait and deadline
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = tempo)]
    pub(crate) tempo: f64,
    /// Seed of generated ids, hexadecimal; random when left out
    #[arg(long, value_name = "HEX", value_parser = seed)]
    pub(crate) seed: Option<String>,
    #[command(flatten)]
    pub(crate) packages: super::definitions::PackageArguments,
    #[command(flatten)]
    pub(crate) terminology: super::terminology::TerminologyArguments,
}

/// An actor of the agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ActorKind {
    /// The server that has the care plans
    Provider,
    /// The client that asks for them
    Consulter,
}

/// Whose part a run tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PartKind {
    /// The server that has the care plans
    Provider,
    /// The client that asks for them
    Consulter,
    /// First the one, then the other, in one folder
    Both,
}

impl From<ActorKind> for Actor {
    fn from(kind: ActorKind) -> Self {
        match kind {
            ActorKind::Provider => Self::Provider,
            ActorKind::Consulter => Self::Consulter,
        }
    }
}

/// How requests are authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthKind {
    /// Not at all
    None,
    /// With the bearer token in TOETS_TOKEN
    Bearer,
}

#[derive(Debug, Args)]
pub(crate) struct JudgeArguments {
    /// Folder of the run
    #[arg(value_name = "DIR")]
    pub(crate) run: PathBuf,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    /// Quiet: only the summary, no colour
    #[arg(long)]
    pub(crate) ci: bool,
    /// INCOMPLETE ends with exit code 1 as well
    #[arg(long)]
    pub(crate) require_complete: bool,
    #[command(flatten)]
    pub(crate) definitions: super::definitions::DefinitionArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ProviderArguments {
    /// Port on the loopback interface; a free one when 0
    #[arg(long, default_value_t = 8420)]
    pub(crate) port: u16,
    /// Version of FHIR that it speaks
    #[arg(long, value_enum, ignore_case = true, default_value = "r4")]
    pub(crate) fhir: super::validate::Fhir,
    /// Fault that it has to have; may be given more than once
    #[arg(long = "fault", value_name = "NAME")]
    pub(crate) faults: Vec<String>,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// File or folder; the built-in suite when left out
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
    /// What the versions of the agreement publish, for its owners, instead of scenarios
    #[arg(long, conflicts_with = "path")]
    pub(crate) agreements: bool,
    /// Package of the agreement: `id#version` of the common cache, an archive or a folder; may be given more than once
    #[arg(long = "package", value_name = "PACKAGE", requires = "agreements")]
    pub(crate) packages: Vec<String>,
    /// How defects of the agreements are told
    #[arg(long, value_enum, default_value_t, requires = "agreements")]
    pub(crate) format: super::agreed::Format,
}

#[derive(Debug, Args)]
pub(crate) struct CoverageArguments {
    /// Whose part is told of
    #[arg(long, value_enum, default_value = "provider")]
    pub(crate) actor: ActorKind,
    /// Version of FHIR that is claimed
    #[arg(long, value_enum, ignore_case = true, default_value = "r4")]
    pub(crate) fhir: super::validate::Fhir,
    /// Version of the agreement that is claimed, such as r4-rc3-dev; the current one when left out
    #[arg(long, value_name = "VERSION", value_parser = super::suite::claimed, conflicts_with = "fhir")]
    pub(crate) dialect: Option<Dialect>,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// Folder for the pages of the program and of every subcommand
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

pub(crate) fn tempo(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (0.001..=100.0).contains(&factor) => Ok(factor),
        _ => Err("a factor is a number between 0.001 and 100".to_owned()),
    }
}

fn seed(text: &str) -> Result<String, String> {
    let hex = text.len() <= 64
        && !text.is_empty()
        && text.len().is_multiple_of(2)
        && text.chars().all(|letter| letter.is_ascii_hexdigit());
    if hex { Ok(text.to_lowercase()) } else { Err("a seed is 2 to 64 hexadecimal digits, an even number of them".to_owned()) }
}
