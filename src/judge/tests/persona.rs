//! Comparing with a persona, and the persona's own fixtures as an answer.

use super::super::testing::{Bench, consent, searchset};
use super::super::{Code, Outcome};
use crate::agreements::FhirVersion;
use crate::scenario::{Persona, Source, Suite, load};

fn directive(id: &str, status: &str, date: &str) -> String {
    format!(r#"{{"resourceType":"Consent","id":"{id}","status":"{status}","dateTime":"{date}"}}"#)
}

fn complete(expected: &[&str], found: &[&str]) -> Bench {
    let mut bench = Bench::new();
    let names: Vec<String> = (0..expected.len()).map(|index| format!("Consent/f{index}")).collect();
    let resources: Vec<_> = names.iter().map(String::as_str).zip(expected.iter().copied()).collect();
    let entries: Vec<_> = found.iter().map(|resource| ("match", *resource)).collect();
    bench.persona(&resources).step("step").expect("PZP-QRY-001", r#"{"answer":"complete"}"#).answer(200, &searchset(&entries));
    bench
}

#[test]
fn complete_is_by_key_and_never_by_id_or_order() {
    let (old, new) = (directive("x", "inactive", "2024"), directive("y", "active", "2025"));
    let (own_new, own_old) = (directive("1", "active", "2025-02-01"), directive("2", "inactive", "2024-02-01"));
    assert_eq!(complete(&[&own_new, &own_old], &[&old, &new]).result(), (Outcome::Pass, vec![]));
}

#[test]
fn complete_counts_equal_facts() {
    let twice = directive("1", "active", "2025");
    let (found, again) = (directive("x", "active", "2025"), directive("y", "active", "2025"));
    assert_eq!(complete(&[&twice, &twice], &[&found]).result(), (Outcome::Fail, vec![Code::ResourceMissing]));
    assert_eq!(complete(&[&twice], &[&found, &again]).result(), (Outcome::Fail, vec![Code::ResourceUnexpected]));
}

#[test]
fn match_that_comes_again_counts_once() {
    let (fixture, found) = (directive("1", "active", "2025"), directive("x", "active", "2025"));
    assert_eq!(complete(&[&fixture], &[&found, &found]).result(), (Outcome::Pass, vec![]));
}

#[test]
fn complete_pairs_vague_dates_so_that_all_fit() {
    // The vague one fits both; it must be left to the one that has no other.
    let (vague, exact) = (directive("x", "active", "2025"), directive("y", "active", "2025-03-01"));
    let (march, april) = (directive("1", "active", "2025-03-01"), directive("2", "active", "2025-04-01"));
    assert_eq!(complete(&[&march, &april], &[&vague, &exact]).result(), (Outcome::Pass, vec![]));
}

#[test]
fn complete_names_what_is_missing_by_fixture_and_key() {
    let bench = complete(&[&directive("mine", "active", "2025")], &[]);
    let finding = &bench.last().findings[0];
    assert_eq!(finding.subject, "Consent/mine");
    assert_eq!(finding.expected, vec!["status = active", "dateTime = 2025"]);
}

#[test]
fn complete_of_a_persona_without_anything_passes_on_an_empty_searchset() {
    assert_eq!(complete(&[], &[]).result(), (Outcome::Pass, vec![]));
    assert_eq!(complete(&[], &[&consent("a")]).result(), (Outcome::Fail, vec![Code::ResourceUnexpected]));
}

#[test]
fn match_of_another_type_is_for_search_modes_alone() {
    let patient = r#"{"resourceType":"Patient","id":"13"}"#;
    for check in [r#"{"answer":"same-patient"}"#, r#"{"answer":"only-asked"}"#, r#"{"count":{"of":"matches","max":1}}"#] {
        let mut bench = Bench::new();
        bench.step("step").expect("PZP-EX-014", check).answer(200, &searchset(&[("match", &consent("a")), ("match", patient)]));
        assert_eq!(bench.result(), (Outcome::Pass, vec![]), "{check}");
    }
}

#[test]
fn same_patient_follows_a_urn_within_the_bundle() {
    let bench = |id: &str| {
        let consent = r#"{"resourceType":"Consent","id":"a","patient":{"reference":"urn:uuid:1"}}"#;
        let body = format!(
            r#"{{"resourceType":"Bundle","type":"searchset","entry":[{{"resource":{consent},"search":{{"mode":"match"}}}},
            {{"fullUrl":"urn:uuid:1","resource":{{"resourceType":"Patient","id":"{id}"}},"search":{{"mode":"include"}}}}]}}"#
        );
        let mut bench = Bench::new();
        bench.step("step").expect("PZP-EX-014", r#"{"answer":"same-patient"}"#).answer(200, &body);
        bench
    };
    assert_eq!(bench("12").result(), (Outcome::Pass, vec![]));
    assert_eq!(bench("112").result(), (Outcome::Fail, vec![Code::PatientOther]));
}

#[test]
fn same_patient_holds_for_what_comes_along() {
    let judged = |mode: &str, along: &str| {
        let mut bench = Bench::new();
        let body = searchset(&[("match", &consent("a")), (mode, along)]);
        bench.step("step").expect("PZP-EX-014", r#"{"answer":"same-patient"}"#).answer(200, &body);
        bench.result()
    };
    let subject = |patient: &str| format!(r#"{{"resourceType":"Encounter","id":"e","subject":{{"reference":"{patient}"}}}}"#);
    let person = |id: &str, bsn: &str| {
        let identifier = format!(r#"{{"system":"http://fhir.nl/fhir/NamingSystem/bsn","value":"{bsn}"}}"#);
        format!(r#"{{"resourceType":"Patient","id":"{id}","identifier":[{identifier}]}}"#)
    };
    let right = [
        subject("Patient/12"),
        subject("Patient/12/_history/3"),
        subject("http://here/fhir/Patient/12"),
        subject("Group/9"),
        subject("http://elsewhere/Patient/9"),
        String::from(r#"{"resourceType":"Practitioner","id":"p"}"#),
        String::from(r#"{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/12"}}"#),
        person("12", "999900018"),
        person("13", "999900018"),
    ];
    for along in &right {
        assert_eq!(judged("include", along), (Outcome::Pass, vec![]), "{along}");
    }
    let contact = String::from(r#"{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/13"}}"#);
    for along in [subject("Patient/13"), subject("http://here/fhir/Patient/13/_history/1"), contact, person("13", "999900031")] {
        assert_eq!(judged("include", &along), (Outcome::Fail, vec![Code::PatientOther]), "{along}");
    }
}

#[test]
fn same_patient_knows_a_patient_by_bsn() {
    let bench = |bsn: &str| {
        let identifier = format!(r#"{{"system":"http://fhir.nl/fhir/NamingSystem/bsn","value":"{bsn}"}}"#);
        let consent = format!(r#"{{"resourceType":"Consent","id":"a","patient":{{"identifier":{identifier}}}}}"#);
        let mut bench = Bench::new();
        bench.step("step").expect("PZP-EX-014", r#"{"answer":"same-patient"}"#).answer(200, &searchset(&[("match", &consent)]));
        bench
    };
    assert_eq!(bench("999900018").result(), (Outcome::Pass, vec![]));
    assert_eq!(bench("999900031").result(), (Outcome::Fail, vec![Code::PatientOther]));
}

#[test]
fn no_patient_data_lets_the_request_come_back() {
    let patient = r#"{"resourceType":"Patient","id":"p","birthDate":"1950-03-04","name":[{"family":"Testerink"}]}"#;
    let judged = |path: &str, body: &str| {
        let mut bench = Bench::new();
        bench.persona(&[("Patient/p", patient)]).step("step").free().expect("PZP-EX-012", r#"{"answer":"no-patient-data"}"#);
        bench.answer_to(path, 401, body);
        bench.result().0
    };
    let path = "Patient?identifier=http://x%7C999900018&family=testerink";
    assert_eq!(judged(path, r#"{"message":"no Patient?identifier=http://x|999900018 for Testerink"}"#), Outcome::Pass);
    assert_eq!(judged("Patient/12", r#"{"message":"999900018"}"#), Outcome::Fail);
    assert_eq!(judged("Patient/12", r#"{"message":"born 1950-03-04"}"#), Outcome::Fail);
    assert_eq!(judged("Patient/testerink", "<html>Patient/testerink is not here</html>"), Outcome::Pass);
}

/// What each persona's exchange returns, as an answer.
fn fixtures_as_answer(suite: &Suite, persona: &Persona, exchange: &str, check: &str) -> Bench {
    let listed = &persona.exchanges[exchange];
    let matches = listed.matches.iter().map(|name| ("match", persona.resources[name].as_str()));
    let entries: Vec<_> =
        matches.chain(listed.include.iter().map(|name| ("include", persona.resources[name].as_str()))).collect();
    let kind = &suite.exchange(exchange).and_then(|exchange| exchange.answer(FhirVersion::R4)).expect("it is of R4").resource;
    let mut bench = Bench::new();
    bench.adopt(suite, persona).step("step").expect("PZP-QRY-001", check).edit().exchange = Some(exchange.to_owned());
    bench.answer_to(&format!("{kind}?x=y"), 200, &searchset(&entries));
    bench
}

#[test]
fn fixtures_of_every_persona_are_a_right_answer_to_every_exchange() {
    let suite = load(&Source::Embedded).expect("our own suite loads");
    let checks =
        ["only-asked", "complete", "includes", "same-patient", "search-modes"].map(|name| format!(r#"{{"answer":"{name}"}}"#));
    for persona in &suite.personas {
        for exchange in persona.exchanges.keys() {
            for check in &checks {
                let bench = fixtures_as_answer(&suite, persona, exchange, check);
                let last = bench.last();
                let fine = matches!(last.outcome, Outcome::Pass | Outcome::Inapplicable);
                assert!(fine, "{} {exchange} {check}: {:#?}", persona.persona, last);
            }
        }
    }
}

#[test]
fn each_fixture_of_every_persona_is_missed_when_it_is_left_out() {
    let suite = load(&Source::Embedded).expect("our own suite loads");
    for persona in &suite.personas {
        for (exchange, listed) in &persona.exchanges {
            for name in &listed.matches {
                let mut poorer = persona.clone();
                if let Some(listed) = poorer.exchanges.get_mut(exchange) {
                    listed.matches.retain(|known| known != name);
                }
                let mut bench = fixtures_as_answer(&suite, &poorer, exchange, r#"{"answer":"complete"}"#);
                bench.adopt(&suite, persona);
                assert_eq!(bench.result(), (Outcome::Fail, vec![Code::ResourceMissing]), "{name}");
            }
        }
    }
}

#[test]
fn complete_tells_a_date_that_stands_in_a_period_as_that_and_nothing_else() {
    let fixture = directive("mine", "active", "2025-02-01");
    let in_period =
        |status: &str| format!(r#"{{"resourceType":"Consent","id":"x","status":"{status}","period":{{"start":"2025-02-01"}}}}"#);
    let bench = complete(&[&fixture], &[&in_period("active")]);
    assert_eq!(bench.result(), (Outcome::Fail, vec![Code::DateInPeriod]));
    let finding = &bench.last().findings[0];
    assert_eq!(
        (finding.expected.as_slice(), finding.actual.as_slice()),
        (["dateTime = 2025-02-01".to_owned()].as_slice(), ["period.start = 2025-02-01".to_owned()].as_slice())
    );
    // With another status it is another fact.
    let other = complete(&[&fixture], &[&in_period("inactive")]);
    assert_eq!(other.result(), (Outcome::Fail, vec![Code::ResourceUnexpected, Code::ResourceMissing]));
}

#[test]
fn a_habit_counts_all_that_show_it_and_names_the_first() {
    let coded = |id: usize| {
        format!(
            r#"{{"resourceType":"Observation","id":"o{id}","code":{{"coding":[{{"system":"http://snomed.info/sct","code":"1"}},{{"system":"https://vendor.example/codes","code":"L"}}]}}}}"#
        )
    };
    let resources: Vec<String> = (0..12).map(coded).collect();
    let entries: Vec<_> = resources.iter().map(|resource| ("match", resource.as_str())).collect();
    let mut bench = Bench::new();
    bench.step("step").expect("PZP-QRY-001", r#"{"status":200}"#).answer(200, &searchset(&entries));
    let habits = bench.judge().habits;
    assert_eq!(
        habits.iter().map(|habit| (habit.finding.code, habit.count, habit.finding.actual.len())).collect::<Vec<_>>(),
        [(Code::LocalCodingBeside, 12, 10)]
    );
}
