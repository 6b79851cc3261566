//! The lint of the agreements: what it finds stands in `docs/agreements.md`
//! (`TOETS_BLESS=1` writes it again), and every defect that was known before is
//! found by its rule. Trials with packages need `../shared` (or `TOETS_SHARED`).

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::{Value, json};
use toets::agreements::Dialect::{self, R4Beta3, R4Rc1, R4Rc2, R4Rc3Dev, Stu3Rc1, Stu3Rc2};
use toets::agreements::lint::RULES;
use toets::cli::agreed::defects;
use toets::report::agreements::{Looked, table};
use toets::text::Language;

const PAGE: &str = "docs/agreements.md";

/// Where the tables of the page begin and end.
const MARKS: [&str; 2] = ["<!-- made by TOETS_BLESS=1 cargo test --test agreements_lint -->", "<!-- end of what is made -->"];

/// Section of the agreements, versions, rule, and words of where it is or of what is published there.
type Known = (&'static str, &'static [Dialect], &'static str, &'static str);

/// What was known before there were rules, as far as texts and what is built in show it.
const KNOWN: &[Known] = &[
    ("2.4 CommunicationRequest typed Communication", &[R4Rc2], "profile-type", "Consulter, Communication"),
    ("2.4 CommunicationRequest typed Communication", &[R4Rc2], "table-missing", "CommunicationRequest"),
    ("2.4 SHALL against SHOULD for device.type", &[R4Rc2], "noted-by-people", "SHALL support chained Device.type"),
    ("2.4 providing responses", &[R4Rc2], "noted-by-people", "providing responses"),
    ("2.4 codes of Procedure at Device", &[R4Rc2], "noted-by-people", "the Provider, text at Device"),
    ("2.4 `:in` is asked, no request needs it", &[R4Rc2], "table-modifier", "type:in"),
    ("2.4 include listed under Device", &[R4Rc2], "include-source", "_include=DeviceUseStatement:device"),
    ("2.4 M2 asks `subject`, the table `patient`", &[R4Rc2], "table-parameter", "request M2"),
    ("2.4 request 7 writes `patient=[id]`", &[R4Rc2, R4Rc3Dev], "reference-notation", "request 7"),
    ("2.4 Encounter.patient", &[R4Beta3, R4Rc1, R4Rc2, R4Rc3Dev, Stu3Rc1, Stu3Rc2], "element-unknown", "Encounter.patient"),
    ("2.4 one system for many codes", &[R4Beta3, R4Rc1, R4Rc2, R4Rc3Dev, Stu3Rc1, Stu3Rc2], "token-system", "request 5"),
    ("2.4 ActorDefinition is of R5", &[R4Rc2], "type-unknown", "ActorDefinition"),
    ("2.4 Requirements is of R5", &[Stu3Rc2], "type-unknown", "Requirements"),
    ("3.4 `_include:` for `_include=`, 1a", &[R4Beta3, R4Rc1, Stu3Rc1], "include-colon", "request 1a"),
    ("3.4 `_include:` for `_include=`, 1b", &[R4Beta3, R4Rc1], "include-colon", "request 1b"),
    ("3.4 `_include:` for `_include=`, 6", &[R4Beta3, R4Rc1, Stu3Rc1], "include-colon", "request 6"),
    ("3.4 DeviceUseSatement", &[R4Beta3, R4Rc1, Stu3Rc1, Stu3Rc2], "type-unknown", "DeviceUseSatement"),
    ("3.4 Consent:actor brings nothing along", &[Stu3Rc2], "example-missed", "Consent, all"),
    ("3.4 Consent:actor brings nothing along", &[Stu3Rc2], "example-missed", "_include=Consent:actor"),
    ("3.4 1b filters on another element", &[Stu3Rc2], "example-missed", "Encounter, Encounters"),
    ("3.4 1b needs a chain", &[R4Rc2], "chain-optional", "reason-reference:Procedure.code"),
    ("3.4 6 needs a chain", &[R4Rc2], "chain-optional", "device.type"),
    ("3.4 one system for many codes", &[R4Rc2, R4Rc3Dev, Stu3Rc2], "token-system", "request 6"),
    ("3.4 M2 without a version", &[R4Beta3, R4Rc1, R4Rc2, R4Rc3Dev, Stu3Rc1, Stu3Rc2], "canonical-version", "request M2"),
    ("3.4 M2 searches a Reference", &[Stu3Rc1, Stu3Rc2], "canonical-reference", "request M2"),
    ("3.4 forms without subject", &[R4Beta3, Stu3Rc2], "example-missed", "QuestionnaireResponse"),
    ("3.4 procedures without encounter", &[R4Rc2], "example-missed", "Procedures of Samira"),
    ("3.4 procedures without context", &[Stu3Rc2], "example-missed", "Procedures 2025-Pat1"),
    ("3.4 the script names another base", &[R4Rc2], "canonical-other", "TestScript of method 2"),
    ("3.5 reason-code", &[R4Beta3, R4Rc1, Stu3Rc1], "parameter-own", "request 7"),
    ("3.5 description of Goal", &[R4Beta3, R4Rc1, Stu3Rc1], "parameter-own", "request 4"),
    ("4.1, 9.2 S23 ACP-Patient-1", &[R4Rc2], "invariant-dead", "ACP-Patient-1"),
    ("4.6, 9.2 S23 zib-TreatmentDirective2-2", &[R4Rc2], "invariant-dead", "zib-TreatmentDirective2-2"),
    ("4.6 not both for one of both", &[R4Rc2], "noted-by-people", "zib-TreatmentDirective2-2"),
    ("4B a condition that no invariant has", &[Stu3Rc2], "noted-by-people", "condition: ACP-Patient-1"),
    ("5.5 the BSN of Samira for Karim", &[R4Rc2], "noted-by-people", "request 0"),
    ("5.5 forms of Karim and Samira", &[R4Rc2], "noted-by-people", "exactly 1 QuestionnaireResponse"),
    ("9.4 Q1 both groups are tested", &[R4Rc2], "noted-by-people", "both groups"),
    ("9.4 Q3, Q4 profile and display", &[R4Rc2], "noted-by-people", "meta.profile"),
    ("9.4 Q6 pages", &[R4Rc2], "noted-by-people", "Bundle.total"),
    ("9.4 Q9 date of a goal", &[R4Rc2], "noted-by-people", "statusDate"),
    ("9.4 Q11 first contact", &[R4Rc2], "noted-by-people", "RelatedPerson"),
    ("9.4 Q12 NR", &[R4Rc2], "noted-by-people", "EU, EUD and DO"),
    ("9.4 Q14 two Hendriks", &[Stu3Rc2], "noted-by-people", "Hendrik"),
    ("9.4 Q2 subject or patient", &[R4Rc2], "table-parameter", "request M2"),
    ("9.4 Q5 chains", &[R4Rc2], "chain-optional", "request 1b"),
    ("9.4 Q7 1b of STU3", &[Stu3Rc2], "example-missed", "Encounter, Encounters"),
    ("9.4 Q8 parties of STU3", &[Stu3Rc2], "example-missed", "Consent, all"),
];

/// What only the artefacts of a package show.
const KNOWN_IN_PACKAGES: &[Known] = &[
    ("4C codings without a system", &[R4Beta3], "option-system", "ACP-zib2020, item 1406"),
    ("4C codings without a system", &[Stu3Rc2], "option-system", "ACP-zib2017, item 787"),
    ("9.4 Q15 two systems for NullFlavor", &[Stu3Rc2], "system-other-version", "ValueSet/ACP-MedicalPolicyGoal"),
    ("9.4 Q15 two systems for NullFlavor", &[Stu3Rc2], "system-other-version", "Questionnaire/ACP-zib2017"),
    ("4C a goal that the value set lacks", &[R4Beta3], "option-value-set", "225353007"),
    ("4.6, 9.2 S23 zib-TreatmentDirective2-2", &[R4Beta3], "invariant-dead", "zib-TreatmentDirective2-2"),
];

/// What is told of a package of which everything is wrong.
const TOLD_OF_BROKEN: &[Known] = &[
    ("minimum above maximum", &[R4Rc1], "cardinality", "Patient.name"),
    ("code outside the binding", &[R4Rc1], "fixed-outside", "Patient.maritalStatus"),
    ("no such value set", &[R4Rc1], "canonical-unresolved", "Patient.communication.language"),
    ("nothing fixed", &[R4Rc1], "slice-unmatched", "Patient.identifier:loose"),
    ("no FHIRPath", &[R4Rc1], "invariant-syntax", "ACP-broken-1"),
    ("no such element", &[R4Rc1], "invariant-element", "ACP-broken-2"),
    ("no such extension", &[R4Rc1], "invariant-dead", "ACP-broken-3"),
    ("no such element", &[R4Rc1], "invariant-element", "Goal.colour"),
    ("a value set as system", &[R4Rc1], "system-value-set", "ValueSet/ACP-Set"),
    ("one linkId twice", &[R4Rc1], "link-duplicate", "Questionnaire/ACP-form"),
    ("no such question", &[R4Rc1], "enable-when", "9"),
    ("no such option", &[R4Rc1], "enable-when", "|no"),
    ("no system", &[R4Rc1], "option-system", "yes"),
    ("nearly a value set", &[R4Rc1], "option-value-set", "5"),
];

fn shared(name: &str) -> Option<PathBuf> {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    Some(shared.join("fhir/packages").join(name)).filter(|path| path.exists())
}

fn missing(known: &[Known], found: &[Looked]) -> Vec<String> {
    let is_found = |version: Dialect, rule: &str, words: &str| {
        let of_version = found.iter().filter(|looked| looked.version == version).flat_map(|looked| &looked.defects);
        of_version
            .into_iter()
            .any(|defect| defect.rule.code == rule && (defect.place.contains(words) || defect.published.contains(words)))
    };
    let mut missing = Vec::new();
    for (section, versions, rule, words) in known {
        for version in versions.iter().filter(|version| !is_found(**version, rule, words)) {
            missing.push(format!("{section}: {rule} at `{words}` of {version:?}"));
        }
    }
    missing
}

fn none_missing(known: &[Known], found: &[Looked]) -> Result<Completion, Failed> {
    let missing = missing(known, found);
    if missing.is_empty() { Ok(Completion::Completed) } else { Err(missing.join("\n").into()) }
}

fn every_known_defect_is_found() -> Result<Completion, Failed> {
    none_missing(KNOWN, &defects(&[])?)
}

/// And nothing else is: what these packages bring is told by these rules only.
fn known_defects_of_packages_are_found() -> Result<Completion, Failed> {
    let names = ["iknl.fhir.stu3.pzp-1.0.0-rc2.tgz", "iknl.fhir.r4.pzp-0.1.3-beta3.tgz"];
    let Some(packages) = names.into_iter().map(shared).collect::<Option<Vec<PathBuf>>>() else {
        return Ok(Completion::ignored_with("the packages are not here: set `TOETS_SHARED`"));
    };
    let (plain, found) = (defects(&[])?, defects(&packages)?);
    let before: Vec<_> = plain.iter().flat_map(|looked| &looked.defects).collect();
    let other = found.iter().flat_map(|looked| &looked.defects).filter(|defect| !before.contains(defect)).filter(|defect| {
        !KNOWN_IN_PACKAGES.iter().any(|(_, versions, rule, _)| versions.contains(&defect.version) && *rule == defect.rule.code)
    });
    let other: Vec<String> = other.map(|defect| format!("{} {}", defect.rule.code, defect.place)).collect();
    if other.is_empty() { none_missing(KNOWN_IN_PACKAGES, &found) } else { Err(other.join("\n").into()) }
}

/// What no version may be told: what the owners did right.
fn what_is_right_is_left_alone() -> Result<Completion, Failed> {
    let found = defects(&[])?;
    let colons = found.iter().filter(|looked| matches!(looked.version, R4Rc2 | R4Rc3Dev | Stu3Rc2));
    let wrong: Vec<String> = colons
        .flat_map(|looked| &looked.defects)
        .filter(|defect| ["include-colon", "parameter-own", "parameter-unknown", "chain-broken"].contains(&defect.rule.code))
        .map(|defect| format!("{:?} {} {}", defect.version, defect.rule.code, defect.place))
        .collect();
    if wrong.is_empty() { Ok(Completion::Completed) } else { Err(wrong.join("\n").into()) }
}

/// A package of rc1 of which everything is wrong, and the rule that says so.
fn a_broken_package_is_told_by_each_rule() -> Result<Completion, Failed> {
    let base = "https://api.iknl.nl/docs/pzp/r4";
    let files = [
        ("package.json", json!({ "name": "iknl.fhir.r4.pzp", "version": "1.0.0-rc1", "fhirVersions": ["4.0.1"] })),
        ("StructureDefinition-ACP-Patient.json", broken_profile(base)),
        (
            "ValueSet-ACP-Set.json",
            json!({
                "resourceType": "ValueSet", "url": format!("{base}/ValueSet/ACP-Set"), "version": "1.0.0-rc1", "status": "draft",
                "compose": { "include": [
                    { "system": "http://snomed.info/sct", "concept": [{ "code": "2" }, { "code": "3" }, { "code": "4" }] },
                    { "system": format!("{base}/ValueSet/ACP-Set") },
                ] },
            }),
        ),
        (
            "SearchParameter-colour.json",
            json!({
                "resourceType": "SearchParameter", "url": format!("{base}/SearchParameter/colour"), "version": "1.0.0-rc1",
                "status": "draft", "code": "colour", "base": ["Goal"], "type": "token", "expression": "Goal.colour",
            }),
        ),
        (
            "Questionnaire-ACP-form.json",
            json!({
                "resourceType": "Questionnaire", "url": format!("{base}/Questionnaire/ACP-form"), "version": "1.0.0-rc1",
                "status": "draft",
                "item": [
                    { "linkId": "1", "type": "choice", "answerOption": [{ "valueCoding": { "code": "yes" } }] },
                    { "linkId": "1", "type": "string", "enableWhen": [
                        { "question": "9", "operator": "=", "answerString": "x" },
                        { "question": "1", "operator": "=", "answerCoding": { "code": "no" } },
                    ] },
                    { "linkId": "2", "type": "choice", "answerOption": [
                        { "valueCoding": { "system": "http://snomed.info/sct", "code": "2" } },
                        { "valueCoding": { "system": "http://snomed.info/sct", "code": "3" } },
                        { "valueCoding": { "system": "http://snomed.info/sct", "code": "5" } },
                    ] },
                ],
            }),
        ),
    ];
    let folder = std::env::temp_dir().join(format!("toets-agreements-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("package"))?;
    for (name, content) in files {
        std::fs::write(folder.join("package").join(name), content.to_string())?;
    }
    let found = defects(std::slice::from_ref(&folder));
    std::fs::remove_dir_all(&folder)?;
    none_missing(TOLD_OF_BROKEN, &found?)
}

fn broken_profile(base: &str) -> Value {
    let constraint =
        |key: &str, expression: String| json!({ "key": key, "severity": "error", "human": "broken", "expression": expression });
    json!({
        "resourceType": "StructureDefinition", "url": format!("{base}/StructureDefinition/ACP-Patient"), "version": "1.0.0-rc1",
        "name": "ACPPatient", "status": "draft", "kind": "resource", "abstract": false, "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient", "derivation": "constraint",
        "differential": { "element": [
            { "id": "Patient", "path": "Patient", "constraint": [
                constraint("ACP-broken-1", "name.(".to_owned()),
                constraint("ACP-broken-2", "nam.exists()".to_owned()),
                constraint("ACP-broken-3", format!("extension('{base}/StructureDefinition/ext-nobody').exists()")),
            ] },
            { "id": "Patient.identifier", "path": "Patient.identifier", "slicing": {
                "discriminator": [{ "type": "value", "path": "system" }], "rules": "open",
            } },
            { "id": "Patient.identifier:loose", "path": "Patient.identifier", "sliceName": "loose" },
            { "id": "Patient.name", "path": "Patient.name", "min": 2, "max": "1" },
            { "id": "Patient.maritalStatus", "path": "Patient.maritalStatus",
              "patternCodeableConcept": { "coding": [{ "system": "http://snomed.info/sct", "code": "1" }] },
              "binding": { "strength": "required", "valueSet": format!("{base}/ValueSet/ACP-Set") } },
            { "id": "Patient.communication.language", "path": "Patient.communication.language",
              "binding": { "strength": "required", "valueSet": format!("{base}/ValueSet/ACP-Nobody") } },
        ] },
    })
}

fn rules() -> String {
    let row = |rule: &&toets::agreements::lint::Rule| format!("| `{}` | {} | {} |\n", rule.code, rule.title[0], rule.source);
    let rows: String = RULES.iter().map(row).collect();
    format!("## Rules\n\n| rule | what is wrong | where that is said |\n|---|---|---|\n{rows}\n")
}

fn the_page_tells_what_is_found() -> Result<Completion, Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = std::fs::read_to_string(&path)?.replace("\r\n", "\n");
    let (before, rest) = page.split_once(MARKS[0]).ok_or("the page has no mark where tables begin")?;
    let (_, after) = rest.split_once(MARKS[1]).ok_or("the page has no mark where tables end")?;
    let found = table(&defects(&[])?, Language::En);
    let whole = format!("{before}{}\n\n{}## Defects found\n\n{}\n{}{after}", MARKS[0], rules(), found.trim_end(), MARKS[1]);
    if std::env::var_os("TOETS_BLESS").is_some() {
        std::fs::write(&path, whole)?;
    } else if whole != page {
        return Err(format!("{PAGE} is not what the rules find; write it again with TOETS_BLESS=1").into());
    }
    Ok(Completion::Completed)
}

fn main() {
    let trials = vec![
        Trial::ignorable_test("every_known_defect_is_found", every_known_defect_is_found),
        Trial::ignorable_test("known_defects_of_packages_are_found", known_defects_of_packages_are_found),
        Trial::ignorable_test("a_broken_package_is_told_by_each_rule", a_broken_package_is_told_by_each_rule),
        Trial::ignorable_test("what_is_right_is_left_alone", what_is_right_is_left_alone),
        Trial::ignorable_test("the_page_tells_what_is_found", the_page_tells_what_is_found),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
