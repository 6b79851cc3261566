//! Which definitions were used, in words: where they come from, with their
//! digests, and what they stand for where they are not the published package.

use std::path::{Path, PathBuf};

use crate::fhir::knowledge::{DefinitionSource, Knowledge};

/// Digits of a digest that are shown.
const DIGITS: usize = 12;

/// `in packages: a#1.0.0 (0123456789ab); behind them, built in: b#2.0.0 (…, stands for 2.0.1)`
pub(super) fn sources(knowledge: &Knowledge) -> String {
    let mut groups: Vec<(Option<PathBuf>, Vec<String>)> = Vec::new();
    let all = knowledge.sources();
    let is_loaded = |source: &DefinitionSource| {
        all.iter().any(|other| other.place.is_some() && (&other.id, &other.version) == (&source.id, &source.version))
    };
    // What a package has, that is built in as well, the package answers for.
    for source in all.iter().filter(|source| source.place.is_some() || !is_loaded(source)) {
        let folder = source.place.as_deref().map(|place| place.parent().unwrap_or(Path::new("")).to_owned());
        match groups.last_mut() {
            Some((last, names)) if *last == folder => names.push(name(source)),
            _ => groups.push((folder, vec![name(source)])),
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

/// `id#version (digest, stands for another)`
fn name(source: &DefinitionSource) -> String {
    let digest = source.digest.as_deref().map(|digest| digest.rsplit(':').next().unwrap_or_default());
    let digest = digest.map(|digest| digest.get(..DIGITS).unwrap_or(digest).to_owned());
    let stands_for = source.approximates.as_ref().map(|published| format!("stands for {published}"));
    let beside: Vec<String> = digest.into_iter().chain(stands_for).collect();
    let beside = if beside.is_empty() { String::new() } else { format!(" ({})", beside.join(", ")) };
    format!("{}#{}{beside}", source.id, source.version)
}
