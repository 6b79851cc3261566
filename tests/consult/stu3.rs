//! A server of STU3: the queries of that version, and its resources shown.

use serde_json::{Value, json};
use toets::agreements::{Dialect, FhirVersion};
use toets::consult::print;
use toets::text::Language;
use wiremock::Request;

use super::servers::{base, resource, searches, searchset};
use super::{consulted, exchanges, is, settings};

const ZIB: &str = "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective";

fn directive() -> Value {
    json!({
        "resourceType": "Consent", "id": "c", "status": "active",
        "category": [{ "coding": [{ "system": "http://snomed.info/sct", "code": "11291000146105" }] }],
        "patient": { "reference": "Patient/p" },
        "extension": [
            { "url": format!("{ZIB}-Verification"), "extension": [
                { "url": "Verified", "valueBoolean": true }, { "url": "VerificationDate", "valueDateTime": "2026-02-03" }] },
            { "url": format!("{ZIB}-Treatment"), "valueCodeableConcept": { "coding": [{ "system": "http://snomed.info/sct", "code": "89666000" }] } }],
        "modifierExtension": [{ "url": format!("{ZIB}-TreatmentPermitted"), "valueCodeableConcept": {
            "coding": [{ "system": "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4", "code": "JA_MAAR", "display": "Ja, maar met beperkingen" }] } }],
        "consentingParty": [{ "reference": "Practitioner/d" }],
        "except": [{ "type": "deny", "extension": [{ "url": format!("{ZIB}-Restrictions"), "valueString": "Alleen thuis" }] }],
        "sourceAttachment": { "title": "x" }
    })
}

fn wish() -> Value {
    json!({
        "resourceType": "Observation", "id": "o", "status": "final", "subject": { "reference": "Patient/p" },
        "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "395091006" }] },
        "effectiveDateTime": "2026-02-03", "comment": "Met uitzicht op zee",
        "valueCodeableConcept": { "coding": [{ "system": "http://snomed.info/sct", "code": "264362003" }] }
    })
}

#[tokio::test]
async fn stu3_is_asked_and_shown() {
    let server = searches(|request: &Request| match request.url.path() {
        "/fhir/Consent" if request.url.query().is_some_and(|query| query.contains("11291000146105")) => {
            searchset(&[directive()], None)
        }
        "/fhir/Observation" => searchset(&[wish()], None),
        "/fhir/Practitioner/d" => {
            resource(&json!({ "resourceType": "Practitioner", "id": "d", "name": [{ "family": "Dokter", "given": ["Dirk"] }] }))
        }
        _ => searchset(&[], None),
    })
    .await;
    let mut settings = settings(&base(&server), "p");
    settings.fhir = FhirVersion::Stu3;
    let outcome = consulted(&settings).await;
    assert!(outcome.incomplete.is_empty(), "{:?}", outcome.incomplete);
    for name in exchanges() {
        let asked = outcome.asked.iter().find(|asked| asked.exchange.as_deref() == Some(name)).expect("it is asked");
        let below = asked.url.replace(&format!("{}/", base(&server)), "");
        assert!(is(name, &below, Dialect::Stu3Rc2), "{name}: {below}");
    }
    let text = print::text(&outcome.plan, Language::Nl, |_| None);
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("`{words}` is not in\n{text}"));
    assert!(at("SPECIFICATIE: Alleen thuis") < at("Anders: zoals gespecificeerd"));
    for words in ["2026-02-03  Reanimatie  [geldt]", "Dirk Dokter", "Waarde: thuis", "Met uitzicht op zee"] {
        at(words);
    }
    assert!(!text.contains("niet bekend is"), "{text}");
}
