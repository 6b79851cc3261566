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
    let suffix: Vec<_> = page.topics.iter().flat_map(|topic| &topic.entries).flatten().filter(|line| line.id == 367).collect();
    let [letter] = suffix.as_slice() else { panic!("one line has the letter of the house number: {suffix:?}") };
    assert_eq!(
        (letter.values.as_slice(), letter.or.as_slice()),
        (["a".to_owned()].as_slice(), [(368, "Huisnummertoevoeging".to_owned())].as_slice())
    );
    let html = sheet::html(&[page]);
    assert!(html.contains("999945555") && html.contains("Proefkamp") && html.contains("Wilsverklaring"));
    // A decoy is nothing to enter.
    assert!(!html.contains("gehoorapparaat"));
}

#[test]
fn a_sheet_for_stu3_has_the_concepts_of_zib_2017_in_their_order() {
    let suite = suite();
    let persona = suite.persona("full-plan").expect("it is a persona");
    let page = judge::sheet(&suite, persona, FhirVersion::Stu3).expect("there is a dataset");
    let dataset = suite.dataset(FhirVersion::Stu3).expect("it is there");
    let ids: Vec<u32> = page.topics.iter().map(|topic| topic.id).collect();
    let sorted: Vec<u32> = dataset.concepts.iter().map(|own| own.id).filter(|id| ids.contains(id)).collect();
    assert_eq!(ids, sorted);
    let limits = page.topics.iter().find(|topic| topic.id == 54).expect("there are treatment limits");
    assert_eq!(limits.entries.len(), 9, "ten directives, of which one is about the ICD");
    let lines = || page.topics.iter().flat_map(|topic| topic.entries.iter().flatten());
    assert!(lines().all(|line| dataset.concept(line.id).is_some_and(|own| own.name == line.name)));
    let permitted: Vec<_> = lines().filter(|line| line.id == 60).flat_map(|line| &line.values).collect();
    assert!(permitted.iter().any(|value| *value == "Nee (NEE)"), "{permitted:?}");
    let html = sheet::html(&[page]);
    assert!(html.contains("zib's 2017") && html.contains("FHIR STU3") && !html.contains("gehoorapparaat"));
}

/// Displays of HL7 codes in the personas that are Dutch already.
const DUTCH: [&str; 3] = ["Onbekend", "Overige behandelingen", "Nee, nog geen besluit genomen"];

#[test]
fn a_sheet_has_dutch_words_for_what_hl7_says_in_english() {
    let (suite, mut english) = (suite(), std::collections::BTreeSet::new());
    for (fhir, persona) in FhirVersion::ALL.into_iter().flat_map(|fhir| suite.personas.iter().map(move |own| (fhir, own))) {
        let html = sheet::html(&[judge::sheet(&suite, persona, fhir).expect("there is a dataset")]);
        for text in persona.resources(fhir).values() {
            let resource: serde_json::Value = serde_json::from_str(text).expect("a fixture is JSON");
            english.extend(
                said(&resource)
                    .into_iter()
                    .filter(|said| html.contains(&format!("{said}<")) || html.contains(&format!("[{said}"))),
            );
        }
        for bare in ["female", "male", "home", "both", "phone", "email", "NL1", "NL3"] {
            assert!(
                !html.contains(&format!("<td>{bare}<")) && !html.contains(&format!("<br>{bare}<")),
                "{}: {bare}",
                persona.persona
            );
        }
    }
    assert!(english.is_empty(), "the sheets say {english:?}");
}

/// Codes of HL7 and of ISO in a resource as a sheet would show them in English.
fn said(value: &serde_json::Value) -> Vec<String> {
    let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str);
    let mut found = Vec::new();
    if let (Some(system), Some(code), Some(display)) = (text("system"), text("code"), text("display"))
        && ["http://terminology.hl7.org/", "http://hl7.org/fhir/", "urn:iso:"].iter().any(|start| system.starts_with(start))
        && !DUTCH.contains(&display)
    {
        found.push(format!("{display} ({code})"));
    }
    match value {
        serde_json::Value::Array(items) => found.extend(items.iter().flat_map(said)),
        serde_json::Value::Object(entries) => found.extend(entries.values().flat_map(said)),
        _ => {}
    }
    found
}

/// `toets` with these arguments and the token of the test: exit code, and all that it said.
async fn toets(arguments: Vec<String>) -> (Option<i32>, String) {
    let run = move || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_toets"));
        command
            .args(arguments)
            .env("TOETS_CACHE", "none")
            .env("TOETS_TOKEN", TOKEN)
            .current_dir(std::env::temp_dir())
            .output()
            .expect("it starts")
    };
    let output = tokio::task::spawn_blocking(run).await.expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// What `check-data` says of sparse-plan on the reference provider of STU3 with this fault.
async fn compared(fault: Option<&str>, version: &[&str]) -> (Option<i32>, String) {
    let suite = suite();
    let faults = fault.into_iter().map(str::to_owned).collect();
    let config = serve::Config { fhir: FhirVersion::Stu3, faults, ..serve::Config::new(&suite, TOKEN) };
    let provider = serve::start(config).await.expect("a port is free");
    let arguments =
        ["check-data", "--persona", "sparse-plan", "--url", &provider.base_url].into_iter().chain(version.iter().copied());
    let done = toets(arguments.map(str::to_owned).collect()).await;
    provider.stop().await;
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn check_data_stops_at_a_server_that_speaks_another_version_of_fhir() {
    let (exit, told) = compared(None, &[]).await;
    assert_eq!(exit, Some(2), "{told}");
    assert!(told.contains("speaks STU3 (3.0.2)") && told.contains("--fhir STU3") && told.contains("stu3-rc2"), "{told}");
    // What is not said at `metadata` is said by the media type.
    let (exit, told) = compared(Some("metadata-missing"), &[]).await;
    assert_eq!(exit, Some(2), "{told}");
    assert!(told.contains("speaks STU3 (3.0)"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_data_compares_stu3_with_stu3_also_without_metadata() {
    for fault in [None, Some("metadata-missing")] {
        let (exit, told) = compared(fault, &["--fhir", "STU3"]).await;
        assert_eq!(exit, Some(0), "{told}");
    }
    let (exit, told) = compared(None, &["--dialect", "stu3-rc2"]).await;
    assert_eq!(exit, Some(0), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sheet_follows_what_the_vendors_file_claims_and_the_command_line_before_it() {
    let folder = std::env::temp_dir().join(format!("toets-sheet-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let file = folder.join("stu3.yaml");
    std::fs::write(&file, "endpoints: { fhir: \"https://test.example.nl/fhir\" }\nclaims: { version: stu3-rc2 }\n")
        .expect("the test's own file");
    let sheet =
        |more: &[&str]| toets(["sheet", "--persona", "full-plan"].iter().chain(more).map(|own| (*own).to_owned()).collect());
    let claimed = sheet(&["--sut", &file.to_string_lossy()]).await;
    assert_eq!(claimed.0, Some(0));
    assert!(claimed.1.contains("zib's 2017"), "{}", claimed.1);
    assert_eq!(claimed, sheet(&["--fhir", "stu3"]).await);
    assert!(sheet(&[]).await.1.contains("zib's 2020"));
    std::fs::remove_dir_all(&folder).expect("the test's own folder");
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
