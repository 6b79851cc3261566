//! Each cross-check: what triggers it, what comes near, and what leaves nothing
//! to compare.

use super::super::testing::{BASE, Bench, searchset};
use super::super::{Code, Outcome};
use crate::scenario::Source;

/// A bench with the exchanges of the suite, about Patient/12.
fn bench() -> Bench {
    let suite = crate::scenario::load(&Source::Embedded).expect("the suite has no mistakes");
    let mut bench = Bench::new();
    for exchange in &suite.exchanges {
        bench.exchange(&serde_json::to_string(exchange).expect("an exchange can be written"));
    }
    bench
}

/// Adds a step that asks an exchange and gets these matches and includes.
fn ask(bench: &mut Bench, exchange: &str, entries: &[(&str, &str)]) {
    bench.step(exchange);
    bench.edit().exchange = Some(exchange.to_owned());
    bench.answer_to("X?patient=12", 200, &searchset(entries));
}

fn result(bench: &mut Bench, predicate: &str) -> (Outcome, Vec<Code>) {
    bench.over_run(&format!(r#"{{"run":"{predicate}"}}"#)).result()
}

fn directive(id: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Consent","id":"{id}","patient":{{"reference":"Patient/12"}},
        "scope":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"treatment"}}]}},
        "category":[{{"coding":[{{"system":"http://snomed.info/sct","code":"129125009"}}]}}],{more}}}"#
    )
}

fn decided(id: &str, status: &str, code: &str, decision: &str) -> String {
    directive(
        id,
        &format!(r#""status":"{status}","provision":{{"type":"{decision}","code":[{{"coding":[{{"code":"{code}"}}]}}]}}"#),
    )
}

fn contradiction(one: &str, two: &str) -> (Outcome, Vec<Code>) {
    let mut bench = bench();
    ask(&mut bench, "treatment-directives", &[("match", one), ("match", two)]);
    result(&mut bench, "no-contradiction")
}

#[test]
fn active_directives_that_decide_the_opposite_contradict_each_other() {
    let (outcome, codes) = contradiction(&decided("a", "active", "1", "permit"), &decided("b", "active", "1", "deny"));
    assert_eq!((outcome, codes), (Outcome::Fail, vec![Code::DirectivesContradict]));
}

#[test]
fn ended_directive_or_another_treatment_or_the_same_decision_is_no_contradiction() {
    let one = decided("a", "active", "1", "permit");
    let ended = directive(
        "b",
        r#""status":"active","provision":{"type":"deny","period":{"end":"2025-01-01"},"code":[{"coding":[{"code":"1"}]}]}"#,
    );
    for two in [decided("b", "active", "2", "deny"), decided("b", "active", "1", "permit")] {
        assert_eq!(contradiction(&one, &two), (Outcome::Pass, vec![]), "{two}");
    }
    for two in [decided("b", "inactive", "1", "deny"), ended] {
        assert_eq!(contradiction(&one, &two), (Outcome::Inapplicable, vec![]), "{two}");
    }
}

#[test]
fn decision_in_words_overrules_the_code() {
    let words = r#""status":"active","modifierExtension":[{"valueString":"x",
        "url":"http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther"}],
        "provision":{"type":"deny","code":[{"coding":[{"code":"1"}]}]}"#;
    let (outcome, _) = contradiction(&decided("a", "active", "1", "permit"), &directive("b", words));
    assert_eq!(outcome, Outcome::Pass);
}

#[test]
fn other_treatments_are_told_apart_by_their_text() {
    let other = |id: &str, text: &str, decision: &str| {
        let provision = format!(r#"{{"type":"{decision}","code":[{{"coding":[{{"code":"OTH"}}],"text":"{text}"}}]}}"#);
        directive(id, &format!(r#""status":"active","provision":{provision}"#))
    };
    let same = contradiction(&other("a", "tube  feeding", "permit"), &other("b", "Tube feeding", "deny"));
    assert_eq!(same.1, vec![Code::DirectivesContradict]);
    assert_eq!(contradiction(&other("a", "tube feeding", "permit"), &other("b", "dialysis", "deny")).1, vec![]);
}

fn talk(performed: &str, start: &str, directive_date: Option<&str>) -> (Outcome, Vec<Code>) {
    let procedure = format!(
        r#"{{"resourceType":"Procedure","id":"p","status":"completed","subject":{{"reference":"Patient/12"}},
        "code":{{"coding":[{{"system":"http://snomed.info/sct","code":"713603004"}}]}},
        "performedDateTime":"{performed}","encounter":{{"reference":"Encounter/e"}}}}"#
    );
    let encounter = format!(r#"{{"resourceType":"Encounter","id":"e","period":{{"start":"{start}"}}}}"#);
    let mut bench = bench();
    ask(&mut bench, "procedures", &[("match", &procedure), ("include", &encounter)]);
    let consent = directive_date.map(|date| directive("c", &format!(r#""status":"active","dateTime":"{date}""#)));
    let entries: Vec<_> = consent.iter().map(|consent| ("match", consent.as_str())).collect();
    ask(&mut bench, "treatment-directives", &entries);
    result(&mut bench, "talk-dates")
}

#[test]
fn talk_with_two_dates_is_told() {
    assert_eq!(talk("2025-09-18", "2025-09-25T10:00:00+02:00", None), (Outcome::Fail, vec![Code::TalkDatesDiffer]));
    assert_eq!(talk("2025-09-18", "2025-09-18", Some("2025-09-20")), (Outcome::Fail, vec![Code::TalkDatesDiffer]));
}

#[test]
fn coarser_date_and_midnight_elsewhere_are_no_difference() {
    assert_eq!(talk("2025-09", "2025-09-18T14:00:00+02:00", Some("2025-09-18")), (Outcome::Pass, vec![]));
    assert_eq!(talk("2025-09-19T00:30:00+02:00", "2025-09-18T22:30:00Z", None), (Outcome::Pass, vec![]));
}

#[test]
fn contact_whom_nothing_refers_to_is_unreachable() {
    let related = |id: &str| format!(r#"{{"resourceType":"RelatedPerson","id":"{id}","patient":{{"reference":"Patient/12"}}}}"#);
    let reach = |refers_to: &str| {
        let actor = format!(r#""status":"active","provision":{{"actor":[{{"reference":{{"reference":"{refers_to}"}}}}]}}"#);
        let mut bench = bench();
        for exchange in ["procedures", "encounters", "advance-directives", "inform-relatives-requests"] {
            ask(&mut bench, exchange, &[]);
        }
        ask(&mut bench, "treatment-directives", &[("match", &directive("c", &actor))]);
        bench.step("contacts").free();
        if let crate::plan::Action::Send(template) = &mut bench.edit().action {
            template.path = String::from("RelatedPerson");
        }
        bench.answer_to("RelatedPerson?patient=12", 200, &searchset(&[("match", &related("1"))]));
        result(&mut bench, "contacts-reachable")
    };
    assert_eq!(reach("RelatedPerson/1"), (Outcome::Pass, vec![]));
    assert_eq!(reach(&format!("{BASE}/RelatedPerson/1")), (Outcome::Pass, vec![]));
    assert_eq!(reach("RelatedPerson/11"), (Outcome::Fail, vec![Code::ContactUnreachable]));
}

#[test]
fn contacts_are_not_judged_where_the_server_does_not_list_them() {
    let mut bench = bench();
    ask(&mut bench, "procedures", &[]);
    assert_eq!(result(&mut bench, "contacts-reachable"), (Outcome::Inapplicable, vec![]));
}

fn icd(text: &str, devices: &[(&str, &str)]) -> (Outcome, Vec<Code>) {
    let consent =
        directive("c", &format!(r#""status":"active","provision":{{"code":[{{"coding":[{{"code":"OTH"}}],"text":"{text}"}}]}}"#));
    let mut bench = bench();
    ask(&mut bench, "treatment-directives", &[("match", &consent)]);
    ask(&mut bench, "medical-devices", devices);
    result(&mut bench, "icd-present")
}

#[test]
fn switching_off_an_icd_needs_an_icd() {
    assert_eq!(icd("x (SNOMED CT - 400231000146108)", &[]), (Outcome::Fail, vec![Code::IcdMissing]));
    assert_eq!(icd("dialysis", &[]), (Outcome::Inapplicable, vec![]));
    let device =
        r#"{"resourceType":"Device","id":"d","type":{"coding":[{"system":"http://snomed.info/sct","code":"72506001"}]}}"#;
    let used = r#"{"resourceType":"DeviceUseStatement","id":"u","subject":{"reference":"Patient/12"},"device":{"reference":"Device/d"}}"#;
    assert_eq!(icd("400231000146108", &[("match", used), ("include", device)]), (Outcome::Pass, vec![]));
}

#[test]
fn icd_is_not_missing_when_the_query_for_it_failed() {
    let mut bench = bench();
    let consent = directive("c", r#""status":"active","provision":{"code":[{"text":"400231000146108"}]}"#);
    ask(&mut bench, "treatment-directives", &[("match", &consent)]);
    bench.step("medical-devices");
    bench.edit().exchange = Some(String::from("medical-devices"));
    bench.answer_to("X?patient=12", 500, "");
    assert_eq!(result(&mut bench, "icd-present"), (Outcome::Untested, vec![]));
}

fn euthanasia(position: Option<&str>, will: Option<&str>) -> (Outcome, Vec<Code>) {
    let observation = position.map(|code| {
        format!(
            r#"{{"resourceType":"Observation","id":"o","status":"final","subject":{{"reference":"Patient/12"}},
            "code":{{"coding":[{{"system":"http://snomed.info/sct","code":"340171000146104"}}]}},
            "valueCodeableConcept":{{"coding":[{{"code":"{code}"}}]}}}}"#
        )
    });
    let consent = will.map(|code| advance(&format!(r#""code":[{{"coding":[{{"code":"{code}"}}]}}]"#)));
    let mut bench = bench();
    ask(&mut bench, "observations", &observation.iter().map(|one| ("match", one.as_str())).collect::<Vec<_>>());
    ask(&mut bench, "advance-directives", &consent.iter().map(|one| ("match", one.as_str())).collect::<Vec<_>>());
    result(&mut bench, "euthanasia-agrees")
}

fn advance(provision: &str) -> String {
    format!(
        r#"{{"resourceType":"Consent","id":"w","status":"active","patient":{{"reference":"Patient/12"}},
        "scope":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"adr"}}]}},
        "category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/consentcategorycodes","code":"acd"}}]}}],
        "provision":{{{provision}}}}}"#
    )
}

#[test]
fn position_and_will_on_euthanasia_go_together_both_ways() {
    assert_eq!(euthanasia(Some("340181000146102"), Some("EUD")), (Outcome::Pass, vec![]));
    assert_eq!(euthanasia(Some("340181000146102"), Some("NR")), (Outcome::Fail, vec![Code::EuthanasiaDiffers]));
    assert_eq!(euthanasia(Some("UNK"), Some("EU")), (Outcome::Fail, vec![Code::EuthanasiaDiffers]));
    assert_eq!(euthanasia(None, Some("EU")), (Outcome::Inapplicable, vec![]));
    assert_eq!(euthanasia(Some("UNK"), None), (Outcome::Inapplicable, vec![]));
}

fn representative(system: &str, code: &str) -> (Outcome, Vec<Code>) {
    let actor = r#""actor":[{"role":{"coding":[{"code":"RESPRSN"}]},"reference":{"reference":"RelatedPerson/r"}}]"#;
    let related = format!(
        r#"{{"resourceType":"RelatedPerson","id":"r","relationship":[{{"coding":[{{"system":"{system}","code":"{code}"}}]}}]}}"#
    );
    let mut bench = bench();
    ask(&mut bench, "advance-directives", &[("match", &advance(actor)), ("include", &related)]);
    result(&mut bench, "representative-role")
}

#[test]
fn representative_has_role_24_of_the_list_of_roles() {
    let roles = "urn:oid:2.16.840.1.113883.2.4.3.11.22.472";
    assert_eq!(representative(roles, "24"), (Outcome::Pass, vec![]));
    assert_eq!(representative(roles, "01"), (Outcome::Fail, vec![Code::RoleMissing]));
    assert_eq!(representative("urn:oid:1.2.3", "24"), (Outcome::Fail, vec![Code::RoleMissing]));
}

fn request(status: &str, authored: &str, more: &str) -> (Outcome, Vec<Code>) {
    let request = format!(
        r#"{{"resourceType":"CommunicationRequest","id":"q","status":"{status}","subject":{{"reference":"Patient/12"}},
        "category":[{{"coding":[{{"system":"http://snomed.info/sct","code":"223449006"}}]}}],"authoredOn":"{authored}"{more}}}"#
    );
    let mut bench = bench();
    ask(&mut bench, "inform-relatives-requests", &[("match", &request)]);
    result(&mut bench, "request-dates")
}

#[test]
fn completed_request_was_made_before_the_run_and_before_it_happened() {
    let occurrence = r#","occurrenceDateTime":"2025-05-01""#;
    assert_eq!(request("completed", "2025-05-01", occurrence), (Outcome::Pass, vec![]));
    assert_eq!(request("completed", "2025-05-02", occurrence), (Outcome::Fail, vec![Code::RequestDatesWrong]));
    assert_eq!(request("completed", "2025-12-01", ""), (Outcome::Fail, vec![Code::RequestDatesWrong]));
    assert_eq!(request("active", "2025-12-01", ""), (Outcome::Inapplicable, vec![]));
}
