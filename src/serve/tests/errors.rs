//! Requests that do not get what they ask.

use super::*;

fn assert_refused(request: &Request, status: u16) -> Answer {
    let answer = responder().respond(request);
    assert_eq!(answer.status, status);
    assert_eq!(answer.kind(), "OperationOutcome");
    answer
}

#[test]
fn no_token_gives_401_with_a_challenge_and_nothing_else() {
    for url in ["Patient/full-plan-patient", "Consent?patient=full-plan-patient", "Patient/unknown", "nowhere"] {
        let answer = assert_refused(&get(url).without("authorization"), 401);
        assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
        assert!(!String::from_utf8_lossy(&answer.body).contains("full-plan"));
    }
}

#[test]
fn another_token_gives_401() {
    assert_refused(&get("Patient/full-plan-patient").with("authorization", "Bearer another"), 401);
}

#[test]
fn unknown_id_gives_404_in_the_format_asked() {
    assert_refused(&get("Patient/unknown"), 404);
    let answer = assert_refused(&get("Patient/unknown").with("accept", "application/fhir+xml"), 404);
    assert_eq!(answer.header("content-type"), Some("application/fhir+xml; fhirVersion=4.0"));
}

#[test]
fn unknown_type_and_unknown_place_give_404() {
    assert_refused(&get("Nonsense/1"), 404);
    assert_refused(&get("Patient/1/_history"), 404);
    assert_refused(&Request { path: None, ..get("") }, 404);
}

#[test]
fn other_methods_give_405_and_name_the_right_one() {
    for (method, url, allowed) in [("PUT", "Patient/1", "GET"), ("POST", "Patient", "GET"), ("GET", "Patient/_search", "POST")] {
        let answer = assert_refused(&Request { method: method.to_owned(), ..get(url) }, 405);
        assert_eq!(answer.header("allow"), Some(allowed));
    }
}

#[test]
fn unacceptable_formats_give_406() {
    assert_refused(&get("Patient/full-plan-patient").with("accept", "text/html"), 406);
    assert_refused(&get("Patient/full-plan-patient?_format=turtle"), 406);
    assert_refused(&get("Patient/full-plan-patient").with("accept", "application/fhir+json; fhirVersion=3.0"), 406);
}

#[test]
fn malformed_queries_give_400_without_what_was_sent() {
    for query in ["patient=%ZZsecret", "patient=", "_count=secret&patient=1", "_page=secret&patient=1", "_lastUpdated=secret"] {
        let answer = assert_refused(&get(&format!("Consent?{query}")), 400);
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
    }
}

#[test]
fn modifiers_that_are_not_supported_give_400() {
    assert_refused(&get("Device?type:in=http://example.org/ValueSet/1"), 400);
    assert_refused(&get("DeviceUseStatement?patient=1&device.type:in=http://example.org/ValueSet/1"), 400);
}

#[test]
fn unknown_parameters_are_refused_only_when_handling_is_strict() {
    let request = get("Goal?patient=full-plan-patient&colour=red");
    assert_eq!(responder().respond(&request).status, 200);
    assert_refused(&request.with("prefer", "return=minimal, handling=strict"), 400);
}

#[test]
fn search_by_post_of_something_else_than_a_form_gives_415() {
    assert_refused(&post("Goal?patient=1").with("content-type", "application/json"), 415);
}

#[test]
fn queries_of_older_versions_give_a_clean_answer() {
    let suite = suite();
    for exchange in &suite.exchanges {
        let url = exchange.request[&crate::agreements::Dialect::R4Rc1].replace("${patient}", "full-plan-patient");
        let answer = responder().respond(&get(&url));
        assert!(matches!(answer.status, 200 | 400), "{url}: {}", answer.status);
        answer.tree();
    }
}
