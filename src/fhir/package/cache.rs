//! A folder of packages: the common cache `~/.fhir/packages` that the tools of
//! FHIR share, or any other. What we add is noted with its digest in a lock file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Package, PackageError};

/// Name of the lock file in the folder.
const LOCK: &str = "toets.lock";

/// The common cache of this user.
#[must_use]
pub fn common_cache() -> Option<PathBuf> {
    let home = ["HOME", "USERPROFILE"].iter().find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()))?;
    Some(PathBuf::from(home).join(".fhir").join("packages"))
}

/// Id and version that a name in such a folder stands for: `id#version` of an
/// unpacked package, `id-version.tgz` of an archive.
#[must_use]
pub fn named(file: &str) -> Option<(&str, &str)> {
    if let Some(found) = file.split_once('#') {
        return Some(found);
    }
    let name = file.strip_suffix(".tgz")?;
    // A version starts with a digit, and an id may have dashes: the first dash before a digit parts them.
    let dash = name.match_indices('-').find(|(at, _)| name[at + 1..].starts_with(|letter: char| letter.is_ascii_digit()))?.0;
    Some((&name[..dash], &name[dash + 1..]))
}

/// Paths of the packages in a folder, by name; none when it is not there.
///
/// # Errors
/// When the folder is there but cannot be read.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, PackageError> {
    let unreadable = |source: io::Error| PackageError::Unreadable { path: folder.to_owned(), source };
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().to_str().and_then(named).is_some() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Copies a package archive into a folder, once it has been opened without
/// fault, and notes its digest.
///
/// # Errors
/// When it is no sound package, or the folder cannot be written.
pub fn add(archive: &Path, folder: &Path) -> Result<Package, PackageError> {
    let package = Package::open(archive)?;
    let digest = package.digest().ok_or_else(|| PackageError::Archive {
        path: archive.to_owned(),
        message: "it is a folder; add the `.tgz` that it came from".to_owned(),
    })?;
    let name = format!("{}-{}.tgz", package.manifest().id, package.manifest().version);
    let unwritable = |source: io::Error| PackageError::Unreadable { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(unwritable)?;
    // Under another name first, so that nobody reads half of it.
    let part = folder.join(format!(".{name}.{}", std::process::id()));
    fs::copy(archive, &part).and_then(|_| fs::rename(&part, folder.join(&name))).map_err(unwritable)?;
    let mut locked = locked(folder)?;
    locked.insert(name, digest.to_owned());
    let text: String = locked.iter().map(|(name, digest)| format!("{name} {digest}\n")).collect();
    fs::write(folder.join(LOCK), text).map_err(unwritable)?;
    Ok(package)
}

/// Names of archives in a folder with the digests that were noted when they were added.
///
/// # Errors
/// When the lock file is there but cannot be read.
pub fn locked(folder: &Path) -> Result<BTreeMap<String, String>, PackageError> {
    let path = folder.join(LOCK);
    match fs::read_to_string(&path) {
        Ok(text) => {
            Ok(text.lines().filter_map(|line| line.split_once(' ')).map(|(name, digest)| (name.into(), digest.into())).collect())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(source) => Err(PackageError::Unreadable { path, source }),
    }
}
