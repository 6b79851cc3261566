//! Reading `sut.yaml`: text to tree, tree against the schema, then what it
//! means, with every mistake collected. What mistakes are drawn from has no
//! secret in it, though the file may.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{fs, io};

use serde_json::Value;

use super::check::{self, Names};
use super::vocabulary::{Secret, SystemUnderTest};
use super::{FILE, SCHEMA_FILE};
use crate::diagnostic::Diagnostic;
use crate::scenario::Suite;
use crate::shape::{self, schema_of};
use crate::yaml;

/// Everything that is wrong with a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistakes {
    /// The mistakes, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of the file to draw them in, secrets that stand in it covered.
    pub text: String,
}

/// The JSON Schema of `sut.yaml`.
#[must_use]
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(schema_of::<SystemUnderTest>)
}

/// Whether a file is a vendor's, by its name or its first line.
#[must_use]
pub fn is_vendors_file(path: &Path) -> bool {
    let first = || fs::read_to_string(path).ok().and_then(|text| text.lines().next().map(str::to_owned));
    path.is_file()
        && (path.file_name().is_some_and(|name| name == FILE) || first().is_some_and(|first| first.ends_with(SCHEMA_FILE)))
}

/// Reads the file and holds it against the suite: personas and requirements have to be there. Paths in what is given
/// are relative to the working directory.
///
/// # Errors
/// With everything that is wrong.
pub fn load(path: &Path, suite: &Suite) -> Result<SystemUnderTest, Mistakes> {
    let text = match bounded(path) {
        Ok(text) => text,
        Err(why) => {
            let message = format!("the file cannot be read: {why}");
            let diagnostic = Diagnostic::new(path, 0..0, "file-unreadable", message)
                .hint(format!("`toets init` writes `{FILE}`; another name is given with `--sut FILE`"));
            return Err(Mistakes { diagnostics: vec![diagnostic], text: String::new() });
        }
    };
    let reading = yaml::read(path, &text);
    let mut diagnostics = reading.diagnostics;
    let Some(root) = reading.root else { return Err(mistakes(diagnostics, &text, &[])) };
    let literals = check::literal_secrets(path, &root);
    let covered: Vec<Range<usize>> = literals.iter().map(|literal| literal.start..literal.end).collect();
    let wrong = shape::check(path, &root, schema());
    let kept = shape::without(&root, &wrong);
    // What is said of a literal secret is said once, and without the secret.
    diagnostics.extend(wrong.into_iter().filter(|problem| !covered.contains(&(problem.start..problem.end))));
    diagnostics.extend(literals);
    diagnostics.extend(check::parts(path, &root));
    if let Some(kept) = &kept {
        diagnostics.extend(check::check(path, kept, &Names::of(suite, &root)));
    }
    if !diagnostics.is_empty() {
        return Err(mistakes(diagnostics, &text, &covered));
    }
    let decoded = kept.map(|root| serde_json::from_value::<SystemUnderTest>(root.json()));
    match decoded {
        Some(Ok(sut)) => Ok(beside(sut, path)),
        Some(Err(error)) => {
            let message = format!("the file does not fit its kind: {error}");
            Err(mistakes(vec![Diagnostic::new(path, 0..0, "decode-failed", message)], &text, &[]))
        }
        None => Err(mistakes(vec![Diagnostic::new(path, 0..0, "file-empty", "the file holds nothing")], &text, &[])),
    }
}

fn mistakes(mut diagnostics: Vec<Diagnostic>, text: &str, covered: &[Range<usize>]) -> Mistakes {
    diagnostics.sort();
    diagnostics.dedup();
    let mut bytes = text.as_bytes().to_vec();
    for byte in covered.iter().cloned().flat_map(|range| range.start..range.end.min(text.len())) {
        if !matches!(bytes[byte], b'\n' | b'\r') {
            bytes[byte] = b'*';
        }
    }
    // Every byte of a covered letter was replaced, so that the rest is whole.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Mistakes { diagnostics, text }
}

/// Paths in a file are relative to the file.
fn beside(mut sut: SystemUnderTest, file: &Path) -> SystemUnderTest {
    let folder = file.parent().unwrap_or(Path::new(""));
    let place = |path: &mut PathBuf| *path = folder.join(&*path);
    sut.tls.authorities.iter_mut().for_each(place);
    sut.client.attest.iter_mut().for_each(place);
    sut.tls.client.iter_mut().for_each(|client| {
        place(&mut client.certificate);
        place(&mut client.key);
    });
    for secret in check::secrets_of(&mut sut) {
        if let Secret::File(path) = secret {
            place(path);
        }
    }
    sut
}

fn bounded(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if metadata.len() > yaml::MAX_BYTES as u64 {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("at most {} bytes are read", yaml::MAX_BYTES)));
    }
    fs::read_to_string(path)
}
