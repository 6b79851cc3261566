//! The predicates about filled-in forms, and `form-agrees`: what triggers each
//! code, and what nearly does.

use super::super::testing::{Bench, searchset};
use super::super::{Code, Outcome};
use crate::scenario::{Source, load};

const CANONICAL: &str = "https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020";
const DECISIONS: &str = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.25.1";

/// A form of a day with these items.
fn form(day: &str, items: &str) -> String {
    format!(
        r#"{{"resourceType":"QuestionnaireResponse","id":"f-{day}","questionnaire":"{CANONICAL}","status":"completed",
        "subject":{{"reference":"Patient/12"}},"authored":"{day}T12:00:00Z",
        "item":[{{"linkId":"963","answer":[{{"valueDateTime":"{day}"}}]}},{items}]}}"#
    )
}

/// The decision about resuscitation, with what hangs on it.
fn decision(code: &str, more: &str) -> String {
    format!(
        r#"{{"linkId":"83","item":[{{"linkId":"1409","item":[{{"linkId":"1410","answer":[{{"valueCoding":
        {{"system":"http://snomed.info/sct","code":"89666000"}}}}]}},{{"linkId":"1386","answer":[{{"valueCoding":
        {{"system":"{DECISIONS}","code":"{code}"}}{more}}}]}}]}}]}}"#
    )
}

fn judged(predicate: &str, items: &str) -> (Outcome, Vec<Code>) {
    let mut bench = Bench::new();
    let check = format!(r#"{{"answer":"{predicate}"}}"#);
    bench.step("forms").expect("PZP-EX-010", &check);
    bench.edit().exchange = Some(String::from("questionnaire-responses"));
    let suite = load(&Source::Embedded).expect("the suite has no mistakes");
    let exchange = suite.exchange("questionnaire-responses").expect("the suite has it");
    bench.exchange(&serde_json::to_string(exchange).expect("an exchange can be written"));
    bench.answer_to("QuestionnaireResponse?subject=12", 200, &searchset(&[("match", &form("2025-05-01", items))])).result()
}

#[test]
fn form_items_finds_what_the_form_does_not_have_and_leaves_options_to_others() {
    assert_eq!(judged("form-items", &decision("2", "")), (Outcome::Pass, vec![]));
    assert_eq!(judged("form-items", &decision("9", "")), (Outcome::Pass, vec![]));
    assert_eq!(judged("form-items", r#"{"linkId":"nothing"}"#), (Outcome::Fail, vec![Code::FormItemWrong]));
    let typed = r#"{"linkId":"967","answer":[{"valueString":"1943"}]}"#;
    assert_eq!(judged("form-items", typed), (Outcome::Fail, vec![Code::FormItemWrong]));
}

#[test]
fn form_options_takes_both_spellings_of_a_role() {
    let role = |code: &str| {
        format!(
            r#"{{"linkId":"78","item":[{{"linkId":"997","answer":[{{"valueCoding":
            {{"system":"urn:oid:2.16.840.1.113883.2.4.3.11.22.472","code":"{code}"}}}}]}}]}}"#
        )
    };
    for code in ["03", "3"] {
        assert_eq!(judged("form-options", &role(code)), (Outcome::Pass, vec![]), "{code}");
    }
    assert_eq!(judged("form-options", &role("77")), (Outcome::Fail, vec![Code::FormOptionUnknown]));
    assert_eq!(judged("form-options", &decision("9", "")), (Outcome::Fail, vec![Code::FormOptionUnknown]));
}

#[test]
fn form_conditions_finds_what_is_hidden_and_what_is_not_specified() {
    let how = r#","item":[{"linkId":"1001","answer":[{"valueString":"for a day"}]}]"#;
    assert_eq!(judged("form-conditions", &decision("1", how)), (Outcome::Pass, vec![]));
    assert_eq!(judged("form-conditions", &decision("1", "")), (Outcome::Fail, vec![Code::FormSpecificationMissing]));
    assert_eq!(judged("form-conditions", &decision("2", how)), (Outcome::Fail, vec![Code::FormItemHidden]));
    assert_eq!(judged("form-conditions", &decision("2", "")), (Outcome::Pass, vec![]));
}

#[test]
fn form_presets_finds_one_that_is_left_out_of_a_group_that_is_there() {
    assert_eq!(judged("form-presets", &decision("2", "")), (Outcome::Pass, vec![]));
    let without = decision("2", "").replace("1410", "x").replace(r#"{"linkId":"x","#, r#"{"linkId":"1386x","#);
    assert_eq!(judged("form-presets", &without), (Outcome::Fail, vec![Code::FormPresetLost]));
}

#[test]
fn form_topics_finds_each_question_without_an_answer() {
    let (outcome, codes) = judged("form-topics", &decision("2", ""));
    assert_eq!(outcome, Outcome::Fail);
    assert!(codes.len() > 5 && codes.iter().all(|code| *code == Code::FormTopicOpen), "{codes:?}");
    let (_, fewer) =
        judged("form-topics", r#"{"linkId":"119","item":[{"linkId":"1201","answer":[{"valueCoding":{"code":"x"}}]}]}"#);
    let (_, all) = judged("form-topics", r#"{"linkId":"119"}"#);
    assert_eq!(fewer.len() + 1, all.len());
}

#[test]
fn a_form_that_is_not_to_be_had_cannot_be_judged() {
    let mut bench = Bench::new();
    bench.step("forms").expect("PZP-EX-010", r#"{"answer":"form-items"}"#);
    let other = form("2025-05-01", &decision("2", "")).replace(CANONICAL, &format!("{CANONICAL}|9.9"));
    bench.edit().exchange = Some(String::from("questionnaire-responses"));
    let suite = load(&Source::Embedded).expect("the suite has no mistakes");
    bench.exchange(&serde_json::to_string(suite.exchange("questionnaire-responses").expect("it has")).expect("written"));
    bench.answer_to("QuestionnaireResponse?subject=12", 200, &searchset(&[("match", &other)]));
    assert_eq!(bench.result(), (Outcome::CantTell, vec![]));
}

/// A directive about resuscitation.
fn directive(day: &str, decided: &str) -> String {
    format!(
        r#"{{"resourceType":"Consent","id":"c-{day}","status":"active","patient":{{"reference":"Patient/12"}},"dateTime":"{day}",
        "scope":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"treatment"}}]}},
        "category":[{{"coding":[{{"system":"http://snomed.info/sct","code":"129125009"}}]}}],
        "provision":{{"type":"{decided}","code":[{{"coding":[{{"system":"http://snomed.info/sct","code":"89666000"}}]}}]}}}}"#
    )
}

fn agreement(forms: &[&str], directives: &[&str]) -> (Outcome, Vec<Code>) {
    bench(forms, directives).over_run(r#"{"run":"form-agrees"}"#).result()
}

fn bench(forms: &[&str], directives: &[&str]) -> Bench {
    let suite = load(&Source::Embedded).expect("the suite has no mistakes");
    let mut bench = Bench::new();
    for exchange in &suite.exchanges {
        bench.exchange(&serde_json::to_string(exchange).expect("an exchange can be written"));
    }
    for (exchange, resources) in [("questionnaire-responses", forms), ("treatment-directives", directives)] {
        bench.step(exchange);
        bench.edit().exchange = Some(exchange.to_owned());
        let entries: Vec<(&str, &str)> = resources.iter().map(|resource| ("match", *resource)).collect();
        bench.answer_to("X?patient=12", 200, &searchset(&entries));
    }
    bench
}

#[test]
fn form_agrees_holds_a_form_against_the_resources_of_its_day() {
    let form = form("2025-05-01", &decision("2", ""));
    assert_eq!(agreement(&[&form], &[&directive("2025-05-01", "deny")]), (Outcome::Pass, vec![]));
    assert_eq!(agreement(&[&form], &[&directive("2025-05-01", "permit")]), (Outcome::Fail, vec![Code::FormDiffers]));
    // An older one says nothing about a day that has its own.
    let both = [&*directive("2025-05-01", "deny"), &*directive("2024-01-01", "permit")];
    assert_eq!(agreement(&[&form], &both), (Outcome::Pass, vec![]));
}

#[test]
fn form_agrees_holds_the_newest_form_against_what_is_in_force_and_an_older_one_against_nothing() {
    let (newest, older) = (form("2025-05-01", &decision("2", "")), form("2023-05-01", &decision("2", "")));
    let permitted = directive("2024-01-01", "permit");
    assert_eq!(agreement(&[&newest], &[&permitted]), (Outcome::Fail, vec![Code::FormDiffers]));
    let (outcome, codes) = agreement(&[&older, &form("2025-05-01", &decision("0", ""))], &[&permitted]);
    assert_eq!((outcome, codes), (Outcome::Pass, vec![]));
    assert_eq!(agreement(&[&newest], &[&directive("2026-01-01", "permit")]).0, Outcome::Inapplicable);
}

#[test]
fn form_agrees_holds_what_the_patient_can_decide_against_the_form_of_the_last_talk_only() {
    let form = form("2025-05-01", r#"{"linkId":"1406","answer":[{"valueCoding":{"system":"x","code":"1"}}]}"#);
    let patient = r#"{"resourceType":"Patient","id":"12","extension":[{
        "url":"https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ext-Patient.LegallyCapableMedicalTreatmentDecisions",
        "extension":[{"url":"legallyCapable","valueBoolean":false}]}]}"#;
    let with_talk_of = |day: &str| {
        let mut bench = bench(&[&form], &[&directive(day, "deny")]);
        bench.step("patient").answer_to("Patient/12", 200, patient);
        bench.over_run(r#"{"run":"form-agrees"}"#).result()
    };
    assert_eq!(with_talk_of("2025-05-01"), (Outcome::Fail, vec![Code::FormDiffers]));
    assert_eq!(with_talk_of("2025-05"), (Outcome::Fail, vec![Code::FormDiffers]));
    // There was a talk since, of which no form was shown.
    assert_eq!(with_talk_of("2025-09-18").0, Outcome::Inapplicable);
}
