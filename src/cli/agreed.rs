//! `toets lint --agreements`: defects of what the versions publish. They are the
//! owners' to mend, so finding them is no failure.

use std::path::PathBuf;

use clap::ValueEnum;

use super::arguments::LintArguments;
use super::failure::Failure;
use super::packages;
use super::suite;
use super::terminal::Terminal;
use crate::agreements::lint::{Request, lint};
use crate::agreements::published::{Published, published};
use crate::agreements::{Dialect, FhirVersion};
use crate::fhir::knowledge::{Knowledge, PackageSource};
use crate::fhir::package::Package;
use crate::fhir::package::cache;
use crate::fhir::types::{self, Types};
use crate::judge::ExitCode;
use crate::report::agreements::{Looked, json, markdown, text};
use crate::scenario::{Source, Suite, load};

/// How defects are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// Every defect as data
    Json,
    /// To paste into an issue for the owners
    Markdown,
}

/// Tells the defects of every version.
pub(crate) fn agreements(arguments: &LintArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(None, terminal)?;
    let sources = packages::sources(&arguments.packages)?;
    let looked = looked(&suite, &sources)?;
    let language = terminal.language();
    terminal.say(&match arguments.format {
        Format::Text => text(&looked, language),
        Format::Json => json(&looked),
        Format::Markdown => markdown(&looked, language),
    });
    Ok(ExitCode::Conformant)
}

/// What the rules find in every version, by these packages and what is built in.
///
/// # Errors
/// When a file of our own or a package cannot be read.
pub fn defects(packages: &[PathBuf]) -> Result<Vec<Looked>, String> {
    let suite = load(&Source::Embedded).map_err(|problems| format!("{problems:?}"))?;
    let sources: Vec<PackageSource> = packages.iter().cloned().map(PackageSource::At).collect();
    looked(&suite, &sources).map_err(|failure| format!("{failure:?}"))
}

fn looked(suite: &Suite, sources: &[PackageSource]) -> Result<Vec<Looked>, Failure> {
    let r4 = knowledge(sources, FhirVersion::R4)?;
    let stu3 = knowledge(sources, FhirVersion::Stu3)?;
    let files = published().map_err(Failure::harness)?;
    let of = |file: &Published| {
        let knowledge = if file.version.fhir() == FhirVersion::R4 { &r4 } else { &stu3 };
        let defects = lint(file, &requests(suite, file.version), knowledge);
        Looked { version: file.version, definitions: definitions(file.version, knowledge), defects }
    };
    Ok(files.iter().map(of).collect())
}

/// The requests of a version, as the driver sends them.
fn requests(suite: &Suite, version: Dialect) -> Vec<Request> {
    let of = |exchange: &crate::scenario::Exchange| {
        let template = exchange.request.get(&version)?.clone();
        Some(Request { number: exchange.query.clone().unwrap_or_else(|| exchange.exchange.clone()), template })
    };
    suite.exchanges.iter().filter_map(of).collect()
}

fn types_of(version: FhirVersion) -> &'static Types {
    match version {
        FhirVersion::R4 => types::r4(),
        FhirVersion::Stu3 => types::stu3(),
    }
}

/// What is known of a version of FHIR: the packages that are of it, and behind them what is built in.
fn knowledge(sources: &[PackageSource], version: FhirVersion) -> Result<Knowledge, Failure> {
    let mut of_version: Vec<PackageSource> = Vec::new();
    for source in sources {
        if is_of(source, version)? {
            of_version.push(source.clone());
        }
    }
    of_version.extend(cache::common_cache().filter(|_| !of_version.is_empty()).map(PackageSource::Place));
    Knowledge::load(&of_version, types_of(version)).map_err(|error| packages::failure(&error))
}

fn is_of(source: &PackageSource, version: FhirVersion) -> Result<bool, Failure> {
    let wanted = if version == FhirVersion::R4 { "4.0" } else { "3.0" };
    Ok(match source {
        PackageSource::At(path) => {
            let package = Package::open(path).map_err(|error| packages::failure(&error))?;
            let said = &package.manifest().fhir_versions;
            said.is_empty() || said.iter().any(|found| found.starts_with(wanted))
        }
        // The name of a package says what it is of, where it says it at all.
        PackageSource::Named { id, .. } => match version {
            FhirVersion::R4 => !id.contains(".stu3.") && !id.contains(".r3."),
            FhirVersion::Stu3 => !id.contains(".r4."),
        },
        PackageSource::Place(_) | PackageSource::Folder(_) | PackageSource::Cache(_) => true,
    })
}

/// The definitions of the agreement itself that are here and of this version.
fn definitions(version: Dialect, knowledge: &Knowledge) -> Vec<String> {
    let base = if version.fhir() == FhirVersion::R4 { "iknl.fhir.r4.pzp" } else { "iknl.fhir.stu3.pzp" };
    let of =
        |source: &crate::fhir::knowledge::DefinitionSource| source.id == base && source.version.starts_with(version.version());
    let mut found: Vec<String> = Vec::new();
    for source in knowledge.sources().iter().filter(|source| of(source)) {
        let named = format!("{}#{}", source.id, source.version);
        if !found.contains(&named) {
            found.push(named);
        }
    }
    found
}
