//! The program: arguments to exit code. One file a subcommand; printing is in
//! `terminal` only.

mod arguments;
mod coverage;
pub mod diagnostics;
mod failure;
mod init;
mod judge;
mod lint;
mod output;
mod progress;
mod provider;
mod run;
mod runtime;
mod secrets;
mod server;
mod stop;
mod suite;
mod terminal;
mod vendor;

use std::ffi::OsString;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use terminal::Terminal;

/// Does what the arguments ask and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(message) => return terminal::usage(&message).number(),
    };
    let terminal = Terminal::new(arguments.lang.into());
    let done = match &arguments.command {
        Command::Run(arguments) => run::run(arguments, &terminal),
        Command::Judge(arguments) => judge::judge(arguments, &terminal),
        Command::Provider(arguments) => provider::provider(arguments, &terminal),
        Command::Lint(arguments) => lint::lint(arguments, &terminal),
        Command::Init(arguments) => init::init(arguments, &terminal),
        Command::Coverage(arguments) => coverage::coverage(arguments, &terminal),
    };
    let exit = done.unwrap_or_else(|failure: Failure| {
        terminal.failure(&failure);
        failure.exit
    });
    exit.number()
}
