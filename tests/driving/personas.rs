//! Finding personas on the server.

use toets::evidence::{Evidence, FoundHow, OmittedReason, Record};
use toets::plan::{Data, Plan, PlannedPersona};

use crate::plans::{exchanges, omissions, plan, run, step};
use crate::server::matchers::{path, query_param};
use crate::server::{Mock, MockServer, fhir, on};

pub(crate) fn persona() -> PlannedPersona {
    PlannedPersona {
        persona: "anna".to_owned(),
        bsn: "999900006".to_owned(),
        given: None,
        fixture: "anna-1".to_owned(),
        lookup: "Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999900006".to_owned(),
        data: Data::Fixture,
    }
}

fn of_anna(base: &str) -> Plan {
    let mut plan = plan(base, vec![step("ask", "Goal?patient=Patient/${patient}"), step("unknown", "Goal/${unknown}")]);
    plan.personas.push(persona());
    plan.scenarios[0].persona = Some("anna".to_owned());
    plan
}

fn found(evidence: &Evidence) -> (Option<&str>, FoundHow) {
    let found = evidence.records.iter().find_map(|record| match record {
        Record::Persona(found) => Some((found.patient.as_deref(), found.how)),
        _ => None,
    });
    found.expect("every persona is recorded")
}

#[tokio::test]
async fn persona_is_found_by_bsn() {
    let server = MockServer::start().await;
    let bundle = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"77"}}]}"#;
    let lookup =
        Mock::given(path("/fhir/Patient")).and(query_param("identifier", "http://fhir.nl/fhir/NamingSystem/bsn|999900006"));
    lookup.respond_with(fhir(bundle)).mount(&server).await;
    let evidence = run(&of_anna(&format!("{}/fhir", server.uri()))).await;
    assert_eq!(found(&evidence), (Some("77"), FoundHow::Lookup));
    let asked = exchanges(&evidence)[1];
    assert!(asked.request.url.ends_with("/Goal?patient=Patient/77"));
    assert_eq!((asked.request.patient.as_deref(), asked.request.persona.as_deref()), (Some("77"), Some("anna")));
}

#[tokio::test]
async fn persona_that_the_lookup_does_not_find_is_read_by_the_id_of_the_fixture() {
    let server = MockServer::start().await;
    on(&server, "/fhir/Patient/anna-1", fhir(r#"{"resourceType":"Patient","id":"anna-1"}"#)).await;
    let evidence = run(&of_anna(&format!("{}/fhir", server.uri()))).await;
    assert_eq!(found(&evidence), (Some("anna-1"), FoundHow::Fixture));
}

#[tokio::test]
async fn persona_that_is_not_there_leaves_out_only_what_needs_it() {
    let server = MockServer::start().await;
    let evidence = run(&of_anna(&format!("{}/fhir", server.uri()))).await;
    assert_eq!(found(&evidence), (None, FoundHow::NotFound));
    assert_eq!(omissions(&evidence), [("ask", &OmittedReason::Persona("anna".to_owned()))]);
    let unknown = &exchanges(&evidence)[2].request.url;
    let id = unknown.rsplit("/toets-").next().expect("the id is generated");
    assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_lowercase()), "{unknown}");
}
