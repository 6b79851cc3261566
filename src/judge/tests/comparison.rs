//! Two answers beside each other.

use super::super::testing::{Bench, consent, searchset};
use super::super::{Code, Outcome, Reason};
use crate::plan::Action;

const CONTENT: &str = r#"{"same-as":{"step":"json","compare":"content"}}"#;

fn patient(more: &str) -> String {
    format!(r#"{{"resourceType":"Patient","id":"12",{more}"gender":"female"}}"#)
}

/// A read in JSON and the same in XML, compared.
fn formats(json: &str, xml: &str) -> Bench {
    let mut bench = Bench::new();
    bench.step("json").free().answer_to("Patient/12", 200, json);
    bench.step("xml").free().xml().expect("PZP-EX-005", CONTENT).answer_to("Patient/12", 200, xml);
    bench
}

fn xml(inner: &str) -> String {
    format!(r#"<Patient xmlns="http://hl7.org/fhir"><id value="12"/>{inner}<gender value="female"/></Patient>"#)
}

#[test]
fn content_is_the_same_in_both_formats() {
    let json = patient(r#""meta":{"lastUpdated":"2025-01-01T00:00:00Z"},"active":true,"#);
    let xml = xml(r#"<meta><versionId value="7"/></meta><active value="true"/>"#);
    assert_eq!(formats(&json, &xml).result(), (Outcome::Pass, vec![]));
}

#[test]
fn content_differs_by_element_with_both_values() {
    let json = patient(r#""active":true,"name":[{"family":"A"},{"family":"B"}],"#);
    let xml = xml(r#"<active value="false"/><name><family value="A"/></name>"#);
    let last = formats(&json, &xml).last();
    assert_eq!(last.findings.len(), 1);
    let finding = &last.findings[0];
    assert_eq!((finding.code, finding.subject.as_str()), (Code::ContentDiffers, "Patient/12"));
    assert_eq!(finding.expected, vec!["Patient.active: true", "Patient.name[1]: HumanName present"]);
    assert_eq!(finding.actual, vec!["Patient.active: false", "Patient.name[1]: absent"]);
}

#[test]
fn content_leaves_the_narrative_out() {
    let json = patient(r#""text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"},"#);
    assert_eq!(formats(&json, &xml("")).result(), (Outcome::Pass, vec![]));
}

#[test]
fn content_shows_ten_differences_at_most() {
    let many: Vec<_> = (0..20).map(|index| format!(r#"{{"family":"{index}"}}"#)).collect();
    let json = patient(&format!(r#""name":[{}],"#, many.join(",")));
    assert_eq!(formats(&json, &xml("")).last().findings[0].expected.len(), 10);
}

#[test]
fn content_of_an_answer_that_failed_is_untested() {
    let mut bench = Bench::new();
    bench.step("json").free().answer_to("Patient/12", 500, "");
    bench.step("xml").free().xml().expect("PZP-EX-005", CONTENT).answer_to("Patient/12", 200, &xml(""));
    assert_eq!(bench.last().outcome, Outcome::Untested);
}

#[test]
fn matches_of_a_search_that_failed_are_untested() {
    let mut bench = Bench::new();
    bench.step("first").expect("PZP-EX-010", r#"{"status":200}"#).answer(500, "");
    let check = r#"{"same-as":{"step":"first","compare":"matches"}}"#;
    bench.step("second").expect("PZP-EX-027", check).answer(200, &searchset(&[("match", &consent("a"))]));
    let last = bench.last();
    assert_eq!((last.outcome, last.reason), (Outcome::Untested, Some(Reason::BlockedBy(String::from("PZP-EX-010")))));
}

#[test]
fn disjoint_from_nothing_is_inapplicable() {
    let mut bench = Bench::new();
    bench.step("first").answer(200, &searchset(&[]));
    let found = searchset(&[("match", &consent("a"))]);
    bench.step("second").expect("PZP-QRY-005", r#"{"disjoint-from":"first"}"#).answer(200, &found);
    assert_eq!(bench.last().outcome, Outcome::Inapplicable);
}

#[test]
fn same_as_of_a_request_that_only_this_step_is_refused_is_a_finding() {
    let check = r#"{"same-as":{"step":"first","compare":"matches"}}"#;
    let mut bench = Bench::new();
    bench.step("first").expect("PZP-EX-010", r#"{"status":200}"#).answer(200, &searchset(&[("match", &consent("a"))]));
    bench.step("second").expect("PZP-EX-027", check).answer(400, "");
    assert_eq!(bench.result(), (Outcome::Fail, vec![Code::StatusUnexpected]));
}

#[test]
fn same_as_of_a_page_size_that_is_refused_is_inapplicable() {
    let check = r#"{"same-as":{"step":"first","compare":"matches"}}"#;
    let mut bench = Bench::new();
    bench.step("first").expect("PZP-EX-010", r#"{"status":200}"#).answer(200, &searchset(&[("match", &consent("a"))]));
    bench.step("second").expect("PZP-EX-026", check);
    if let Action::Send(template) = &mut bench.edit().action {
        template.parameters.push((String::from("_count"), String::from("2")));
    }
    bench.answer(400, "");
    assert_eq!(bench.result(), (Outcome::Inapplicable, vec![]));
}

#[test]
fn content_of_a_request_that_fails_in_xml_only_is_a_finding() {
    let outcome = r#"<OperationOutcome xmlns="http://hl7.org/fhir"><issue><severity value="error"/><code value="exception"/></issue></OperationOutcome>"#;
    let mut bench = Bench::new();
    bench.step("json").free().answer_to("Patient/12", 200, &patient(""));
    bench.step("xml").free().xml().expect("PZP-EX-005", CONTENT).answer_to("Patient/12", 500, outcome);
    assert_eq!(bench.result(), (Outcome::Fail, vec![Code::StatusUnexpected]));
}

#[test]
fn success_that_only_the_other_step_has_is_a_finding() {
    let check = r#"{"same-as":{"step":"json","compare":"success"}}"#;
    let cases = [(200, 200, Outcome::Pass, 0), (200, 404, Outcome::Fail, 1), (404, 404, Outcome::Untested, 0)];
    for (first, second, outcome, findings) in cases {
        let mut bench = Bench::new();
        bench.step("json").free().expect("PZP-EX-007", r#"{"status":200}"#).answer_to("Patient/12", first, &patient(""));
        bench.step("again").free().expect("PZP-EX-005", check).answer_to("Patient/12", second, &patient(""));
        let last = bench.last();
        assert_eq!((last.outcome, last.findings.len()), (outcome, findings), "{first} {second}");
    }
}
