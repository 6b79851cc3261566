//! Runs about a patient with data of their own: judged on everything that
//! needs no known data, and the BSN that was given is in no output.

#[path = "support/definitions.rs"]
mod definitions;

use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings};
use toets::evidence::{Evidence, Record};
use toets::judge::{ExpectationVerdict, Outcome, Reason, Verdicts, judge};
use toets::plan::{Claims, OwnPatient, Plan, Selection, Target, TargetAuth, compile};
use toets::report::Report;
use toets::report::text::{Colour, Letters, Style, text};
use toets::scenario::{Source, Suite, load};
use toets::serve;
use toets::text::Language;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const TOKEN: &str = "a-token-of-the-test";
/// Passes the eleven-test and is outside the test range; by its digits it may be a concept of SNOMED CT as well.
const REAL: &str = "100018002";

fn suite() -> Suite {
    load(&Source::Embedded).expect("the suite in the binary has no mistakes")
}

fn about(suite: &Suite, base: &str, own: OwnPatient) -> Plan {
    let claims = Claims::new(Actor::Provider, Dialect::R4Rc2);
    let auth = TargetAuth::Bearer("TOETS_TOKEN".to_owned());
    let target = Target { built_in: true, ..Target::new(base.to_owned(), auth) };
    let mut plan = compile(suite, claims, target, &Selection::All).expect("the suite compiles");
    plan.about(own, suite);
    plan
}

async fn run(suite: &Suite, plan: &Plan) -> (Evidence, Verdicts) {
    let mut secrets = Secrets::new();
    secrets.insert("TOETS_TOKEN", TOKEN).expect("it is long enough");
    let settings = Settings { secrets, ..Settings::plain(Recorder::in_memory()) };
    let evidence = engine::run(plan, suite, settings, |_| ()).await.expect("it runs").evidence;
    let verdicts = judge(&evidence.start.plan, &evidence, suite, definitions::validator(toets::agreements::FhirVersion::R4));
    (evidence, verdicts)
}

/// The reference provider asked about one patient, as if nobody had told what data that patient has.
async fn judged(suite: &Suite, own: OwnPatient) -> Verdicts {
    let provider = serve::start(serve::Config::new(suite, TOKEN)).await.expect("there is a free port");
    let verdicts = run(suite, &about(suite, &provider.base_url, own)).await.1;
    provider.stop().await;
    verdicts
}

fn verdict<'v>(verdicts: &'v Verdicts, key: &str) -> &'v ExpectationVerdict {
    verdicts.expectations.iter().find(|verdict| verdict.key.starts_with(key)).unwrap_or_else(|| panic!("no {key}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patient_with_other_data_turns_nothing_red() {
    let suite = suite();
    for patient in ["sparse-plan-patient", "no-plan-patient"] {
        let verdicts = judged(&suite, OwnPatient { id: Some(patient.to_owned()), bsn: None }).await;
        let red: Vec<_> = verdicts.expectations.iter().filter(|verdict| !verdict.findings.is_empty()).collect();
        assert!(red.is_empty(), "{patient}: {red:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_known_data_is_untested_and_the_rest_is_judged() {
    let verdicts = judged(&suite(), OwnPatient { id: Some("full-plan-patient".to_owned()), bsn: None }).await;
    for key in [
        "treatment-directives/query/complete",
        "treatment-directives/query/ended",
        "groups/over-run/prefers-resources",
        "patient-lookup/query/answered",
    ] {
        let verdict = verdict(&verdicts, key);
        assert_eq!((verdict.outcome, &verdict.reason), (Outcome::Untested, &Some(Reason::DataUnknown)), "{key}");
    }
    for key in [
        "treatment-directives/query/only-asked",
        "treatment-directives/references/found",
        "searches/query/same-patient",
        "searches/nobody/empty",
        "reads/patient/same-resource",
        "reads/anonymous/nothing-shown",
        "groups/over-run/any-group",
    ] {
        assert_eq!(verdict(&verdicts, key).outcome, Outcome::Pass, "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patient_is_found_by_bsn() {
    let suite = suite();
    let bsn = suite.persona("sparse-plan").expect("it is a persona").bsn.clone();
    let verdicts = judged(&suite, OwnPatient { id: None, bsn: Some(bsn) }).await;
    assert_eq!(verdict(&verdicts, "patient-lookup/query/only-asked").outcome, Outcome::Pass);
    assert_eq!(verdict(&verdicts, "reads/patient/found").outcome, Outcome::Pass);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bsn_that_was_given_is_sent_and_is_in_no_output() {
    let server = MockServer::start().await;
    let body = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","entry":[{{"resource":{{"resourceType":"Patient","id":"7",
        "identifier":[{{"system":"http://fhir.nl/fhir/NamingSystem/bsn","value":"{REAL}"}}],
        "maritalStatus":{{"coding":[{{"system":"http://snomed.info/sct","code":"{REAL}"}}]}}}}}}]}}"#
    );
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_raw(body, "application/fhir+json")).mount(&server).await;
    let suite = suite();
    let plan = about(&suite, &server.uri(), OwnPatient { id: None, bsn: Some(REAL.to_owned()) });
    let (evidence, verdicts) = run(&suite, &plan).await;
    let asked = server.received_requests().await.expect("requests are kept");
    assert!(asked.iter().any(|request| request.url.as_str().contains(REAL)), "the lookup uses the number itself");
    let found = evidence.records.iter().any(|record| matches!(record, Record::Persona(found) if found.patient.is_some()));
    assert!(found, "the patient is found by it");

    let report = Report::new(&evidence.start.plan, &evidence, &verdicts, &suite);
    let style = Style { colour: Colour::None, letters: Letters::Unicode, width: 100, language: Language::En };
    let mut outputs = vec![
        serde_json::to_string(&evidence.start).expect("it is JSON"),
        serde_json::to_string(&evidence.records).expect("it is JSON"),
        serde_json::to_string(&verdicts).expect("it is JSON"),
        text(&report, style),
    ];
    outputs.extend(evidence.blobs.values().map(|body| String::from_utf8_lossy(body).into_owned()));
    assert!(outputs.iter().all(|output| !output.contains(REAL)));
    let is_warned = evidence.records.iter().any(|record| matches!(record, Record::Replaced(replaced) if !replaced.test_range));
    assert!(is_warned, "the report warns that the data may be real");
}
