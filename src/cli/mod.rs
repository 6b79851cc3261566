//! The program: arguments to exit code. One file a subcommand; printing is in
//! `terminal` only.

mod address;
pub mod agreed;
mod arguments;
mod both;
mod check_data;
mod choose;
mod consult;
mod consulter;
mod coverage;
mod definitions;
pub mod diagnostics;
mod explain;
mod failure;
mod github;
mod heard;
mod init;
mod judge;
mod lint;
mod listen;
mod load;
mod merge;
mod output;
mod packages;
mod patients;
mod preview;
mod progress;
mod provider;
mod recognise;
mod registry;
mod run;
mod runtime;
mod secrets;
mod server;
mod several;
mod sheet;
mod shell;
mod stop;
mod suite;
pub mod table;
mod terminal;
mod terminology;
mod validate;
mod vendor;
mod version;
mod watch;

use std::ffi::OsString;

use arguments::{Arguments, Command};
use clap::Parser;
use clap::error::ErrorKind;
use failure::Failure;
use terminal::Terminal;

use crate::judge::ExitCode;
use crate::text::Language;

/// Does what the arguments ask and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(message) if message.kind() == ErrorKind::DisplayVersion => {
            let terminal = Terminal::new(Language::En);
            return ended(version::version(&terminal), &terminal);
        }
        Err(message) => return terminal::usage(&message).number(),
    };
    let language = match (arguments.lang, &arguments.command) {
        (Some(chosen), _) => chosen.into(),
        (None, Command::Consult(_)) => consult::language(),
        (None, _) => Language::En,
    };
    let terminal = Terminal::new(language);
    let done = match &arguments.command {
        Command::Run(arguments) => run::run(arguments, &terminal),
        Command::Judge(arguments) => judge::judge(arguments, &terminal),
        Command::Provider(arguments) => provider::provider(arguments, &terminal),
        Command::Consult(arguments) => consult::consult(arguments, &terminal),
        Command::Listen(arguments) => listen::listen(arguments, &terminal),
        Command::Recognise(arguments) => recognise::recognise(arguments, &terminal),
        Command::Lint(arguments) => lint::lint(arguments, &terminal),
        Command::Init(arguments) => init::init(arguments, &terminal),
        Command::Coverage(arguments) => coverage::coverage(arguments, &terminal),
        Command::Validate(arguments) => validate::validate(arguments, &terminal),
        Command::Packages(arguments) => packages::packages(arguments, &terminal),
        Command::Explain(arguments) => explain::explain(arguments, &terminal),
        Command::Merge(arguments) => merge::merge(arguments, &terminal),
        Command::Load(arguments) => load::load(arguments, &terminal),
        Command::CheckData(arguments) => check_data::check_data(arguments, &terminal),
        Command::Sheet(arguments) => sheet::sheet(arguments, &terminal),
        Command::Completions(arguments) => shell::completions(arguments, &terminal),
        Command::Man(arguments) => shell::man(arguments, &terminal),
    };
    ended(done, &terminal)
}

/// The exit code, after what went wrong is told.
fn ended(done: Result<ExitCode, Failure>, terminal: &Terminal) -> u8 {
    let exit = done.unwrap_or_else(|failure: Failure| {
        terminal.failure(&failure);
        failure.exit
    });
    exit.number()
}
