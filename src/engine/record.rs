//! Storing evidence while it comes in: `evidence.ndjson`, a line a record with
//! the hash of the line before, and bodies by digest in `blobs/`. Reading it
//! back is in `open`; redaction happened before it gets here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::open::{OpenError, open};
use crate::clock;
use crate::digest::sha256_hex;
use crate::evidence::{Evidence, Record, Start};

/// File of the records within the folder of a run.
pub const RECORDS: &str = "evidence.ndjson";

/// Folder of the bodies within the folder of a run.
pub const BLOBS: &str = "blobs";

/// A folder for a run that began at this time: named after it, with a number
/// behind it when another run began in the same second.
#[must_use]
pub fn run_folder(reports: &Path, at: &str) -> PathBuf {
    let name = clock::folder_name(at);
    let numbered = (2..=u32::MAX).map(|number| reports.join(format!("{name}-{number}")));
    std::iter::once(reports.join(&name)).chain(numbered).find(|folder| !folder.exists()).unwrap_or_else(|| reports.join(&name))
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Number of the line, from 0.
    pub(super) seq: u64,
    /// SHA-256 of the line before, without its end; empty on the first.
    pub(super) previous: String,
    /// On the first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<Start>,
    /// On all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) record: Option<Record>,
}

/// The evidence could not be stored. What was recorded stays usable in memory.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The folder could not be made.
    #[error("the folder `{}` for the evidence cannot be made: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder already holds the evidence of a run, which is never written over.
    #[error("`{}` already holds the evidence of a run; name another folder", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be written to its end.
    #[error("`{}` cannot be written: {source}; the evidence on disk is whole up to the record before", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Keeps evidence in memory and, when it has a folder, on disk. A disk that
/// fails ends the storing, not the run.
#[derive(Debug)]
pub struct Recorder {
    folder: Option<PathBuf>,
    file: Option<File>,
    lines: u64,
    /// Bytes that the file of records has when nobody but us has touched it.
    bytes: u64,
    previous: String,
    trouble: Option<RecordError>,
}

impl Recorder {
    /// Keeps evidence in memory only.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { folder: None, file: None, lines: 0, bytes: 0, previous: String::new(), trouble: None }
    }

    /// Stores evidence in this folder, which is made when it is not there.
    /// Never fails here: `trouble` tells what went wrong, now or later.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        let mut recorder = Self { folder: Some(folder.to_owned()), ..Self::in_memory() };
        match create(folder) {
            Ok(file) => recorder.file = Some(file),
            Err(trouble) => recorder.trouble = Some(trouble),
        }
        recorder
    }

    /// Goes on with what is stored in this folder: its whole lines stay as they are, a torn last one is cut off.
    ///
    /// # Errors
    /// When there is no evidence, or it is not as it was written.
    pub fn resume(folder: &Path) -> Result<(Self, Evidence), OpenError> {
        let opened = open(folder)?;
        let path = folder.join(RECORDS);
        let unreadable = |source| OpenError::Read { path: path.clone(), source };
        let text = fs::read(&path).map_err(unreadable)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let last = text[..whole.saturating_sub(1)].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let file = OpenOptions::new().append(true).open(&path).map_err(unreadable)?;
        file.set_len(whole as u64).map_err(unreadable)?;
        let lines = 1 + opened.evidence.records.len() as u64;
        let (bytes, previous) = (whole as u64, sha256_hex(last));
        let recorder = Self { folder: Some(folder.to_owned()), file: Some(file), lines, bytes, previous, trouble: None };
        Ok((recorder, opened.evidence))
    }

    /// Why the evidence is not, or not wholly, on disk.
    #[must_use]
    pub fn trouble(&self) -> Option<&RecordError> {
        self.trouble.as_ref()
    }

    /// Writes how the run began, and gives the evidence that all else is added to.
    pub(super) fn start(&mut self, start: Start) -> Evidence {
        self.write(Some(&start), None);
        Evidence { start, records: Vec::new(), blobs: std::collections::BTreeMap::new() }
    }

    /// Adds a record to the evidence, in memory and on disk.
    pub(super) fn add(&mut self, evidence: &mut Evidence, record: Record) {
        self.write(None, Some(&record));
        evidence.records.push(record);
    }

    /// Keeps a body and gives its digest; nothing for an empty one.
    pub(super) fn keep(&mut self, evidence: &mut Evidence, body: &[u8]) -> Option<String> {
        if body.is_empty() {
            return None;
        }
        let digest = sha256_hex(body);
        let is_new = !evidence.blobs.contains_key(&digest);
        self.write_blob(&digest, body, is_new);
        if is_new {
            evidence.blobs.insert(digest.clone(), Arc::from(body));
        }
        Some(digest)
    }

    /// Hands everything to the disk and tells what went wrong on the way.
    pub(super) fn finish(mut self) -> Result<(), RecordError> {
        if let (Some(file), Some(folder)) = (&self.file, &self.folder)
            && let Err(source) = file.sync_all()
        {
            self.trouble = Some(RecordError::Write { path: folder.join(RECORDS), source });
        }
        self.trouble.map_or(Ok(()), Err)
    }

    fn write(&mut self, start: Option<&Start>, record: Option<&Record>) {
        let (Some(file), Some(folder)) = (&mut self.file, &self.folder) else { return };
        let path = folder.join(RECORDS);
        let written = render(self.lines, &self.previous, start, record).and_then(|mut line| {
            self.previous = sha256_hex(&line);
            line.push(b'\n');
            self.bytes += line.len() as u64;
            // One call a record: a run that is killed leaves whole lines and at most one torn.
            file.write_all(&line)?;
            is_there(&path, self.bytes)
        });
        match written {
            Ok(()) => self.lines += 1,
            Err(source) => self.stop(RecordError::Write { path, source }),
        }
    }

    /// Writes a body, or looks whether one that was written before is still there.
    fn write_blob(&mut self, digest: &str, body: &[u8], is_new: bool) {
        let (Some(_), Some(folder)) = (&self.file, &self.folder) else { return };
        let path = folder.join(BLOBS).join(digest);
        let written = if is_new { fs::write(&path, body) } else { is_there(&path, body.len() as u64) };
        if let Err(source) = written {
            self.stop(RecordError::Write { path, source });
        }
    }

    fn stop(&mut self, trouble: RecordError) {
        self.file = None;
        self.trouble = Some(trouble);
    }
}

/// A file that was taken away while it is open takes every byte and keeps none: it has to stand under its name, whole.
fn is_there(path: &Path, bytes: u64) -> io::Result<()> {
    match fs::metadata(path)?.len() {
        length if length == bytes => Ok(()),
        length => Err(io::Error::other(format!("it has {length} bytes where {bytes} were written"))),
    }
}

fn create(folder: &Path) -> Result<File, RecordError> {
    let blobs = folder.join(BLOBS);
    fs::create_dir_all(&blobs).map_err(|source| RecordError::Folder { path: folder.to_owned(), source })?;
    let path = folder.join(RECORDS);
    OpenOptions::new().write(true).create_new(true).open(&path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => RecordError::Occupied { path: folder.to_owned() },
        _ => RecordError::Write { path, source },
    })
}

fn render(seq: u64, previous: &str, start: Option<&Start>, record: Option<&Record>) -> io::Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Written<'l> {
        seq: u64,
        previous: &'l str,
        #[serde(skip_serializing_if = "Option::is_none")]
        start: Option<&'l Start>,
        #[serde(skip_serializing_if = "Option::is_none")]
        record: Option<&'l Record>,
    }
    serde_json::to_vec(&Written { seq, previous, start, record }).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreements::{Actor, Dialect};
    use crate::evidence::{Omitted, OmittedReason};
    use crate::plan::{Claims, Limits, Plan, SuiteId, Target, TargetAuth};

    fn start() -> Start {
        let limits = Limits::default();
        let target = Target { limits, ..Target::new("http://localhost".to_owned(), TargetAuth::None) };
        let plan = Plan {
            claims: Claims { product: None, actor: Actor::Provider, dialect: Dialect::R4Rc2, groups: Vec::new() },
            suite: SuiteId { version: "0".to_owned(), digest: String::new() },
            target,
            personas: Vec::new(),
            scenarios: Vec::new(),
            unclaimed: std::collections::BTreeSet::new(),
            selection: None,
            known: Vec::new(),
            not_entered: Vec::new(),
            shard: None,
        };
        let at = "2026-11-25T14:03:22.000Z".to_owned();
        Start { format: 1, toets: "0".to_owned(), at, seed: String::new(), tempo: 0.01, definitions: Vec::new(), plan }
    }

    fn record(step: &str) -> Record {
        Record::Omitted(Omitted { scenario: "s".to_owned(), step: step.to_owned(), reason: OmittedReason::Unreachable })
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("toets-record-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn disk_that_fails_in_the_middle_ends_the_storing_and_not_the_run() {
        let folder = folder("full");
        let mut recorder = Recorder::in_folder(&folder);
        let mut evidence = recorder.start(start());
        recorder.add(&mut evidence, record("one"));
        // A file that is open for reading refuses every byte, as a full disk does.
        recorder.file = Some(File::open(folder.join(RECORDS)).expect("it is there"));
        recorder.add(&mut evidence, record("two"));
        recorder.add(&mut evidence, record("three"));
        assert!(matches!(recorder.trouble(), Some(RecordError::Write { .. })));
        assert!(recorder.finish().is_err());
        let opened = super::super::open(&folder).expect("it is whole up to the record before");
        assert_eq!((evidence.records.len(), opened.evidence.records.len()), (3, 1));
        let _ = fs::remove_dir_all(&folder);
    }

    #[test]
    fn folder_that_goes_away_is_noticed_at_the_next_record_and_at_the_next_body_that_is_known() {
        for gone in [BLOBS, RECORDS] {
            let folder = folder(&format!("gone-{gone}"));
            let mut recorder = Recorder::in_folder(&folder);
            let mut evidence = recorder.start(start());
            recorder.keep(&mut evidence, b"a body");
            recorder.add(&mut evidence, record("one"));
            assert!(recorder.trouble().is_none());
            let path = folder.join(gone);
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.expect("it is there");
            recorder.keep(&mut evidence, b"a body");
            recorder.add(&mut evidence, record("two"));
            assert!(matches!(recorder.trouble(), Some(RecordError::Write { .. })), "{gone}");
            let _ = fs::remove_dir_all(&folder);
        }
    }

    #[test]
    fn folder_of_another_run_is_never_written_over() {
        let folder = folder("occupied");
        let mut recorder = Recorder::in_folder(&folder);
        let _ = recorder.start(start());
        assert!(matches!(Recorder::in_folder(&folder).trouble(), Some(RecordError::Occupied { .. })));
        let _ = fs::remove_dir_all(&folder);
    }

    #[test]
    fn resume_cuts_a_torn_line_and_goes_on_with_the_chain() {
        let folder = folder("resume");
        let mut recorder = Recorder::in_folder(&folder);
        let mut evidence = recorder.start(start());
        recorder.add(&mut evidence, record("one"));
        recorder.finish().expect("it is on disk");
        let mut file = OpenOptions::new().append(true).open(folder.join(RECORDS)).expect("it is there");
        file.write_all(b"{\"seq\":2,\"prev").expect("a torn line");
        let (mut recorder, mut evidence) = Recorder::resume(&folder).expect("it can be gone on with");
        assert_eq!(evidence.records.len(), 1);
        recorder.add(&mut evidence, record("two"));
        recorder.finish().expect("it is on disk");
        let opened = super::super::open(&folder).expect("the chain holds");
        assert_eq!((opened.evidence.records.len(), opened.torn), (2, None));
        let _ = fs::remove_dir_all(&folder);
    }

    #[test]
    fn run_folder_counts_runs_of_the_same_second() {
        let reports = folder("reports");
        let first = run_folder(&reports, "2026-11-25T14:03:22.125Z");
        fs::create_dir_all(&first).expect("it can be made");
        assert!(first.ends_with("2026-11-25T14-03-22Z"));
        assert!(run_folder(&reports, "2026-11-25T14:03:22.999Z").ends_with("2026-11-25T14-03-22Z-2"));
        let _ = fs::remove_dir_all(&reports);
    }
}
