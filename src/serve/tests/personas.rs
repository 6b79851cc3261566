//! The hand-written lists of the personas against what the provider answers.

use std::collections::BTreeSet;

use super::*;
use crate::agreements::Dialect;
use crate::scenario::{Persona, PersonaExchange};

/// A query of the agreement for a persona, in a version of FHIR.
struct Asked {
    name: String,
    persona: Persona,
    url: String,
    fhir: FhirVersion,
}

impl Asked {
    fn responder(&self) -> &'static Responder {
        match self.fhir {
            FhirVersion::R4 => responder(),
            FhirVersion::Stu3 => stu3_responder(),
        }
    }

    fn expected(&self) -> PersonaExchange {
        self.persona.exchange(self.fhir, &self.name).cloned().unwrap_or_default()
    }

    fn assert_lists(&self, answer: &Answer) {
        let expected = self.expected();
        let context = format!("{} for {} in {}", self.name, self.persona.persona, self.fhir.name());
        assert_eq!(answer.status, 200, "{context}");
        assert_eq!(set(&answer.matches()), set(&expected.matches), "matches of {context}");
        assert_eq!(set(&answer.includes()), set(&expected.include), "includes of {context}");
        assert_eq!(answer.matches().len(), expected.matches.len(), "no match of {context} comes twice");
    }
}

/// Every query of the agreement for every persona, as it is sent.
fn queries() -> Vec<Asked> {
    let suite = suite();
    let mut queries = Vec::new();
    for (fhir, dialect) in [(FhirVersion::R4, Dialect::R4Rc2), (FhirVersion::Stu3, Dialect::Stu3Rc2)] {
        for (persona, exchange) in suite.personas.iter().flat_map(|one| suite.exchanges.iter().map(move |other| (one, other))) {
            let template = exchange.sent(dialect).expect("the version has every exchange");
            let url = template.replace("${patient}", &persona.patient).replace("${bsn}", &persona.bsn);
            queries.push(Asked { name: exchange.exchange.clone(), persona: persona.clone(), url, fhir });
        }
    }
    queries
}

fn set(ids: &[String]) -> BTreeSet<String> {
    ids.iter().cloned().collect()
}

#[test]
fn every_query_of_the_agreement_gives_the_list_of_the_persona() {
    for asked in queries() {
        let (responder, url) = (asked.responder(), &asked.url);
        asked.assert_lists(&responder.respond(&get(url)));
    }
}

#[test]
fn every_query_gives_the_same_by_post() {
    for asked in queries() {
        let (responder, url) = (asked.responder(), &asked.url);
        asked.assert_lists(&responder.respond(&post(url)));
    }
}

#[test]
fn every_query_gives_the_same_when_all_is_encoded() {
    for asked in queries() {
        let (responder, url) = (asked.responder(), &asked.url);
        let (path, query) = url.split_once('?').expect("a search has a query");
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let encoded: Vec<String> = pairs.map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
        asked.assert_lists(&responder.respond(&get(&format!("{path}?{}", encoded.join("&")))));
    }
}

#[test]
fn every_query_gives_the_same_in_xml() {
    for asked in queries() {
        let (responder, url) = (asked.responder(), &asked.url);
        let answer = responder.respond(&get(url).with("accept", "application/fhir+xml"));
        let media_type = format!("application/fhir+xml; fhirVersion={}", asked.fhir.short());
        assert_eq!(answer.header("content-type"), Some(&*media_type));
        asked.assert_lists(&answer);
    }
}

#[test]
fn every_query_gives_the_same_for_a_bare_id_an_absolute_reference_and_each_system_named() {
    for asked in queries() {
        let (responder, persona, url) = (asked.responder(), &asked.persona, &asked.url);
        let typed = format!("Patient/{}", persona.patient);
        for spelling in [persona.patient.clone(), typed.clone(), format!("{BASE}/{typed}")] {
            let url = url.replace(&format!("={typed}"), &format!("={spelling}"));
            asked.assert_lists(&responder.respond(&get(&url)));
        }
    }
}

#[test]
fn pages_of_one_lead_to_the_whole_list() {
    for asked in queries() {
        let (responder, persona, url) = (asked.responder(), &asked.persona, &asked.url);
        let mut next = Some(format!("{url}&_count=1"));
        let (mut matches, mut includes) = (Vec::new(), BTreeSet::new());
        while let Some(url) = next {
            let answer = responder.respond(&get(&url));
            assert!(answer.matches().len() <= 1);
            matches.extend(answer.matches());
            includes.extend(answer.includes());
            next = answer.link("next").map(|url| relative(&url).to_owned());
        }
        let expected = asked.expected();
        assert_eq!(matches.len(), expected.matches.len(), "{} for {}", asked.name, persona.persona);
        assert_eq!(set(&matches), set(&expected.matches));
        assert_eq!(includes, set(&expected.include));
    }
}

#[test]
fn every_resource_of_every_persona_can_be_read_in_both_formats() {
    for (fhir, responder) in [(FhirVersion::R4, responder()), (FhirVersion::Stu3, stu3_responder())] {
        for (name, text) in suite().personas.iter().flat_map(|persona| persona.resources(fhir)) {
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
            for accept in ["application/fhir+json", "application/fhir+xml"] {
                let answer = responder.respond(&get(name).with("accept", accept));
                assert_eq!(answer.status, 200, "{name}");
                // Objects are equal in any order: XML comes in that of the type table.
                let read = answer.tree_in(fhir);
                assert_eq!(value(&json::write(read.root())), value(text), "{name} as {accept} in {}", fhir.name());
            }
        }
    }
}
