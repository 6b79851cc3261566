//! The one place where the sentences of findings are taken from the judge.

use super::view::Issue;
use super::words::both;
use crate::judge::{Code, Finding};
use crate::text::{Language, Text};

/// A finding as a sentence.
#[must_use]
pub(super) fn sentence(finding: &Finding) -> Text {
    Text::of(|language| finding.title(language))
}

/// What the judge of profiles says beside the sentence.
#[must_use]
pub(super) fn issue(issue: &crate::judge::Issue) -> Issue {
    Issue {
        message_id: issue.message_id.clone(),
        profile: issue.profile.clone(),
        invariant: issue.key.clone(),
        count: issue.count,
        also: issue.also.clone(),
    }
}

/// How to mend it, where the judge knows. What an expression asks is said by the
/// title of its expectation, where it has one.
#[must_use]
pub(super) fn hint(finding: &Finding, title: Option<&Text>) -> Option<Text> {
    if let (Code::ExpressionFalse | Code::ExpressionTrue | Code::ExpressionUndetermined, Some(title)) = (finding.code, title) {
        return Some(both(format!("asked: {}", title.en), format!("gevraagd: {}", title.nl)));
    }
    let hint = both(finding.hint(Language::En), finding.hint(Language::Nl));
    (!hint.en.is_empty()).then_some(hint)
}
