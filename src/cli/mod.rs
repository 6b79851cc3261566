//! The program: arguments to exit code. One file a subcommand; printing is in
//! `terminal` only.

mod arguments;
mod coverage;
pub mod diagnostics;
mod failure;
mod judge;
mod lint;
mod output;
mod progress;
mod provider;
mod run;
mod terminal;

use std::ffi::OsString;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use terminal::Terminal;

/// How the program ends (settled 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing failed.
    Conformant = 0,
    /// Something failed.
    NotConformant = 1,
    /// Wrong use or input.
    Usage = 2,
    /// The system under test could not be reached.
    Unreachable = 3,
    /// Toets itself broke.
    Harness = 4,
}

/// Does what the arguments ask and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(message) => return terminal::usage(&message) as u8,
    };
    let terminal = Terminal::new(arguments.lang.into());
    let done = match &arguments.command {
        Command::Run(arguments) => run::run(arguments, &terminal),
        Command::Judge(arguments) => judge::judge(arguments, &terminal),
        Command::Provider(arguments) => provider::provider(arguments, &terminal),
        Command::Lint(arguments) => lint::lint(arguments, &terminal),
        Command::Coverage(arguments) => coverage::coverage(arguments, &terminal),
    };
    let exit = done.unwrap_or_else(|failure: Failure| {
        terminal.failure(&failure);
        failure.exit
    });
    exit as u8
}
