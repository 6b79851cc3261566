//! Bundles, each code with what just gives it and what nearly does.

use std::time::Instant;

use super::ALL;
use crate::fhir::validate::rules::trying::Try;

fn said(text: &str) -> Vec<String> {
    Try::default().said(&ALL.concat(), text)
}

/// What is said of addresses alone.
fn addresses(text: &str) -> Vec<String> {
    said(text).into_iter().filter(|said| said.starts_with("bundle-full-url")).collect()
}

/// A Bundle of a type with more members and these entries.
fn bundle(of_type: &str, more: &str, entries: &[&str]) -> String {
    format!(r#"{{"resourceType":"Bundle","type":"{of_type}"{more},"entry":[{}]}}"#, entries.join(","))
}

fn entry(url: &str, resource: &str) -> String {
    format!(r#"{{"fullUrl":"{url}","resource":{{{resource}}}}}"#)
}

const PATIENT: &str = r#""resourceType":"Patient","id":"1""#;

#[test]
fn the_address_of_an_entry_is_absolute_and_that_of_its_resource() {
    let collection = |entry: &str| said(&bundle("collection", "", &[entry]));
    for url in ["https://s.nl/fhir/Patient/1", "urn:uuid:9d1b3c1e-2f5a-4d6b-8c7d-0123456789ab", "https://s.nl/a/page"] {
        assert!(collection(&entry(url, PATIENT)).is_empty(), "{url}");
    }
    assert_eq!(collection(&entry("Patient/1", PATIENT)), ["bundle-full-url-relative at Bundle.entry[0]"]);
    for url in ["https://s.nl/fhir/Patient/2", "https://s.nl/fhir/Group/1"] {
        assert_eq!(collection(&entry(url, PATIENT)), ["bundle-full-url-mismatch at Bundle.entry[0]"], "{url}");
    }
    let no_id = entry("https://s.nl/fhir/Patient/1", r#""resourceType":"Patient""#);
    assert_eq!(collection(&no_id), ["bundle-full-url-mismatch at Bundle.entry[0]"]);
}

#[test]
fn what_is_not_to_be_created_has_an_address() {
    let bare = format!(r#"{{"resource":{{{PATIENT}}}}}"#);
    for of_type in ["collection", "history"] {
        assert_eq!(addresses(&bundle(of_type, "", &[&bare])), ["bundle-full-url-missing at Bundle.entry[0]"], "{of_type}");
    }
    for of_type in ["transaction", "batch", "transaction-response", "batch-response"] {
        assert!(addresses(&bundle(of_type, "", &[&bare])).is_empty(), "{of_type}");
    }
    assert!(
        addresses(&bundle("history", "", &[r#"{"request":{"method":"DELETE","url":"Patient/1"},"response":{"status":"200"}}"#]))
            .is_empty()
    );
}

#[test]
fn a_note_of_a_search_without_an_id_has_no_address() {
    let note = |id: &str, mode: &str| {
        let issue = r#""issue":[{"severity":"information","code":"informational"}]"#;
        format!(r#"{{"resource":{{"resourceType":"OperationOutcome",{id}{issue}}},"search":{{"mode":"{mode}"}}}}"#)
    };
    let missing = ["bundle-full-url-missing at Bundle.entry[0]"];
    assert!(addresses(&bundle("searchset", "", &[&note("", "outcome")])).is_empty());
    assert_eq!(addresses(&bundle("searchset", "", &[&note(r#""id":"1","#, "outcome")])), missing);
    assert_eq!(addresses(&bundle("searchset", "", &[&note("", "match")])), missing);
}

#[test]
fn an_address_is_there_once_for_each_version() {
    let version =
        |version: &str| entry("https://s.nl/fhir/Patient/1", &format!(r#"{PATIENT},"meta":{{"versionId":"{version}"}}"#));
    let (one, two) = (version("1"), version("2"));
    assert!(said(&bundle("collection", "", &[&one, &two])).is_empty());
    let twice = bundle("collection", "", &[&one, &two, &one]);
    assert_eq!(said(&twice), ["bundle-full-url-twice at Bundle"]);
    let issues = Try::default().issues(&twice);
    let issue = issues.iter().find(|issue| issue.code.name == "bundle-full-url-twice").expect("it is said");
    assert_eq!((issue.detail("entry"), issue.key.as_deref()), (Some("entry[2]"), Some("bdl-7")));
    assert!(addresses(&bundle("history", "", &[&one, &one])).is_empty());
    assert_eq!(
        Try::default().stu3().said(&ALL.concat(), &bundle("history", "", &[&one, &one])),
        ["bundle-full-url-twice at Bundle"]
    );
}

#[test]
fn entries_have_requests_and_responses_where_they_belong() {
    let (request, response) = (r#""request":{"method":"POST","url":"Patient"}"#, r#""response":{"status":"201"}"#);
    let one = |of_type: &str, parts: &str| bundle(of_type, "", &[&format!(r#"{{{parts}}}"#)]);
    let parts = ["bundle-entry-part-missing at Bundle", "bundle-entry-part-not-allowed at Bundle"];
    assert!(said(&one("transaction", request)).is_empty());
    assert!(said(&one("batch-response", response)).is_empty());
    assert!(said(&one("history", &format!("{request},{response}"))).is_empty());
    assert_eq!(said(&one("transaction", r#""id":"a""#)), [parts[0]]);
    assert_eq!(said(&one("history", request)), [parts[0]]);
    assert_eq!(said(&one("collection", request)), [parts[1]]);
    assert_eq!(said(&one("batch", &format!("{request},{response}"))), [parts[1]]);
    let stu3 = |text: &str| Try::default().stu3().said(&ALL.concat(), text);
    assert!(stu3(&one("transaction", r#""id":"a""#)).is_empty());
    assert!(stu3(&one("history", request)).is_empty());
    assert_eq!(stu3(&one("history", response)), [parts[1]]);
    assert!(said(&one("", request)).is_empty());
    let twice = bundle("batch", "", &[r#"{"id":"a"}"#, r#"{"id":"b"}"#]);
    assert_eq!(said(&twice), [parts[0]]);
}

#[test]
fn links_are_there_once_and_pages_where_there_are_any() {
    let linked = |of_type: &str, relations: &[&str]| {
        let links: Vec<String> =
            relations.iter().map(|name| format!(r#"{{"relation":"{name}","url":"https://s.nl"}}"#)).collect();
        said(&format!(r#"{{"resourceType":"Bundle","type":"{of_type}","link":[{}]}}"#, links.join(",")))
    };
    assert!(linked("searchset", &["self", "first", "next", "alternate", "alternate"]).is_empty());
    assert_eq!(linked("searchset", &["self", "next", "next"]), ["bundle-link-twice at Bundle.link[2]"]);
    assert_eq!(linked("collection", &["self", "self"]), ["bundle-link-twice at Bundle.link[1]"]);
    assert_eq!(linked("collection", &["self", "next"]), ["bundle-link-of-pages at Bundle.link[1].relation"]);
}

fn search(link: &str, entries: &[&str]) -> Vec<String> {
    let link = format!(r#","total":1,"link":[{{"relation":"self","url":"{link}"}}]"#);
    said(&bundle("searchset", &link, entries))
}

/// An entry with a mode, or none.
fn found(mode: &str, resource: &str) -> String {
    let of_type = resource.split('"').nth(3).unwrap_or_default();
    let mode = if mode.is_empty() { String::new() } else { format!(r#","search":{{"mode":"{mode}"}}"#) };
    format!(r#"{{"fullUrl":"https://s.nl/fhir/{of_type}/1","resource":{{{resource}}}{mode}}}"#)
}

const GROUP: &str = r#""resourceType":"Group","id":"1""#;
const OUTCOME: &str = r#""resourceType":"OperationOutcome","id":"1""#;

#[test]
fn a_search_answer_says_what_was_searched() {
    assert_eq!(said(r#"{"resourceType":"Bundle","type":"searchset"}"#), ["~search-self-missing at Bundle"]);
    assert!(search("https://s.nl/fhir/Patient?name=a", &[&found("match", PATIENT)]).is_empty());
}

#[test]
fn matches_are_of_the_type_that_was_searched() {
    let wrong = ["search-match-other-type at Bundle.entry[0].resource"];
    for link in
        ["https://s.nl/fhir/Patient?name=a", "https://s.nl/fhir/Patient/_search?name=a", "https://s.nl/fhir?_type=Patient,Person"]
    {
        assert_eq!(search(link, &[&found("match", GROUP)]), wrong, "{link}");
        assert!(search(link, &[&found("include", GROUP)]).is_empty(), "{link}");
    }
    for link in ["https://s.nl/fhir?_id=1", "https://s.nl/fhir/Patient/1/$everything", "https://s.nl/fhir/Patient/1/Group?x=y"] {
        assert!(search(link, &[&found("match", GROUP)]).is_empty(), "{link}");
    }
}

#[test]
fn an_entry_says_why_it_is_there() {
    let link = "https://s.nl/fhir/Patient?name=a";
    let said = search(link, &[&found("match", PATIENT), &found("", OUTCOME)]);
    assert_eq!(said, ["~search-entry-mode-missing at Bundle.entry[1]"]);
    assert_eq!(search(link, &[&found("", PATIENT)]), ["~search-entry-mode-missing at Bundle"]);
    assert_eq!(search(link, &[&found("outcome", PATIENT)]), ["search-outcome-other-type at Bundle.entry[0].resource"]);
    assert!(search(link, &[&found("outcome", OUTCOME)]).is_empty());
}

#[test]
fn what_was_found_has_an_id_and_is_there() {
    let link = "https://s.nl/fhir/Patient?name=a";
    let bare = |mode: &str| format!(r#"{{"fullUrl":"https://s.nl/x","resource":{{"resourceType":"Patient"}}{mode}}}"#);
    let id_missing = ["search-resource-id-missing at Bundle.entry[0].resource"];
    assert_eq!(search(link, &[&bare(r#","search":{"mode":"match"}"#)]), id_missing);
    assert_eq!(search(link, &[&bare(r#","search":{"mode":"include"}"#)]), id_missing);
    assert!(search(link, &[&bare("")]).contains(&"~search-resource-id-missing at Bundle.entry[0].resource".to_owned()));
    let empty = r#"{"fullUrl":"https://s.nl/x","search":{"mode":"match"}}"#;
    assert_eq!(search(link, &[empty]), ["search-entry-empty at Bundle.entry[0]"]);
}

#[test]
fn the_total_counts_all_matches() {
    let other = found("match", PATIENT).replace("Patient/1", "Patient/2").replace(r#""id":"1""#, r#""id":"2""#);
    let link = "https://s.nl/fhir/Patient?name=a";
    assert_eq!(search(link, &[&found("match", PATIENT), &other]), ["~search-total-too-small at Bundle.total"]);
    assert!(search(link, &[&found("match", PATIENT), &found("include", GROUP)]).is_empty());
}

fn composition(more: &str) -> String {
    entry("https://s.nl/fhir/Composition/1", &format!(r#""resourceType":"Composition","id":"1"{more}"#))
}

fn patient(id: &str, more: &str) -> String {
    entry(&format!("https://s.nl/fhir/Patient/{id}"), &format!(r#""resourceType":"Patient","id":"{id}"{more}"#))
}

const SUBJECT: &str = r#","subject":{"reference":"Patient/1"}"#;

#[test]
fn a_document_and_a_message_begin_with_what_they_are_about() {
    assert!(said(&bundle("document", "", &[&composition(SUBJECT), &patient("1", "")])).is_empty());
    assert_eq!(said(&bundle("document", "", &[&patient("1", "")])), ["bundle-first-entry at Bundle"]);
    assert_eq!(said(r#"{"resourceType":"Bundle","type":"document"}"#), ["bundle-first-entry at Bundle"]);
    assert_eq!(said(&bundle("message", "", &[&composition("")])), ["bundle-first-entry at Bundle"]);
    let header = entry("https://s.nl/fhir/MessageHeader/1", r#""resourceType":"MessageHeader","id":"1""#);
    assert!(said(&bundle("message", "", &[&header])).is_empty());
    let stu3 = Try::default().stu3();
    let dated = r#","meta":{"lastUpdated":"2026-01-01T00:00:00Z"}"#;
    assert!(stu3.said(&ALL.concat(), &bundle("document", dated, &[&composition("")])).is_empty());
    assert_eq!(
        stu3.said(&ALL.concat(), &bundle("document", "", &[&composition("")])),
        ["bundle-document-date-missing at Bundle"]
    );
}

#[test]
fn a_document_brings_what_its_composition_refers_to() {
    let section = r#","section":[{"section":[{"entry":[{"reference":"Observation/9"}]}]}],"relatesTo":[{"code":"replaces",
        "targetReference":{"reference":"Composition/0"}}]"#;
    let said = said(&bundle("document", "", &[&composition(section)]));
    let wanted = [
        "bundle-reference-not-found at Bundle.entry[0].resource.section[0].section[0].entry[0]",
        "~bundle-reference-elsewhere at Bundle.entry[0].resource.relatesTo[0].target",
    ];
    assert_eq!(said, wanted);
}

#[test]
fn all_of_a_document_hangs_together() {
    let document = |entries: &[&str]| said(&bundle("document", "", entries));
    let first = composition(SUBJECT);
    let leading = patient("1", r#","link":[{"type":"seealso","other":{"reference":"Patient/2"}}]"#);
    assert!(document(&[&first, &leading, &patient("2", "")]).is_empty());
    assert_eq!(document(&[&first, &patient("1", ""), &patient("2", "")]), ["bundle-entry-orphan at Bundle.entry[2]"]);
    let backward = patient("2", r#","link":[{"type":"seealso","other":{"reference":"Patient/1"}}]"#);
    assert_eq!(document(&[&first, &patient("1", ""), &backward]), ["~bundle-entry-backward at Bundle.entry[2]"]);
    let provenance = entry(
        "https://s.nl/fhir/Provenance/1",
        r#""resourceType":"Provenance","id":"1","target":[{"reference":"Composition/1"}]"#,
    );
    assert!(document(&[&first, &patient("1", ""), &provenance]).is_empty());
    let header = entry("https://s.nl/fhir/MessageHeader/1", r#""resourceType":"MessageHeader","id":"1""#);
    assert_eq!(said(&bundle("message", "", &[&header, &patient("1", "")])), ["~bundle-entry-orphan at Bundle.entry[1]"]);
    let focus = entry(
        "https://s.nl/fhir/MessageHeader/1",
        r#""resourceType":"MessageHeader","id":"1","focus":[{"reference":"Patient/1"}]"#,
    );
    assert!(said(&bundle("message", "", &[&focus, &patient("1", "")])).is_empty());
    assert_eq!(said(&bundle("message", "", &[&focus])), ["bundle-reference-not-found at Bundle.entry[0].resource.focus[0]"]);
}

#[test]
fn a_large_document_takes_linear_time() {
    let time = |count: usize| {
        let sections: Vec<String> = (0..count).map(|at| format!(r#"{{"reference":"Patient/{at}"}}"#)).collect();
        let first = composition(&format!(r#","section":[{{"entry":[{}]}}]"#, sections.join(",")));
        let link =
            |at: usize| format!(r#","link":[{{"type":"seealso","other":{{"reference":"Patient/{}"}}}}]"#, (at + 1) % count);
        let mut entries = vec![first];
        entries.extend((0..count).map(|at| patient(&at.to_string(), &link(at))));
        let text = bundle("document", "", &entries.iter().map(String::as_str).collect::<Vec<_>>());
        let started = Instant::now();
        assert!(said(&text).is_empty());
        started.elapsed()
    };
    let (small, large) = (time(1_000), time(10_000));
    // Ten times as much; a square would be a hundred times.
    assert!(large < small * 30, "{small:?}, then {large:?}");
}
