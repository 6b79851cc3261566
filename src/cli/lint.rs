//! `toets lint`: mistakes in scenarios, drawn where they stand.

use std::path::Path;

use super::arguments::LintArguments;
use super::diagnostics;
use super::failure::Failure;
use super::terminal::Terminal;
use crate::judge::{Code, ExitCode};
use crate::scenario::{Source, lint as find, load};

/// Tells everything that is wrong in a file, a folder, or the built-in suite.
pub(crate) fn lint(arguments: &LintArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let mistakes = match &arguments.path {
        Some(path) if !path.exists() => return Err(Failure::usage(format!("there is no file or folder `{}`", path.display()))),
        Some(path) => find(path, &Code::all().iter().map(|code| code.name()).collect::<Vec<_>>()),
        None => load(&Source::Embedded).err().unwrap_or_default(),
    };
    if mistakes.is_empty() {
        terminal.say("no mistakes");
        return Ok(ExitCode::Conformant);
    }
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    terminal.say(&diagnostics::draw(&mistakes, &read, terminal.paint()));
    Ok(ExitCode::WrongUse)
}
