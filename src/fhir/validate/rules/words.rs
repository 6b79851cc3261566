//! What is said beside the code of an issue: that it names what is asked for, and
//! what to write instead.

use crate::fhir::validate::testing::{codes, issues, profile};
use crate::fhir::validate::{Issue, Severity};
use crate::text::Language;

/// A profile of Observation with one element, and what else is known.
fn with(path: &str, says: &str, more: &[&str]) -> Vec<String> {
    let elements = format!(r#"{{"path":"Observation"}},{{"path":"Observation.{path}",{says}}}"#);
    let more = more.iter().map(|text| (*text).to_owned());
    std::iter::once(profile("p", "Observation", &elements)).chain(more).collect()
}

/// The first issue of a code about an Observation with these elements.
fn issue(known: &[String], code: &str, elements: &str) -> Option<Issue> {
    let text = format!(r#"{{"resourceType":"Observation",{elements}}}"#);
    issues(known, &text).into_iter().find(|issue| issue.code.name == code)
}

const REQUIRED: &str = r#""binding":{"strength":"required","valueSet":"http://example.org/set"}"#;

/// A value set of these codes of `urn:s`.
fn set(codes: &[&str]) -> String {
    let concepts: Vec<String> = codes.iter().map(|code| format!(r#"{{"code":"{code}"}}"#)).collect();
    format!(
        r#"{{"resourceType":"ValueSet","url":"http://example.org/set","title":"Kinds","compose":{{"include":[
        {{"system":"urn:s","concept":[{}]}}]}}}}"#,
        concepts.join(",")
    )
}

#[test]
fn code_missing_weighs_by_the_type_that_has_no_code() {
    let set = set(&["a"]);
    let known = with("value[x]", REQUIRED, &[&set]);
    let severity = |value: &str| issue(&known, "code-missing", value).map(|issue| issue.severity);
    assert_eq!(severity(r#""valueCodeableConcept":{"text":"words"}"#), Some(Severity::Error));
    assert_eq!(severity(r#""valueQuantity":{"value":1}"#), Some(Severity::Warning));
    assert_eq!(severity(r#""valueQuantity":{"value":1,"system":"urn:s","code":"a"}"#), None);
    let extension = |value: &str| {
        let bound = format!(r#"{{"path":"Extension"}},{{"path":"Extension.value[x]",{REQUIRED}}}"#);
        let known = [profile("p", "Extension", &bound), set.clone()];
        let text =
            format!(r#"{{"resourceType":"Patient","extension":[{{"url":"http://example.org/p","valueCoding":{value}}}]}}"#);
        issues(&known, &text).into_iter().find(|issue| issue.code.name == "code-missing").map(|issue| issue.severity)
    };
    assert_eq!(extension(r#"{"display":"words"}"#), Some(Severity::Error));
    assert_eq!(extension(r#"{"system":"urn:s","code":"a"}"#), None);
    let why =
        r#"{"_code":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}"#;
    assert_eq!(extension(why), None);
    // Where the binding is not required, a unit may be left out.
    let preferred = with("value[x]", &REQUIRED.replace("required", "extensible"), &[&set]);
    assert_eq!(issue(&preferred, "code-missing", r#""valueQuantity":{"value":1}"#), None);
}

#[test]
fn code_not_in_value_set_lists_the_nearest_codes_and_names_the_set() {
    let all = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"];
    let set = set(&all);
    let known = with("status", REQUIRED, &[&set]);
    let found = issue(&known, "code-not-in-value-set", r#""status":"gama""#).expect("it is said");
    let mend = found.mend(Language::En);
    assert!(mend.starts_with("use a code from the value set: `urn:s#gamma`") || mend.contains(": `gamma`, "), "{mend}");
    assert_eq!(mend.matches(", ").count(), 8, "eight and a sign that there are more: {mend}");
    assert!(found.message(Language::En).contains("`Kinds` (`http://example.org/set`)"), "{}", found.message(Language::En));
    // What takes its codes by a filter is not to be listed here.
    let filtered = r#"{"resourceType":"ValueSet","url":"http://example.org/set","compose":{"include":[
        {"system":"urn:t","filter":[{"property":"concept","op":"is-a","value":"x"}]},{"system":"urn:s","concept":[{"code":"a"}]}]}}"#;
    let known = with("code", REQUIRED, &[filtered]);
    let missing = issue(&known, "code-missing", r#""code":{"text":"words"}"#).expect("it is said");
    assert_eq!(missing.mend(Language::En), "add a code; words may stand beside it");
    assert_eq!(missing.detail("set"), Some("`http://example.org/set`"));
}

#[test]
fn display_wrong_names_the_display_only_where_it_is_known() {
    use crate::fhir::knowledge::Knowledge;
    use crate::fhir::types;
    use crate::fhir::validate::Validator;
    use std::sync::Arc;
    let system = r#"{"resourceType":"CodeSystem","url":"urn:s","content":"complete","concept":[{"code":"a","display":"Alpha"}]}"#;
    let known = with("code", r#""min":0"#, &[system]);
    let text = r#""code":{"coding":[{"system":"urn:s","code":"a","display":"Beta"}]}"#;
    let found = issue(&known, "display-wrong", text).expect("it is said");
    assert_eq!(found.mend(Language::En), "write `Alpha`, or leave the display out");
    // What is built in has digests alone.
    let judge = Validator::new(Arc::new(Knowledge::built_in(types::r4())));
    let coding = r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB","display":"Beta"}"#;
    let issues =
        judge.judge_text(format!(r#"{{"resourceType":"Encounter","status":"finished","class":{coding}}}"#).as_bytes(), &[]);
    let found = issues.iter().find(|issue| issue.code.name == "display-wrong").expect("it is said");
    assert_eq!(found.detail("expected"), None);
    assert_eq!(found.mend(Language::Nl), "zoek de display op in het codestelsel, of laat de display weg");
}

#[test]
fn value_not_pattern_names_the_member_that_differs_and_what_to_write() {
    let known = with("code", r#""patternCodeableConcept":{"coding":[{"system":"urn:s","code":"a"}]}"#, &[]);
    let of = |code: &str| issue(&known, "value-not-pattern", &format!(r#""code":{code}"#)).expect("it is said");
    let other = of(r#"{"coding":[{"system":"urn:s","code":"b"}]}"#);
    assert_eq!((other.path.as_str(), other.detail("at")), ("Observation.code", Some(": `coding[0].code`")));
    assert_eq!((other.detail("expected"), other.detail("found")), (Some("a"), Some("b")));
    assert_eq!(other.mend(Language::En), "write `a` there; more may stand beside it");
    let lacking = of(r#"{"coding":[{"system":"urn:s"}]}"#);
    assert_eq!((lacking.detail("at"), lacking.detail("found")), (Some(": `coding[0].code`"), Some("-")));
    assert_eq!(lacking.mend(Language::En), "add what the pattern holds; more may stand beside it");
    // Which of two was meant nobody knows: the whole is shown, without the type that only a resource has.
    let several = of(r#"{"coding":[{"system":"urn:s","code":"b"},{"system":"urn:t","code":"a"}]}"#);
    assert_eq!(several.detail("expected"), Some(r#"{"coding":[{"system":"urn:s","code":"a"}]}"#));
}

#[test]
fn element_unknown_lists_the_types_of_a_choice_and_sends_nobody_to_an_extension() {
    let mend = |elements: &str| {
        issue(&with("status", r#""min":0"#, &[]), "element-unknown", elements).expect("it is said").mend(Language::En)
    };
    for other in [r#""valueMarkdown":"a""#, r#""valueCode":"a""#, r#""valueCoding":{}"#] {
        let mend = mend(other);
        assert!(mend.starts_with("`value[x]` has no such type; write one of `valueQuantity`"), "{other}: {mend}");
    }
    assert_eq!(mend(r#""valueStrng":"a""#), "did you mean `valueString`?");
    assert!(mend(r#""valueNothingOfTheSort":"a""#).contains("write one of"));
    assert_eq!(mend(r#""url":"a""#), "take it out, or say it in an extension");
    assert_eq!(mend(r#""low":{"value":1}"#), "`Observation.referenceRange` has it: move it there");
}

#[test]
fn code_undecided_is_open_where_the_verdict_does_not_hang_on_it() {
    let with_strength = |strength: &str| {
        let known = with("code", &REQUIRED.replace("required", strength), &[]);
        let found = issue(&known, "code-undecided", r#""code":{"coding":[{"system":"urn:s","code":"a"}]}"#).expect("it is said");
        (found.is_open(), found.code.kind, found.is_about_a_code())
    };
    assert_eq!(with_strength("extensible"), (true, "not-supported", true));
    assert_eq!(with_strength("required"), (false, "not-supported", true));
}

#[test]
fn one_mistake_is_said_once_by_whoever_says_it_most_closely() {
    let extension = |kind: &str| {
        profile(
            "e",
            "Extension",
            &format!(
                r#"{{"path":"Extension"}},{{"id":"Extension.value[x]","path":"Extension.value[x]","type":[{{"code":"{kind}"}}]}}"#
            ),
        )
    };
    let slice = r#"{"path":"Observation"},{"id":"Observation.extension","path":"Observation.extension",
        "slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},
        {"id":"Observation.extension:e","path":"Observation.extension","sliceName":"e","min":0,"max":"1",
        "type":[{"code":"Extension","profile":["http://example.org/e"]}]},
        {"id":"Observation.extension:e.value[x]","path":"Observation.extension.value[x]","type":[{"code":"string"}]}"#;
    let text = r#"{"resourceType":"Observation","extension":[{"url":"http://example.org/e","valueInteger":1}]}"#;
    let said = |kind: &str| {
        let found = issues(&[profile("p", "Observation", slice), extension(kind)], text).into_iter();
        found.filter(|issue| issue.code.name == "type-not-allowed").collect::<Vec<_>>()
    };
    let once = said("string");
    assert_eq!(once.iter().map(|issue| issue.detail("element")).collect::<Vec<_>>(), [Some("Observation.extension:e.value[x]")]);
    assert_eq!(said("boolean").len(), 2, "they ask for something else");
    let known = with("value[x]", r#""max":"1""#, &[]);
    let two = r#"{"resourceType":"Observation","valueString":"a","valueBoolean":true}"#;
    assert_eq!(codes(&known, two), ["choice-twice"]);
    let none = with("value[x]", r#""max":"0""#, &[]);
    assert!(codes(&none, two).contains(&"element-not-allowed"));
}
