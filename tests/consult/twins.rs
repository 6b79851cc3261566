//! The plan of a persona is printed alike from its R4 and from its STU3 twin:
//! what differs is what the versions themselves have otherwise.

use std::collections::BTreeMap;

use similar::{ChangeTag, TextDiff};
use toets::agreements::FhirVersion;
use toets::consult::print;
use toets::serve::{Config, start};
use toets::text::Language;

use super::{TOKEN, consulted, settings, suite};

/// Persona, how often its plan has the line in R4 or in STU3 alone, and why the other does not have it.
const ONLY: &[(&str, FhirVersion, usize, &str, &str)] = &[
    ("full-plan", R4, 1, "SPECIFICATIE: Nee, nog geen besluit genomen", DECISION),
    ("full-plan", R4, 1, "BehandelBesluit: Anders: zoals gespecificeerd", DECISION),
    ("full-plan", STU3, 1, "? BehandelBesluit: gevraagd, maar niet bekend", DECISION),
    ("full-plan", R4, 2, "Eerste contactpersoon: rol: eerste relatie/contactpersoon", FIXED),
    (
        "full-plan",
        R4,
        1,
        "Opname in ziekenhuis: SpecificatieAnders: Alleen opnemen bij een botbreuk of een andere aandoening waarvan de klachten in het verpleeghuis niet te verlichten zijn.",
        CONCEPT,
    ),
    (
        "full-plan",
        STU3,
        1,
        "Opname in ziekenhuis: beperkingen: Alleen opnemen bij een botbreuk of een andere aandoening waarvan de klachten in het verpleeghuis niet te verlichten zijn.",
        CONCEPT,
    ),
    ("full-plan", R4, 1, "Overige behandelgrens: behandeling: sondevoeding via een neus-maagsonde", OTHER),
    ("full-plan", R4, 1, "Overige behandelgrens: behandeling: anders", OTHER),
    ("full-plan", R4, 2, "ProductType van ICD: ICD", ICD),
    ("full-plan", STU3, 2, "ProductType van ICD: implanteerbare tweekamercardioverter-defibrillator", ICD),
    ("sparse-plan", R4, 1, "SPECIFICATIE: Onbekend", DECISION),
    ("sparse-plan", R4, 1, "BehandelBesluit: Anders: zoals gespecificeerd", DECISION),
    ("sparse-plan", STU3, 1, "? BehandelBesluit: onbekend", DECISION),
    ("sparse-plan", R4, 1, "Overige behandelgrens: behandeling: anders", OTHER),
    ("all-unknown", R4, 6, "SPECIFICATIE: Onbekend", DECISION),
    ("all-unknown", R4, 6, "BehandelBesluit: Anders: zoals gespecificeerd", DECISION),
    ("all-unknown", STU3, 6, "? BehandelBesluit: onbekend", DECISION),
];

const R4: FhirVersion = FhirVersion::R4;
const STU3: FhirVersion = FhirVersion::Stu3;
const DECISION: &str = "what is neither yes nor no is words in R4, and a code in STU3";
const FIXED: &str = "the form of STU3 fixes this answer, so it says nothing of the patient";
const CONCEPT: &str = "the zibs of 2017 and of 2020 have another name for it";
const OTHER: &str = "no item of the form of STU3 asks which other treatment it is";
const ICD: &str = "the kind of ICD is words in the form of R4, and a code in that of STU3";

/// The plan of a persona as it is printed.
async fn printed(fhir: FhirVersion, persona: &str) -> String {
    let running = start(Config { fhir, ..Config::new(suite(), TOKEN) }).await.expect("a free port");
    let mut settings = settings(&running.base_url, &format!("{persona}-patient"));
    settings.fhir = fhir;
    let outcome = consulted(&settings).await;
    running.stop().await;
    assert!(outcome.incomplete.is_empty(), "{persona} in {}: {:?}", fhir.name(), outcome.incomplete);
    print::text(&outcome.plan, Language::Nl, |_| None)
}

/// The plan without the reasons that directives were ended: STU3 has no place for them.
fn without_reasons(plan: &str) -> String {
    let line =
        |line: &str| match line.split_once("[BEËINDIGD op ").and_then(|(head, tail)| Some((head, tail.split_once(": ")?.0))) {
            Some((head, day)) => format!("{head}[BEËINDIGD op {day}]\n"),
            None => format!("{line}\n"),
        };
    plan.lines().map(line).collect()
}

#[tokio::test]
async fn the_plan_of_each_twin_is_printed_alike() {
    for persona in &suite().personas {
        let name = persona.persona.as_str();
        let (r4, stu3) = (without_reasons(&printed(R4, name).await), printed(STU3, name).await);
        let diff = TextDiff::from_lines(&r4, &stu3);
        for (fhir, tag) in [(R4, ChangeTag::Delete), (STU3, ChangeTag::Insert)] {
            let mut found: BTreeMap<&str, usize> = BTreeMap::new();
            for change in diff.iter_all_changes().filter(|change| change.tag() == tag) {
                *found.entry(change.value().trim()).or_default() += 1;
            }
            let known = ONLY.iter().filter(|row| (row.0, row.1) == (name, fhir)).map(|row| (row.3, row.2)).collect();
            assert_eq!(found, known, "{name}, in {} alone", fhir.name());
        }
    }
}
