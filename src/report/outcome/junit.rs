//! Judged resources as JUnit: a case per resource. The writing is
//! `report::junit`'s.

use std::fmt::Write as _;

use super::Used;
use super::view::{Judged, Shown, Verdict};
use crate::fhir::validate::Severity;
use crate::report::junit::{Case, CaseOutcome, cases};
use crate::text::Language;

/// Issues written out in one case.
const ISSUES: usize = 20;

/// The case of a resource: all that is kept of it until the file is written.
#[must_use]
pub fn case(judged: &Judged, language: Language) -> Case {
    let name = match &judged.resource {
        Some(resource) => format!("{} {resource}", judged.place()),
        None => judged.place(),
    };
    let first = |least: Severity| judged.issues.iter().find(|issue| issue.severity >= least);
    let outcome = match &judged.verdict {
        Verdict::Valid => CaseOutcome::Success,
        Verdict::Unread(why) => CaseOutcome::Error { kind: "unreadable".to_owned(), message: why.clone() },
        Verdict::CannotTell => CaseOutcome::Skipped {
            kind: "cannot-tell".to_owned(),
            message: first(Severity::CantTell).map(|issue| issue.what.clone()).unwrap_or_default(),
        },
        Verdict::Invalid => {
            let first = first(Severity::Error);
            CaseOutcome::Failure {
                kind: first.map_or("invalid", |issue| issue.code.name).to_owned(),
                message: first.map(|issue| issue.what.clone()).unwrap_or_default(),
            }
        }
    };
    let text = (!judged.issues.is_empty()).then(|| issues(judged, language));
    Case { name, class: judged.file.clone(), outcome, text }
}

/// The whole file; `at` is when it was made, RFC 3339 in UTC. What was judged by
/// is what the suite says: the writer has no properties.
#[must_use]
pub fn junit(all: &[Case], at: &str, used: &[Used]) -> String {
    cases("toets validate", all, (at, &Used::lines(used)))
}

fn issues(judged: &Judged, language: Language) -> String {
    let mut text = String::new();
    let mut sorted: Vec<&Shown> = judged.issues.iter().collect();
    sorted.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
    for issue in sorted.iter().take(ISSUES) {
        let severity = super::word(issue.severity, language);
        let path = if issue.path.is_empty() { String::new() } else { format!(" {}", issue.path) };
        let _ = writeln!(text, "{}:{}:{}{path}", judged.file, issue.line, issue.column);
        let _ = writeln!(text, "  {severity}: {} [{}]", issue.what, issue.code.name);
        let _ = writeln!(text, "  {}", issue.mend);
    }
    let left = judged.issues.len().saturating_sub(ISSUES) + judged.left_out;
    if left > 0 {
        let _ = writeln!(text, "… {left} {}", if language == Language::En { "more" } else { "meer" });
    }
    text
}
