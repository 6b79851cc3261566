//! `profile`: who tells what, how often, and what nobody can tell.

use super::super::testing::{Bench, searchset};
use super::super::{ExpectationVerdict, Outcome};

/// Consent as FHIR has it, as far as these tests go.
const CONSENT: &str = r#"{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Consent",
    "name":"Consent","kind":"resource","type":"Consent","derivation":"specialization","snapshot":{"element":[
    {"id":"Consent","path":"Consent"},{"id":"Consent.status","path":"Consent.status","min":1,"max":"1"}]}}"#;

/// A profile that asks for a scope, a date, and a policy by a rule.
const PROFILE: &str = r#"{"resourceType":"StructureDefinition",
    "url":"https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ACP-TreatmentDirective",
    "name":"T","kind":"resource","type":"Consent","derivation":"constraint","snapshot":{"element":[
    {"id":"Consent","path":"Consent","constraint":[
        {"key":"has-policy","severity":"error","human":"a policy","expression":"policy.exists()"}]},
    {"id":"Consent.status","path":"Consent.status","min":1,"max":"1"},
    {"id":"Consent.scope","path":"Consent.scope","min":1,"max":"1"},
    {"id":"Consent.dateTime","path":"Consent.dateTime","min":1,"max":"1"},
    {"id":"Consent.category","path":"Consent.category","min":0,"max":"*",
        "binding":{"strength":"required","valueSet":"http://example.org/vs"}}]}}"#;

/// A value set that nobody can expand here.
const VALUE_SET: &str = r#"{"resourceType":"ValueSet","url":"http://example.org/vs","compose":{"include":[
    {"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"1"}]}]}}"#;

const REST: &str = r#"{"profile": {"of": "matches", "is": "ACP-TreatmentDirective"}}"#;

/// Consents with these elements, judged by these checks.
fn judged(consents: &[&str], checks: &[&str]) -> Vec<ExpectationVerdict> {
    bench(consents, checks).judge().expectations
}

fn bench(consents: &[&str], checks: &[&str]) -> Bench {
    let mut bench = Bench::new();
    bench.definitions(&[CONSENT, PROFILE, VALUE_SET]).step("s");
    for (index, check) in checks.iter().enumerate() {
        bench.expect(&format!("PZP-EX-00{index}"), check);
    }
    let texts: Vec<String> = consents
        .iter()
        .enumerate()
        .map(|(index, more)| format!(r#"{{"resourceType":"Consent","id":"c{index}","status":"active"{more}}}"#))
        .collect();
    let entries: Vec<_> = texts.iter().map(|text| ("match", text.as_str())).collect();
    bench.answer(200, &searchset(&entries));
    bench
}

fn expected(verdict: &ExpectationVerdict) -> Vec<String> {
    verdict.findings.iter().map(|finding| format!("{} {}", finding.name(), finding.title(crate::text::Language::En))).collect()
}

const WHOLE: &str = r#","scope":{"text":"x"},"dateTime":"2025-01-01","policy":[{"uri":"http://x"}]"#;

#[test]
fn what_others_name_is_left_to_them() {
    let only = |what: &str| format!(r#"{{"profile": {{"of": "matches", "is": "ACP-TreatmentDirective", "only": ["{what}"]}}}}"#);
    let verdicts = judged(&[""], &[&only("Consent.scope"), REST, &only("has-policy")]);
    let names: Vec<Vec<&str>> =
        verdicts.iter().map(|verdict| verdict.findings.iter().map(|finding| finding.name()).collect()).collect();
    assert_eq!(names, [vec!["element-missing"], vec!["element-missing"], vec!["invariant-failed"]]);
    assert!(expected(&verdicts[0])[0].contains("Consent.scope"), "{verdicts:?}");
    assert!(expected(&verdicts[1])[0].contains("Consent.dateTime"), "{verdicts:?}");
}

#[test]
fn what_another_names_for_other_resources_only_is_told_all_the_same() {
    let only =
        r#"{"profile": {"of": "matches", "where": "id = 'c7'", "is": "ACP-TreatmentDirective", "only": ["Consent.scope"]}}"#;
    let verdicts = judged(&[r#","dateTime":"2025-01-01","policy":[{"uri":"http://x"}]"#], &[only, REST]);
    assert_eq!(verdicts[0].outcome, Outcome::Inapplicable);
    assert!(expected(&verdicts[1])[0].contains("Consent.scope"), "{verdicts:?}");
}

#[test]
fn what_fhir_itself_asks_is_told_by_base_alone() {
    let base = r#"{"profile": {"of": "matches", "is": "base"}}"#;
    let mut bench = Bench::new();
    bench.definitions(&[CONSENT, PROFILE]).step("s").expect("PZP-EX-001", base).expect("PZP-EX-002", REST);
    let consent = format!(r#"{{"resourceType":"Consent","id":"c"{WHOLE}}}"#);
    bench.answer(200, &searchset(&[("match", consent.as_str())]));
    let verdicts = bench.judge().expectations;
    assert!(expected(&verdicts[0])[0].contains("Consent.status"), "{verdicts:?}");
    assert_eq!(verdicts[1].outcome, Outcome::Pass);
}

#[test]
fn the_same_in_many_resources_is_one_finding() {
    let more = r#","scope":{"text":"x"},"policy":[{"uri":"http://x"}]"#;
    let verdicts = judged(&[more, more, more], &[REST]);
    let [finding] = verdicts[0].findings.as_slice() else { panic!("one finding: {verdicts:?}") };
    let issue = finding.issue.as_ref().expect("it is of the judge of profiles");
    assert_eq!((issue.count, issue.also.as_slice()), (3, &[String::from("Consent/c1"), String::from("Consent/c2")][..]));
    assert_eq!(finding.place.path.as_deref(), Some("Bundle.entry[0].resource"));
}

#[test]
fn a_profile_that_is_not_known_is_no_pass() {
    let verdicts = judged(&[WHOLE], &[r#"{"profile": {"of": "matches", "is": "none-such"}}"#]);
    assert_eq!(verdicts[0].outcome, Outcome::CantTell);
}

#[test]
fn a_code_that_nobody_can_look_up_leaves_open_what_is_about_it_alone() {
    let coded = format!(r#"{WHOLE},"category":[{{"coding":[{{"system":"http://snomed.info/sct","code":"5"}}]}}]"#);
    let only = r#"{"profile": {"of": "matches", "is": "ACP-TreatmentDirective", "only": ["Consent.category"]}}"#;
    let verdicts = judged(&[&coded], &[REST]);
    assert_eq!(verdicts[0].outcome, Outcome::Pass, "{verdicts:?}");
    let bench = bench(&[&coded], &[only]);
    let all = bench.judge();
    assert_eq!(all.expectations[0].outcome, Outcome::CantTell);
    assert_eq!(all.profiles.open.iter().map(|open| open.count).sum::<usize>(), 1);
}

#[test]
fn noise_is_taken_away_and_counted() {
    let mut bench = bench(&[r#","scope":{"text":"x"},"policy":[{"uri":"http://x"}]"#], &[REST]);
    let entry = |id: &str, path: &str| {
        let text = r#"{"en": "x", "nl": "x"}"#;
        format!(
            r#"{{"id": "{id}", "match": {{"code": "element-missing", "path": "{path}"}}, "versions": ["r4-rc2"],
            "reason": {text}, "source": "x", "until": {text}}}"#
        )
    };
    bench.noise(&entry("S98", "Consent")).noise(&entry("S99", "Patient"));
    let verdicts = bench.judge();
    assert_eq!(verdicts.expectations[0].outcome, Outcome::Pass);
    let counts: Vec<_> = verdicts.profiles.silenced.iter().map(|noise| (noise.id.as_str(), noise.count)).collect();
    assert_eq!(counts, [("S98", 1), ("S99", 0)]);
}

#[test]
fn what_is_worth_a_look_is_told_once_with_its_first_place_and_counted() {
    let blanks = WHOLE.replace("\"x\"}", "\" x\"}");
    // By two profiles, and still one place each.
    let bench = bench(&[WHOLE, &blanks, &blanks], &[REST, r#"{"profile": {"of": "matches", "is": "base"}}"#]);
    let verdicts = bench.judge();
    assert_eq!(verdicts.expectations[0].outcome, Outcome::Pass);
    let looks = &verdicts.profiles.looks;
    let of_blanks: Vec<_> = looks.iter().filter(|look| look.code == "text-white-space").collect();
    let told: Vec<_> = of_blanks.iter().map(|look| (look.path.as_str(), look.place.as_str(), look.count)).collect();
    assert_eq!(told, [("Consent.scope.text", "Consent/c1, scope.text", 2)]);
    assert_eq!(of_blanks[0].mend.en, "take the white space out");
}

#[test]
fn expressions_ask_profiles_and_value_sets() {
    let each = |expression: &str| format!(r#"{{"each": {{"of": "matches", "fhirpath": "{expression}"}}}}"#);
    let conforms = each("conformsTo(%canonical & '/StructureDefinition/ACP-TreatmentDirective')");
    assert_eq!(judged(&[WHOLE], &[&conforms])[0].outcome, Outcome::Pass);
    assert_eq!(judged(&[""], &[&conforms])[0].outcome, Outcome::Fail);
    let unknown = each("conformsTo('http://example.org/none')");
    assert_eq!(judged(&[WHOLE], &[&unknown])[0].outcome, Outcome::CantTell);
    let member = each("scope.memberOf('http://example.org/vs')");
    let coded = r#","scope":{"coding":[{"system":"http://snomed.info/sct","code":"5"}]}"#;
    assert_eq!(judged(&[coded], &[&member])[0].outcome, Outcome::CantTell);
}
