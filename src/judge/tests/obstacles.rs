//! What stands in the way of a check makes it untested, and only the check
//! that is about it red.

use super::super::testing::{BASE, Bench, bundle, consent, searchset};
use super::super::{Code, Outcome, Reason};
use crate::evidence::{BrokenKind, OmittedReason};
use crate::plan::{Action, TargetAuth};
use crate::scenario::Pages;

const EACH: &str = r#"{"each":{"of":"matches","fhirpath":"status = 'active'"}}"#;
const OUTCOME: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid"}]}"#;

fn blocked(by: &str) -> (Outcome, Option<Reason>) {
    (Outcome::Untested, Some(Reason::BlockedBy(by.to_owned())))
}

fn ended(bench: &Bench) -> (Outcome, Option<Reason>) {
    let last = bench.last();
    (last.outcome, last.reason)
}

/// A step that expects 200 (PZP-EX-011) and then this.
fn step(check: &str) -> Bench {
    let mut bench = Bench::new();
    bench.step("step").expect("PZP-EX-011", r#"{"status":200}"#).expect("PZP-QRY-001", check);
    bench
}

#[test]
fn each_over_nothing_is_inapplicable() {
    let mut bench = step(EACH);
    bench.answer(200, &searchset(&[]));
    assert_eq!(ended(&bench), (Outcome::Inapplicable, Some(Reason::NothingToJudge)));
}

#[test]
fn each_of_one_bad_among_good_fails() {
    let mut bench = step(EACH);
    let bad = consent("b").replace("active", "inactive");
    bench.answer(200, &searchset(&[("match", &consent("a")), ("match", &bad)]));
    let last = bench.last();
    assert_eq!(last.outcome, Outcome::Fail);
    assert_eq!(last.findings.len(), 1);
    assert_eq!(last.findings[0].place.path.as_deref(), Some("Bundle.entry[1].resource"));
    assert_eq!(last.findings[0].subject, "Consent/b");
}

#[test]
fn body_check_of_another_status_is_blocked_by_the_status_requirement() {
    let mut bench = step(EACH);
    bench.answer(500, OUTCOME);
    assert_eq!(ended(&bench), blocked("PZP-EX-011"));
    assert_eq!(bench.judge().expectations[0].outcome, Outcome::Fail);
}

#[test]
fn body_check_of_a_page_of_html_is_blocked_by_the_format() {
    let mut bench = step(EACH);
    bench.answer(200, "<html></html>");
    assert_eq!(ended(&bench), blocked("PZP-EX-004"));
}

#[test]
fn bundle_check_of_another_resource_is_blocked_by_the_searchset() {
    let mut bench = step(r#"{"answer":"total"}"#);
    bench.answer(200, OUTCOME);
    assert_eq!(ended(&bench), blocked("PZP-EX-010"));
}

#[test]
fn check_after_a_cut_connection_is_untested_and_status_fails() {
    let mut bench = step(EACH);
    bench.breaks(BrokenKind::Cut);
    assert_eq!(ended(&bench), (Outcome::Untested, Some(Reason::TransportBroken(String::from("it broke")))));
    let status = &bench.judge().expectations[0];
    assert_eq!((status.outcome, status.findings[0].code), (Outcome::Fail, Code::AnswerMissing));
}

#[test]
fn nothing_fails_when_nobody_listens() {
    let mut bench = step(EACH);
    bench.breaks(BrokenKind::Connect);
    for expectation in bench.judge().expectations {
        assert_eq!((expectation.outcome, expectation.reason), (Outcome::Untested, Some(Reason::Unreachable)));
    }
}

#[test]
fn omitted_step_is_untested_with_its_reason() {
    let reasons = [
        (OmittedReason::Capture(String::from("c")), Reason::CaptureMissing(String::from("c"))),
        (OmittedReason::Persona(String::from("tom")), Reason::PersonaNotFound(String::from("tom"))),
        (OmittedReason::Unreachable, Reason::Unreachable),
        (OmittedReason::Stopped, Reason::Stopped),
    ];
    for (omitted, reason) in reasons {
        let mut bench = step(EACH);
        bench.omit(omitted);
        for expectation in bench.judge().expectations {
            assert_eq!((expectation.outcome, expectation.reason), (Outcome::Untested, Some(reason.clone())));
        }
    }
}

#[test]
fn step_with_nothing_to_follow_is_inapplicable() {
    let mut bench = step(EACH);
    bench.omit(OmittedReason::NothingToFollow);
    assert_eq!(ended(&bench), (Outcome::Inapplicable, Some(Reason::NothingToJudge)));
}

#[test]
fn step_that_the_run_never_came_to_is_untested() {
    assert_eq!(ended(&step(EACH)), (Outcome::Untested, Some(Reason::Stopped)));
}

#[test]
fn step_that_was_stopped_halfway_keeps_what_it_found() {
    let mut bench = step(r#"{"status":404}"#);
    bench.answer(200, &searchset(&[])).omit(OmittedReason::Stopped);
    assert_eq!(bench.result(), (Outcome::Fail, vec![Code::StatusUnexpected]));
}

#[test]
fn answer_without_xml_is_one_finding() {
    for (status, body) in [(200, searchset(&[])), (406, String::new()), (200, String::from("<html/>"))] {
        let mut bench = Bench::new();
        bench.step("step").xml().expect("PZP-EX-005", r#"{"answer":"media-type"}"#);
        bench.expect("PZP-EX-011", r#"{"status":200}"#).expect("PZP-QRY-001", EACH).answer(status, &body);
        let outcomes: Vec<_> = bench.judge().expectations.into_iter().map(|expectation| expectation.outcome).collect();
        assert_eq!(outcomes, vec![Outcome::Fail, Outcome::Untested, Outcome::Untested], "{status}");
        assert_eq!(ended(&bench), blocked("PZP-EX-005"));
    }
}

#[test]
fn clean_refusal_of_an_optional_search_is_judged_by_its_own_requirement() {
    let optional = r#"{"exchange":"chained","title":{"en":"x","nl":"x"},"group":"individual-resources","source":"x",
        "optional":"PZP-QRY-029","request":{},"answer":{}}"#;
    for (status, outcome) in
        [(400, Outcome::Inapplicable), (501, Outcome::Inapplicable), (404, Outcome::Fail), (500, Outcome::Fail)]
    {
        let mut bench = Bench::new();
        bench.exchange(optional).step("step").edit().exchange = Some(String::from("chained"));
        bench.expect("PZP-QRY-029", r#"{"status":200}"#).expect("PZP-EX-011", r#"{"status":200}"#).answer(status, OUTCOME);
        let outcomes: Vec<_> = bench.judge().expectations.into_iter().map(|expectation| expectation.outcome).collect();
        assert_eq!(outcomes, vec![Outcome::Fail, outcome], "{status}");
        if outcome == Outcome::Inapplicable {
            assert!(matches!(ended(&bench).1, Some(Reason::OtherStatus(_, told)) if told == status), "{status}");
        }
    }
}

#[test]
fn authentication_without_credentials_is_untested() {
    let mut bench = Bench::new();
    bench.step("step").expect("PZP-EX-012", r#"{"status":401}"#).answer(200, "{}");
    bench.plan.target.auth = TargetAuth::None;
    assert_eq!(ended(&bench), (Outcome::Untested, Some(Reason::NoAuthentication)));
    let requirement = bench.judge().requirements.pop().expect("one row");
    assert_eq!((requirement.outcome, requirement.reason), (Outcome::Untested, Some(Reason::NoAuthentication)));
}

/// A first page with a next link.
fn first_page(check: &str, next: &str) -> Bench {
    let mut bench = step(check);
    let more = format!(r#""total":2,"link":[{{"relation":"next","url":"{next}"}}],"#);
    bench.answer(200, &bundle(&more, &[("match", &consent("a"))]));
    bench
}

#[test]
fn total_over_pages_that_fail_is_blocked_by_the_pages() {
    let next = format!("{BASE}?page=2");
    let mut bench = first_page(r#"{"answer":"total"}"#, &next);
    bench.page(&next, 500, OUTCOME);
    assert_eq!(ended(&bench), blocked("PZP-EX-026"));
}

#[test]
fn total_over_pages_that_were_not_asked_cannot_be_told() {
    let mut bench = first_page(r#"{"answer":"total"}"#, "http://here/fhir?page=2");
    bench.edit().pages = Pages::First;
    assert_eq!(bench.last().outcome, Outcome::CantTell);
}

#[test]
fn total_that_is_too_small_fails_even_when_pages_lack() {
    let mut bench = step(r#"{"answer":"total"}"#);
    let more = r#""total":0,"link":[{"relation":"next","url":"http://here/fhir?page=2"}],"#;
    bench.answer(200, &bundle(more, &[("match", &consent("a"))]));
    assert_eq!(bench.result(), (Outcome::Fail, vec![Code::TotalWrong]));
}

#[test]
fn pages_that_lead_to_another_server_are_unavailable() {
    let bench = first_page(r#"{"answer":"pages"}"#, "http://there/fhir?page=2");
    assert_eq!(bench.result(), (Outcome::Fail, vec![Code::PageUnavailable]));
}

#[test]
fn pages_that_come_back_are_a_loop_and_nothing_else() {
    let (next, body) = (format!("{BASE}?page=2"), searchset(&[("match", &consent("b"))]));
    let mut bench = first_page(r#"{"answer":"pages"}"#, &next);
    bench.page(&next, 200, &body.replace("\"type\"", &format!(r#""link":[{{"relation":"next","url":"{next}"}}],"type""#)));
    bench.page(&next, 200, &body);
    assert_eq!(bench.result(), (Outcome::Fail, vec![Code::PageLoop]));
}

#[test]
fn pages_of_an_answer_that_is_whole_are_inapplicable() {
    let mut bench = step(r#"{"answer":"pages"}"#);
    bench.answer(200, &searchset(&[("match", &consent("a"))]));
    assert_eq!(bench.last().outcome, Outcome::Inapplicable);
}

#[test]
fn expression_that_we_cannot_evaluate_cannot_be_told() {
    let mut bench = step(r#"{"each":{"of":"matches","fhirpath":"status.memberOf('http://x')"}}"#);
    bench.answer(200, &searchset(&[("match", &consent("a"))]));
    let last = bench.last();
    assert_eq!(last.outcome, Outcome::CantTell);
    assert!(matches!(last.reason, Some(Reason::KnowledgeLacking(_))), "{:?}", last.reason);
}

#[test]
fn expression_with_a_capture_that_was_not_taken_is_untested() {
    let tom = || String::from("tom");
    let cases = [
        (None, Reason::CaptureMissing(String::from("ids"))),
        // Why the step of the capture was left out says more.
        (Some(OmittedReason::Persona(tom())), Reason::PersonaNotFound(tom())),
    ];
    for (omitted, reason) in cases {
        let mut bench = Bench::new();
        bench.step("first").edit().capture.insert(String::from("ids"), String::from("entry.resource.id"));
        match omitted {
            Some(omitted) => bench.omit(omitted),
            None => bench.breaks(BrokenKind::Cut),
        };
        bench.step("second").expect("PZP-EX-010", r#"{"fhirpath":"entry.resource.id = %ids"}"#).answer(200, &searchset(&[]));
        assert_eq!(ended(&bench), (Outcome::Untested, Some(reason)));
    }
}

#[test]
fn capture_of_a_step_that_repeats_is_the_value_of_the_turn() {
    let mut bench = Bench::new();
    bench.step("first").answer(200, &searchset(&[("match", &consent("a")), ("match", &consent("b"))]));
    bench.capture("entry.resource.id", &["a", "b"]);
    bench.step("each").expect("PZP-EX-010", r#"{"each":{"of":"matches","fhirpath":"id = %c"}}"#).edit().for_each =
        Some(String::from("c"));
    bench.turn("a", &searchset(&[("match", &consent("a"))])).turn("b", &searchset(&[("match", &consent("b"))]));
    assert_eq!(bench.result(), (Outcome::Pass, vec![]));
}

#[test]
fn metadata_of_another_resource_is_one_finding() {
    let mut bench = Bench::new();
    bench.step("metadata").free();
    if let Action::Send(template) = &mut bench.edit().action {
        template.path = String::from("metadata");
    }
    bench.expect("PZP-EX-007", r#"{"answer":"same-resource"}"#).expect("PZP-EX-008", r#"{"fhirpath":"rest.exists()"}"#);
    bench.answer_to("metadata", 200, &searchset(&[]));
    assert_eq!(ended(&bench), blocked("PZP-EX-007"));
    let first = &bench.judge().expectations[0];
    assert_eq!((first.outcome, first.findings[0].code), (Outcome::Fail, Code::ResourceAnother));
}

#[test]
fn other_status_of_a_step_without_status_is_named() {
    let mut bench = Bench::new();
    bench.step("step").expect("PZP-QRY-001", EACH).answer(500, OUTCOME);
    let (outcome, reason) = ended(&bench);
    assert_eq!(outcome, Outcome::Untested);
    assert!(matches!(reason, Some(Reason::OtherStatus(_, 500))), "no reason");
}
