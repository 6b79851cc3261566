//! The index of an archive, kept in the folder of packages beside the texts of
//! its resources, so that nothing has to be unpacked again. It belongs to one
//! digest of the archive; one that is damaged, or of another, is made anew.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::json;

use super::{Entry, Files, MAX_KEPT, Manifest, Package, cache};
use crate::digest::sha256_hex;

/// Folder of the indexes in a folder of packages.
const FOLDER: &str = ".toets";
/// What an index begins with; another form is another word.
const FORM: &str = "toets-index-1";
/// Digits of the digest of a text: against damage, not against people, who could change the archive as well.
const DIGITS: usize = 16;
/// What stands between the words of a line.
const TAB: char = '\t';

/// The texts of an archive as they are kept.
#[derive(Debug)]
pub(super) struct Texts {
    path: PathBuf,
    /// One for each entry.
    places: Vec<Place>,
    /// The archive itself, opened when a text turns out to be damaged.
    archive: PathBuf,
    again: OnceLock<Option<Box<Package>>>,
}

#[derive(Debug)]
struct Place {
    start: u64,
    length: u32,
    digest: Box<str>,
}

/// Index and texts of an archive.
fn paths(archive: &Path) -> Option<(PathBuf, PathBuf)> {
    let name = archive.file_name()?.to_str()?;
    let folder = archive.parent()?.join(FOLDER);
    Some((folder.join(format!("{name}.index")), folder.join(format!("{name}.texts"))))
}

/// The package as it was kept, when it is that of this digest.
pub(super) fn read(archive: &Path, digest: &str) -> Option<Package> {
    let (index, texts) = paths(archive)?;
    let text = fs::read_to_string(index).ok()?;
    // The last line is the digest of all before it.
    let (body, end) = text.trim_end().rsplit_once('\n')?;
    if sha256_hex(body.as_bytes()) != end {
        return None;
    }
    let mut lines = body.lines();
    let (form, of) = lines.next()?.split_once(' ')?;
    if form != FORM || of != digest {
        return None;
    }
    let manifest = manifest(lines.next()?)?;
    let (mut entries, mut places, mut start) = (Vec::new(), Vec::new(), 0);
    for line in lines {
        let mut words = line.split(TAB);
        let mut word = || words.next();
        let entry = Entry {
            file: word()?.into(),
            resource: word()?.into(),
            url: word()?.into(),
            version: word()?.into(),
            kind: word()?.into(),
            type_name: word()?.into(),
        };
        let place = Place { start, length: word()?.parse().ok()?, digest: word()?.into() };
        start += u64::from(place.length);
        entries.push(entry);
        places.push(place);
    }
    if fs::metadata(&texts).ok()?.len() != start {
        return None;
    }
    let kept = Texts { path: texts, places, archive: archive.to_owned(), again: OnceLock::new() };
    let files = Files::Kept(kept);
    Some(Package { manifest, path: archive.to_owned(), digest: Some(digest.to_owned()), entries, files })
}

/// Keeps the index and the texts of a package for the next time. A folder that
/// cannot be written, or a name that has no place in a line: then nothing is kept.
pub(super) fn write(archive: &Path, package: &Package) {
    let (Some((index, texts)), Some(digest)) = (paths(archive), package.digest()) else { return };
    let Some((body, all)) = written(package, digest) else { return };
    let kept = index.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
        cache::whole(&texts, |part| fs::write(part, &all))?;
        cache::whole(&index, |part| fs::write(part, format!("{body}\n{}\n", sha256_hex(body.as_bytes()))))
    });
    // What is not kept is made again: slower, and not wrong.
    drop(kept);
}

fn written(package: &Package, digest: &str) -> Option<(String, Vec<u8>)> {
    let own = &package.manifest;
    let manifest = json!([own.id, own.version, own.dependencies, own.fhir_versions]);
    let (mut body, mut all) = (format!("{FORM} {digest}\n{manifest}"), Vec::new());
    for (place, entry) in package.entries.iter().enumerate() {
        let words = [&entry.file, &entry.resource, &entry.url, &entry.version, &entry.kind, &entry.type_name];
        if words.iter().any(|word| word.contains([TAB, '\n', '\r'])) {
            return None;
        }
        let text = package.text(place).ok()?;
        body.push('\n');
        words.iter().for_each(|word| body.extend([&***word, "\t"]));
        let _ = write!(body, "{}\t{}", text.len(), short(&text));
        all.extend_from_slice(&text);
    }
    Some((body, all)).filter(|(_, all)| all.len() as u64 <= MAX_KEPT)
}

fn short(text: &[u8]) -> String {
    let mut digest = sha256_hex(text);
    digest.truncate(DIGITS);
    digest
}

fn manifest(line: &str) -> Option<Manifest> {
    let (id, version, dependencies, fhir_versions) = serde_json::from_str(line).ok()?;
    Some(Manifest { id, version, dependencies, fhir_versions })
}

impl Texts {
    /// The text of an entry; out of the archive itself where what is kept is damaged.
    pub(super) fn text(&self, place: usize, file: &str) -> io::Result<Vec<u8>> {
        let kept = &self.places[place];
        if let Ok(text) = self.read(kept)
            && short(&text) == *kept.digest
        {
            return Ok(text);
        }
        let again = self.again.get_or_init(|| {
            let package = Package::open(&self.archive).ok()?;
            write(&self.archive, &package);
            Some(Box::new(package))
        });
        let gone = || io::Error::other(format!("`{file}` is damaged in what was kept of the archive, and not in it"));
        let package = again.as_ref().ok_or_else(gone)?;
        let place = package.entries.iter().position(|entry| *entry.file == *file).ok_or_else(gone)?;
        package.text(place).map(std::borrow::Cow::into_owned).map_err(io::Error::other)
    }

    fn read(&self, kept: &Place) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(kept.start))?;
        let mut text = Vec::new();
        file.take(kept.length.into()).read_to_end(&mut text)?;
        Ok(text)
    }
}
