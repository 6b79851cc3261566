//! A package as a folder: the unpacked archive, or its `package` folder; or
//! resources that lie loose in a folder, which are a package without a name.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::{Entry, Files, MAX_FILE, MAX_FILES, Manifest, Package, PackageError, index, manifest, skim};
use crate::digest::Sha256;

/// Version of a package that has none.
const UNVERSIONED: &str = "unversioned";

pub(super) fn open(path: &Path) -> Result<Package, PackageError> {
    let Some((folder, manifest)) = manifest(path)? else { return loose(path) };
    let files = names(&folder)?;
    let index = folder.join(".index.json");
    let brought = if is_plain_file(&index) { index::brought(&read(&index)?, &files) } else { None };
    let entries = match brought {
        Some(entries) => entries,
        None => skim_all(&folder, &files)?,
    };
    Ok(Package { manifest, path: path.to_owned(), digest: None, entries, files: Files::Folder(folder) })
}

/// The folder in which the resources are, and what the package says of itself, if it does.
pub(super) fn manifest(path: &Path) -> Result<Option<(PathBuf, Manifest)>, PackageError> {
    let folders = [path.join("package"), path.to_owned()];
    let Some(folder) = folders.into_iter().find(|folder| is_plain_file(&folder.join("package.json"))) else { return Ok(None) };
    let manifest = manifest::read(path, &read(&folder.join("package.json"))?)?;
    Ok(Some((folder, manifest)))
}

fn is_plain_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_file())
}

/// Whether resources lie loose in a folder.
pub(super) fn is_loose(path: &Path) -> bool {
    names(path).is_ok_and(|files| !files.is_empty())
}

/// Resources without a `package.json`: named as their folder, and of the versions of FHIR that they say.
fn loose(path: &Path) -> Result<Package, PackageError> {
    let (mut entries, mut fhir_versions, mut digest) = (Vec::new(), Vec::new(), Sha256::default());
    for file in names(path)? {
        let text = read(&path.join(&file))?;
        entries.extend(index::entry(path, &file, &text)?);
        let said = skim::strings(&text).into_iter().flatten().filter(|(key, _)| *key == "fhirVersion");
        fhir_versions.extend(said.map(|(_, version)| version.into_owned()));
        digest.update(format!("{file} {}\n", text.len()).as_bytes());
        digest.update(&text);
    }
    if entries.iter().all(|entry: &Entry| entry.url.is_empty()) {
        let message = "has no `package.json`, and no definition in JSON".to_owned();
        return Err(PackageError::Manifest { path: path.to_owned(), message });
    }
    fhir_versions.sort();
    fhir_versions.dedup();
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = whole.file_name().map_or_else(|| "folder".to_owned(), |name| name.to_string_lossy().into_owned());
    let id = name.chars().map(|letter| if manifest::is_plain_letter(letter) { letter } else { '-' }).collect();
    let manifest = Manifest { id, version: UNVERSIONED.to_owned(), dependencies: Vec::new(), fhir_versions };
    let digest = Some(format!("sha256:{}", digest.hex()));
    Ok(Package { manifest, path: path.to_owned(), digest, entries, files: Files::Folder(path.to_owned()) })
}

/// The bytes of a file within the bound.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, PackageError> {
    let unreadable = |source: io::Error| PackageError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        let what = "the file".to_owned();
        return Err(PackageError::TooLarge { path: path.to_owned(), what, most: MAX_FILE >> 20, unit: "MiB" });
    }
    Ok(bytes)
}

/// The files that may be resources. What is no plain file is refused as in an
/// archive: a link leads elsewhere, and a pipe never ends.
fn names(folder: &Path) -> Result<Vec<String>, PackageError> {
    let unreadable = |source: io::Error| PackageError::Unreadable { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !index::is_resource_file(&name) {
            continue;
        }
        if !entry.file_type().map_err(unreadable)?.is_file() {
            return Err(PackageError::Name { path: folder.to_owned(), name, problem: "is no plain file" });
        }
        names.push(name);
        if names.len() > MAX_FILES {
            let what = "the number of files".to_owned();
            return Err(PackageError::TooLarge { path: folder.to_owned(), what, most: MAX_FILES as u64, unit: "files" });
        }
    }
    names.sort();
    Ok(names)
}

fn skim_all(folder: &Path, files: &[String]) -> Result<Vec<Entry>, PackageError> {
    let mut entries = Vec::new();
    for file in files {
        entries.extend(index::entry(folder, file, &read(&folder.join(file))?)?);
    }
    Ok(entries)
}
