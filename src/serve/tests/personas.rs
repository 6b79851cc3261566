//! The hand-written lists of the personas against what the provider answers.

use std::collections::BTreeSet;

use super::*;
use crate::agreements::Dialect;
use crate::scenario::Persona;

/// Every query of the agreement for every persona: the URL and the two lists.
fn queries() -> Vec<(String, Persona, String)> {
    let suite = suite();
    let mut queries = Vec::new();
    for persona in &suite.personas {
        for exchange in &suite.exchanges {
            let template = &exchange.request[&Dialect::R4Rc2];
            let url = template.replace("${patient}", &persona.patient).replace("${bsn}", &persona.bsn);
            queries.push((exchange.exchange.clone(), persona.clone(), url));
        }
    }
    queries
}

fn set(ids: &[String]) -> BTreeSet<String> {
    ids.iter().cloned().collect()
}

fn assert_lists(name: &str, persona: &Persona, answer: &Answer) {
    let expected = persona.exchanges.get(name).cloned().unwrap_or_default();
    let context = format!("{name} for {}", persona.persona);
    assert_eq!(answer.status, 200, "{context}");
    assert_eq!(set(&answer.matches()), set(&expected.matches), "matches of {context}");
    assert_eq!(set(&answer.includes()), set(&expected.include), "includes of {context}");
    assert_eq!(answer.matches().len(), expected.matches.len(), "no match of {context} comes twice");
}

#[test]
fn every_query_of_the_agreement_gives_the_list_of_the_persona() {
    let responder = responder();
    for (name, persona, url) in queries() {
        assert_lists(&name, &persona, &responder.respond(&get(&url)));
    }
}

#[test]
fn every_query_gives_the_same_by_post() {
    let responder = responder();
    for (name, persona, url) in queries() {
        assert_lists(&name, &persona, &responder.respond(&post(&url)));
    }
}

#[test]
fn every_query_gives_the_same_when_all_is_encoded() {
    let responder = responder();
    for (name, persona, url) in queries() {
        let (path, query) = url.split_once('?').expect("a search has a query");
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let encoded: Vec<String> = pairs.map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
        assert_lists(&name, &persona, &responder.respond(&get(&format!("{path}?{}", encoded.join("&")))));
    }
}

#[test]
fn every_query_gives_the_same_in_xml() {
    let responder = responder();
    for (name, persona, url) in queries() {
        let answer = responder.respond(&get(&url).with("accept", "application/fhir+xml"));
        assert_eq!(answer.header("content-type"), Some("application/fhir+xml; fhirVersion=4.0"));
        assert_lists(&name, &persona, &answer);
    }
}

#[test]
fn every_query_gives_the_same_for_a_bare_id_an_absolute_reference_and_each_system_named() {
    let responder = responder();
    for (name, persona, url) in queries() {
        let typed = format!("Patient/{}", persona.patient);
        for spelling in [persona.patient.clone(), typed.clone(), format!("{BASE}/{typed}")] {
            let url = url.replace(&format!("={typed}"), &format!("={spelling}"));
            assert_lists(&name, &persona, &responder.respond(&get(&url)));
        }
    }
}

#[test]
fn pages_of_one_lead_to_the_whole_list() {
    let responder = responder();
    for (name, persona, url) in queries() {
        let mut next = Some(format!("{url}&_count=1"));
        let (mut matches, mut includes) = (Vec::new(), BTreeSet::new());
        while let Some(url) = next {
            let answer = responder.respond(&get(&url));
            assert!(answer.matches().len() <= 1);
            matches.extend(answer.matches());
            includes.extend(answer.includes());
            next = answer.link("next").map(|url| relative(&url).to_owned());
        }
        let expected = persona.exchanges.get(&name).cloned().unwrap_or_default();
        assert_eq!(matches.len(), expected.matches.len(), "{name} for {}", persona.persona);
        assert_eq!(set(&matches), set(&expected.matches));
        assert_eq!(includes, set(&expected.include));
    }
}

#[test]
fn every_resource_of_every_persona_can_be_read_in_both_formats() {
    let responder = responder();
    for persona in &suite().personas {
        for (name, text) in &persona.resources {
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
            for accept in ["application/fhir+json", "application/fhir+xml"] {
                let answer = responder.respond(&get(name).with("accept", accept));
                assert_eq!(answer.status, 200, "{name}");
                // Objects are equal in any order: XML comes in that of the type table.
                assert_eq!(value(&json::write(answer.tree().root())), value(text), "{name} as {accept}");
            }
        }
    }
}
