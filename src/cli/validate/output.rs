//! Where judged resources go: in one of the formats, to standard output or to a
//! file, as they come.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use super::super::diagnostics::Paint;
use super::super::failure::Failure;
use super::super::progress::Progress;
use super::super::terminal::Terminal;
use super::text::Text;
use crate::clock;
use crate::report::junit::Case;
use crate::report::outcome::{Judged, Totals, Used, json, junit, sarif};

/// Notifications of a SARIF file, at most.
const NOTIFICATIONS: usize = 1_000;

/// How judged resources are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, with the line drawn
    Text,
    /// A FHIR OperationOutcome; for more than one resource, one on each line
    Json,
    /// A test case for each resource
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// Takes judged resources.
pub(crate) struct Output {
    state: State,
    sink: Sink,
    terminal: Terminal,
    totals: Totals,
}

/// A format, and what it has to remember.
enum State {
    Text(Text),
    /// The first outcome, until it is known whether there are others.
    Json(Option<Value>, usize),
    Junit(Vec<Case>),
    Sarif {
        root: PathBuf,
        count: usize,
        notifications: Vec<Value>,
    },
}

enum Sink {
    Terminal(Progress),
    File(PathBuf, BufWriter<File>),
}

impl Output {
    /// Opens the file, if there is one.
    pub(crate) fn new(format: Format, file: Option<&Path>, progress: Progress, terminal: Terminal) -> Result<Self, Failure> {
        let sink = match file {
            None => Sink::Terminal(progress),
            Some(path) => {
                let file = File::create(path).map_err(|why| unwritable(path, &why))?;
                Sink::File(path.to_owned(), BufWriter::new(file))
            }
        };
        let paint = if file.is_some() { Paint::Plain } else { terminal.paint() };
        let state = match format {
            Format::Text => State::Text(Text::new(terminal.language(), paint)),
            Format::Json => State::Json(None, 0),
            Format::Junit => State::Junit(Vec::new()),
            Format::Sarif => {
                State::Sarif { root: std::env::current_dir().unwrap_or_default(), count: 0, notifications: Vec::new() }
            }
        };
        let mut output = Self { state, sink, terminal, totals: Totals::default() };
        if format == Format::Sarif {
            output.write(&sarif::head())?;
        }
        Ok(output)
    }

    /// One more resource, and what it was judged by.
    pub(crate) fn take(&mut self, judged: &Judged, is_named: bool, used: &[Used]) -> Result<(), Failure> {
        self.totals.add(judged);
        let language = self.terminal.language();
        let text = match &mut self.state {
            State::Text(text) => text.resource(judged, is_named),
            State::Junit(cases) => {
                cases.push(junit::case(judged, language));
                String::new()
            }
            State::Json(first, count) => {
                *count += 1;
                let outcome = json::outcome(judged, used);
                match (*count, first.take()) {
                    (1, _) => {
                        *first = Some(outcome);
                        String::new()
                    }
                    (_, Some(first)) => format!("{first}\n{outcome}"),
                    (_, None) => outcome.to_string(),
                }
            }
            State::Sarif { root, count, notifications } => {
                notifications.extend(sarif::notification(judged, root).filter(|_| notifications.len() < NOTIFICATIONS));
                let results = sarif::results(judged, root);
                let lead = if *count > 0 && !results.is_empty() { "," } else { "" };
                *count += results.len();
                format!("{lead}{}", results.join(",\n"))
            }
        };
        self.write(&text)
    }

    /// What is left to write; the totals, which are told whatever the format.
    pub(crate) fn finish(mut self, skipped: usize, told: &[String], used: &[Used]) -> Result<Totals, Failure> {
        let rest = match &mut self.state {
            State::Text(_) | State::Json(None, _) => String::new(),
            State::Json(Some(only), _) => format!("{only:#}"),
            State::Junit(cases) => junit::junit(cases, &clock::now(), used),
            State::Sarif { notifications, .. } => sarif::tail(notifications, used, self.terminal.language()),
        };
        self.write(&rest)?;
        let text = Text::new(self.terminal.language(), self.terminal.paint());
        let totals = text.totals(&self.totals, skipped, told);
        match &mut self.sink {
            Sink::File(path, file) => {
                file.flush().map_err(|why| unwritable(path, &why))?;
                self.terminal.say(&format!("{totals}\n  {}", path.display()));
            }
            Sink::Terminal(_) if matches!(self.state, State::Text(_)) => self.terminal.say(&totals),
            Sink::Terminal(_) => self.terminal.note(&totals),
        }
        Ok(self.totals)
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        let text = text.trim_end_matches('\n');
        if text.is_empty() {
            return Ok(());
        }
        match &mut self.sink {
            Sink::Terminal(progress) => {
                progress.aside(|| self.terminal.say(text));
                Ok(())
            }
            Sink::File(path, file) => writeln!(file, "{text}").map_err(|why| {
                // Half a report would be worse than none; whether it can be taken away changes nothing.
                let _ = fs::remove_file(&*path);
                unwritable(path, &why)
            }),
        }
    }
}

fn unwritable(path: &Path, why: &std::io::Error) -> Failure {
    Failure::harness(format!("`{}` cannot be written: {why}", path.display()))
        .hint("name a file that you may write with `--out FILE`")
}
