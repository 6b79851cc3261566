//! What a client has to survive, by servers that do it: the right consulter
//! asks everything all the same and says what is missing; the wrong one stops,
//! storms, or gives its token away.

use std::time::Duration;

use serde_json::{Value, json};
use toets::consult::{Outcome, ReasonKind};
use toets::scenario::Misbehaviour;
use wiremock::{Request, ResponseTemplate};

use super::servers::{base, received, resource, searches, searchset, server};
use super::{consulted, exchanges, settings, wrong_provider};

fn outcome(code: &str) -> Value {
    json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": code, "diagnostics": "said so" }] })
}

fn consent(change: impl FnOnce(&mut Value)) -> Value {
    let mut consent = json!({
        "resourceType": "Consent", "id": "c", "status": "active",
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment" }] },
        "category": [{ "coding": [{ "system": "http://snomed.info/sct", "code": "129125009" }] }],
        "patient": { "reference": "Patient/p" }, "dateTime": "2026-01-01",
        "provision": { "type": "deny", "code": [{ "coding": [{ "system": "http://snomed.info/sct", "code": "89666000" }] }] }
    });
    change(&mut consent);
    consent
}

fn with(change: impl FnOnce(&mut Value)) -> ResponseTemplate {
    searchset(&[consent(change)], None)
}

/// What a search answers for a trouble; `home` is the server's base.
fn answer(trouble: &str, request: &Request) -> ResponseTemplate {
    let status = |status: u16| ResponseTemplate::new(status).set_body_string(outcome("exception").to_string());
    match trouble {
        "empty" => searchset(&[], None),
        "paged" if request.url.path() == "/fhir/page2" => searchset(&[], None),
        "paged" => searchset(&[consent(|_| {})], Some("page2?of=1")),
        "unauthorized" => status(401),
        "forbidden" => status(403),
        "not-found" => status(404),
        "not-acceptable" => status(406),
        "too-many-requests" => status(429),
        "server-error" => status(500),
        "slow" => searchset(&[], None).set_delay(Duration::from_millis(700)),
        "broken" => {
            ResponseTemplate::new(200).set_body_raw("{\"resourceType\": \"Bundle\", \"entry\": [", "application/fhir+json")
        }
        "unknown-extension" => {
            with(|consent| consent["extension"] = json!([{ "url": "http://example.org/unknown", "valueBoolean": true }]))
        }
        "unknown-coding" => with(|consent| {
            let coding = json!({ "system": "http://example.org/local", "code": "X" });
            consent["provision"]["code"][0]["coding"].as_array_mut().expect("it is a list").push(coding);
        }),
        "unknown-resource" => searchset(
            &[consent(|_| {}), json!({ "resourceType": "Condition", "id": "c", "subject": { "reference": "Patient/p" } })],
            None,
        ),
        "xml" => {
            let bundle = r#"<Bundle xmlns="http://hl7.org/fhir"><type value="searchset"/><total value="0"/></Bundle>"#;
            ResponseTemplate::new(200).set_body_raw(bundle, "application/fhir+xml")
        }
        "data-absent" => with(|consent| {
            let url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
            consent.as_object_mut().expect("it is an object").remove("dateTime");
            consent["_dateTime"] = json!({ "extension": [{ "url": url, "valueCode": "masked" }] });
        }),
        "missing-data" => with(|consent| drop(consent.as_object_mut().expect("it is an object").remove("provision"))),
        "odd-form" => searchset(
            &[
                json!({ "resourceType": "QuestionnaireResponse", "id": "q", "status": "in-progress", "subject": { "reference": "Patient/p" }, "questionnaire": "https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020" }),
            ],
            None,
        ),
        other => panic!("nothing does `{other}`"),
    }
}

const TROUBLES: [&str; 17] = [
    "empty",
    "paged",
    "unauthorized",
    "forbidden",
    "not-found",
    "not-acceptable",
    "too-many-requests",
    "server-error",
    "slow",
    "broken",
    "unknown-extension",
    "unknown-coding",
    "unknown-resource",
    "xml",
    "data-absent",
    "missing-data",
    "odd-form",
];

fn different(outcome: &Outcome) -> usize {
    exchanges().filter(|name| outcome.asked.iter().any(|asked| asked.exchange.as_deref() == Some(name))).count()
}

#[tokio::test]
async fn the_right_one_survives_each_trouble_and_the_wrong_one_stops_at_it() {
    let all = exchanges().count();
    for trouble in TROUBLES {
        let server = searches(move |request: &Request| answer(trouble, request)).await;
        let mut settings = settings(&base(&server), "p");
        settings.tempo = 0.05;
        let right = consulted(&settings).await;
        assert_eq!(different(&right), all, "{trouble}");
        let fails = ["unauthorized", "forbidden", "not-found", "not-acceptable", "too-many-requests", "server-error", "broken"]
            .contains(&trouble);
        assert_eq!(right.incomplete.is_empty(), !fails, "{trouble}: {:?}", right.incomplete);
        settings.faults = vec![format!("stops-after-{trouble}")];
        let wrong = consulted(&settings).await;
        assert_eq!(different(&wrong), 1, "{trouble}");
        assert!(wrong.incomplete.iter().any(|reason| reason.kind == ReasonKind::Stopped), "{trouble}");
    }
}

#[tokio::test]
async fn every_trouble_has_a_fault_and_none_stops_where_there_is_none() {
    let quiet = searches(|_: &Request| searchset(&[consent(|_| {})], None)).await;
    for trouble in TROUBLES {
        let mut settings = settings(&base(&quiet), "p");
        settings.faults = vec![format!("stops-after-{trouble}")];
        assert_eq!(different(&consulted(&settings).await), exchanges().count(), "{trouble}");
    }
}

#[tokio::test]
async fn retry_after_is_obeyed_once_and_a_storm_is_none() {
    let server = searches(|_: &Request| ResponseTemplate::new(429).insert_header("retry-after", "1")).await;
    let mut settings = settings(&base(&server), "p");
    settings.tempo = 0.1;
    let right = consulted(&settings).await;
    let times = |outcome: &Outcome| -> Vec<u64> {
        let goals = outcome.asked.iter().filter(|asked| asked.exchange.as_deref() == Some("medical-policy-goals"));
        goals.map(|asked| asked.at_ms).collect()
    };
    let goals = times(&right);
    assert_eq!(goals.len(), 2);
    assert!(goals[1] - goals[0] >= 100, "{goals:?}");
    assert!(right.incomplete.iter().all(|reason| reason.kind == ReasonKind::Refused));
    settings.faults = vec!["retry-storm".to_owned()];
    assert_eq!(times(&consulted(&settings).await).len(), 6);
}

#[tokio::test]
async fn a_token_goes_to_no_other_origin() {
    let thief = server(|_: &Request| searchset(&[], None)).await;
    let elsewhere = format!("{}/fhir/Consent?page=2", thief.uri());
    let link = elsewhere.clone();
    let linking = searches(move |_: &Request| searchset(&[], Some(&link))).await;
    let redirecting = searches(move |_: &Request| ResponseTemplate::new(302).insert_header("location", elsewhere.as_str())).await;
    for (server, fault) in [(&linking, "next-elsewhere"), (&redirecting, "redirect-elsewhere")] {
        let mut settings = settings(&base(server), "p");
        let right = consulted(&settings).await;
        assert!(right.incomplete.iter().any(|reason| reason.kind == ReasonKind::Elsewhere), "{fault}");
        assert!(received(&thief).await.is_empty(), "{fault}");
        settings.faults = vec![fault.to_owned()];
        drop(consulted(&settings).await);
        let stolen = received(&thief).await;
        assert!(!stolen.is_empty() && stolen.iter().all(|(_, credentials)| *credentials), "{fault}");
        thief.reset().await;
        wiremock::Mock::given(wiremock::matchers::any()).respond_with(searchset(&[], None)).mount(&thief).await;
    }
}

#[tokio::test]
async fn a_redirect_within_the_server_is_followed_and_a_ring_of_them_ends() {
    let server = searches(|request: &Request| match request.url.path() {
        "/fhir/Consent" => ResponseTemplate::new(307).insert_header("location", "/fhir/moved"),
        "/fhir/Goal" => ResponseTemplate::new(301).insert_header("location", "/fhir/Goal"),
        _ => searchset(&[], None),
    })
    .await;
    let outcome = consulted(&settings(&base(&server), "p")).await;
    let about: Vec<_> = outcome.incomplete.iter().filter_map(|reason| reason.exchange.as_deref()).collect();
    assert_eq!(about, ["medical-policy-goals"]);
}

#[tokio::test]
async fn pages_that_never_end_end() {
    let endless = searches(|request: &Request| {
        let page: u32 =
            request.url.query_pairs().find(|(name, _)| name == "page").and_then(|(_, page)| page.parse().ok()).unwrap_or(0);
        searchset(&[], Some(&format!("{}?page={}", request.url.path().trim_start_matches("/fhir/"), page + 1)))
    })
    .await;
    let ring = searches(|request: &Request| {
        searchset(&[], Some(&format!("{}?page=1", request.url.path().trim_start_matches("/fhir/"))))
    })
    .await;
    for (server, most) in [(&endless, 50), (&ring, 2)] {
        let mut settings = settings(&base(server), "p");
        let right = consulted(&settings).await;
        assert_eq!(right.asked.len(), 1 + exchanges().count() * most);
        assert!(
            right.incomplete.iter().all(|reason| reason.kind == ReasonKind::Endless)
                && right.incomplete.len() == exchanges().count()
        );
        settings.faults = vec!["pages-without-end".to_owned()];
        let goals = |outcome: &Outcome| {
            outcome.asked.iter().filter(|asked| asked.exchange.as_deref() == Some("medical-policy-goals")).count()
        };
        assert_eq!(goals(&consulted(&settings).await), 200);
    }
}

#[tokio::test]
async fn data_of_another_patient_is_told_and_not_shown() {
    let server = searches(|_: &Request| with(|consent| consent["patient"] = json!({ "reference": "Patient/q" }))).await;
    let outcome = consulted(&settings(&base(&server), "p")).await;
    assert!(outcome.incomplete.iter().all(|reason| reason.kind == ReasonKind::OtherPatient) && !outcome.incomplete.is_empty());
    assert!(outcome.plan.sections.iter().all(|section| section.items.is_empty()));
}

#[tokio::test]
async fn bodies_beyond_the_bound_and_answers_that_are_something_else_are_no_plan() {
    let server = searches(|request: &Request| match request.url.path() {
        "/fhir/Consent" => ResponseTemplate::new(200).set_body_string(" ".repeat(3000)),
        "/fhir/Goal" => resource(&json!({ "resourceType": "Goal", "id": "g" })),
        _ => ResponseTemplate::new(200).set_body_string("<html><body>Log in</body></html>"),
    })
    .await;
    let mut settings = settings(&base(&server), "p");
    settings.limits.body_bytes = 2000;
    let outcome = consulted(&settings).await;
    let about: Vec<_> =
        exchanges().filter(|name| outcome.incomplete.iter().any(|reason| reason.exchange.as_deref() == Some(name))).collect();
    assert_eq!(about, exchanges().collect::<Vec<_>>());
    assert!(!outcome.plan.complete);
}

#[tokio::test]
async fn what_masks_or_overrules_is_shown() {
    let url = "http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther";
    let server = searches(move |request: &Request| match request.url.path() {
        "/fhir/Consent" => with(|consent| {
            consent["modifierExtension"] = json!([
                { "url": url, "valueString": "Only\u{1b}[2J when she asks" },
                { "url": "http://example.org/not-really", "valueBoolean": true }
            ]);
            consent.as_object_mut().expect("it is an object").remove("dateTime");
            consent["_dateTime"] = json!({ "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked" }] });
        }),
        _ => searchset(&[], None),
    })
    .await;
    let outcome = consulted(&settings(&base(&server), "p")).await;
    let text = toets::consult::print::text(&outcome.plan, toets::text::Language::En, |_| None);
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("`{words}` is not in\n{text}"));
    assert!(at("SPECIFICATION: Only") < at("Decision: do not"));
    at("the specification overrules the decision");
    at("a modifier that is not known here");
    at("shielded");
    assert!(!text.contains('\u{1b}'));
}

#[tokio::test]
async fn answers_that_do_not_end_or_never_come_end_within_the_deadline() {
    let troubles = [
        (Misbehaviour::NeverAnswers, Some("silent")),
        (Misbehaviour::EndlessBody, Some("endless")),
        (Misbehaviour::Truncate, None),
        (Misbehaviour::HtmlPage(200), None),
    ];
    for (behaviour, trouble) in troubles {
        let running = wrong_provider("observations", behaviour.clone()).await;
        let mut settings = settings(&running.base_url, "sparse-plan-patient");
        settings.limits.deadline_ms = 3_000;
        let outcome = consulted(&settings).await;
        let about: Vec<_> = outcome.incomplete.iter().map(|reason| reason.exchange.as_deref()).collect();
        assert_eq!(about, [Some("observations")], "{behaviour:?}");
        assert_eq!(different(&outcome), exchanges().count());
        if let Some(trouble) = trouble {
            settings.faults = vec![format!("stops-after-{trouble}")];
            let until = exchanges().position(|name| name == "observations").expect("it is one of them");
            assert_eq!(different(&consulted(&settings).await), until + 1, "{trouble}");
        }
        running.stop().await;
    }
}

#[tokio::test]
async fn the_whole_has_a_deadline_too() {
    let server = searches(|_: &Request| searchset(&[], None).set_delay(Duration::from_millis(60))).await;
    let mut settings = settings(&base(&server), "p");
    settings.tempo = 1.0;
    settings.whole_ms = 150;
    let outcome = consulted(&settings).await;
    assert!(outcome.asked.len() < 6 && outcome.incomplete.len() > 4, "{:?}", outcome.incomplete);
}
