//! `toets coverage`: which requirement is judged by what, and proven able to fail.

use super::arguments::CoverageArguments;
use super::failure::Failure;
use super::suite;
use super::terminal::Terminal;
use crate::judge::ExitCode;
use crate::report::coverage::{Coverage, table};

/// Tells the table.
pub(crate) fn coverage(arguments: &CoverageArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    let plan = suite::whole_plan(
        &suite,
        arguments.actor.into(),
        arguments.dialect.unwrap_or_else(|| suite::dialect(arguments.fhir.into())),
    )?;
    terminal.say(&table(&Coverage::new(&plan, &suite), terminal.language()));
    Ok(ExitCode::Conformant)
}
