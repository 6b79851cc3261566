//! `toets lint`: mistakes in scenarios, drawn where they stand.

use std::fs;
use std::path::Path;

use super::Exit;
use super::arguments::LintArguments;
use super::diagnostics::{Paint, draw};
use super::failure::Failure;
use super::terminal::Terminal;
use crate::diagnostic::Diagnostic;
use crate::report::text::Colour;
use crate::scenario::{Source, lint as lint_path, load};

/// Tells everything that is wrong in a file, a folder, or the built-in suite.
pub(crate) fn lint(arguments: &LintArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let Some(path) = &arguments.path else {
        let problems = load(&Source::Embedded).err().unwrap_or_default();
        return Ok(tell(&problems, &|file| Source::Embedded.text(file), "the built-in suite", terminal));
    };
    if !path.exists() {
        return Err(Failure::usage(format!("`{}` is not there", path.display())).hint("name a file, or a folder with scenarios"));
    }
    let problems = lint_path(path, &[]);
    Ok(tell(&problems, &|file| fs::read_to_string(file).ok(), &format!("`{}`", path.display()), terminal))
}

fn tell(problems: &[Diagnostic], sources: &dyn Fn(&Path) -> Option<String>, what: &str, terminal: &Terminal) -> Exit {
    if problems.is_empty() {
        terminal.say(&format!("no mistakes in {what}"));
        return Exit::Conformant;
    }
    let paint = if terminal.style().colour == Colour::Ansi { Paint::Colour } else { Paint::Plain };
    terminal.say(&draw(problems, sources, paint));
    Exit::Usage
}
