//! Rules, each with what it finds and what it leaves alone.

use super::*;
use crate::agreements::published;
use crate::fhir::types;

fn codes(version: Dialect, templates: &[&str]) -> Vec<&'static str> {
    let files = published::published().expect("our own files");
    let mut file = files.into_iter().find(|file| file.version == version).expect("every version has a file");
    (file.capability, file.mentions, file.examples, file.invariants, file.noted) = Default::default();
    let table = if version.fhir() == crate::agreements::FhirVersion::R4 { types::r4() } else { types::stu3() };
    let requests: Vec<Request> =
        templates.iter().map(|template| Request { number: "x".to_owned(), template: (*template).to_owned() }).collect();
    lint(&file, &requests, &Knowledge::built_in(table))
        .iter()
        .map(|defect| defect.rule.code)
        .filter(|code| !code.starts_with("invariant"))
        .collect()
}

#[test]
fn requests_that_cannot_work_are_found_by_their_rule() {
    let table = [
        ("Consents?patient=Patient/1", "type-unknown"),
        ("Consent?patientt=Patient/1", "parameter-unknown"),
        ("Patient?name:in=x", "modifier-unfit"),
        ("Goal?category=ge2020-01-01", "comparator-unfit"),
        ("Consent?patient.colour=x", "chain-broken"),
        ("Consent?category.code=x", "chain-broken"),
        ("Procedure?_include:Procedure:encounter", "include-colon"),
        ("Procedure?_include=Procedure:code", "include-kind"),
        ("Procedure?_include=Encounter:subject", "include-source"),
        ("Procedure?_include=Procedure:encounter:Goal", "include-target"),
        ("Observation?code=http://snomed.info/sct|153851000146100,395091006", "token-system"),
        ("Goal?category=http://snomed.info/sct|1", "code-outside"),
        ("no query", "query-unreadable"),
    ];
    for (template, rule) in table {
        assert!(codes(Dialect::R4Rc2, &[template]).contains(&rule), "{template}: {rule}");
    }
}

#[test]
fn requests_that_work_are_left_alone() {
    for template in [
        "Procedure?patient=Patient/1&code=http://snomed.info/sct|713603004&_include=Procedure:encounter&_count=5",
        "Encounter?reason-reference:Procedure.code=http://snomed.info/sct|713603004&_include:iterate=Encounter:reason-reference",
        "Consent?patient:Patient.name:exact=x&_lastUpdated=ge2020-01-01",
        "Patient?name:contains=x&identifier:of-type=a|b|c&birthdate=ge2020-01-01",
    ] {
        assert_eq!(codes(Dialect::R4Rc2, &[template]), Vec::<&str>::new(), "{template}");
    }
}

#[test]
fn rules_have_one_code_each() {
    let mut codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), RULES.len());
}
