//! `toets lint`: mistakes in scenarios, drawn where they stand.

use std::fs;
use std::path::Path;

use super::agreed;
use super::arguments::LintArguments;
use super::diagnostics::draw;
use super::failure::Failure;
use super::suite;
use super::terminal::Terminal;
use crate::diagnostic::Diagnostic;
use crate::judge::{ExitCode, finding_names};
use crate::scenario::{Source, lint as lint_path, load};
use crate::sut;

/// Tells everything that is wrong in a file, a folder, or the built-in suite.
pub(crate) fn lint(arguments: &LintArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    if arguments.agreements {
        return agreed::agreements(arguments, terminal);
    }
    let Some(path) = &arguments.path else {
        let problems = load(&Source::Embedded).err().unwrap_or_default();
        return Ok(tell(&problems, &|file| Source::Embedded.text(file), "the built-in suite", terminal));
    };
    if !path.exists() {
        return Err(Failure::usage(format!("`{}` is not there", path.display())).hint("name a file, or a folder with scenarios"));
    }
    if sut::is_vendors_file(path) {
        return Ok(match sut::load(path, &suite::suite(None, terminal)?) {
            Ok(_) => tell(&[], &|_| None, &format!("`{}`", path.display()), terminal),
            Err(mistakes) => tell(&mistakes.diagnostics, &|_| Some(mistakes.text.clone()), "", terminal),
        });
    }
    let codes = finding_names();
    let problems = lint_path(path, &codes);
    Ok(tell(&problems, &|file| fs::read_to_string(file).ok(), &format!("`{}`", path.display()), terminal))
}

fn tell(problems: &[Diagnostic], sources: &dyn Fn(&Path) -> Option<String>, what: &str, terminal: &Terminal) -> ExitCode {
    if problems.is_empty() {
        terminal.say(&format!("no mistakes in {what}"));
        return ExitCode::Conformant;
    }
    terminal.say(&draw(problems, sources, terminal.paint()));
    ExitCode::WrongUse
}
