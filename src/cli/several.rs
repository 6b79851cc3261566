//! Several runs in one folder, each whole in a folder of its own: a page that
//! leads to them, one `junit.xml`, and one exit code.

use std::fs;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::output::{Concluded, put};
use super::terminal::Terminal;
use crate::engine::RECORDS;
use crate::judge::ExitCode;
use crate::report::several::{self, Part};

/// The exit code that counts of all.
pub(crate) fn worst(all: &[Concluded]) -> ExitCode {
    all.iter().fold(ExitCode::Conformant, |worst, one| worst.worse(one.exit))
}

/// Writes what holds them together and tells how each ended.
pub(crate) fn conclude(folder: &Path, all: &[Concluded], terminal: &Terminal) -> Result<ExitCode, Failure> {
    let mut parts: Vec<Part<'_>> = all.iter().map(|one| Part { name: name(&one.folder), report: &one.report }).collect();
    parts.sort_by(|one, other| one.name.cmp(&other.name));
    let language = terminal.language();
    terminal.say(&several::text(&parts, language));
    put(&folder.join("junit.xml"), &several::junit(&parts, language))?;
    let page = folder.join("index.html");
    put(&page, &several::page(&parts, language))?;
    terminal.say(&format!(" report  {}", page.display()));
    Ok(worst(all))
}

fn name(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The runs in a folder; the folder itself where there are none in it.
pub(crate) fn runs_or(folder: &Path) -> Vec<PathBuf> {
    let runs = runs(folder);
    if runs.is_empty() { vec![folder.to_owned()] } else { runs }
}

/// The runs in a folder that is none itself, by name.
pub(crate) fn runs(folder: &Path) -> Vec<PathBuf> {
    if folder.join(RECORDS).is_file() {
        return Vec::new();
    }
    let inside = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut runs: Vec<PathBuf> = inside.filter(|path| path.join(RECORDS).is_file()).collect();
    runs.sort();
    runs
}
