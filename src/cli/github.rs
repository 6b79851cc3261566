//! What GitHub Actions gets beside the reports: annotations in the log and a
//! summary of the job. Only with `--ci`, and only where GitHub says that it is there.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use super::failure::Failure;
use super::terminal::Terminal;
use crate::clock;
use crate::report::{Report, annotations, markdown};

/// Whether this is a job of GitHub Actions.
fn is_here() -> bool {
    env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Says a text in which a line of a server could pass for a command to GitHub: none is obeyed until it ends.
pub(crate) fn say(text: &str, terminal: &Terminal) {
    if !terminal.is_quiet() || !is_here() {
        return terminal.say(text);
    }
    let word = clock::random_hex(16);
    terminal.say(&format!("::stop-commands::{word}\n{}\n::{word}::", text.trim_end_matches('\n')));
}

/// Writes annotations and the summary of the job.
pub(crate) fn tell(report: &Report, terminal: &Terminal) -> Result<(), Failure> {
    if !terminal.is_quiet() || !is_here() {
        return Ok(());
    }
    let lines = annotations::annotations(report, terminal.language());
    if !lines.is_empty() {
        terminal.say(&lines);
    }
    let Some(path) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from) else { return Ok(()) };
    let summary = markdown::markdown(report, terminal.language());
    let file = OpenOptions::new().create(true).append(true).open(&path);
    file.and_then(|mut file| file.write_all(summary.as_bytes())).map_err(|why| {
        let failure = Failure::harness(format!("the summary of the job, `{}`, cannot be written: {why}", path.display()));
        failure.hint("GITHUB_STEP_SUMMARY names the file; leave the variable unset when no summary is wanted")
    })
}
