//! A mistake in somebody's file: where, what, and how to mend it. All of them
//! are collected and shown at once; drawing them is `cli`'s.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// One mistake in a file that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, as the user named it (`scenarios/provider/consent.yaml`).
    pub file: PathBuf,
    /// Bytes of the file that are wrong; empty range: the place where something lacks.
    pub start: usize,
    /// One past the last wrong byte.
    pub end: usize,
    /// Stable code, kebab-case, subject first: `key-unknown`.
    pub code: &'static str,
    /// What is wrong, lower case, no final period: "unknown key `exepct` in a step".
    pub message: String,
    /// How to mend it: "did you mean `expect`?".
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A mistake without a hint.
    #[must_use]
    pub fn new(file: &Path, range: Range<usize>, code: &'static str, message: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), start: range.start, end: range.end, code, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
