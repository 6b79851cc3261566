//! The dataset against the reference provider: what is compared with the
//! personas, what becomes of data that cannot be entered, and the sheets.

#[path = "support/definitions.rs"]
mod definitions;

use toets::agreements::{Actor, Dialect, FhirVersion};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings};
use toets::evidence::Evidence;
use toets::judge::{self, DataCheck, DifferenceKind, Outcome, Reason, Verdicts};
use toets::plan::{Claims, Limits, NotEntered, Plan, Selection, Target, TargetAuth, compile, data_suite};
use toets::report::{data, sheet};
use toets::scenario::{Source, Suite, load};
use toets::serve;

const TOKEN: &str = "a-token-of-the-test";

fn suite() -> Suite {
    load(&Source::Embedded).expect("the suite in the binary has no mistakes")
}

/// What the reference provider with this fault answers to a suite.
async fn asked(suite: &Suite, scenarios: &Suite, fault: Option<&str>, not_entered: Vec<NotEntered>) -> (Plan, Evidence) {
    let mut config = serve::Config::new(suite, TOKEN);
    config.faults = fault.into_iter().map(str::to_owned).collect();
    let provider = serve::start(config).await.expect("a port is free");
    let limits = Limits { deadline_ms: 1_000_000, connect_ms: 500_000, ..Limits::default() };
    let target = Target::new(provider.base_url.clone(), TargetAuth::Bearer("TOETS_TOKEN".to_owned()));
    let target = Target { built_in: true, limits, ..target };
    let claims = Claims::new(Actor::Provider, Dialect::R4Rc2);
    let mut plan = compile(scenarios, claims, target, &Selection::All).expect("the suite compiles");
    plan.not_entered = not_entered;
    let mut secrets = Secrets::new();
    secrets.insert("TOETS_TOKEN", TOKEN).expect("it is a token");
    let settings = Settings { secrets, tempo: 0.01, ..Settings::plain(Recorder::in_memory()) };
    let finished = engine::run(&plan, scenarios, settings, |_| ()).await.expect("it runs");
    provider.stop().await;
    (plan, finished.evidence)
}

/// What is told of the data of a persona.
async fn checked(persona: &str, fault: Option<&str>, not_entered: Vec<NotEntered>) -> DataCheck {
    let suite = suite();
    let personas = [suite.persona(persona).expect("it is a persona")];
    let scenarios = data_suite(&suite, &Claims::new(Actor::Provider, Dialect::R4Rc2), &personas);
    let (plan, evidence) = asked(&suite, &scenarios, fault, not_entered).await;
    let mut checks = judge::check_data(&plan, &evidence, &suite, definitions::validator(toets::agreements::FhirVersion::R4))
        .expect("there is a dataset");
    assert_eq!(checks.len(), 1);
    checks.remove(0)
}

/// The verdicts of a whole run.
async fn judged(fault: Option<&str>, not_entered: Vec<NotEntered>) -> Verdicts {
    let suite = suite();
    let (plan, evidence) = asked(&suite, &suite, fault, not_entered).await;
    judge::judge(&plan, &evidence, &suite, definitions::validator(toets::agreements::FhirVersion::R4))
}

fn declared(concepts: &[u32]) -> Vec<NotEntered> {
    vec![NotEntered { concepts: concepts.to_vec(), persona: None, reason: "there is no field for it".to_owned() }]
}

fn told(check: &DataCheck) -> Vec<(DifferenceKind, &str, Option<u32>)> {
    let one = |own: &'_ judge::DataDifference| (own.kind, own.concept.as_ref().map(|(id, _)| *id));
    check.differences.iter().map(|own| (one(own).0, own.resource.as_str(), one(own).1)).collect()
}

fn of<'v>(verdicts: &'v Verdicts, key: &str) -> (Outcome, Option<&'v Reason>) {
    let verdict = verdicts.expectations.iter().find(|verdict| verdict.key.starts_with(key)).expect("it is in the plan");
    (verdict.outcome, verdict.reason.as_ref())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_persona_comes_back_whole_from_the_right_provider() {
    for persona in &suite().personas {
        let check = checked(&persona.persona, None, Vec::new()).await;
        assert!(data::is_whole(&check), "{}: {:#?}", persona.persona, told(&check));
        assert_eq!(check.found, check.of, "{}", persona.persona);
        assert!(told(&check).is_empty(), "{:?}", told(&check));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_comes_back_whole_over_many_pages() {
    let check = checked("long-history", Some("pages-of-two"), Vec::new()).await;
    assert!(data::is_whole(&check), "{:?} {:?}", told(&check), check.open);
    assert_eq!((check.found, check.of), (51, 51));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lacks_is_told_by_its_concept() {
    let check = checked("full-plan", Some("comments-lost"), Vec::new()).await;
    let respiration = (DifferenceKind::Missing, "Consent/full-plan-consent-respiration-1", Some(618));
    assert!(told(&check).contains(&respiration), "{:?}", told(&check));
    assert!(!data::is_whole(&check));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_entered_is_not_shown_and_no_loss() {
    let check = checked("full-plan", Some("icd-missing"), declared(&[620])).await;
    let kinds: Vec<_> = check.differences.iter().map(|own| own.kind).collect();
    assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == DifferenceKind::NotEntered), "{:?}", told(&check));
    assert!(data::is_whole(&check));
    let other = checked("full-plan", Some("icd-missing"), declared(&[590])).await;
    assert!(!data::is_whole(&other), "another concept excuses nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_another_is_wrong_whatever_was_declared() {
    let check = checked("full-plan", Some("directive-dated-otherwise"), declared(&[606, 641])).await;
    assert!(told(&check).iter().any(|(kind, ..)| *kind == DifferenceKind::Changed), "{:?}", told(&check));
    assert!(!data::is_whole(&check));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expectation_that_needs_what_cannot_be_entered_is_untested() {
    let complete = "medical-devices/query/complete";
    let before = judged(Some("icd-missing"), Vec::new()).await;
    assert_eq!(of(&before, complete).0, Outcome::Warn);
    let after = judged(Some("icd-missing"), declared(&[620])).await;
    let reason = Reason::NotEntered("there is no field for it".to_owned());
    assert_eq!(of(&after, complete), (Outcome::Untested, Some(&reason)));
    // A date that is another stays wrong, though the date was declared.
    let dated = judged(Some("directive-dated-otherwise"), declared(&[606, 641])).await;
    let plain = judged(Some("directive-dated-otherwise"), Vec::new()).await;
    assert_eq!(of(&dated, "treatment-directives/query/complete").0, of(&plain, "treatment-directives/query/complete").0);
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_never_touches_the_verdict() {
    let run = judged(Some("device-note-lost"), Vec::new()).await;
    let coverage = run.dataset.as_ref().expect("there is a dataset");
    assert!(coverage.counts().not_shown > 0);
    for requirement in run.requirements.iter().filter(|own| own.id.starts_with("PZP-DAT-00")) {
        assert_ne!(requirement.outcome, Outcome::Fail, "{}", requirement.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concept_that_cannot_be_entered_is_no_gap() {
    let run = judged(Some("device-note-lost"), declared(&[624])).await;
    let coverage = run.dataset.as_ref().expect("there is a dataset");
    let note = coverage.concepts.iter().find(|concept| concept.id == 624).expect("it is a concept");
    assert_eq!(note.state, judge::ConceptState::NotEntered);
    assert_eq!(of(&run, "dataset/over-run/shown").0, Outcome::Pass);
}

#[test]
fn a_sheet_has_each_topic_once_in_the_order_of_the_dataset() {
    let suite = suite();
    let persona = suite.persona("full-plan").expect("it is a persona");
    let page = judge::sheet(&suite, persona, FhirVersion::R4).expect("there is a dataset");
    let ids: Vec<u32> = page.topics.iter().map(|topic| topic.id).collect();
    let order: Vec<u32> = suite.dataset(FhirVersion::R4).expect("it is there").concepts.iter().map(|own| own.id).collect();
    let sorted: Vec<u32> = order.into_iter().filter(|id| ids.contains(id)).collect();
    assert_eq!(ids, sorted);
    let limits = page.topics.iter().find(|topic| topic.id == 602).expect("there are treatment limits");
    assert_eq!(limits.entries.len(), 9, "ten directives, of which one is about the ICD");
    let html = sheet::html(&[page]);
    assert!(html.contains("999945555") && html.contains("Proefkamp") && html.contains("Wilsverklaring"));
    // A decoy is nothing to enter.
    assert!(!html.contains("gehoorapparaat"));
}

#[test]
fn the_numbers_are_those_of_the_mapping() {
    let suite = suite();
    let counted = |fhir| {
        let dataset = suite.dataset(fhir).expect("it is there");
        let in_resources = dataset.concepts.iter().filter(|own| own.of.as_deref().is_some_and(|of| of != "form"));
        (dataset.concepts.len(), in_resources.count())
    };
    assert_eq!(counted(FhirVersion::R4), (273, 251));
    assert_eq!(counted(FhirVersion::Stu3), (232, 186));
}
