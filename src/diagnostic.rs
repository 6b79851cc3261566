//! A mistake in somebody's file: where, what, and how to mend it. All of them
//! are collected and shown at once; drawing them is `cli`'s.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// Every code with what it stands for. Codes are never used for anything else.
pub const CODES: &[(&str, &str)] = &[
    ("answer-missing", "an exchange is asked in a version for which its answer is not described"),
    ("axis-unused", "an axis is declared and no step uses it"),
    ("bsn-wrong", "a BSN of a persona fails the eleven-test"),
    ("canonical-unknown", "a canonical that no version of the agreement publishes under"),
    ("capture-name", "a capture has a name that cannot be used or means something already"),
    ("capture-undefined", "a capture is used before, or without, being made"),
    ("capture-unused", "a capture is made and never used"),
    ("change-unseen", "a change names an exchange of which the request stayed the same"),
    ("check-misplaced", "an expectation that cannot be judged of who is asked or asks here"),
    ("concept-unknown", "no concept of the dataset has this id, or none that stands before it"),
    ("decode-failed", "a file has the right shape and still no meaning: a defect of Toets"),
    ("dialect-held", "the current version says that it is not held to something"),
    ("dialect-order", "a version follows one that is not before it"),
    ("element-unknown", "a profile is about a type that has no such element"),
    ("exchange-unknown", "no exchange has this name"),
    ("exchange-unlisted", "a persona does not say what an exchange returns"),
    ("expectation-unknown", "a fault kills an expectation that is not there"),
    ("fhirpath-syntax", "an expression does not parse"),
    ("fhirpath-type", "an expression names an element that its type does not have"),
    ("file-empty", "a file holds nothing"),
    ("file-kind", "nothing says what kind of file it is"),
    ("file-unreadable", "a file or folder cannot be read"),
    ("finding-unknown", "no finding has this code"),
    ("group-unknown", "the catalogue has no such group"),
    ("id-duplicate", "two things have the same name"),
    ("key-choice", "not exactly one of several keys is there"),
    ("key-duplicate", "a key is there twice"),
    ("key-kind", "a key is not one word"),
    ("key-misplaced", "a key means nothing for what the step asks"),
    ("key-missing", "a key has to be there and is not"),
    ("key-unclaimed", "a key is about a part that the product does not claim to play"),
    ("key-unknown", "the vocabulary has no such key"),
    ("noise-broad", "an entry of the list of noise takes away what it was not written for"),
    ("parameter-unknown", "a resource has no such search parameter in this version of FHIR"),
    ("persona-missing", "a patient is needed and the scenario has no persona"),
    ("persona-unknown", "no persona has this name"),
    ("placeholder-misplaced", "a placeholder stands where it is not filled in"),
    ("placeholder-unknown", "a placeholder names nothing"),
    ("predicate-misplaced", "a predicate cannot be judged in this step"),
    ("profile-unknown", "the agreement has no profile with this name"),
    ("requirement-actor", "a requirement is about another actor than the scenario"),
    ("requirement-unknown", "the catalogue has no such requirement"),
    ("resource-unknown", "no resource has this id"),
    ("resource-unlisted", "a resource is in no list of its persona"),
    ("resource-unreadable", "a file is no resource in JSON"),
    ("run-misplaced", "a predicate over the run in a step, or another over the run"),
    ("schema-line", "the first line does not name the schema"),
    ("secret-literal", "a secret stands in the vendor's file as it is"),
    ("step-unknown", "no earlier step has this name"),
    ("string-unquoted", "a number or boolean where text belongs"),
    ("subject-unknown", "the dataset has no such subject"),
    ("type-unknown", "FHIR has no such resource type, or it is another one"),
    ("value-kind", "a list, text, number or mapping where another belongs"),
    ("value-missing", "a key without a value"),
    ("value-pattern", "a text has not the form that it needs"),
    ("value-range", "a number that is too small or too large"),
    ("value-unknown", "a word that is not one of those that may stand here"),
    ("yaml-alias", "an anchor or alias"),
    ("yaml-depth", "nesting that is too deep"),
    ("yaml-documents", "a second document in one file"),
    ("yaml-size", "a file that is too long or has too many values"),
    ("yaml-syntax", "a file that is not YAML"),
    ("yaml-tab", "a tab"),
    ("yaml-tag", "a tag"),
];

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
        debug_assert!(CODES.iter().any(|(known, _)| *known == code), "`{code}` is not in CODES");
        Self { file: file.to_path_buf(), start: range.start, end: range.end, code, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
