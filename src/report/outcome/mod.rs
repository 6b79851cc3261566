//! What the judge said of resources, for people and machines: a view made once
//! of each resource, redacted, and one pure function a format over it. Drawing
//! on a terminal is `cli`'s.

mod build;
pub mod json;
pub mod junit;
mod place;
pub mod sarif;
#[cfg(test)]
mod tests;
mod used;
mod view;

pub use build::{Builder, Origin};
pub use used::Used;
pub use view::{Counts, Excerpt, Judged, Shown, Totals, Verdict};

use crate::fhir::validate::Severity;
use crate::text::Language;

/// A severity in a language.
#[must_use]
pub fn word(severity: Severity, language: Language) -> &'static str {
    match (severity, language) {
        (Severity::Error, Language::En) => "error",
        (Severity::Error, Language::Nl) => "fout",
        (Severity::CantTell, Language::En) => "cannot tell",
        (Severity::CantTell, Language::Nl) => "niet te zeggen",
        (Severity::Warning, Language::En) => "warning",
        (Severity::Warning, Language::Nl) => "waarschuwing",
        (Severity::Information, Language::En) => "information",
        (Severity::Information, Language::Nl) => "ter informatie",
    }
}
