//! The folder of a run: writes the reports into it, tells the verdict, and says
//! where to look. The verdict is told even when nothing can be written.

use std::fs;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::github;
use super::terminal::Terminal;
use crate::engine::RecordError;
use crate::evidence::Evidence;
use crate::fhir::validate::Validator;
use crate::judge::{Completeness, ExitCode, Verdicts, exit_code, judge};
use crate::report::{Report, html, json, junit, text};
use crate::scenario::Suite;

/// What helps when evidence cannot be kept.
pub(crate) const ROOM: &str = "name a folder with room that you may write to, with `--out DIR`";

/// Where a run is kept.
#[derive(Debug)]
pub(crate) struct Folder<'f> {
    pub(crate) path: &'f Path,
    /// Why the evidence is not wholly in it.
    pub(crate) trouble: Option<RecordError>,
}

/// What evidence is judged by.
pub(crate) struct Bench<'b> {
    pub(crate) suite: &'b Suite,
    pub(crate) validator: &'b Validator,
    pub(crate) completeness: Completeness,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Concluded {
    pub(crate) exit: ExitCode,
    pub(crate) verdicts: Verdicts,
    pub(crate) report: Report,
    /// Where it is kept.
    pub(crate) folder: PathBuf,
}

/// Judges the evidence, tells the verdict and writes the three reports.
pub(crate) fn conclude(
    evidence: &Evidence,
    bench: &Bench<'_>,
    folder: &Folder<'_>,
    terminal: &Terminal,
) -> Result<Concluded, Failure> {
    // The plan as the evidence keeps it, redacted: a later `toets judge` sees no other.
    let plan = &evidence.start.plan;
    let verdicts = judge(plan, evidence, bench.suite, bench.validator);
    let report = Report::new(plan, evidence, &verdicts, bench.suite);
    let exit = exit_code(&verdicts, evidence, bench.completeness);
    let exit = finish(&report, folder, exit, terminal)?;
    Ok(Concluded { exit, verdicts, report, folder: folder.path.to_owned() })
}

/// Tells the verdict and writes the three reports.
fn finish(report: &Report, folder: &Folder<'_>, exit: ExitCode, terminal: &Terminal) -> Result<ExitCode, Failure> {
    github::say(&text::text(report, terminal.style()), terminal);
    let written = write(report, folder.path, terminal);
    if let Ok(page) = &written {
        terminal.say(&format!(" report  {}", page.display()));
    }
    if let Some(trouble) = &folder.trouble {
        return Err(Failure::harness(trouble.to_string()).hint(ROOM));
    }
    github::tell(report, terminal)?;
    written.map(|_| exit)
}

/// The three reports; the path of the page. Where one does not fit another may.
fn write(report: &Report, folder: &Path, terminal: &Terminal) -> Result<PathBuf, Failure> {
    let page = folder.join("report.html");
    let machine = put(&folder.join("run.json"), &json::json(report));
    let tests = put(&folder.join("junit.xml"), &junit::junit(report, terminal.language()));
    let shown = put(&page, &html::html(report, terminal.language(), "reports/<run>"));
    machine.and(tests).and(shown).map(|()| page)
}

pub(super) fn put(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|why| {
        // Half a report would be worse than none; whether it can be taken away changes nothing.
        let _ = fs::remove_file(path);
        Failure::unwritable(path, why)
    })
}
