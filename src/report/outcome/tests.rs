//! What is made of judged resources, without a file or a terminal.

use std::path::Path;

use super::{Builder, Judged, Origin, Totals, Verdict, json, sarif};
use crate::fhir::node::Span;
use crate::fhir::validate::{Issue, Severity, all_codes};
use crate::redact::Redactor;
use crate::text::Language;

const TEXT: &[u8] = b"{\n  \"resourceType\": \"Patient\"\n}\n";

fn issue(severity: Severity, at: u32) -> Issue {
    let code = all_codes().next().expect("there are codes");
    let span = Span { start: at, end: at + 4 };
    let details = vec![("found", "123456782".to_owned())];
    Issue { code, severity, path: format!("Patient.x[{at}]"), span, profile: None, key: None, details }
}

fn judged(issues: &[Issue], least: Severity) -> Judged {
    let redactor = Redactor::masking([]);
    let builder = Builder { language: Language::En, redactor: &redactor, least };
    builder.judged(Origin { file: "a.json", line: None, text: TEXT, fhir: "4.0.1" }, None, issues)
}

#[test]
fn verdict_and_counts_are_of_all_issues_and_not_of_those_shown() {
    let issues = [issue(Severity::Warning, 0), issue(Severity::CantTell, 4)];
    let judged = judged(&issues, Severity::Error);
    assert_eq!((judged.verdict, judged.issues.len()), (Verdict::CannotTell, 0));
    assert_eq!((judged.counts.warnings, judged.counts.cannot_tell), (1, 1));
}

#[test]
fn of_too_many_issues_errors_are_shown_before_all_else() {
    let mut issues: Vec<Issue> = (0..2_000).map(|_| issue(Severity::Warning, 0)).collect();
    issues.extend((0..1_001).map(|_| issue(Severity::Error, 4)));
    let judged = judged(&issues, Severity::Information);
    assert!(judged.issues.len() == 1_000 && judged.issues.iter().all(|issue| issue.severity == Severity::Error));
    assert_eq!(judged.left_out, 2_001);
    assert!(json::outcome(&judged, &[]).to_string().contains("2001 more issues"));
    let told = sarif::notification(&judged, Path::new("/")).expect("what is left out is told");
    assert_eq!(told["level"], "note");
}

#[test]
fn what_cannot_be_decided_has_a_code_of_its_own_in_an_outcome() {
    let judged = judged(&[issue(Severity::CantTell, 4)], Severity::Information);
    let outcome = json::outcome(&judged, &[]);
    assert_eq!(outcome["issue"][0]["severity"], "information");
    assert_eq!(outcome["issue"][0]["code"], "not-supported");
    assert_eq!(outcome["issue"][0]["location"][0], "Line[2] Col[3]");
    assert!(!outcome.to_string().contains("123456782") && outcome.to_string().contains("found: bsnhidden"));
}

#[test]
fn an_outcome_has_an_issue_also_when_there_is_none() {
    let outcome = json::outcome(&judged(&[], Severity::Information), &[]);
    assert_eq!(outcome["issue"][0]["code"], "informational");
    let unread = Judged::unread("b.json".to_owned(), Some(3), "gone".to_owned());
    assert_eq!(json::outcome(&unread, &[])["issue"][0]["severity"], "fatal");
    let mut totals = Totals::default();
    totals.add(&unread);
    assert_eq!((totals.unread, totals.resources), (1, 0));
}

#[test]
fn a_span_behind_the_text_has_a_place_at_its_end() {
    let judged = judged(&[issue(Severity::Error, 4_000)], Severity::Information);
    assert_eq!((judged.issues[0].line, judged.issues[0].column), (4, 1));
}
