//! The only place that prints. Knows what the terminal can show: colour, width,
//! letters; everything else gets plain text.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the one file that prints")]

use std::io::{BufRead as _, IsTerminal, Read as _, Write};

use super::diagnostics::Paint;
use super::failure::Failure;
use crate::judge::ExitCode;
use crate::report::text::{Colour, Letters, Style};
use crate::text::Language;

/// Columns where the width is not known, as in a log file.
const WIDTH: usize = 100;

/// Bytes of a line that somebody types.
const LINE: u64 = 8 << 10;

/// Where everything that the program says goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    language: Language,
    quiet: bool,
}

impl Terminal {
    pub(crate) fn new(language: Language) -> Self {
        Self { language, quiet: false }
    }

    /// The same without colour and without anything that moves.
    pub(crate) fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Whether colour and all that moves is left out, as a log of CI wants it.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether a line may move.
    pub(crate) fn moves(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// How text for standard output looks.
    pub(crate) fn style(&self) -> Style {
        let terminal = std::io::stdout().is_terminal();
        Style { colour: colour(terminal && !self.quiet), letters: letters(), width: width(terminal), language: self.language }
    }

    /// How drawings of mistakes look.
    pub(crate) fn paint(&self) -> Paint {
        match colour(std::io::stdout().is_terminal() && std::io::stderr().is_terminal() && !self.quiet) {
            Colour::Ansi => Paint::Colour,
            Colour::None => Paint::Plain,
        }
    }

    /// Results.
    pub(crate) fn say(&self, text: &str) {
        // A reader that went away (`toets … | head`) is no reason to fail.
        let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end_matches('\n'));
    }

    /// Anything that is not a result.
    pub(crate) fn note(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Whether somebody is there to answer.
    pub(crate) fn answers(&self) -> bool {
        !self.quiet && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Asks for a line; what is usual when it is empty.
    pub(crate) fn ask(&self, question: &str, usual: &str) -> String {
        let mut errors = std::io::stderr().lock();
        // A terminal that cannot be written to gives no answer either.
        let _ = write!(errors, "{question} [{usual}] ").and_then(|()| errors.flush());
        drop(errors);
        let mut line = String::new();
        let _ = std::io::stdin().lock().take(LINE).read_line(&mut line);
        let answer = line.trim();
        if answer.is_empty() { usual.to_owned() } else { answer.to_owned() }
    }

    /// The next line that is typed; nothing when there is no more.
    pub(crate) fn line(&self) -> Option<String> {
        let mut line = String::new();
        let read = std::io::stdin().lock().take(LINE).read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }

    /// Asks for a line that is not shown while it is typed, where the system lets us.
    pub(crate) fn ask_secret(&self, question: &str) -> std::io::Result<String> {
        let mut errors = std::io::stderr().lock();
        write!(errors, "{question}: ")?;
        errors.flush()?;
        drop(errors);
        let line = hidden_line();
        self.note("");
        line
    }

    /// What went wrong, and how to mend it.
    pub(crate) fn failure(&self, failure: &Failure) {
        let red = colour(std::io::stderr().is_terminal() && !self.quiet) == Colour::Ansi;
        let (on, off) = if red { ("\u{1b}[31;1m", "\u{1b}[0m") } else { ("", "") };
        self.note(&format!("{on}error{off}: {}", failure.what));
        if let Some(hint) = &failure.hint {
            self.note(&format!("  hint: {hint}"));
        }
    }
}

/// Reads a line with the echo of the terminal off. The shell puts it back on whatever happens, Ctrl-C included.
#[cfg(unix)]
fn hidden_line() -> std::io::Result<String> {
    const SCRIPT: &str = r#"was=$(stty -g) && trap 'stty "$was"; exit 130' INT TERM && stty -echo && IFS= read -r line; stty "$was"; printf '%s' "$line""#;
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", SCRIPT]).stdin(std::process::Stdio::inherit()).stderr(std::process::Stdio::inherit());
    let output = shell.output()?;
    if !output.status.success() {
        return Err(std::io::Error::other("the terminal could not be read"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Reads a line; what is typed is shown.
#[cfg(not(unix))]
fn hidden_line() -> std::io::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().take(LINE).read_line(&mut line)?;
    Ok(line)
}

/// What clap has to say: help and version are results, the rest is wrong use.
pub(crate) fn usage(message: &clap::Error) -> ExitCode {
    // Printing can only fail when nobody reads it.
    let _ = message.print();
    if message.use_stderr() { ExitCode::WrongUse } else { ExitCode::Conformant }
}

fn colour(wanted: bool) -> Colour {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    if wanted && !refused && !dumb { Colour::Ansi } else { Colour::None }
}

/// Unicode, unless the locale says clearly that it is something else.
fn letters() -> Letters {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match locale {
        Some(locale) if matches!(locale.as_str(), "C" | "POSIX") => Letters::Ascii,
        _ => Letters::Unicode,
    }
}

fn width(terminal: bool) -> usize {
    let columns = std::env::var("COLUMNS").ok().filter(|_| terminal).and_then(|columns| columns.parse().ok());
    columns.unwrap_or(WIDTH).clamp(40, 160)
}
