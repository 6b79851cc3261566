//! What answers of terminology servers mean; asking over a socket is in `tests/terminology.rs`.

use serde_json::{Value, json};

use super::reading::{Said, read, told};
use super::{TerminologyServer, membership};
use crate::drive::{Secrets, encode};
use crate::fhir::terminology::Question;

fn answer(result: Value, more: Vec<Value>) -> Value {
    let mut parameters = vec![json!({"name": "result", "valueBoolean": result})];
    parameters.extend(more);
    json!({"resourceType": "Parameters", "parameter": parameters})
}

fn issue(severity: &str, kind: &str) -> Value {
    let coding = json!([{"system": "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type", "code": kind}]);
    json!({"severity": severity, "code": "code-invalid", "details": {"coding": coding}})
}

fn issues(issues: &[Value]) -> Vec<Value> {
    vec![json!({"name": "issues", "resource": {"resourceType": "OperationOutcome", "issue": issues}})]
}

#[test]
fn read_takes_a_no_only_where_it_is_about_the_code() {
    assert_eq!(read(&answer(json!(true), Vec::new())), Said::Yes);
    let no = |all: &[Value]| read(&answer(json!(false), issues(all)));
    assert_eq!(no(&[issue("error", "invalid-code")]), Said::No);
    assert_eq!(no(&[issue("error", "not-in-vs"), issue("warning", "status-check")]), Said::No);
    assert!(matches!(no(&[issue("error", "not-in-vs"), issue("error", "not-found")]), Said::Nothing(_)));
    assert!(matches!(no(&[issue("error", "not-found")]), Said::Nothing(_)));
    assert!(matches!(no(&[json!({"severity": "error", "code": "exception"})]), Said::Nothing(_)));
    assert!(matches!(read(&answer(json!(false), Vec::new())), Said::Nothing(_)));
    let unknown = vec![json!({"name": "x-caused-by-unknown-system", "valueCanonical": "urn:s"})];
    assert!(matches!(read(&answer(json!(false), unknown)), Said::Nothing(_)));
}

#[test]
fn read_takes_nonsense_for_nothing() {
    let twice = vec![json!({"name": "result", "valueBoolean": false})];
    let nonsense = [
        Value::Null,
        json!([]),
        json!({"resourceType": "Patient"}),
        json!({"resourceType": "Parameters"}),
        json!({"resourceType": "Parameters", "parameter": "x"}),
        answer(json!("true"), Vec::new()),
        answer(json!(true), twice),
    ];
    for resource in nonsense {
        assert!(matches!(read(&resource), Said::Nothing(_)), "{resource}");
    }
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"diagnostics": "no such\n set"}]});
    assert_eq!(read(&outcome), Said::Nothing("no such set".to_owned()));
    assert_eq!(told(404, &outcome), "it answers with status 404: no such set");
}

#[test]
fn membership_asks_for_versions_apart_and_encodes() {
    let question = Question {
        system: "urn:s".to_owned(),
        version: Some("2".to_owned()),
        code: "a&b".to_owned(),
        value_set: "http://example.org/set|1".to_owned(),
    };
    let query = encode(&membership(&question));
    assert!(query.starts_with("url=http://example.org/set&valueSetVersion=1&system=urn:s&systemVersion=2&code=a%26b"), "{query}");
}

#[test]
fn a_server_has_a_base_without_credentials() {
    let made = |base: &str| TerminologyServer::new(base, &Secrets::new()).map(|server| server.base().to_owned());
    assert_eq!(made("http://localhost/fhir/").expect("it is a base"), "http://localhost/fhir");
    assert!(made("http://a:b@localhost/fhir").is_err() && made("localhost").is_err());
}
