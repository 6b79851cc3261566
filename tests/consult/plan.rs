//! Reading a plan from records, without a server: what a reader must not overlook.

use serde_json::{Value, json};
use toets::agreements::FhirVersion;
use toets::consult::plan::{CarePlan, Item, SectionKind, read};
use toets::consult::records::Records;
use toets::fhir::json as fhir_json;
use toets::fhir::types::r4;

/// The plan of what these exchanges found.
fn plan(found: &[(&str, Value)]) -> CarePlan {
    let mut records = Records::new("p", "http://127.0.0.1/fhir", FhirVersion::R4);
    for (exchange, resource) in found {
        let tree = fhir_json::read(resource.to_string().as_bytes(), r4()).expect("it is a resource");
        let name = records.keep(tree.root(), None);
        records.answers.entry((*exchange).to_owned()).or_default().matches.push(name);
    }
    read(&records)
}

fn items(plan: &CarePlan, kind: SectionKind) -> &[Item] {
    &plan.sections.iter().find(|section| section.kind == kind).expect("every section is there").items
}

fn directive(id: &str, change: impl FnOnce(&mut Value)) -> (&'static str, Value) {
    let mut consent = json!({
        "resourceType": "Consent", "id": id, "status": "active",
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment" }] },
        "category": [{ "coding": [{ "system": "http://snomed.info/sct", "code": "129125009" }] }],
        "patient": { "reference": "Patient/p" }, "dateTime": "2026-01-01",
        "provision": { "type": "deny", "code": [{ "coding": [{ "system": "http://snomed.info/sct", "code": "89666000" }] }] }
    });
    change(&mut consent);
    ("treatment-directives", consent)
}

fn warned(item: &Item, words: &str) -> bool {
    item.warnings.iter().any(|warning| warning.en.contains(words))
}

#[test]
fn directives_that_differ_contradict_each_other_only_while_both_hold() {
    let permit = |consent: &mut Value| consent["provision"]["type"] = json!("permit");
    let both = plan(&[directive("a", |_| {}), directive("b", permit)]);
    assert!(items(&both, SectionKind::TreatmentDirectives).iter().all(|item| warned(item, "CONTRADICTION")));
    let ended = plan(&[
        directive("a", |_| {}),
        directive("b", |consent| {
            permit(consent);
            consent["status"] = json!("inactive");
        }),
    ]);
    assert!(!items(&ended, SectionKind::TreatmentDirectives).iter().any(|item| warned(item, "CONTRADICTION")));
    let same = plan(&[directive("a", |_| {}), directive("b", |_| {})]);
    assert!(!items(&same, SectionKind::TreatmentDirectives).iter().any(|item| warned(item, "CONTRADICTION")));
}

#[test]
fn what_changes_the_meaning_of_a_decision_is_never_lost() {
    let url = "http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther";
    let absent = json!([{ "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked" }]);
    let masked = plan(&[directive("a", |consent| {
        consent["modifierExtension"] = json!([{ "url": url, "_valueString": { "extension": absent } }]);
    })]);
    let item = &items(&masked, SectionKind::TreatmentDirectives)[0];
    assert!(warned(item, "do not rely on the decision") && item.missing.iter().any(|missing| missing.nl.contains("afgeschermd")));
    let nested = plan(&[directive("a", |consent| consent["provision"]["provision"] = json!([{ "type": "permit" }]))]);
    assert!(warned(&items(&nested, SectionKind::TreatmentDirectives)[0], "exceptions"));
    let deep = plan(&[directive("a", |consent| {
        consent["provision"]["modifierExtension"] = json!([{ "url": "http://example.org/not", "valueBoolean": true }]);
    })]);
    assert!(warned(&items(&deep, SectionKind::TreatmentDirectives)[0], "http://example.org/not"));
    let two = plan(&[directive("a", |consent| {
        let icu = json!({ "coding": [{ "system": "http://snomed.info/sct", "code": "305351004" }] });
        consent["provision"]["code"].as_array_mut().expect("it is a list").push(icu);
    })]);
    assert_eq!(items(&two, SectionKind::TreatmentDirectives)[0].title.nl, "Reanimatie; Opname op intensive care");
}

#[test]
fn a_code_without_its_system_is_not_put_into_our_words() {
    let local = plan(&[directive("a", |consent| {
        consent["provision"]["code"][0] =
            json!({ "coding": [{ "system": "http://example.org", "code": "89666000", "display": "Something local" }] });
    })]);
    assert_eq!(items(&local, SectionKind::TreatmentDirectives)[0].title.en, "Something local");
}

#[test]
fn a_form_that_decides_otherwise_than_what_holds_is_told() {
    let form = |code: &str| {
        json!({
            "resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "authored": "2026-02-01",
            "questionnaire": "https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020|1.0.0-rc2",
            "subject": { "reference": "Patient/p" },
            "item": [{ "linkId": "83", "item": [{ "linkId": "1409", "item": [{ "linkId": "1386", "answer": [{ "valueCoding": {
                "system": "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.25.1", "code": code } }] }] }] }]
        })
    };
    for (code, differs) in [("0", true), ("2", false)] {
        let plan = plan(&[directive("a", |_| {}), ("questionnaire-responses", form(code))]);
        assert_eq!(warned(&items(&plan, SectionKind::Form)[0], "CONTRADICTION"), differs, "{code}");
    }
}

#[test]
fn a_conversation_that_is_dated_twice_is_told() {
    let talk = |performed: &str| {
        plan(&[
            (
                "encounters",
                json!({ "resourceType": "Encounter", "id": "e", "status": "finished", "class": { "code": "AMB" },
                "subject": { "reference": "Patient/p" }, "period": { "start": "2026-01-02T10:00:00+01:00" },
                "reasonReference": [{ "reference": "Procedure/t" }] }),
            ),
            (
                "procedures",
                json!({ "resourceType": "Procedure", "id": "t", "status": "completed", "subject": { "reference": "Patient/p" },
                "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "713603004" }] }, "performedDateTime": performed }),
            ),
        ])
    };
    for (performed, differs) in [("2026-01-02", false), ("2026-01", false), ("2026-01-03", true)] {
        let plan = talk(performed);
        let items = items(&plan, SectionKind::Conversations);
        assert_eq!(items.len(), 1);
        assert_eq!(warned(&items[0], "CONTRADICTION"), differs, "{performed}");
    }
}

#[test]
fn what_is_no_part_of_the_plan_is_counted() {
    let plan = plan(&[directive("a", |consent| consent["scope"]["coding"][0]["code"] = json!("research"))]);
    let section = plan.sections.iter().find(|section| section.kind == SectionKind::TreatmentDirectives).expect("it is there");
    assert_eq!((section.items.len(), section.left_out), (0, 1));
}
