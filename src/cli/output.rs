//! The folder of a run: writes the reports into it, tells the verdict, and says
//! where to look. The verdict is told even when nothing can be written.

use std::fs;
use std::path::{Path, PathBuf};

use super::Exit;
use super::failure::Failure;
use super::terminal::Terminal;
use crate::report::{Report, html, json, junit, text};

/// Tells the verdict and writes the three reports.
pub(crate) fn finish(report: &Report, folder: &Path, exit: Exit, terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.say(&text::text(report, terminal.style()));
    let page = write(report, folder, terminal)?;
    terminal.say(&format!(" report  {}", page.display()));
    Ok(exit)
}

/// The three reports; the path of the page.
fn write(report: &Report, folder: &Path, terminal: &Terminal) -> Result<PathBuf, Failure> {
    let page = folder.join("report.html");
    put(&folder.join("run.json"), &json::json(report))?;
    put(&folder.join("junit.xml"), &junit::junit(report, terminal.language()))?;
    put(&page, &html::html(report, terminal.language(), &folder.display().to_string()))?;
    Ok(page)
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|why| Failure::unwritable(path, why))
}
