//! A package as a folder: the unpacked archive, or its `package` folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::{Entry, Files, MAX_FILE, MAX_FILES, Package, PackageError, index, manifest};

pub(super) fn open(path: &Path) -> Result<Package, PackageError> {
    let inner = path.join("package");
    let folder = if inner.join("package.json").is_file() { inner } else { path.to_owned() };
    let manifest_path = folder.join("package.json");
    if !manifest_path.is_file() {
        return Err(PackageError::Manifest { path: path.to_owned(), message: "has no `package.json`".to_owned() });
    }
    let manifest = manifest::read(path, &read(&manifest_path)?)?;
    let files = names(&folder)?;
    let index = folder.join(".index.json");
    let brought = if index.is_file() { index::brought(&read(&index)?, &files) } else { None };
    let entries = match brought {
        Some(entries) => entries,
        None => skim_all(&folder, &files)?,
    };
    Ok(Package { manifest, path: path.to_owned(), digest: None, entries, files: Files::Folder(folder) })
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

fn names(folder: &Path) -> Result<Vec<String>, PackageError> {
    let unreadable = |source: io::Error| PackageError::Unreadable { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if index::is_resource_file(&name) {
            names.push(name);
        }
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
