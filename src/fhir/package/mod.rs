//! FHIR packages: what is in one, found without keeping it parsed. From an
//! archive (`.tgz`) or a folder. Which packages belong together is `knowledge`'s.

mod archive;
pub mod cache;
mod error;
mod folder;
mod index;
mod kept;
mod manifest;
mod skim;
#[cfg(test)]
mod tests;
pub mod version;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

pub use error::PackageError;
pub use index::Entry;
pub use manifest::Manifest;

/// Most bytes of one file in a package.
const MAX_FILE: u64 = 64 << 20;
/// Most bytes of an archive as it is stored.
const MAX_ARCHIVE: u64 = 256 << 20;
/// Most bytes of an archive unpacked, what is skipped included.
const MAX_UNPACKED: u64 = 1 << 30;
/// Most bytes of an archive that are kept.
const MAX_KEPT: u64 = 512 << 20;
/// Most files in a package.
const MAX_FILES: usize = 100_000;

/// A package that was opened: its manifest and an index of its resources.
#[derive(Debug)]
pub struct Package {
    manifest: Manifest,
    /// Where it was found.
    path: PathBuf,
    /// `sha256:…` of the archive, or of resources that lie loose; another folder has none.
    digest: Option<String>,
    entries: Vec<Entry>,
    files: Files,
}

/// Where the texts are.
#[derive(Debug)]
enum Files {
    /// In memory, one for each entry of the index.
    Held(Vec<Box<[u8]>>),
    /// On disk, read when asked for.
    Folder(PathBuf),
    /// Kept beside the archive that they were in.
    Kept(kept::Texts),
}

impl Package {
    /// Opens an archive or a folder, whichever it is. A folder may be the
    /// unpacked archive, or its `package` folder itself.
    ///
    /// # Errors
    /// When it cannot be read, passes a bound, or is no package.
    pub fn open(path: &Path) -> Result<Self, PackageError> {
        if path.is_dir() { folder::open(path) } else { archive::open(path) }
    }

    /// What a package says of itself, whose resources are not looked at; nothing
    /// where they lie loose in a folder.
    ///
    /// # Errors
    /// When it cannot be read, or is no package.
    pub fn manifest_at(path: &Path) -> Result<Option<Manifest>, PackageError> {
        if path.is_dir() { Ok(folder::manifest(path)?.map(|(_, manifest)| manifest)) } else { archive::manifest(path).map(Some) }
    }

    /// Whether resources lie loose in a folder.
    #[must_use]
    pub fn is_loose(path: &Path) -> bool {
        folder::is_loose(path)
    }

    /// A package that was never a file: resources with the names of their files.
    /// It stands on nothing and says no version of FHIR.
    ///
    /// # Errors
    /// When a text is no JSON object.
    pub fn held(id: &str, version: &str, texts: Vec<(String, Vec<u8>)>) -> Result<Self, PackageError> {
        let path = PathBuf::from(id);
        let manifest =
            Manifest { id: id.to_owned(), version: version.to_owned(), dependencies: Vec::new(), fhir_versions: Vec::new() };
        let (mut entries, mut held) = (Vec::new(), Vec::new());
        for (name, text) in texts {
            if let Some(entry) = index::entry(&path, &name, &text)? {
                entries.push(entry);
                held.push(text.into_boxed_slice());
            }
        }
        Ok(Self { manifest, path, digest: None, entries, files: Files::Held(held) })
    }

    /// Id, version, dependencies.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where it was found.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `sha256:…` of the archive; a folder has none.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Its resources, by file name.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The text of the resource at this place of `entries`.
    ///
    /// # Errors
    /// When the file of a folder can no longer be read.
    pub fn text(&self, place: usize) -> Result<Cow<'_, [u8]>, PackageError> {
        match &self.files {
            Files::Held(texts) => Ok(Cow::Borrowed(&texts[place])),
            Files::Kept(texts) => {
                let unreadable = |source| PackageError::Unreadable { path: self.path.clone(), source };
                texts.text(place, &self.entries[place].file).map(Cow::Owned).map_err(unreadable)
            }
            Files::Folder(folder) => folder::read(&folder.join(&*self.entries[place].file)).map(Cow::Owned),
        }
    }
}
