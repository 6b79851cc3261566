//! `toets validate`: judges resources in files, folders and standard input by
//! FHIR and by profiles, without a server and without a network.

mod inputs;
mod output;
mod source;
mod text;
mod told;
mod versions;
mod work;

use std::fs;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::thread;

use clap::{Args, ValueEnum};

use self::inputs::{From, Inputs};
use self::output::{Format, Output};
use self::source::{Item, Source};
pub(crate) use self::versions::Fhir;
use self::versions::Versions;
use super::definitions::PackageArguments;
use super::failure::Failure;
use super::progress::Progress;
use super::terminal::Terminal;
use super::terminology::{Lookup, TerminologyArguments};
use super::watch;
use crate::drive::Secrets;
use crate::fhir::validate::{Refused, Severity};
use crate::judge::{Completeness, ExitCode};
use crate::redact::Redactor;
use crate::report::outcome::{Builder, Judged, Origin, Totals, Used};

/// Arguments of `toets validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Files with a resource or with one on each line, folders, or - for standard input
    #[arg(value_name = "FILE|FOLDER|-")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Profile that every resource has to meet, beside those that it claims; may be given more than once
    #[arg(long = "profile", value_name = "CANONICAL")]
    pub(crate) profiles: Vec<String>,
    /// Version of FHIR; what a resource plainly says when left out, else R4
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) fhir: Option<Fhir>,
    #[command(flatten)]
    pub(crate) packages: PackageArguments,
    #[command(flatten)]
    pub(crate) terminology: TerminologyArguments,
    /// What FHIR allows and is an error here; may be given more than once
    #[arg(long = "refuse", value_enum, value_name = "WHAT")]
    pub(crate) refused: Vec<Refuse>,
    /// How it is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// File to write to, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Least severity that is shown; warning for text and information for the others when left out
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) min_severity: Option<Least>,
    /// What cannot be decided ends with exit code 1 as well
    #[arg(long)]
    pub(crate) require_complete: bool,
    /// No colour, no moving line
    #[arg(long)]
    pub(crate) ci: bool,
    /// Resources at the same time; as many as there are cores when left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) parallel: Option<u16>,
    /// Again when a file changes, or when Enter is pressed
    #[arg(long, conflicts_with = "out")]
    pub(crate) watch: bool,
}

/// The least severity that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Least {
    /// Everything
    Information,
    /// What is worth a look, and all that is worse
    Warning,
    /// What cannot be decided, and errors
    CannotTell,
    /// What is against a rule
    Error,
}

/// What FHIR allows, and the user wants none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Refuse {
    /// Extensions whose definition is not known
    UnknownExtensions,
    /// What looks like HTML in markdown
    HtmlInMarkdown,
    /// Addresses at hosts that are reserved for examples
    ExampleUrls,
}

impl ValidateArguments {
    fn refused(&self) -> Refused {
        let has = |what| self.refused.contains(&what);
        Refused {
            unknown_extensions: has(Refuse::UnknownExtensions),
            markdown_html: has(Refuse::HtmlInMarkdown),
            example_urls: has(Refuse::ExampleUrls),
        }
    }
}

/// Judges what was named, once or again and again.
pub(crate) fn validate(arguments: &ValidateArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let terminal = if arguments.ci { terminal.quiet() } else { *terminal };
    let named = named(arguments)?;
    let versions = Versions::new(arguments.fhir, &arguments.packages, arguments.refused())?;
    let mut secrets = Secrets::new();
    let lookup = arguments.terminology.server(&mut secrets)?.map(Lookup::new).transpose()?;
    let token = std::env::var("TOETS_TOKEN").unwrap_or_default();
    let own = [("TOETS_TOKEN", token.trim())].into_iter().filter(|(_, token)| token.len() >= SECRET);
    let redactor = Redactor::masking(own.chain(secrets.iter()));
    let round = Round { arguments, named: &named, versions: &versions, lookup: lookup.as_ref(), redactor: &redactor, terminal };
    match arguments.watch {
        true => watch::again(&named, &terminal, || round.round()),
        false => round.round(),
    }
}

/// Letters of a token below which it is a word of everyday.
const SECRET: usize = 8;

/// What is to be judged: standard input when nothing is named and somebody writes to it.
fn named(arguments: &ValidateArguments) -> Result<Vec<PathBuf>, Failure> {
    let is_stdin = arguments.inputs.iter().any(|input| input.as_os_str() == "-");
    if arguments.watch && (is_stdin || arguments.inputs.is_empty()) {
        return Err(Failure::usage("standard input cannot be judged again").hint("name files or folders to watch"));
    }
    if !arguments.inputs.is_empty() {
        return Ok(arguments.inputs.clone());
    }
    if std::io::stdin().is_terminal() {
        return Err(Failure::usage("nothing is named that could be judged")
            .hint("name a file or a folder, or `-` to read from standard input: `toets validate patient.json`"));
    }
    Ok(vec![PathBuf::from("-")])
}

/// What is done each time.
struct Round<'r> {
    arguments: &'r ValidateArguments,
    named: &'r [PathBuf],
    versions: &'r Versions,
    lookup: Option<&'r Lookup>,
    redactor: &'r Redactor,
    terminal: Terminal,
}

/// A judged resource, and what is known beside it.
struct Done {
    judged: Judged,
    is_named: bool,
    file: usize,
    fhir: Option<Fhir>,
}

impl Round<'_> {
    fn round(&self) -> Result<ExitCode, Failure> {
        let mut inputs = Inputs::of(self.named);
        self.lookup.into_iter().for_each(Lookup::again);
        self.leave_out_own_output(&mut inputs);
        if inputs.files.is_empty() {
            return Err(Failure::usage("there is nothing to judge")
                .hint("in a folder, files that end in .json, .xml or .ndjson are looked at; name others yourself"));
        }
        let progress = Progress::new(&self.terminal, inputs.files.len());
        let mut output = Output::new(self.arguments.format, self.arguments.out.as_deref(), progress.clone(), self.terminal)?;
        let workers = self.arguments.parallel.map_or_else(cores, usize::from);
        let (mut used, mut broke) = (Vec::new(), 0_usize);
        let size = |item: &Item| item.text.as_ref().map_or(0, Vec::len);
        let ended = work::each(
            Source::new(inputs.files),
            (workers, size),
            |item| self.judged(item),
            |done| {
                let Some(Done { judged, is_named, file, fhir }) = done else {
                    broke += 1;
                    return Ok(());
                };
                progress.at(file, &judged.file);
                used.extend(fhir.filter(|fhir| !used.contains(fhir)));
                output.take(&judged, is_named, fhir.map_or(&[], |fhir| self.versions.used(fhir)))
            },
        );
        progress.end();
        ended?;
        used.sort_by_key(|fhir| *fhir as usize);
        let definitions: Vec<Used> = used.iter().flat_map(|fhir| self.versions.used(*fhir)).cloned().collect();
        let told = self.versions.told(&used).into_iter().chain(self.lookup.map(Lookup::used));
        let told: Vec<String> = told.map(|line| self.redactor.text(&line)).collect();
        let totals = output.finish(inputs.skipped, &told, &definitions)?;
        if broke > 0 {
            let what = format!("Toets itself broke on {broke} resources, which are not judged; what is above is of the others");
            return Err(Failure::harness(what).hint("please report it, with the lines above that tell where"));
        }
        Ok(exit_code(&totals, super::run::completeness(self.arguments.require_complete)))
    }

    /// A report of last time is no resource of the user's.
    fn leave_out_own_output(&self, inputs: &mut Inputs) {
        let Some(own) = self.arguments.out.as_ref().and_then(|out| fs::canonicalize(out).ok()) else { return };
        let before = inputs.files.len();
        inputs.files.retain(|input| match &input.from {
            From::File(path) => input.is_named || fs::canonicalize(path).ok().as_ref() != Some(&own),
            From::Stdin | From::Nowhere(_) => true,
        });
        inputs.skipped += before - inputs.files.len();
    }

    fn judged(&self, item: Item) -> Done {
        let builder = Builder { language: self.terminal.language(), redactor: self.redactor, least: self.least() };
        let Item { name, line, text, is_named, file } = item;
        let text = match text {
            Ok(text) => text,
            Err(why) => return Done { judged: builder.unread(&name, line, &why), is_named, file, fhir: None },
        };
        let profiles: Vec<&str> = self.arguments.profiles.iter().map(String::as_str).collect();
        let judgement = self.versions.judgement(&text, &profiles, |judge, root| match self.lookup {
            Some(lookup) => lookup.judged(judge, self.redactor, |judge| judge.validate(root, &profiles)),
            None => judge.validate(root, &profiles),
        });
        let origin = Origin { file: &name, line, text: &text, fhir: judgement.fhir.version() };
        let judged = builder.judged(origin, judgement.tree.as_ref().map(|tree| tree.root()), &judgement.issues);
        Done { judged, is_named, file, fhir: Some(judgement.fhir) }
    }

    fn least(&self) -> Severity {
        match self.arguments.min_severity {
            Some(Least::Error) => Severity::Error,
            Some(Least::CannotTell) => Severity::CantTell,
            Some(Least::Warning) => Severity::Warning,
            Some(Least::Information) => Severity::Information,
            None if self.arguments.format == Format::Text => Severity::Warning,
            None => Severity::Information,
        }
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What cannot be read goes before what is wrong, as with a run (settled 2).
fn exit_code(totals: &Totals, completeness: Completeness) -> ExitCode {
    match totals {
        Totals { unread: 1.., .. } | Totals { resources: 0, .. } => ExitCode::WrongUse,
        Totals { invalid: 1.., .. } => ExitCode::NotConformant,
        Totals { cannot_tell: 1.., .. } if completeness == Completeness::Required => ExitCode::NotConformant,
        _ => ExitCode::Conformant,
    }
}

impl std::convert::From<std::io::Error> for Failure {
    fn from(why: std::io::Error) -> Self {
        Self::harness(format!("no thread can be started: {why}"))
    }
}
