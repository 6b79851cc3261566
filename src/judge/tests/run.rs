//! The run as a whole: every expectation has an outcome, the same evidence the
//! same verdicts, and a judge that breaks costs one outcome.

use super::super::testing::{Bench, consent, searchset};
use super::super::{Conclusion, Outcome, Reason, judge};
use crate::evidence::OmittedReason;

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.step("first").expect("PZP-EX-010", r#"{"status":200}"#).expect("PZP-EX-024", r#"{"answer":"total"}"#);
    bench.answer(200, &searchset(&[("match", &consent("a"))]));
    bench.step("second").expect("PZP-EX-011", r#"{"status":200}"#);
    bench.over_run(r#"{"run":"any-group"}"#);
    bench
}

#[test]
fn every_planned_expectation_has_an_outcome_in_the_order_of_the_plan() {
    let bench = bench();
    let scenario = &bench.plan.scenarios[0];
    let planned = scenario.steps.iter().flat_map(|step| &step.expect).chain(&scenario.over_run);
    let planned: Vec<_> = planned.map(|expectation| expectation.key.clone()).collect();
    let judged: Vec<_> = bench.judge().expectations.into_iter().map(|expectation| expectation.key).collect();
    assert_eq!(judged, planned);
}

#[test]
fn same_evidence_gives_the_same_verdicts_byte_for_byte() {
    let bench = bench();
    let text = |bench: &Bench| serde_json::to_string(&bench.judge()).expect("verdicts can be written");
    assert_eq!(text(&bench), text(&bench));
}

#[test]
fn verdicts_can_be_read_back() {
    let verdicts = bench().judge();
    let text = serde_json::to_string(&verdicts).expect("verdicts can be written");
    assert_eq!(serde_json::from_str::<super::super::Verdicts>(&text).expect("and read"), verdicts);
}

#[test]
fn exchanges_that_were_looked_at_are_named() {
    assert_eq!(bench().judge().expectations[0].exchanges, vec!["s@v/first#1"]);
}

#[test]
fn run_without_evidence_is_incomplete_and_nothing_passes() {
    let bench = bench();
    let mut evidence = bench.evidence();
    evidence.records.clear();
    let verdicts = judge(&bench.plan, &evidence, &bench.suite(), bench.validator());
    assert_eq!(verdicts.conclusion, Conclusion::Incomplete);
    assert!(verdicts.expectations.iter().all(|expectation| expectation.outcome == Outcome::Untested), "{verdicts:#?}");
}

#[test]
fn capture_that_is_another_one_now_breaks_its_scenario() {
    let mut bench = Bench::new();
    bench.step("first").expect("PZP-EX-010", r#"{"status":200}"#).answer(200, &searchset(&[("match", &consent("a"))]));
    bench.capture("entry.resource.id", &["b"]);
    let last = bench.last();
    assert_eq!(last.outcome, Outcome::Broken);
    assert!(matches!(last.reason, Some(Reason::Harness(why)) if why.contains("[b]") && why.contains("[a]")));
}

#[test]
fn capture_that_is_the_same_now_breaks_nothing() {
    let mut bench = Bench::new();
    bench.step("first").expect("PZP-EX-010", r#"{"status":200}"#).answer(200, &searchset(&[("match", &consent("a"))]));
    bench.capture("entry.resource.id", &["a"]);
    assert_eq!(bench.last().outcome, Outcome::Pass);
}

#[test]
fn panic_in_a_check_is_one_broken_outcome() {
    let reason = super::super::guarded(|| -> () { panic!("of a check") });
    assert_eq!(reason, Err(Reason::Harness(String::from("a check broke: of a check"))));
}

#[test]
fn requirement_outside_the_catalogue_cannot_be_told() {
    let bench = bench();
    let mut suite = bench.suite();
    suite.catalogue = crate::agreements::Catalogue::default();
    let verdicts = judge(&bench.plan, &bench.evidence(), &suite, bench.validator());
    assert!(verdicts.expectations.iter().all(|expectation| expectation.outcome == Outcome::CantTell));
}

#[test]
fn any_group_says_why_nothing_was_asked() {
    let mut bench = Bench::new();
    bench.step("first").expect("PZP-EX-010", r#"{"status":200}"#).omit(OmittedReason::Persona(String::from("tom")));
    bench.over_run(r#"{"run":"any-group"}"#);
    let last = bench.last();
    assert_eq!((last.outcome, last.reason), (Outcome::Untested, Some(Reason::PersonaNotFound(String::from("tom")))));
}
