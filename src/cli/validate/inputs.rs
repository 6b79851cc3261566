//! What is judged: files that were named, and those below folders that look like
//! resources. Each folder is entered once, whatever links lead to it.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders inside one another, at most.
const DEEPEST: usize = 64;
/// Files of all folders, at most.
const FILES: usize = 1_000_000;
/// How the names of files end that are looked at in a folder.
const ENDINGS: [&str; 3] = ["json", "xml", "ndjson"];

/// Files in the order in which they are told.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) files: Vec<Input>,
    /// Files of folders whose names say that they are something else.
    pub(crate) skipped: usize,
    seen: HashSet<PathBuf>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// As the user named it, `/` between folders.
    pub(crate) name: String,
    pub(crate) from: From,
    /// It was named, and not found in a folder.
    pub(crate) is_named: bool,
}

/// Where the text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum From {
    Stdin,
    File(PathBuf),
    /// It cannot be had, for this reason.
    Nowhere(String),
}

impl Inputs {
    /// All files that these names stand for.
    pub(crate) fn of(names: &[PathBuf]) -> Self {
        let mut inputs = Self::default();
        for name in names {
            match fs::metadata(name) {
                _ if name.as_os_str() == "-" => inputs.push(name, From::Stdin, true),
                Ok(found) if found.is_dir() => inputs.folder(name, 0),
                Ok(_) => inputs.push(name, From::File(name.clone()), true),
                Err(why) => inputs.push(name, From::Nowhere(why.to_string()), true),
            }
        }
        inputs
    }

    fn push(&mut self, path: &Path, from: From, is_named: bool) {
        self.files.push(Input { name: path.display().to_string().replace('\\', "/"), from, is_named });
    }

    fn folder(&mut self, folder: &Path, depth: usize) {
        let entered = fs::canonicalize(folder).map(|real| self.seen.insert(real));
        let names = match entered {
            // A link led here before.
            Ok(false) => return,
            Ok(true) if depth > DEEPEST => Err(format!("folders nested deeper than {DEEPEST}")),
            Ok(true) => names(folder).map_err(|why| why.to_string()),
            Err(why) => Err(why.to_string()),
        };
        match names {
            Ok(names) => names.iter().for_each(|name| self.entry(&folder.join(name), depth)),
            Err(why) => self.push(folder, From::Nowhere(why), false),
        }
    }

    fn entry(&mut self, path: &Path, depth: usize) {
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        let is_resource = !is_hidden && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
        match fs::metadata(path) {
            Ok(found) if found.is_dir() && is_hidden => {}
            Ok(found) if found.is_dir() => self.folder(path, depth + 1),
            Ok(found) if found.is_file() && is_resource && self.files.len() >= FILES => self.skipped += 1,
            Ok(found) if found.is_file() && is_resource => self.push(path, From::File(path.to_owned()), false),
            Ok(_) => self.skipped += 1,
            Err(why) if is_resource => self.push(path, From::Nowhere(why.to_string()), false),
            // A link of another name that leads nowhere.
            Err(_) => self.skipped += 1,
        }
    }
}

/// Names in a folder, in order.
fn names(folder: &Path) -> std::io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name());
    }
    names.sort();
    Ok(names)
}
