//! `toets sheet`: writes the sheets by which personas are entered by hand.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::check_data::personas;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{suite, vendor};
use crate::agreements::FhirVersion;
use crate::judge::{self, ExitCode};
use crate::report::sheet;
use crate::scenario::Suite;
use crate::sut::ClaimsSection;

#[derive(Debug, Args)]
pub(crate) struct SheetArguments {
    /// Persona to write a sheet of; all of them when left out
    #[arg(long = "persona", value_name = "NAME")]
    personas: Vec<String>,
    /// Version of FHIR whose dataset the sheets follow; what sut.yaml claims when left out, else R4
    #[arg(long, value_enum, ignore_case = true)]
    fhir: Option<super::validate::Fhir>,
    /// File that says what is tested; sut.yaml of this folder when left out
    #[arg(long, value_name = "FILE", conflicts_with = "fhir")]
    sut: Option<PathBuf>,
    /// File to write to; standard output when left out
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    suite: Option<PathBuf>,
}

/// Writes one page with a sheet for each persona.
pub(crate) fn sheet(arguments: &SheetArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    let personas = personas(&arguments.personas, &suite)?;
    let fhir = version(arguments, &suite, terminal)?;
    let sheets = personas.iter().map(|persona| judge::sheet(&suite, persona, fhir));
    let sheets = sheets.collect::<Result<Vec<_>, _>>().map_err(Failure::harness)?;
    let page = sheet::html(&sheets);
    match &arguments.output {
        None => terminal.say(page.trim_end()),
        Some(file) => {
            fs::write(file, page).map_err(|why| Failure::unwritable(file, why))?;
            terminal.say(&format!("{}: {}", file.display(), sheets.len()));
        }
    }
    Ok(ExitCode::Conformant)
}

/// The version that the sheets are for: the one that is named, else what the vendor's file claims.
fn version(arguments: &SheetArguments, suite: &Suite, terminal: &Terminal) -> Result<FhirVersion, Failure> {
    if let Some(fhir) = arguments.fhir {
        return Ok(fhir.into());
    }
    let file = arguments.sut.as_deref().or(vendor::usual());
    let sut = file.map(|file| vendor::read(file, suite, terminal)).transpose()?;
    Ok(sut.map_or_else(ClaimsSection::default, |sut| sut.claims).version.fhir())
}
