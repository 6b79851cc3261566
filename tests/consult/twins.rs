//! The plan of a persona is printed alike from its R4 and from its STU3 twin:
//! what differs is what the versions themselves have otherwise.

use similar::{ChangeTag, TextDiff};
use toets::agreements::FhirVersion;
use toets::consult::print;
use toets::serve::{Config, start};
use toets::text::Language;

use super::{TOKEN, consulted, settings, suite};

/// Persona, the line of R4 or of STU3 alone, and why the other does not have it.
const ONLY: &[(&str, FhirVersion, &str, &str)] = &[
    (
        "full-plan",
        R4,
        "2024-03-12  Kunstmatige beademing  [BEËINDIGD op 2025-09-18: Na de beroerte weegt de kans op herstel niet meer op tegen de belasting.]",
        ENDING,
    ),
    ("full-plan", STU3, "2024-03-12  Kunstmatige beademing  [BEËINDIGD op 2025-09-18]", ENDING),
    ("full-plan", R4, "SPECIFICATIE: Nee, nog geen besluit genomen", DECISION),
    ("full-plan", R4, "BehandelBesluit: Anders: zoals gespecificeerd", DECISION),
    ("full-plan", STU3, "? BehandelBesluit: gevraagd, maar niet bekend", DECISION),
    ("full-plan", R4, "Eerste contactpersoon: rol: eerste relatie/contactpersoon", FIXED),
    (
        "full-plan",
        R4,
        "Opname in ziekenhuis: SpecificatieAnders: Alleen opnemen bij een botbreuk of een andere aandoening waarvan de klachten in het verpleeghuis niet te verlichten zijn.",
        CONCEPT,
    ),
    (
        "full-plan",
        STU3,
        "Opname in ziekenhuis: beperkingen: Alleen opnemen bij een botbreuk of een andere aandoening waarvan de klachten in het verpleeghuis niet te verlichten zijn.",
        CONCEPT,
    ),
    ("full-plan", R4, "Overige behandelgrens: behandeling: sondevoeding via een neus-maagsonde", OTHER),
    ("full-plan", R4, "ProductType van ICD: ICD", ICD),
    ("full-plan", STU3, "ProductType van ICD: implanteerbare tweekamercardioverter-defibrillator", ICD),
    ("full-plan", R4, "Eerste contactpersoon: rol: eerste relatie/contactpersoon", FIXED),
    ("full-plan", R4, "Overige behandelgrens: behandeling: anders", OTHER),
    ("full-plan", R4, "ProductType van ICD: ICD", ICD),
    ("full-plan", STU3, "ProductType van ICD: implanteerbare tweekamercardioverter-defibrillator", ICD),
    ("sparse-plan", R4, "SPECIFICATIE: Onbekend", DECISION),
    ("sparse-plan", R4, "BehandelBesluit: Anders: zoals gespecificeerd", DECISION),
    ("sparse-plan", STU3, "? BehandelBesluit: onbekend", DECISION),
    ("sparse-plan", R4, "Overige behandelgrens: behandeling: anders", OTHER),
];

const R4: FhirVersion = FhirVersion::R4;
const STU3: FhirVersion = FhirVersion::Stu3;
const ENDING: &str = "STU3 has no place for the reason that a directive was ended";
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

#[tokio::test]
async fn the_plan_of_each_twin_is_printed_alike() {
    for persona in suite().personas.iter().filter(|persona| persona.stu3.is_some()) {
        let name = persona.persona.as_str();
        let (r4, stu3) = (printed(R4, name).await, printed(STU3, name).await);
        let diff = TextDiff::from_lines(&r4, &stu3);
        let of = |tag: ChangeTag| diff.iter_all_changes().filter(move |change| change.tag() == tag).map(|change| change.value());
        for (fhir, tag) in [(R4, ChangeTag::Delete), (STU3, ChangeTag::Insert)] {
            let found: Vec<&str> = of(tag).map(str::trim).collect();
            let known: Vec<&str> = ONLY.iter().filter(|row| (row.0, row.1) == (name, fhir)).map(|row| row.2).collect();
            assert_eq!(found, known, "{name}, in {} alone", fhir.name());
        }
    }
}
