//! Which definitions were used, in words: where they come from, with their
//! digests, and what they stand for where they are not the published package.

use std::path::{Path, PathBuf};

use crate::fhir::knowledge::Knowledge;
use crate::report::outcome::Used;

/// `in packages: a#1.0.0 (0123456789ab); behind them, built in: b#2.0.0 (…, stands for 2.0.1)`
pub(super) fn sources(used: &[Used]) -> String {
    let mut groups: Vec<(Option<PathBuf>, Vec<String>)> = Vec::new();
    for one in used {
        let folder = one.source.place.as_deref().map(|place| place.parent().unwrap_or(Path::new("")).to_owned());
        match groups.last_mut() {
            Some((last, names)) if *last == folder => names.push(one.name()),
            _ => groups.push((folder, vec![one.name()])),
        }
    }
    let count = groups.len();
    let groups = groups.into_iter().map(|(folder, names)| {
        let names = names.join(", ");
        match folder {
            None if count > 1 => format!("behind them, built in: {names}"),
            None => format!("built in: {names}"),
            Some(folder) if folder.as_os_str().is_empty() => names,
            Some(folder) => format!("in {}: {names}", folder.display()),
        }
    });
    groups.collect::<Vec<_>>().join("; ")
}

/// Whether a package of this folder is used.
pub(super) fn has_any_of(knowledge: &Knowledge, folder: &Path) -> bool {
    knowledge.packages().iter().any(|package| package.path().starts_with(folder))
}
