//! A package as a `.tgz`. Nothing is written to disk; every size is bounded
//! before it is believed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use tar::{Entry as Part, EntryType};

use super::{Files, MAX_ARCHIVE, MAX_FILE, MAX_FILES, MAX_KEPT, MAX_UNPACKED, Manifest, Package, PackageError, index, manifest};
use crate::digest::{Sha256, sha256_hex};

/// Most bytes of the long name of a file.
const MAX_NAME: u64 = 64 << 10;

pub(super) fn open(path: &Path) -> Result<Package, PackageError> {
    let archive = read_file(path)?;
    let mut texts = unpack(path, &archive)?;
    let manifest = manifest::read(path, &texts.remove("package.json").ok_or_else(|| no_manifest(path))?)?;
    let (mut entries, mut held) = (Vec::new(), Vec::new());
    for (name, text) in texts {
        if let Some(entry) = index::entry(path, &name, &text)? {
            entries.push(entry);
            held.push(text.into_boxed_slice());
        }
    }
    let digest = Some(format!("sha256:{}", sha256_hex(&archive)));
    Ok(Package { manifest, path: path.to_owned(), digest, entries, files: Files::Held(held) })
}

/// What a package says of itself, without reading further than that.
pub(super) fn manifest(path: &Path) -> Result<Manifest, PackageError> {
    let unreadable = |source: io::Error| PackageError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mut stream = tar::Archive::new(MultiGzDecoder::new(file.take(MAX_ARCHIVE)).take(MAX_UNPACKED));
    for part in stream.entries().map_err(unreadable)?.raw(true).take(MAX_FILES) {
        let mut part = part.map_err(unreadable)?;
        if name(path, &part, None)?.as_deref() == Some("package.json") {
            let size = part.size();
            return manifest::read(path, &read_part(path, "package.json", &mut part, size)?);
        }
    }
    Err(no_manifest(path))
}

fn no_manifest(path: &Path) -> PackageError {
    PackageError::Manifest { path: path.to_owned(), message: "has no `package/package.json`".to_owned() }
}

/// Digest of an archive as it is stored, which nothing is unpacked for.
pub(super) fn digest(path: &Path) -> Result<String, PackageError> {
    let unreadable = |source: io::Error| PackageError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?.take(MAX_ARCHIVE + 1);
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(format!("sha256:{}", digest.hex())),
            read => digest.update(&buffer[..read]),
        }
        if file.limit() == 0 {
            return Err(too_large(path, "the archive", MAX_ARCHIVE));
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, PackageError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_ARCHIVE + 1).read_to_end(&mut bytes));
    read.map_err(|source| PackageError::Unreadable { path: path.to_owned(), source })?;
    if bytes.len() as u64 > MAX_ARCHIVE { Err(too_large(path, "the archive", MAX_ARCHIVE)) } else { Ok(bytes) }
}

fn too_large(path: &Path, what: &str, most: u64) -> PackageError {
    PackageError::TooLarge { path: path.to_owned(), what: what.to_owned(), most: most >> 20, unit: "MiB" }
}

/// The JSON files that stand directly in `package/`, by name.
fn unpack(path: &Path, archive: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, PackageError> {
    let unsound = |error: io::Error| PackageError::Archive { path: path.to_owned(), message: error.to_string() };
    let bomb = || too_large(path, "what it unpacks to", MAX_UNPACKED);
    let mut stream = tar::Archive::new(MultiGzDecoder::new(archive).take(MAX_UNPACKED));
    let (mut texts, mut long_name, mut kept, mut count, mut end) = (BTreeMap::new(), None, 0, 0, 0);
    // Raw: the crate would read the long names that come as files of their own without a bound.
    for part in stream.entries().map_err(unsound)?.raw(true) {
        let mut part = part.map_err(unsound)?;
        count += 1;
        end = part.raw_file_position() + part.size();
        if end >= MAX_UNPACKED {
            return Err(bomb());
        }
        if count > MAX_FILES {
            let what = "the number of files".to_owned();
            return Err(PackageError::TooLarge { path: path.to_owned(), what, most: MAX_FILES as u64, unit: "files" });
        }
        match part.header().entry_type() {
            EntryType::XHeader | EntryType::GNULongName => long_name = read_name(path, &mut part)?.or(long_name),
            EntryType::Regular | EntryType::Continuous => {
                let Some(name) = name(path, &part, long_name.take())? else { continue };
                kept += part.size();
                let text = read_part(path, &name, &mut part, kept)?;
                if texts.insert(name.clone(), text).is_some() {
                    return Err(PackageError::Name { path: path.to_owned(), name, problem: "stands in it twice" });
                }
            }
            EntryType::Directory | EntryType::XGlobalHeader => long_name = None,
            _ => {
                let name = String::from_utf8_lossy(&part.path_bytes()).into_owned();
                return Err(PackageError::Name { path: path.to_owned(), name, problem: "is no file and no folder" });
            }
        }
    }
    if end == 0 { Err(unsound(io::Error::other("it holds no files"))) } else { Ok(texts) }
}

/// The name that a part gives to the file after it.
fn read_name<R: Read>(path: &Path, part: &mut Part<'_, R>) -> Result<Option<Vec<u8>>, PackageError> {
    let unsound = |message: String| PackageError::Archive { path: path.to_owned(), message };
    if part.size() > MAX_NAME {
        return Err(unsound(format!("a file name of {} bytes", part.size())));
    }
    let is_gnu = part.header().entry_type() == EntryType::GNULongName;
    let mut bytes = Vec::new();
    part.read_to_end(&mut bytes).map_err(|error| unsound(error.to_string()))?;
    if is_gnu {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        bytes.truncate(end);
        return Ok(Some(bytes));
    }
    let extensions = tar::PaxExtensions::new(&bytes).filter_map(Result::ok);
    Ok(extensions.filter(|found| found.key_bytes() == b"path").last().map(|found| found.value_bytes().to_vec()))
}

/// The name inside `package/` of a file that may be a resource; `None` for others.
fn name<R: Read>(path: &Path, part: &Part<'_, R>, long: Option<Vec<u8>>) -> Result<Option<String>, PackageError> {
    let bytes = long.unwrap_or_else(|| part.path_bytes().into_owned());
    let wrong = |problem| {
        let name = String::from_utf8_lossy(&bytes).into_owned();
        Err(PackageError::Name { path: path.to_owned(), name, problem })
    };
    let Ok(name) = std::str::from_utf8(&bytes) else { return wrong("is no UTF-8") };
    let drive = name.as_bytes().get(1) == Some(&b':');
    if drive || name.contains(['\\', '\0']) || name.starts_with('/') || name.split('/').any(|step| step == "..") {
        return wrong("leads out of the package");
    }
    let inside = name.trim_start_matches("./").strip_prefix("package/").unwrap_or_default();
    let wanted = !inside.contains('/') && (inside == "package.json" || index::is_resource_file(inside));
    Ok(wanted.then(|| inside.to_owned()))
}

fn read_part<R: Read>(path: &Path, name: &str, part: &mut Part<'_, R>, kept: u64) -> Result<Vec<u8>, PackageError> {
    if part.size() > MAX_FILE {
        return Err(too_large(path, &format!("`{name}`"), MAX_FILE));
    }
    if kept > MAX_KEPT {
        return Err(too_large(path, "all its resources together", MAX_KEPT));
    }
    let size = part.size();
    let mut text = Vec::new();
    part.read_to_end(&mut text)
        .map_err(|error| PackageError::Archive { path: path.to_owned(), message: format!("`{name}`: {error}") })?;
    if text.len() as u64 == size { Ok(text) } else { Err(truncated(path, name)) }
}

fn truncated(path: &Path, name: &str) -> PackageError {
    PackageError::Archive { path: path.to_owned(), message: format!("it ends inside `{name}`") }
}
