//! Reading stored evidence back: exactly what was in memory, or the line that
//! is not as it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::record::{BLOBS, Line, RECORDS};
use crate::digest::sha256_hex;
use crate::evidence::{Evidence, Outcome, Record, Start};

/// Version of the format that is written and read.
pub const FORMAT: u32 = 1;

/// Bytes of a file of records, or of all bodies of a run, at most.
const LARGEST: u64 = 2 << 30;

/// Evidence as it was found on disk.
#[derive(Debug)]
pub struct Opened {
    /// The evidence.
    pub evidence: Evidence,
    /// The last line (its number, from 1) was torn: the run was killed while writing it. It is left out.
    pub torn: Option<usize>,
}

/// Why a folder gives no evidence.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A file cannot be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More than we are willing to hold.
    #[error("`{}` is larger than {LARGEST} bytes", path.display())]
    TooLarge {
        /// The file or folder.
        path: PathBuf,
    },
    /// There is nothing that says how the run began.
    #[error("`{}` does not say how the run began: it was killed before its first exchange", path.display())]
    NoStart {
        /// The file.
        path: PathBuf,
    },
    /// A line is not what this format holds.
    #[error("line {line} of `{}` cannot be read: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A line is not the one that was written.
    #[error("line {line} of `{}` does not follow from the line before: the evidence was changed after it was recorded", path.display())]
    Chain {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
    },
    /// It was written by a newer Toets.
    #[error("`{}` has format {found}, this Toets reads format {FORMAT}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The format.
        found: u32,
    },
    /// A body is not the one that was written.
    #[error("`{}` is not the body that line {line} of the evidence names: its digest differs", path.display())]
    Blob {
        /// The file.
        path: PathBuf,
        /// Number of the line that names it, from 1.
        line: usize,
    },
}

/// Reads the evidence in the folder of a run, and holds every line and body
/// against its digest.
///
/// # Errors
/// With the line or file that is missing, unreadable or changed.
pub fn open(folder: &Path) -> Result<Opened, OpenError> {
    let path = folder.join(RECORDS);
    let mut left = LARGEST;
    let bytes = read(&path, &mut left)?;
    let mut reading = Reading { path: &path, previous: String::new(), start: None, records: Vec::new() };
    let mut torn = None;
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    for (index, line) in lines.iter().enumerate() {
        let last = index + 1 == lines.len();
        match reading.line(index, line) {
            _ if last && line.is_empty() => {}
            // A line without an end was being written when the run was killed.
            Err(OpenError::Line { .. }) if last => torn = Some(index + 1),
            read => read?,
        }
    }
    let Reading { start, records, .. } = reading;
    let start = start.ok_or_else(|| OpenError::NoStart { path: path.clone() })?;
    let blobs = blobs(folder, &records)?;
    Ok(Opened { evidence: Evidence { start, records, blobs }, torn })
}

struct Reading<'p> {
    path: &'p Path,
    previous: String,
    start: Option<Start>,
    records: Vec<Record>,
}

impl Reading<'_> {
    fn line(&mut self, index: usize, bytes: &[u8]) -> Result<(), OpenError> {
        let (path, number) = (self.path.to_owned(), index + 1);
        let unreadable = |problem: String| OpenError::Line { path: path.clone(), line: number, problem };
        let line: Line = serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
        if line.seq != index as u64 || line.previous != self.previous {
            return Err(OpenError::Chain { path, line: number });
        }
        match (index, line.start, line.record) {
            (0, Some(start), None) if start.format != FORMAT => return Err(OpenError::Format { path, found: start.format }),
            (0, Some(start), None) => self.start = Some(start),
            (1.., None, Some(record)) => self.records.push(record),
            _ => return Err(unreadable("it is neither the start of a run nor a record".to_owned())),
        }
        self.previous = sha256_hex(bytes);
        Ok(())
    }
}

fn blobs(folder: &Path, records: &[Record]) -> Result<BTreeMap<String, Arc<[u8]>>, OpenError> {
    let mut blobs = BTreeMap::new();
    let mut left = LARGEST;
    let mut seen = BTreeSet::new();
    for (index, record) in records.iter().enumerate() {
        let Some(digest) = kept(record).filter(|digest| seen.insert((*digest).clone())) else { continue };
        // The digest comes from a file: it is a name only when it is one of ours.
        let named = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        let path = folder.join(BLOBS).join(if named { digest } else { "unnamed" });
        let body = read(&path, &mut left)?;
        if sha256_hex(&body) != *digest {
            return Err(OpenError::Blob { path, line: index + 2 });
        }
        blobs.insert(digest.clone(), Arc::from(body));
    }
    Ok(blobs)
}

/// The digest of the bytes that a record has beside itself.
fn kept(record: &Record) -> Option<&String> {
    match record {
        Record::Exchange(exchange) => match &exchange.outcome {
            Outcome::Answered(received) => received.body.as_ref(),
            Outcome::Broken(_) => None,
        },
        Record::Attested(said) => said.exhibit.as_ref().map(|exhibit| &exhibit.digest),
        _ => None,
    }
}

fn read(path: &Path, left: &mut u64) -> Result<Vec<u8>, OpenError> {
    let unreadable = |source| OpenError::Read { path: path.to_owned(), source };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    *left = left.checked_sub(size).ok_or_else(|| OpenError::TooLarge { path: path.to_owned() })?;
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(size).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}
