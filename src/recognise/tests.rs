//! The rules of 3.7 row by row, near misses, and what holds for every spelling.

mod chance;
mod versions;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::*;
use crate::agreements::Dialect;
use crate::fhir::search::Query;
use crate::scenario::{Source, Suite, TransactionGroup, load};

const BASE: &str = "https://provider.example/fhir";
const SCT: &str = "http://snomed.info/sct";
const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";

fn suite() -> &'static Suite {
    static SUITE: OnceLock<Suite> = OnceLock::new();
    SUITE.get_or_init(|| load(&Source::Embedded).expect("the suite of the house is right"))
}

fn recogniser(claimed: Dialect) -> Recogniser {
    Recogniser::new(&suite().exchanges, claimed)
}

fn rc2() -> Recogniser {
    recogniser(Dialect::R4Rc2)
}

fn get(recogniser: &Recogniser, below: &str) -> Recognised {
    let below = below.replace("SCT", SCT).replace("SCOPE", SCOPE);
    recogniser.recognise(&Asked::get(&below, BASE))
}

fn whats(differences: &[Difference]) -> Vec<What> {
    differences.iter().map(|difference| difference.what).collect()
}

/// The exchange with what is found.
fn exchange(recognised: &Recognised) -> Option<(&Asks, Vec<What>)> {
    match &recognised.kind {
        Kind::Exchange(asks) => Some((asks, whats(&recognised.findings))),
        _ => None,
    }
}

fn near(recognised: &Recognised) -> Vec<(&str, Vec<What>)> {
    match &recognised.kind {
        Kind::Near(nearby) => nearby.iter().map(|near| (near.exchange.as_str(), whats(&near.differences))).collect(),
        other => panic!("{other:?} is not near"),
    }
}

#[test]
fn each_template_of_each_version_is_its_exchange_exactly() {
    let suite = suite();
    for claimed in Dialect::ALL {
        let recogniser = recogniser(claimed);
        for known in suite.exchanges.iter().filter(|known| known.group != TransactionGroup::Lookup) {
            for (dialect, template) in &known.request {
                let recognised = get(&recogniser, &template.replace("${patient}", "7"));
                let (asks, found) = exchange(&recognised).unwrap_or_else(|| panic!("{claimed:?} {template}: {recognised:?}"));
                assert_eq!(asks.exchange, known.exchange, "{template}");
                assert!(asks.exact && asks.whole.contains(dialect), "{claimed:?} {template}: {asks:?}");
                assert_eq!(recognised.patients, Patients::One("7".to_owned()));
                let other = [What::OlderDialect, What::NewerDialect, What::OtherFhir];
                let is_other = found.iter().any(|what| other.contains(what));
                assert_eq!(is_other, !asks.dialects.contains(&claimed), "{claimed:?} {template}: {found:?}");
            }
        }
    }
}

#[test]
fn spellings_of_3_7_are_the_exchange() {
    let rc2 = rc2();
    for url in [
        "Consent?patient=Patient/7&scope=SCOPE|treatment&category=SCT|129125009&_include=Consent:actor",
        "Consent?category=SCT|129125009&_include=Consent:actor&scope=SCOPE|treatment&patient=7",
        "Consent?patient=https://provider.example/fhir/Patient/7&scope=SCOPE|treatment&category=SCT|129125009&_include=Consent:actor",
        "Consent?patient:Patient=7&scope=SCOPE|treatment&category=SCT|129125009&_include=Consent:actor",
        "Consent?patient=7&scope=SCOPE|treatment&category=SCT|129125009&_include=Consent:*",
        "Consent?patient=Patient%2F7&scope=http%3A%2F%2Fterminology.hl7.org%2FCodeSystem%2Fconsentscope%7Ctreatment&category=http%3a%2f%2fsnomed.info%2fsct%7c129125009&_include=Consent%3Aactor",
        "Consent?patient=7&scope=SCOPE|treatment&category=SCT|129125009&_include=Consent:actor&_include=Consent:source-reference",
        "Consent?patient=7&scope=SCOPE|treatment&category=SCT|129125009&_include=Consent:actor:RelatedPerson",
        "Consent?patient=7&scope=SCOPE|treatment&category=SCT|129125009&_include=Consent:actor&_format=json&_count=50&_summary=false&_total=none&_pretty=true",
        "Consent/?patient=7&&scope=SCOPE|treatment&category=SCT|129125009&category=SCT|129125009&_include=Consent:actor",
    ] {
        let recognised = get(&rc2, url);
        let (asks, found) = exchange(&recognised).unwrap_or_else(|| panic!("{url}: {recognised:?}"));
        assert!(asks.exact && asks.exchange == "treatment-directives" && found.is_empty(), "{url}: {asks:?} {found:?}");
        assert!(asks.dialects.contains(&Dialect::R4Rc2));
        assert_eq!(recognised.patients, Patients::One("7".to_owned()), "{url}");
    }
}

#[test]
fn lists_of_codes_have_no_order_and_one_system_is_enough() {
    let rc2 = rc2();
    for codes in [
        "SCT|153851000146100,395091006,340171000146104,247751003,570801000146104",
        "SCT|570801000146104,247751003,340171000146104,395091006,153851000146100",
        "570801000146104,247751003,SCT|340171000146104,395091006,153851000146100",
        "SCT|153851000146100,SCT|395091006,SCT|340171000146104,SCT|247751003,SCT|570801000146104",
        "SCT%7C153851000146100%2C395091006%2C340171000146104%2C247751003%2C570801000146104",
    ] {
        let recognised = get(&rc2, &format!("Observation?patient=7&code={codes}"));
        let (asks, found) = exchange(&recognised).unwrap_or_else(|| panic!("{codes}: {recognised:?}"));
        assert!(
            asks.exact && found.is_empty() && asks.whole == BTreeSet::from([Dialect::R4Rc2, Dialect::Stu3Rc2]),
            "{codes}: {asks:?}"
        );
    }
}

#[test]
fn one_request_a_code_is_the_exchange_in_parts() {
    let rc2 = rc2();
    let codes = rc2.codes("observations", Dialect::R4Rc2);
    let mut covered = BTreeSet::new();
    for code in &codes {
        let recognised = get(&rc2, &format!("Observation?patient=7&code={code}"));
        let (asks, found) = exchange(&recognised).expect("a code of the list");
        assert!(!asks.exact && asks.dialects.contains(&Dialect::R4Rc2) && found == [What::MissingCodes], "{asks:?} {found:?}");
        covered.extend(asks.codes.clone());
    }
    assert_eq!((covered, codes.len()), (codes, 5));
    let alone = get(&rc2, "Observation?patient=7&code=395091006");
    assert_eq!(exchange(&alone).map(|(_, found)| found), Some(vec![What::SystemLeftOut]), "the agreement writes it so");
    let bare = "Observation?patient=7&code=153851000146100,395091006,340171000146104,247751003,570801000146104";
    let (bare, whole) = (get(&rc2, bare), BTreeSet::new());
    let (asks, found) = exchange(&bare).expect("codes are found in any system");
    assert_eq!((asks.exact, &asks.whole, found), (false, &whole, vec![What::SystemLeftOut]));
}

#[test]
fn forms_and_other_methods() {
    let rc2 = rc2();
    let form = format!("patient=7&category={SCT}%7C713603004");
    let asked = Asked { method: "POST", path: Some("Goal/_search"), query: "", form: Some(&form), base: BASE };
    assert!(exchange(&rc2.recognise(&asked)).is_some_and(|(asks, found)| asks.exact && found.is_empty()));
    let split = Asked { query: "patient=7", form: Some("category=http://snomed.info/sct|713603004"), ..asked };
    assert!(exchange(&rc2.recognise(&split)).is_some_and(|(asks, _)| asks.exact));
    let kind = |method, path| rc2.recognise(&Asked { method, path, query: "", form: None, base: BASE }).kind;
    assert_eq!(kind("POST", Some("Goal")), Kind::Write);
    assert_eq!(kind("POST", Some("")), Kind::Write);
    assert_eq!(kind("PUT", Some("Goal/1")), Kind::Write);
    assert_eq!(kind("DELETE", Some("Goal/1")), Kind::Write);
    assert_eq!(kind("GET", Some("metadata")), Kind::Capabilities);
    assert_eq!(kind("GET", Some("Goal/1")), Kind::Read { resource: "Goal".to_owned(), id: "1".to_owned() });
    assert_eq!(kind("GET", Some("")), Kind::Nowhere);
    assert_eq!(kind("GET", None), Kind::Nowhere);
    assert_eq!(kind("OPTIONS", Some("Goal")), Kind::Nowhere);
    assert_eq!(get(&rc2, "Goal?_page=abc").kind, Kind::NextPage { resource: "Goal".to_owned() });
    assert_eq!(
        get(&rc2, "Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999945555").kind,
        Kind::Lookup { exchange: Some("patient-lookup".to_owned()) }
    );
    assert_eq!(get(&rc2, "Patient?identifier=urn:other|999945555").kind, Kind::Lookup { exchange: None });
    assert_eq!(get(&rc2, "Patient?name=x").kind, Kind::Lookup { exchange: None });
    assert_eq!(get(&rc2, "RelatedPerson?patient=7").kind, Kind::OtherSearch { resource: "RelatedPerson".to_owned() });
    assert_eq!(get(&rc2, "Consent?_id=5").kind, Kind::OtherSearch { resource: "Consent".to_owned() });
    let typo = get(&rc2, "Consnet?patient=7");
    assert_eq!((&typo.kind, typo.findings[0].expected.as_slice()), (&Kind::Nowhere, &["Consent".to_owned()][..]));
    assert!(matches!(get(&rc2, "Goal?patient=%zz").kind, Kind::Unreadable(_)));
}

#[test]
fn what_is_not_the_exchange_is_named_parameter_by_parameter() {
    let rc2 = rc2();
    for (url, expected, whats) in [
        ("Goal?patient=7", "medical-policy-goals", vec![What::Missing, What::OverFetch]),
        ("Goal?patient=7&category=", "medical-policy-goals", vec![What::Missing, What::OverFetch]),
        ("Goal?category=SCT|713603004", "medical-policy-goals", vec![What::PatientMissing]),
        ("Goal?patient=&category=SCT|713603004", "medical-policy-goals", vec![What::PatientMissing]),
        ("Goal?patient=7&category=SCT|713603005", "medical-policy-goals", vec![What::Values]),
        ("Goal?patient=7&category=urn:oid:2.16.840.1.113883.6.96|713603004", "medical-policy-goals", vec![What::Values]),
        ("Goal?patient=7&category=SCT|", "medical-policy-goals", vec![What::Values]),
        ("Goal?patient=7&category=|713603004", "medical-policy-goals", vec![What::Values]),
        ("Goal?patient=7&category=SCT|713603004,SCT|1", "medical-policy-goals", vec![What::Values]),
        ("Goal?patient=7&category=713603004", "medical-policy-goals", vec![What::SystemMissing]),
        ("Goal?patient=7&category=SCT\\|713603004", "medical-policy-goals", vec![What::Values]),
        ("Goal?patient=7&category:not=SCT|713603004", "medical-policy-goals", vec![What::Modifier]),
        (
            "Goal?patient=https://elsewhere.example/fhir/Patient/7&category=SCT|713603004",
            "medical-policy-goals",
            vec![What::PatientElsewhere],
        ),
        ("Goal?subject=Group/7&category=SCT|713603004", "medical-policy-goals", vec![What::PatientElsewhere]),
        ("Consent?patient=7&category=SCT|129125009&_include=Consent:actor", "treatment-directives", vec![What::Missing]),
        ("Encounter?patient=7&_include=Encounter:reason-reference", "encounters", vec![What::Missing, What::OverFetch]),
        ("Observation?patient=7&code=SCT|395091006&code=SCT|340171000146104", "observations", vec![What::Repeated]),
        (
            "DeviceUseStatement?patient=7&device.type:in=https://elsewhere.example/ValueSet/x&_include=DeviceUseStatement:device",
            "medical-devices",
            vec![What::Modifier],
        ),
        (
            "QuestionnaireResponse?subject=Patient/7&questionnaire=https://api.iknl.nl/docs/r4/pzp/Questionnaire/ACP-zib2020",
            "questionnaire-responses",
            vec![What::WrongCanonical],
        ),
        ("QuestionnaireResponse?subject=Patient/7", "questionnaire-responses", vec![What::Missing, What::OverFetch]),
    ] {
        assert_eq!(near(&get(&rc2, url)), [(expected, whats)], "{url}");
    }
}

#[test]
fn what_is_beside_the_exchange_is_found_and_it_is_still_asked() {
    let rc2 = rc2();
    let goal = "Goal?patient=7&category=SCT|713603004";
    for (url, expected) in [
        (format!("{goal}&lifecycle-status=active"), What::Narrowing),
        (format!("{goal}&start-date=ge2024-01-01"), What::Narrowing),
        (format!("{goal}&_lastUpdated=gt2024-01-01"), What::Narrowing),
        (format!("{goal}&_elements=id"), What::Narrowing),
        (format!("{goal}&_summary=true"), What::Narrowing),
        (format!("{goal}&_summary=count"), What::Narrowing),
        (format!("{goal}&_count=0"), What::Narrowing),
        (format!("{goal}&_sort=-start-date&_count=1"), What::Narrowing),
        (format!("{goal}&colour=red"), What::Extra),
        (goal.replace("patient=7", "patient=7,8"), What::SeveralPatients),
        (format!("{goal}&subject=Patient/8"), What::SeveralPatients),
        (
            "Observation?patient=7&code=SCT|395091006,SCT|340171000146104,SCT|1,153851000146100,247751003,570801000146104".to_owned(),
            What::UnknownCodes,
        ),
        (
            "QuestionnaireResponse?subject=Patient/7&questionnaire=https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020|1.0.0-rc2".to_owned(),
            What::Narrowing,
        ),
    ] {
        let recognised = get(&rc2, &url);
        let (asks, found) = exchange(&recognised).unwrap_or_else(|| panic!("{url}: {recognised:?}"));
        assert!(!asks.exact && found.contains(&expected), "{url}: {asks:?} {found:?}");
        assert!(recognised.asks(Dialect::R4Rc2).is_some());
    }
}

#[test]
fn includes_may_be_left_out_and_a_colon_is_told() {
    let rc2 = rc2();
    let procedures = "Procedure?patient=7&code=SCT|713603004";
    for (url, expected) in [
        (procedures.to_owned(), vec![What::IncludeMissing]),
        (format!("{procedures}&_include:Procedure:encounter"), vec![What::IncludeColon]),
        (format!("{procedures}&_include=Procedure:encounter"), vec![]),
        (format!("{procedures}&_include=Procedure:encounter&_include=Procedure:performer"), vec![]),
        (format!("{procedures}&_include=Procedur:encounter"), vec![What::IncludeUnknown]),
    ] {
        let recognised = get(&rc2, &url);
        let (asks, found) = exchange(&recognised).expect("an include changes nothing of what is asked");
        assert!(asks.exact && found == expected, "{url}: {found:?}");
    }
    let devices = "DeviceUseStatement?patient=7&device.type=SCT|72506001,465460004,468542000,704707009,1263462004,1236894001";
    for include in ["DeviceUseStatement:device", "DeviceUseSatement:device"] {
        let recognised = get(&recogniser(Dialect::Stu3Rc2), &format!("{devices}&_include={include}"));
        assert_eq!(exchange(&recognised).map(|(asks, found)| (asks.exact, found)), Some((true, vec![])), "{include}");
    }
    let typed = devices.replace("device.type", "device:Device.type");
    assert!(exchange(&get(&rc2, &typed)).is_some_and(|(asks, _)| asks.exact), "device refers to devices only");
}

#[test]
fn a_patient_by_bsn_is_told_and_the_number_is_not_repeated() {
    let rc2 = rc2();
    let recognised = get(&rc2, "Goal?patient.identifier=http://fhir.nl/fhir/NamingSystem/bsn|999945555&category=SCT|713603004");
    assert_eq!(recognised.patients, Patients::ByIdentifier);
    assert_eq!(near(&recognised), [("medical-policy-goals", vec![What::PatientByIdentifier])]);
    assert_eq!(whats(&recognised.findings), [What::BsnInUrl]);
    assert!(!recognised.findings[0].text().en.contains("999945555"));
    let form = "patient:identifier=http://fhir.nl/fhir/NamingSystem/bsn|999945555&category=http://snomed.info/sct|713603004";
    let posted = Asked { method: "POST", path: Some("Goal/_search"), query: "", form: Some(form), base: BASE };
    assert!(rc2.recognise(&posted).findings.is_empty(), "a form stands in no log");
}

#[test]
fn what_is_as_near_to_two_is_ambiguous() {
    let rc2 = rc2();
    let names = |url: &str| near(&get(&rc2, url)).into_iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(names("Consent?patient=7"), ["advance-directives", "treatment-directives"]);
    assert_eq!(names("Consent?patient=7&scope=SCOPE|treatment"), ["treatment-directives"]);
    assert_eq!(names("Consent?patient=7&scope=SCOPE|adr&category=SCT|129125009"), ["advance-directives", "treatment-directives"]);
}

#[test]
fn another_version_is_named() {
    let rc2 = rc2();
    let dialects = |url: &str, what: What| {
        let recognised = get(&rc2, url);
        let (asks, found) = exchange(&recognised).unwrap_or_else(|| panic!("{url}: {recognised:?}"));
        assert!(found.contains(&what), "{url}: {found:?}");
        asks.dialects.iter().copied().collect::<Vec<_>>()
    };
    let goals = "Goal?patient=7&description=SCT|385987000,1351964001,713148004";
    assert_eq!(dialects(goals, What::OlderDialect), [Dialect::R4Rc1, Dialect::Stu3Rc1]);
    let beta = "Goal?patient=7&description:in=https://fhir.iknl.nl/fhir/ValueSet/ACP-MedicalPolicyGoal";
    assert_eq!(dialects(beta, What::OlderDialect), [Dialect::R4Beta3]);
    let rc3 =
        "Observation?patient=7&code=SCT|665671000146101,153851000146100,395091006,340171000146104,247751003,570801000146104";
    assert_eq!(dialects(rc3, What::NewerDialect), [Dialect::R4Rc3Dev]);
    let stu3 = "Consent?patient=7&category=SCT|11291000146105&_include=Consent:actor";
    assert_eq!(dialects(stu3, What::OtherFhir), [Dialect::Stu3Rc1, Dialect::Stu3Rc2]);
    let relatives = "Communication?patient=7&reason-code=SCT|713603004";
    assert_eq!(dialects(relatives, What::OlderDialect), [Dialect::R4Beta3, Dialect::R4Rc1, Dialect::Stu3Rc1]);
    let four = get(&rc2, "Observation?patient=7&code=SCT|153851000146100,395091006,340171000146104,247751003");
    let (asks, found) = exchange(&four).expect("four of the five");
    assert!(asks.dialects.contains(&Dialect::R4Rc2) && asks.whole.contains(&Dialect::R4Rc1) && found == [What::MissingCodes]);
}

#[test]
fn a_defect_of_the_agreement_may_be_asked_as_published_or_mended() {
    let rc2 = recogniser(Dialect::Stu3Rc2);
    let consents = "Consent?patient=Patient/7&category=SCT|11291000146105";
    for url in [
        "Encounter?patient=Patient/7&reason=SCT|713603004".to_owned(),
        "Encounter?patient=Patient/7&diagnosis:Procedure.code=SCT|713603004".to_owned(),
        // The include brings nothing along, so that leaving it out is a way to mend it, too.
        consents.to_owned(),
        format!("{consents}&_include=Consent:actor"),
        format!("{consents}&_include=Consent:consentor"),
    ] {
        let recognised = get(&rc2, &url);
        let (asks, found) = exchange(&recognised).unwrap_or_else(|| panic!("{url}: {recognised:?}"));
        assert!(asks.exact && asks.dialects.contains(&Dialect::Stu3Rc2) && found.is_empty(), "{url}: {found:?}");
    }
    let bare = get(&rc2, "Procedure?patient=Patient/7&code=SCT|713603004");
    assert_eq!(exchange(&bare).map(|(asks, found)| (asks.exact, found)), Some((true, vec![What::IncludeMissing])));
    let without = get(&rc2, "Encounter?patient=7");
    assert_eq!(near(&without), [("encounters", vec![What::Missing, What::OverFetch])]);
}
