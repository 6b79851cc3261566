//! One judged resource as it is shown: a verdict, and issues with their place,
//! in one language. Nothing in it knows the text that it came from.

use std::ops::Range;

use crate::fhir::validate::{Code, Issue, Severity};

/// A resource with all that the judge said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The file as the user named it, `/` between folders; `-` for standard input.
    pub file: String,
    /// Its line, where every line of the file is a resource.
    pub line: Option<usize>,
    /// `Patient/pat1`, as far as it could be read.
    pub resource: Option<String>,
    /// The version of FHIR that it was judged by: `4.0.1`.
    pub fhir: Option<&'static str>,
    /// The verdict.
    pub verdict: Verdict,
    /// What is shown, in the order of the text.
    pub issues: Vec<Shown>,
    /// Issues that are counted and not shown, because there are too many.
    pub left_out: usize,
    /// All issues, also those that are not shown.
    pub counts: Counts,
}

/// What comes of judging a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing against a rule, and everything could be decided.
    Valid,
    /// Nothing against a rule, but something could not be decided.
    CannotTell,
    /// Something is against a rule.
    Invalid,
    /// The file could not be read, for this reason.
    Unread(String),
}

/// One issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What sort of thing.
    pub code: &'static Code,
    /// What it does to the verdict.
    pub severity: Severity,
    /// FHIRPath of the element; empty where there is none.
    pub path: String,
    /// Line of the file, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Column behind what is marked, on the same line.
    pub end_column: usize,
    /// Canonical of the profile whose rule it is.
    pub profile: Option<String>,
    /// Key of the invariant.
    pub key: Option<String>,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
    /// What was asked for.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
    /// The line, where it may be shown.
    pub excerpt: Option<Excerpt>,
}

/// Part of a line, with what it is about marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// One line, without control characters.
    pub text: String,
    /// Bytes of it that are marked.
    pub mark: Range<usize>,
}

/// How many issues of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Against a rule.
    pub errors: usize,
    /// Worth a look.
    pub warnings: usize,
    /// Not to be decided here.
    pub cannot_tell: usize,
    /// Good to know.
    pub information: usize,
    /// Of these: codes that could not be looked up, of bindings that are not required.
    pub open_codes: usize,
}

impl Counts {
    /// Counts one issue.
    pub(super) fn count(&mut self, issue: &Issue) {
        self.open_codes += usize::from(issue.is_open());
        match issue.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::CantTell => self.cannot_tell += 1,
            Severity::Information => self.information += 1,
        }
    }
}

/// All resources together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Resources that were judged.
    pub resources: usize,
    /// Of these: valid.
    pub valid: usize,
    /// Of these: could not be decided.
    pub cannot_tell: usize,
    /// Of these: against a rule.
    pub invalid: usize,
    /// Files and folders that could not be read.
    pub unread: usize,
    /// Issues of all resources.
    pub counts: Counts,
}

impl Totals {
    /// Counts one resource.
    pub fn add(&mut self, judged: &Judged) {
        match judged.verdict {
            Verdict::Unread(_) => {
                self.unread += 1;
                return;
            }
            Verdict::Valid => self.valid += 1,
            Verdict::CannotTell => self.cannot_tell += 1,
            Verdict::Invalid => self.invalid += 1,
        }
        self.resources += 1;
        self.counts.errors += judged.counts.errors;
        self.counts.warnings += judged.counts.warnings;
        self.counts.cannot_tell += judged.counts.cannot_tell;
        self.counts.information += judged.counts.information;
        self.counts.open_codes += judged.counts.open_codes;
    }
}

impl Judged {
    /// A file, folder or line that could not be read.
    #[must_use]
    pub fn unread(file: String, line: Option<usize>, why: String) -> Self {
        Self {
            file,
            line,
            resource: None,
            fhir: None,
            verdict: Verdict::Unread(why),
            issues: Vec::new(),
            left_out: 0,
            counts: Counts::default(),
        }
    }

    /// `bundle.ndjson:12`
    #[must_use]
    pub fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }
}
