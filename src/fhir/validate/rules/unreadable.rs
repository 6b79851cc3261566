//! A text that is no resource: not JSON or XML, or of no type of FHIR.

use crate::fhir::node::Span;
use crate::fhir::reading::ReadError;
use crate::fhir::validate::{Issue, Severity, codes};

codes! {
    /// The text could not be read as a resource.
    UNREADABLE "resource-unreadable" "structure" None;
        en "the text is no resource: {found}", "mend the text at this place; everything behind it was not looked at";
        nl "de tekst is geen resource: {found}", "herstel de tekst op deze plaats; wat erna komt is niet bekeken";
}

/// The issue for a text that could not be read.
pub(crate) fn issue(error: &ReadError) -> Issue {
    let at = u32::try_from(error.offset).unwrap_or(u32::MAX);
    Issue {
        code: &UNREADABLE,
        severity: Severity::Error,
        path: String::new(),
        span: Span { start: at, end: at.saturating_add(1) },
        profile: None,
        key: None,
        details: vec![("found", error.message.clone())],
    }
}
