//! Codes, systems and displays.

use super::issues;
use std::sync::Arc;

use crate::fhir::knowledge::Knowledge;
use crate::fhir::package::Package;
use crate::fhir::types;
use crate::fhir::validate::{Severity, Validator};

const SYSTEM: &str = r#"{"resourceType":"CodeSystem","url":"http://x.nl/c","version":"1","status":"active","content":"complete",
    "caseSensitive":true,"concept":[{"code":"aan","display":"On","designation":[{"language":"nl-NL","value":"Aan"}]},{"code":"uit"}]}"#;
const PART: &str =
    r#"{"resourceType":"CodeSystem","url":"http://x.nl/part","status":"active","content":"fragment","concept":[{"code":"a"}]}"#;
const SET: &str =
    r#"{"resourceType":"ValueSet","url":"http://x.nl/v","status":"active","compose":{"include":[{"system":"http://x.nl/c"}]}}"#;

/// What is said of a resource with this Coding in a concept, and in this language.
fn said(coding: &str, language: &str) -> Vec<(&'static str, String, Severity)> {
    let text = format!(r#"{{"resourceType":"Observation",{language}"code":{{"coding":[{{{coding}}}]}}}}"#);
    issues(types::r4(), &[SYSTEM, PART, SET], &text)
        .into_iter()
        .map(|issue| (issue.code.name, issue.path, issue.severity))
        .collect()
}

fn codes(coding: &str) -> Vec<&'static str> {
    said(coding, "").into_iter().map(|(code, ..)| code).collect()
}

#[test]
fn a_system_is_an_absolute_uri_of_a_code_system() {
    let relative = said(r#""system":"c","code":"aan""#, "");
    assert_eq!(relative, [("coding-system-relative", "Observation.code.coding[0]".to_owned(), Severity::Warning)]);
    assert_eq!(codes(r##""system":"#c","code":"aan""##), ["coding-system-relative"]);
    assert!(codes(r#""system":"urn:oid:1.2.3","code":"aan""#).is_empty());
    assert_eq!(codes(r#""code":"aan""#), ["coding-without-system"]);
    assert!(codes(r#""display":"aan""#).is_empty());
    let value_set = said(r#""system":"http://x.nl/v","code":"aan""#, "");
    assert_eq!((value_set[0].0, value_set[0].2), ("coding-system-a-value-set", Severity::Warning));
    let alone = |system: &str| {
        let text = format!(r#"{{"resourceType":"Observation","meta":{{"tag":[{{"system":"{system}","code":"aan"}}]}}}}"#);
        issues(types::r4(), &[SYSTEM, SET], &text).into_iter().map(|issue| (issue.code.name, issue.severity)).collect::<Vec<_>>()
    };
    assert_eq!(alone("http://x.nl/v"), [("coding-system-a-value-set", Severity::Error)]);
    assert_eq!(alone("c"), [("coding-system-relative", Severity::Error)]);
}

#[test]
fn code_unknown_is_told_of_a_system_that_is_here_whole() {
    let unknown = said(r#""system":"http://x.nl/c","code":"aam""#, "");
    assert_eq!(unknown, [("code-unknown", "Observation.code.coding[0].code".to_owned(), Severity::Error)]);
    for right in [
        r#""system":"http://x.nl/c","code":"aan""#,
        r#""system":"http://x.nl/c","version":"1","code":"uit""#,
        r#""system":"http://x.nl/c","version":"2","code":"other""#,
        r#""system":"http://x.nl/part","code":"other""#,
        r#""system":"http://x.nl/elsewhere","code":"other""#,
    ] {
        assert!(codes(right).is_empty(), "{right}");
    }
}

#[test]
fn display_wrong_weighs_by_the_language_of_the_resource() {
    let wrong = |language: &str| said(r#""system":"http://x.nl/c","code":"aan","display":"Off""#, language)[0].clone();
    let path = "Observation.code.coding[0].display".to_owned();
    assert_eq!(wrong(""), ("display-wrong", path, Severity::Error));
    assert_eq!(wrong("\"language\":\"en\",").2, Severity::Error);
    assert_eq!(wrong("\"language\":\"nl\",").2, Severity::Error);
    assert_eq!(wrong("\"language\":\"fr\",").2, Severity::Warning);
    for right in ["On", "on", "Aan"] {
        assert!(
            said(&format!(r#""system":"http://x.nl/c","code":"aan","display":"{right}""#), "\"language\":\"en\",").is_empty()
        );
    }
    assert!(codes(r#""system":"http://x.nl/c","code":"uit","display":"whatever""#).is_empty());
}

#[test]
fn speaking_says_the_language_of_resources_that_do_not() {
    let package = Package::held("test", "1", vec![("c.json".to_owned(), SYSTEM.into())]).expect("a code system");
    let knowledge = Arc::new(Knowledge::load_only(&[], types::r4()).expect("nothing to load").with(package));
    let text = r#"{"resourceType":"Observation","code":{"coding":[{"system":"http://x.nl/c","code":"aan","display":"Marche"}]}}"#;
    let severity = |language: &str| {
        let issues = Validator::new(Arc::clone(&knowledge)).speaking(language).judge_text(text.as_bytes(), &[]);
        issues.iter().find(|issue| issue.code.name == "display-wrong").map(|issue| issue.severity)
    };
    assert_eq!((severity("fr"), severity("nl")), (Some(Severity::Warning), Some(Severity::Error)));
}
