//! A mistake in somebody's file: where, what, and how to mend it. All of them
//! are collected and shown at once; drawing them is `cli`'s.

use std::path::PathBuf;

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
