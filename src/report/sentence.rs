//! The one place where the sentences of findings are taken from the judge.

use super::words::both;
use crate::judge::{Code, Finding};
use crate::text::Text;

/// A code as it is written: `status-unexpected`.
#[must_use]
pub(super) fn code_name(code: Code) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{code:?}"),
    }
}

/// A finding as a sentence.
#[must_use]
pub(super) fn sentence(finding: &Finding) -> Text {
    let name = code_name(finding.code).replace('-', " ");
    let subject = if finding.subject.is_empty() { String::new() } else { format!(": {}", finding.subject) };
    both(format!("{name}{subject}"), format!("{name}{subject}"))
}

/// How to mend it, where the judge knows.
#[must_use]
pub(super) fn hint(_finding: &Finding) -> Option<Text> {
    None
}
