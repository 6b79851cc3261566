//! What a shell and a manual want to know of the program: completions and man
//! pages, made of the arguments themselves. The only file that names their crates.

use std::fs;

use clap::CommandFactory as _;

use super::arguments::{Arguments, CompletionsArguments, ManArguments};
use super::failure::Failure;
use super::terminal::Terminal;
use crate::judge::ExitCode;

/// Tells the completions of a shell.
pub(crate) fn completions(arguments: &CompletionsArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "toets", &mut script);
    terminal.say(&String::from_utf8_lossy(&script));
    Ok(ExitCode::Conformant)
}

/// Tells the manual page, or writes it and those of all subcommands to a folder.
pub(crate) fn man(arguments: &ManArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let command = Arguments::command();
    let Some(folder) = &arguments.folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(|why| Failure::harness(why.to_string()))?;
        terminal.say(&String::from_utf8_lossy(&page));
        return Ok(ExitCode::Conformant);
    };
    let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    written.map_err(|why| {
        let failure = Failure::harness(format!("`{}` cannot be written: {why}", folder.display()));
        failure.hint("name a folder that you may write to")
    })?;
    Ok(ExitCode::Conformant)
}
