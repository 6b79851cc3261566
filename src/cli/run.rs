//! `toets run`: plans, asks, judges and reports.

use super::Exit;
use super::arguments::RunArguments;
use super::failure::Failure;
use super::terminal::Terminal;

/// Runs the suite against a server, or against the built-in reference provider.
pub(crate) fn run(_arguments: &RunArguments, _terminal: &Terminal) -> Result<Exit, Failure> {
    Err(Failure::harness("this build cannot run yet"))
}
