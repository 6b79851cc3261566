//! `toets sheet`: writes the sheets by which personas are entered by hand.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::check_data::personas;
use super::failure::Failure;
use super::suite;
use super::terminal::Terminal;
use crate::agreements::FhirVersion;
use crate::judge::{self, ExitCode};
use crate::report::sheet;

#[derive(Debug, Args)]
pub(crate) struct SheetArguments {
    /// Persona to write a sheet of; all of them when left out
    #[arg(long = "persona", value_name = "NAME")]
    personas: Vec<String>,
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
    let fhir = FhirVersion::R4;
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
