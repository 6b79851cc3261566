//! A folder of packages: the common cache `~/.fhir/packages` that the tools of
//! FHIR share, or any other. What we add is noted with its digest in a lock
//! file, held to it whenever it is opened, and has its index kept beside it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Package, PackageError, archive, kept};

/// Name of the lock file in the folder.
const LOCK: &str = "toets.lock";

/// The common cache of this user; the folder that `TOETS_CACHE` names goes before it.
#[must_use]
pub fn common_cache() -> Option<PathBuf> {
    let value = |name: &&str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(named) = value(&"TOETS_CACHE") {
        return Some(PathBuf::from(named));
    }
    let home = ["HOME", "USERPROFILE"].iter().find_map(value)?;
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
        let path = entry.map_err(unreadable)?.path();
        let is_package = match path.file_name().and_then(|name| name.to_str()) {
            Some(name) if named(name).is_none() => false,
            // Neither a pipe nor anything else of which nobody knows where it ends.
            Some(name) => {
                if name.ends_with(".tgz") {
                    path.is_file()
                } else {
                    path.is_dir()
                }
            }
            None => false,
        };
        if is_package {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Opens a package of a folder. An archive that was noted there has to be what it
/// was, and is opened by the index that is kept of it.
///
/// # Errors
/// When it cannot be opened, or its digest is not the one that was noted.
pub fn open(path: &Path) -> Result<Package, PackageError> {
    let named = path.parent().zip(path.file_name().and_then(|name| name.to_str()));
    let noted = match named {
        Some((folder, name)) if path.is_file() => locked(folder)?.remove(name),
        _ => None,
    };
    let Some(noted) = noted else { return Package::open(path) };
    let found = archive::digest(path)?;
    if noted != found {
        return Err(PackageError::Digest { path: path.to_owned(), noted, found });
    }
    if let Some(kept) = kept::read(path, &found) {
        return Ok(kept);
    }
    let package = Package::open(path)?;
    kept::write(path, &package);
    Ok(package)
}

/// Copies a package archive into a folder, once it has been opened without
/// fault, and notes its digest. One that is there already is taken over only
/// when that is asked for.
///
/// # Errors
/// When it is no sound package, another one of its name is there, or the folder cannot be written.
pub fn add(file: &Path, folder: &Path, replace: bool) -> Result<Package, PackageError> {
    let package = Package::open(file)?;
    let digest = package.digest().filter(|_| file.is_file()).ok_or_else(|| PackageError::Archive {
        path: file.to_owned(),
        message: "it is a folder; add the `.tgz` that it came from".to_owned(),
    })?;
    let name = format!("{}-{}.tgz", package.manifest().id, package.manifest().version);
    let mut locked = locked(folder)?;
    if let Some(there) = there(&folder.join(&name), locked.get(&name)).filter(|there| !replace && there != digest) {
        let (name, new) = (package.manifest().name(), digest.to_owned());
        return Err(PackageError::There { name, folder: folder.to_owned(), there, new });
    }
    let unwritable = |source: io::Error| PackageError::Unreadable { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(unwritable)?;
    whole(&folder.join(&name), |part| fs::copy(file, part).map(drop)).map_err(unwritable)?;
    locked.insert(name.clone(), digest.to_owned());
    let text: String = locked.iter().map(|(name, digest)| format!("{name} {digest}\n")).collect();
    whole(&folder.join(LOCK), |part| fs::write(part, text)).map_err(unwritable)?;
    kept::write(&folder.join(name), &package);
    Ok(package)
}

/// Digest of the archive that is in the way: as it was noted, else as it is.
fn there(path: &Path, noted: Option<&String>) -> Option<String> {
    noted.cloned().or_else(|| Package::open(path).ok().filter(|_| path.is_file())?.digest().map(str::to_owned))
}

/// Writes a file under another name first, so that nobody reads half of it.
pub(super) fn whole(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = write(&part).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // It may never have been there.
        let _ = fs::remove_file(&part);
    }
    written
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
