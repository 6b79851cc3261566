//! Which version somebody speaks, by every row of 1.2 and 1.3 that can be seen.

use std::collections::BTreeSet;

use super::super::{Asked, Kind, Tongue};
use super::{BASE, SCT, get, rc2, recogniser, suite};
use crate::agreements::Dialect;
use crate::scenario::TransactionGroup;

/// Versions that requests speak, likeliest first.
fn spoken_by(requests: &[&str]) -> (BTreeSet<Dialect>, Vec<String>) {
    let (suite, rc2) = (suite(), rc2());
    let mut tongue = Tongue::new(&suite.dialects, &suite.exchanges);
    for request in requests {
        let request = request.replace("SCT", SCT);
        let asked = Asked::get(&request, BASE);
        tongue.request(&asked, &rc2.recognise(&asked));
    }
    let steps = tongue.to_reach(Dialect::R4Rc2).iter().map(|step| step.change.id.clone()).collect();
    (tongue.likeliest(), steps)
}

/// All requests of a version.
fn requests_of(dialect: Dialect) -> Vec<String> {
    let all = suite().exchanges.iter().filter_map(|known| known.request.get(&dialect));
    all.map(|template| template.replace("${patient}", "7").replace("${bsn}", "999945555")).collect()
}

#[test]
fn who_asks_as_a_version_does_speaks_it() {
    for (dialect, expected) in [
        (Dialect::R4Beta3, vec!["canonical-moved"]),
        (Dialect::R4Rc1, vec![]),
        (Dialect::R4Rc2, vec![]),
        (Dialect::R4Rc3Dev, vec!["capacity-observed"]),
    ] {
        let requests = requests_of(dialect);
        let (spoken, steps) = spoken_by(&requests.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(spoken, BTreeSet::from([dialect]), "{dialect:?}");
        let of_rc2 = ["goal-by-category", "communication-request", "includes-with-equals", "donor-asked", "device-codes-listed"];
        let is_old = dialect < Dialect::R4Rc2;
        for wanted in of_rc2.iter().filter(|_| is_old).chain(&expected) {
            assert!(steps.iter().any(|step| step == wanted), "{dialect:?} without {wanted}: {steps:?}");
        }
        assert!(is_old || steps == expected, "{dialect:?}: {steps:?}");
    }
}

#[test]
fn one_request_a_code_speaks_for_no_older_version() {
    let codes = rc2().codes("observations", Dialect::R4Rc2);
    let apart: Vec<String> = codes.iter().map(|code| format!("Observation?patient=7&code={code}")).collect();
    let (_, steps) = spoken_by(&apart.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(steps, Vec::<String>::new());
    let (spoken, steps) = spoken_by(&["Observation?patient=7&code=SCT|153851000146100,395091006,340171000146104,247751003"]);
    assert_eq!(
        (spoken, steps),
        (BTreeSet::from([Dialect::R4Beta3, Dialect::R4Rc1, Dialect::Stu3Rc1]), vec!["donor-asked".to_owned()])
    );
    assert_eq!(spoken_by(&["Procedure?patient=7&code=SCT|713603004"]), (BTreeSet::new(), vec![]), "every version asks so");
}

/// What one resource says: versions that nothing speaks against, steps to R4 rc2, and what is of no version.
fn said_by(resource: &str) -> (BTreeSet<Dialect>, Vec<String>, usize) {
    let suite = suite();
    let tree = crate::fhir::json::read(resource.as_bytes(), crate::fhir::types::r4()).expect("a resource");
    let mut tongue = Tongue::new(&suite.dialects, &suite.exchanges);
    tongue.answer(tree.root());
    let possible = tongue.spoken().into_iter().filter(|spoken| spoken.against.is_empty()).map(|spoken| spoken.dialect).collect();
    let steps = tongue.to_reach(Dialect::R4Rc2).iter().map(|step| step.change.id.clone()).collect();
    (possible, steps, tongue.wrong().len())
}

#[test]
fn marks_of_1_2_and_1_3_in_answers_tell_the_version() {
    use Dialect::{R4Beta3 as Beta3, R4Rc1 as Rc1, R4Rc2 as Rc2, R4Rc3Dev as Rc3};
    let goal = |profile: &str| format!(r#"{{"resourceType":"Goal","id":"g","meta":{{"profile":["{profile}"]}}}}"#);
    let with = |resource: &str, rest: &str| format!(r#"{{"resourceType":"{resource}","id":"x",{rest}}}"#);
    let coded = |resource: &str, element: &str, system: &str, code: &str| {
        let list = if matches!(element, "category" | "reasonCode") { ("[", "]") } else { ("", "") };
        let coding = format!(r#"{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#);
        with(resource, &format!(r#""{element}":{}{coding}{}"#, list.0, list.1))
    };
    let extension = |url: &str| with("Patient", &format!(r#""extension":[{{"url":"{url}","valueBoolean":true}}]"#));
    let r4 = "https://api.iknl.nl/docs/pzp/r4/StructureDefinition";
    for (resource, possible, steps) in [
        (
            goal("https://fhir.iknl.nl/fhir/StructureDefinition/ACP-Medical-Policy-Goal"),
            vec![Beta3],
            vec!["canonical-moved", "goal-profile-renamed"],
        ),
        (goal(&format!("{r4}/ACP-Medical-Policy-Goal")), vec![Rc1], vec!["goal-profile-renamed"]),
        (goal(&format!("{r4}/ACP-MedicalPolicyGoal")), vec![Rc2, Rc3], vec![]),
        (goal(&format!("{r4}/ACP-MedicalPolicyGoal|1.0.0-rc2")), vec![Rc2], vec![]),
        (goal(&format!("{r4}/ACP-Patient|1.0.0-rc1")), vec![Rc1], vec![]),
        (goal(&format!("{r4}/ACP-OtherImportantInformation")), vec![Rc1], vec!["sense-of-purpose"]),
        (goal(&format!("{r4}/ACP-SenseOfPurpose")), vec![Rc2, Rc3], vec![]),
        (goal(&format!("{r4}/ACP-Communication")), vec![Rc1], vec!["communication-request"]),
        (goal(&format!("{r4}/ACP-InformRelativesRequest")), vec![Rc2, Rc3], vec![]),
        (goal(&format!("{r4}/ACP-LegallyCapable")), vec![Rc3], vec!["capacity-observed"]),
        (coded("Goal", "category", SCT, "713603004"), vec![Rc2, Rc3, Dialect::Stu3Rc2], vec![]),
        (coded("Observation", "code", SCT, "665671000146101"), vec![Rc3], vec!["capacity-observed"]),
        (coded("Observation", "method", SCT, "1156040003"), vec![Rc2, Rc3, Dialect::Stu3Rc2], vec![]),
        (
            coded("Communication", "reasonCode", SCT, "713603004"),
            vec![Beta3, Rc1, Dialect::Stu3Rc1],
            vec!["communication-request"],
        ),
        (coded("Procedure", "code", "urn:oid:x", "411600B"), vec![Rc3], vec!["procedure-types-opened"]),
        (coded("Procedure", "code", "urn:oid:x", "190099"), vec![Rc3], vec!["procedure-types-opened"]),
        (extension(&format!("{r4}/ext-EncounterReference")), vec![Rc1], vec!["encounter-link-removed"]),
        (extension(&format!("{r4}/ext-LegallyCapable-MedicalTreatmentDecisions")), vec![Rc1], vec!["capacity-renamed"]),
        (extension(&format!("{r4}/ext-Patient.LegallyCapableMedicalTreatmentDecisions")), vec![Rc2], vec![]),
        (
            goal("https://api.iknl.nl/docs/pzp/stu3/StructureDefinition/ACP-Patient"),
            vec![Dialect::Stu3Rc1, Dialect::Stu3Rc2],
            vec![],
        ),
    ] {
        let (found, reach, wrong) = said_by(&resource);
        let possible: BTreeSet<Dialect> = possible.into_iter().collect();
        assert!(
            (&found, &reach, wrong) == (&possible, &steps.iter().map(|&step| step.to_owned()).collect(), 0),
            "{resource}: {found:?} {reach:?} {wrong}"
        );
    }
    assert_eq!(said_by(&goal("https://api.iknl.nl/docs/r4/pzp/StructureDefinition/ACP-Goal")).2, 1);
    assert_eq!(said_by(&coded("Goal", "category", "urn:oid:2.16.840.1.113883.6.96", "713603004")).2, 1);
    assert_eq!(said_by(&goal("http://example.org/ACP-SenseOfPurpose")).0, BTreeSet::new(), "another's profile of the same name");
}

#[test]
fn what_changed_is_told_with_before_and_after() {
    let suite = suite();
    let mut tongue = Tongue::new(&suite.dialects, &suite.exchanges);
    let goals = format!("Goal?patient=7&description={SCT}|385987000,1351964001,713148004");
    let asked = Asked::get(&goals, BASE);
    let recognised = rc2().explaining(&suite.dialects).recognise(&asked);
    assert_eq!(recognised.findings[0].because.len(), 1, "the one change between rc1 and rc2: {recognised:?}");
    tongue.request(&asked, &recognised);
    let steps = tongue.to_reach(Dialect::R4Rc2);
    let text = steps[0].text();
    assert!(text.en.starts_with("to reach R4 1.0.0-rc2: `Goal?description=") && text.en.contains("Goal?category="), "{text:?}");
    assert!(text.nl.starts_with("om R4 1.0.0-rc2 te bereiken"));
    tongue.fhir_number("3.0.2", "metadata");
    assert_eq!(tongue.likeliest(), BTreeSet::from([Dialect::Stu3Rc1]));
}

/// Whatever the exchanges say differently has a change that says why, so that no difference goes untold.
#[test]
fn each_exchange_that_differs_from_the_version_before_has_a_change() {
    let suite = suite();
    for file in &suite.dialects {
        let Some(before) = file.after else { continue };
        let (now, then) = (recogniser(file.dialect), recogniser(before));
        for exchange in suite.exchanges.iter().filter(|known| known.group != TransactionGroup::Lookup) {
            let (Some(new), Some(_)) = (exchange.request.get(&file.dialect), exchange.request.get(&before)) else { continue };
            let recognised = get(&then, &new.replace("${patient}", "7"));
            let same = matches!(&recognised.kind, Kind::Exchange(asks) if asks.whole.contains(&before));
            let told = file.changes.iter().any(|change| change.exchanges.contains(&exchange.exchange));
            assert_eq!(same, !told, "{} of {:?}", exchange.exchange, now.claimed());
        }
    }
}

#[test]
fn changes_that_nothing_shows_are_told_to_who_speaks_another_version() {
    let suite = suite();
    let unseen = |spoken: &[Dialect], reach: Dialect| -> Vec<String> {
        let tongue = Tongue::new(&suite.dialects, &suite.exchanges);
        let spoken = spoken.iter().copied().collect();
        tongue.unseen(&spoken, reach).iter().map(|change| change.id.clone()).collect()
    };
    assert_eq!(unseen(&[Dialect::R4Rc2], Dialect::R4Rc2), Vec::<String>::new());
    assert_eq!(unseen(&[Dialect::R4Rc1, Dialect::R4Rc2], Dialect::R4Rc2), Vec::<String>::new(), "it may be the claimed one");
    assert_eq!(unseen(&[Dialect::Stu3Rc1], Dialect::R4Rc2), Vec::<String>::new(), "of another FHIR");
    let from_rc1 = unseen(&[Dialect::R4Rc1], Dialect::R4Rc2);
    assert!(from_rc1.iter().any(|id| id == "obligations-added") && from_rc1.iter().any(|id| id == "form-items-changed"));
    assert!(!from_rc1.iter().any(|id| id == "goal-by-category" || id == "sense-of-purpose"), "a request or a mark shows it");
    let from_beta3 = unseen(&[Dialect::R4Beta3], Dialect::R4Rc2);
    assert!(from_beta3.iter().any(|id| id == "directive-unknown") && from_beta3.len() > from_rc1.len());
    assert_eq!(unseen(&[Dialect::R4Beta3, Dialect::R4Rc1], Dialect::R4Rc2), from_rc1, "what is true of both");
    let back = unseen(&[Dialect::R4Rc3Dev], Dialect::R4Rc2);
    assert_eq!(back, ["requests-complete"]);
}

#[test]
fn form_with_the_item_of_rc2_speaks_for_it() {
    let suite = suite();
    let form = r#"{"resourceType":"QuestionnaireResponse","id":"f","item":[{"linkId":"1","item":[{"linkId":"1644"}]}]}"#;
    let tree = crate::fhir::json::read(form.as_bytes(), crate::fhir::types::r4()).expect("a resource");
    let mut tongue = Tongue::new(&suite.dialects, &suite.exchanges);
    tongue.answer(tree.root());
    let spoken = tongue.likeliest();
    assert_eq!(spoken, BTreeSet::from([Dialect::R4Rc2, Dialect::R4Rc3Dev]));
    assert!(tongue.unseen(&BTreeSet::from([Dialect::R4Rc1]), Dialect::R4Rc2).iter().all(|change| change.id != "form-role-item"));
}
