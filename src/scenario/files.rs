//! The files of a suite: embedded in the binary, or in a folder. What is in
//! them is for `load`.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::agreements::FhirVersion;
use crate::diagnostic::Diagnostic;
use crate::digest::Sha256;
use crate::yaml;

/// Every file of the suite that this binary was built with, sorted by path.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/suite.rs"));

/// Folders below the one that is named, so that a link to a parent ends.
const MAX_DEPTH: usize = 8;

/// Files that are read at most, should somebody name a whole disk.
const MAX_FILES: usize = 10_000;

/// Bytes that a resource of a persona may have.
const MAX_RESOURCE: u64 = 4 << 20;

/// Where a suite comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The binary itself.
    Embedded,
    /// A folder with `scenarios` and `fixtures` in it.
    Directory(PathBuf),
}

/// One file.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Path within the suite, with forward slashes: `scenarios/provider/consent.yaml`.
    pub(super) name: String,
    /// Path as the user sees it.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) text: Cow<'static, str>,
}

impl File {
    /// Whether its name ends like this.
    pub(super) fn has_ending(&self, ending: &str) -> bool {
        self.path.extension().is_some_and(|known| known.eq_ignore_ascii_case(ending))
    }
}

impl Source {
    /// The text of one of its files, by the path that diagnostics use.
    #[must_use]
    pub fn text(&self, path: &Path) -> Option<String> {
        match self {
            Self::Embedded => EMBEDDED.iter().find(|(name, _)| Path::new(name) == path).map(|(_, text)| (*text).to_owned()),
            Self::Directory(_) => fs::read_to_string(path).ok(),
        }
    }

    /// All its files sorted by name, and those that cannot be read.
    pub(super) fn files(&self) -> (Vec<File>, Vec<Diagnostic>) {
        match self {
            Self::Embedded => (EMBEDDED.iter().map(|(name, text)| embedded(name, text)).collect(), Vec::new()),
            Self::Directory(root) => {
                let mut walk = Walk::default();
                for folder in ["scenarios", "fixtures"] {
                    walk.folder(&root.join(folder), folder, 0);
                }
                walk.files.sort_by(|a, b| a.name.cmp(&b.name));
                if walk.files.is_empty() && walk.problems.is_empty() {
                    let message = format!("no suite in `{}`: neither `scenarios` nor `fixtures` holds a file", root.display());
                    walk.problems.push(Diagnostic::new(root, 0..0, "file-unreadable", message));
                }
                (walk.files, walk.problems)
            }
        }
    }
}

/// The files at a path that a person named: the file itself, or all YAML and JSON below the folder.
pub(super) fn named(path: &Path) -> (Vec<File>, Vec<Diagnostic>) {
    let mut walk = Walk::default();
    if path.is_dir() {
        walk.folder(path, &path.to_string_lossy().replace('\\', "/"), 0);
        if walk.files.is_empty() && walk.problems.is_empty() {
            walk.problems.push(Diagnostic::new(path, 0..0, "file-empty", "the folder holds no YAML"));
        }
    } else {
        let name = path.to_string_lossy().replace('\\', "/");
        // A persona is its resources as well.
        if let Some(folder) = name.strip_suffix("/persona.yaml") {
            for version in FhirVersion::ALL.map(FhirVersion::folder) {
                walk.folder(&path.with_file_name(version), &format!("{folder}/{version}"), 0);
            }
        }
        walk.file(path, name);
    }
    walk.files.sort_by(|a, b| a.name.cmp(&b.name));
    (walk.files, walk.problems)
}

/// SHA-256 over names and contents. Line ends count as one byte, so that a checkout on Windows is the same suite.
pub(super) fn digest(files: &[File]) -> String {
    let mut digest = Sha256::new();
    for file in files {
        let text = file.text.replace("\r\n", "\n");
        digest.update(file.name.as_bytes());
        digest.update(&[0]);
        digest.update(text.len().to_string().as_bytes());
        digest.update(&[0]);
        digest.update(text.as_bytes());
    }
    digest.hex()
}

fn embedded(name: &str, text: &'static str) -> File {
    File { name: name.to_owned(), path: PathBuf::from(name), text: Cow::Borrowed(text) }
}

#[derive(Default)]
struct Walk {
    files: Vec<File>,
    problems: Vec<Diagnostic>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            // Not every suite has every folder.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.unreadable(folder, &error),
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            if path.is_dir() && depth < MAX_DEPTH {
                self.folder(&path, &name, depth + 1);
            } else if is_of_suite(&path) && self.files.len() < MAX_FILES {
                self.file(&path, name);
            }
        }
    }

    fn file(&mut self, path: &Path, name: String) {
        match bounded(path) {
            Ok(text) => self.files.push(File { name, path: path.to_path_buf(), text: Cow::Owned(text) }),
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        self.problems.push(Diagnostic::new(path, 0..0, "file-unreadable", format!("the file cannot be read: {error}")));
    }
}

/// YAML, and the resources of a persona: JSON in a folder beside `persona.yaml`.
fn is_of_suite(path: &Path) -> bool {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("yaml") => true,
        Some("json") => path.ancestors().nth(2).is_some_and(|folder| folder.join("persona.yaml").is_file()),
        _ => false,
    }
}

/// A text that is not longer than what is read of it anyhow.
fn bounded(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let length = metadata.len();
    let most = if path.extension().is_some_and(|ending| ending == "json") { MAX_RESOURCE } else { 2 * yaml::MAX_BYTES as u64 };
    if length > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("{length} bytes, at most {most} are read")));
    }
    fs::read_to_string(path)
}
