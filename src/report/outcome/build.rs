//! Issues of the judge to what is shown of them: words in a language, places in
//! lines and columns, and nothing that must not be shown.

use std::borrow::Cow;
use std::ops::Range;

use super::place::{Place, Places, characters, excerpt, marked};
use super::view::{Counts, Excerpt, Judged, Shown, Verdict};
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Severity};
use crate::redact::Redactor;
use crate::text::Language;

/// Issues of one resource that are shown.
const MOST: usize = 1_000;
/// Characters of a value or sentence that are shown.
const LONGEST: usize = 400;
/// Bytes of a line that is redacted by itself.
const LINE: usize = 16 << 10;

/// Makes what is shown of judged resources.
#[derive(Debug, Clone, Copy)]
pub struct Builder<'b> {
    /// Language of the sentences.
    pub language: Language,
    /// Hides what must not be shown.
    pub redactor: &'b Redactor,
    /// Issues that are less than this are counted only.
    pub least: Severity,
}

/// Where a resource came from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'o> {
    /// The file as the user named it.
    pub file: &'o str,
    /// Its line, where every line is a resource.
    pub line: Option<usize>,
    /// The text of the resource.
    pub text: &'o [u8],
    /// The version of FHIR that it was judged by.
    pub fhir: &'static str,
}

impl Builder<'_> {
    /// A resource and its issues. `root` is not there when the text could not be read.
    #[must_use]
    pub fn judged(&self, origin: Origin<'_>, root: Option<Node<'_>>, issues: &[Issue]) -> Judged {
        let mut counts = Counts::default();
        issues.iter().for_each(|issue| counts.count(issue));
        let verdict = match counts {
            Counts { errors: 1.., .. } => Verdict::Invalid,
            Counts { cannot_tell: 1.., .. } => Verdict::CannotTell,
            _ => Verdict::Valid,
        };
        let wanted: Vec<&Issue> = issues.iter().filter(|issue| issue.severity >= self.least).collect();
        // Where there are too many, errors go before all else.
        let least = if wanted.len() > MOST && counts.errors >= MOST { Severity::Error } else { self.least };
        let shown: Vec<&Issue> = wanted.iter().copied().filter(|issue| issue.severity >= least).take(MOST).collect();
        let left_out = wanted.len() - shown.len();
        let mut source = Source::new(origin.text, self.redactor, shown.is_empty());
        Judged {
            file: self.safe(origin.file),
            line: origin.line,
            resource: root.map(|root| self.safe(&label(root))),
            fhir: Some(origin.fhir),
            verdict,
            issues: shown.iter().map(|issue| self.shown(issue, origin.line, &mut source)).collect(),
            left_out,
            counts,
        }
    }

    /// A file, folder or line that could not be read.
    #[must_use]
    pub fn unread(&self, file: &str, line: Option<usize>, why: &str) -> Judged {
        Judged::unread(self.safe(file), line, self.safe(why))
    }

    fn shown(&self, issue: &Issue, line: Option<usize>, source: &mut Source<'_>) -> Shown {
        let (start, end) = (issue.span.start as usize, issue.span.end as usize);
        let place = source.places.of(start);
        let mark = marked(source.text, place, end);
        Shown {
            code: issue.code,
            severity: issue.severity,
            path: self.safe(&issue.path),
            line: line.unwrap_or(1) - 1 + place.line,
            column: place.column,
            end_column: place.column + characters(source.text, &mark).max(1),
            profile: issue.profile.as_deref().map(|profile| self.safe(profile)),
            key: issue.key.as_deref().map(|key| self.safe(key)),
            what: self.safe(&issue.message(self.language)),
            mend: self.safe(&issue.mend(self.language)),
            expected: issue.detail("expected").map(|value| self.safe(value)),
            found: issue.detail("found").map(|value| self.safe(value)),
            excerpt: source.excerpt(place, &mark),
        }
    }

    /// A text that may be shown, of bounded length.
    fn safe(&self, text: &str) -> String {
        let text = self.redactor.text(text);
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// `Patient/pat1`
fn label(root: Node<'_>) -> String {
    match root.child_value("id") {
        Some(id) => format!("{}/{id}", root.type_name()),
        None => root.type_name().to_owned(),
    }
}

/// The text of a resource, as it is and as it may be shown.
struct Source<'s> {
    text: &'s [u8],
    /// Redacted, when every byte still stands where it stood.
    safe: Option<Cow<'s, [u8]>>,
    redactor: &'s Redactor,
    places: Places<'s>,
}

impl<'s> Source<'s> {
    fn new(text: &'s [u8], redactor: &'s Redactor, is_unused: bool) -> Self {
        let safe = if is_unused { None } else { Some(redactor.bytes(text)).filter(|safe| safe.len() == text.len()) };
        Self { text, safe, redactor, places: Places::new(text) }
    }

    /// The line, unless hiding something in it moved its parts.
    fn excerpt(&self, place: Place, mark: &Range<usize>) -> Option<Excerpt> {
        if let Some(safe) = &self.safe {
            return Some(excerpt(safe, place, mark));
        }
        let behind = self.text.get(place.line_start..)?;
        let length = behind.iter().take(LINE + 1).position(|byte| *byte == b'\n').unwrap_or(behind.len());
        let line = behind.get(..length).filter(|line| line.len() <= LINE)?;
        let safe = self.redactor.bytes(line);
        let moved = |at: usize| at - place.line_start;
        let place_in_line = Place { offset: moved(place.offset), line_start: 0, ..place };
        (safe.len() == line.len()).then(|| excerpt(&safe, place_in_line, &(moved(mark.start)..moved(mark.end))))
    }
}
