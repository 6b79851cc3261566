//! Rules of one element by small profiles: each code with what just gives it and
//! what nearly does.

use crate::fhir::types;
use crate::fhir::validate::testing::{codes, issues, judge, profile, said};
use crate::fhir::validate::{Severity, Validator};

/// A profile of Observation with one element.
fn element(path: &str, says: &str) -> Vec<String> {
    vec![profile("p", "Observation", &format!(r#"{{"path":"Observation"}},{{"path":"Observation.{path}",{says}}}"#))]
}

fn observation(elements: &str) -> String {
    format!(r#"{{"resourceType":"Observation",{elements}}}"#)
}

const SET: &str = r#"{"resourceType":"ValueSet","url":"http://example.org/set","compose":{"include":[
    {"system":"urn:s","concept":[{"code":"a"},{"code":"group"}]},{"system":"http://hl7.org/fhir/v3/NullFlavor","concept":[{"code":"UNK"}]}]}}"#;

/// A profile that binds an element to a value set of `a` and `group`.
fn bound(path: &str, strength: &str) -> Vec<String> {
    let binding = format!(r#""binding":{{"strength":"{strength}","valueSet":"http://example.org/set"}}"#);
    let mut known = element(path, &binding);
    let system = r#"{"resourceType":"CodeSystem","url":"urn:s","content":"complete","caseSensitive":true,"concept":[
        {"code":"a"},{"code":"b"},{"code":"group","property":[{"code":"notSelectable","valueBoolean":true}]}]}"#;
    known.extend([SET.to_owned(), system.to_owned()]);
    known
}

fn concept(system: &str, code: &str) -> String {
    observation(&format!(r#""code":{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#))
}

#[test]
fn code_not_in_value_set_weighs_as_the_binding_does() {
    let weights = [
        ("required", Some(Severity::Error)),
        ("extensible", Some(Severity::Warning)),
        ("preferred", Some(Severity::Information)),
        ("example", None),
    ];
    for (strength, weight) in weights {
        let known = bound("code", strength);
        let found = said(&known, &concept("urn:s", "b")).into_iter().find(|(code, ..)| *code == "code-not-in-value-set");
        assert_eq!(found.map(|(.., severity)| severity), weight, "{strength}");
        assert!(said(&known, &concept("urn:s", "a")).is_empty(), "{strength}");
    }
}

#[test]
fn a_binding_looks_at_every_type_that_has_a_code() {
    let cases = [
        ("status", r#""status":"a""#, r#""status":"b""#),
        (
            "value[x]",
            r#""valueQuantity":{"value":1,"system":"urn:s","code":"a"}"#,
            r#""valueQuantity":{"value":1,"system":"urn:s","code":"b"}"#,
        ),
        ("value[x]", r#""valueString":"a""#, r#""valueString":"b""#),
        ("implicitRules", r#""implicitRules":"a""#, r#""implicitRules":"b""#),
        (
            "value[x]",
            r#""valueCodeableConcept":{"coding":[{"system":"urn:s","code":"b"},{"system":"urn:s","code":"a"}]}"#,
            r#""valueCodeableConcept":{"coding":[{"code":"a"}]}"#,
        ),
    ];
    for (path, good, bad) in cases {
        let known = bound(path, "required");
        assert!(!codes(&known, &observation(good)).contains(&"code-not-in-value-set"), "{good}");
        assert!(codes(&known, &observation(bad)).contains(&"code-not-in-value-set"), "{bad}");
    }
}

#[test]
fn code_missing_is_told_of_words_alone_unless_it_is_said_why() {
    let known = bound("code", "required");
    assert_eq!(codes(&known, &observation(r#""code":{"text":"words"}"#)), ["code-missing"]);
    let why =
        r#""code":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}"#;
    assert!(!codes(&known, &observation(why)).contains(&"code-missing"));
    let known = bound("value[x]", "required");
    assert!(!codes(&known, &observation(r#""valueQuantity":{"value":1}"#)).contains(&"code-missing"));
}

#[test]
fn code_undecided_is_told_where_the_value_set_is_not_here() {
    let known = element("code", r#""binding":{"strength":"required","valueSet":"http://example.org/set"}"#);
    assert_eq!(said(&known, &concept("urn:s", "a"))[0].2, Severity::CantTell);
    let known = element("code", r#""binding":{"strength":"extensible","valueSet":"http://example.org/set"}"#);
    assert_eq!(said(&known, &concept("urn:s", "a"))[0].2, Severity::Information);
}

#[test]
fn code_not_in_largest_value_set_is_an_error_however_weak_the_binding() {
    let extension = r#"[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet","valueCanonical":"http://example.org/set"}]"#;
    let mut known = element("code", &format!(r#""binding":{{"extension":{extension},"strength":"preferred"}}"#));
    known.push(SET.to_owned());
    assert_eq!(codes(&known, &concept("urn:s", "z")), ["code-not-in-largest-value-set"]);
    assert!(codes(&known, &concept("urn:s", "a")).is_empty());
}

/// A profile with an example binding and a value set beside it.
fn additional(purpose: &str, more: &str) -> Vec<String> {
    let parts = format!(
        r#"{{"url":"purpose","valueCode":"{purpose}"}},{{"url":"valueSet","valueCanonical":"http://example.org/set"}}{more}"#
    );
    let url = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding";
    let extension = format!(r#"[{{"url":"{url}","extension":[{parts}]}}]"#);
    let mut known = element("category", &format!(r#""binding":{{"extension":{extension},"strength":"example"}}"#));
    known.push(SET.to_owned());
    known
}

fn categories(codes: &[&str]) -> String {
    let one = |code: &&str| format!(r#"{{"coding":[{{"system":"urn:s","code":"{code}"}}]}}"#);
    observation(&format!(r#""category":[{}]"#, codes.iter().map(one).collect::<Vec<_>>().join(",")))
}

#[test]
fn code_not_in_additional_value_set_weighs_as_its_purpose_does() {
    let weight = |purpose: &str, more: &str, codes: &[&str]| {
        let found = said(&additional(purpose, more), &categories(codes)).into_iter();
        found.filter(|(code, ..)| *code == "code-not-in-additional-value-set").map(|(.., severity)| severity).max()
    };
    for (purpose, expected) in [
        ("required", Some(Severity::Error)),
        ("maximum", Some(Severity::Error)),
        ("extensible", Some(Severity::Warning)),
        ("current", Some(Severity::Warning)),
        ("preferred", Some(Severity::Information)),
        ("minimum", None),
        ("ui", None),
    ] {
        assert_eq!(weight(purpose, "", &["z"]), expected, "{purpose}");
        assert_eq!(weight(purpose, "", &["a"]), None, "{purpose}");
    }
    let usage = r#",{"url":"usage","valueUsageContext":{"code":{"code":"gender"}}}"#;
    assert_eq!(weight("required", usage, &["z"]), Some(Severity::CantTell), "nobody says whether it counts here");
    let any = r#",{"url":"any","valueBoolean":true}"#;
    assert_eq!(weight("required", any, &["z", "a"]), None, "one is enough");
    assert_eq!(weight("required", any, &["z", "y"]), Some(Severity::Error));
    assert_eq!(weight("required", "", &["z", "a"]), Some(Severity::Error), "each has to");
}

#[test]
fn code_abstract_warns_of_a_code_that_only_groups() {
    let known = bound("code", "required");
    assert_eq!(said(&known, &concept("urn:s", "group")), [("code-abstract", "Observation.code".to_owned(), Severity::Warning)]);
    assert!(said(&known, &concept("urn:s", "a")).is_empty());
}

#[test]
fn code_system_renamed_warns_in_stu3_and_is_wrong_in_r4() {
    let known = bound("code", "required");
    let text = concept("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK");
    assert!(codes(&known, &text).contains(&"code-not-in-value-set"));
    let known: Vec<String> = known.iter().map(|text| text.replace(r#""valueSet":"http"#, r#""valueSetUri":"http"#)).collect();
    let issues = judge(types::stu3(), &known).judge_text(text.as_bytes(), &["http://example.org/p"]);
    let found: Vec<_> = issues.iter().map(|issue| (issue.code.name, issue.severity)).collect();
    assert!(found.contains(&("code-system-renamed", Severity::Warning)), "{found:?}");
}

#[test]
fn value_not_fixed_is_about_every_character_and_every_element() {
    let known = element("value[x]", r#""fixedQuantity":{"value":1.0,"unit":"m"}"#);
    let with = |quantity: &str| codes(&known, &observation(&format!(r#""valueQuantity":{{{quantity}}}"#)));
    assert!(with(r#""unit":"m","value":1.0"#).is_empty(), "the order of names says nothing");
    assert_eq!(with(r#""value":1.00,"unit":"m""#), ["value-not-fixed"]);
    assert_eq!(with(r#""value":1.0,"unit":"m","code":"m""#), ["value-not-fixed"]);
    let found = issues(&known, &observation(r#""valueQuantity":{"value":1.0,"unit":"cm"}"#));
    assert_eq!((found[0].path.as_str(), found[0].detail("at")), ("Observation.value.unit", Some(": `unit`")));
}

#[test]
fn value_not_pattern_lets_more_stand_beside_it_in_any_order() {
    let known = element("code", r#""patternCodeableConcept":{"coding":[{"system":"urn:s","code":"a"}]}"#);
    let more = r#""code":{"text":"x","coding":[{"system":"urn:t","code":"b"},{"system":"urn:s","code":"a","display":"A"}]}"#;
    assert!(codes(&known, &observation(more)).is_empty());
    let apart = r#""code":{"coding":[{"system":"urn:s","code":"b"},{"system":"urn:t","code":"a"}]}"#;
    assert_eq!(codes(&known, &observation(apart)), ["value-not-pattern"]);
    let known = element("value[x]", r#""patternQuantity":{"system":"urn:s","code":"a"}"#);
    let found = issues(&known, &observation(r#""valueQuantity":{"system":"urn:s"}"#));
    assert_eq!((found[0].path.as_str(), found[0].detail("at")), ("Observation.value", Some(": `code`")));
}

#[test]
fn value_too_long_counts_characters() {
    let known = element("value[x]", r#""maxLength":3"#);
    assert!(codes(&known, &observation(r#""valueString":"één""#)).is_empty());
    assert_eq!(codes(&known, &observation(r#""valueString":"vier""#)), ["value-too-long"]);
}

#[test]
fn value_too_small_and_value_too_large_reckon_units_and_dates() {
    let limits = r#""minValueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"m"},"maxValueQuantity":{"value":2,"system":"http://unitsofmeasure.org","code":"m"}"#;
    let known = element("value[x]", limits);
    let of = |value: &str, code: &str| {
        codes(
            &known,
            &observation(&format!(r#""valueQuantity":{{"value":{value},"system":"http://unitsofmeasure.org","code":"{code}"}}"#)),
        )
    };
    assert!(of("1", "m").is_empty() && of("200", "cm").is_empty());
    assert_eq!(of("99", "cm"), ["value-too-small"]);
    assert_eq!(of("2.01", "m"), ["value-too-large"]);
    assert_eq!(of("1", "kg"), ["value-limit-undecided", "value-limit-undecided"]);
    let known = element("value[x]", r#""minValueDateTime":"2020-02""#);
    let at = |value: &str| codes(&known, &observation(&format!(r#""valueDateTime":"{value}""#)));
    assert!(at("2020-03").is_empty());
    assert_eq!(at("2020-01-31"), ["value-too-small"]);
    assert_eq!(at("2020"), ["value-limit-undecided"]);
}

#[test]
fn element_missing_element_too_often_and_element_not_allowed_count() {
    let known = element("note", r#""min":1,"max":"2""#);
    let notes = |count: usize| observation(&format!(r#""note":[{}]"#, vec![r#"{"text":"x"}"#; count].join(",")));
    assert!(codes(&known, &notes(2)).is_empty());
    assert_eq!(codes(&known, &notes(3)), ["element-too-often"]);
    assert_eq!(codes(&known, r#"{"resourceType":"Observation"}"#), ["element-missing"]);
    let none = element("note", r#""max":"0""#);
    assert_eq!(
        said(&none, &notes(2)).iter().map(|(code, path, _)| (*code, path.as_str())).collect::<Vec<_>>(),
        [("element-not-allowed", "Observation.note[0]"), ("element-not-allowed", "Observation.note[1]")]
    );
}

#[test]
fn type_not_allowed_lets_only_the_types_of_the_profile_in() {
    let known = element("value[x]", r#""type":[{"code":"string"},{"code":"Quantity"}]"#);
    assert!(codes(&known, &observation(r#""valueString":"x""#)).is_empty());
    assert_eq!(codes(&known, &observation(r#""valueBoolean":true"#)), ["type-not-allowed"]);
}

#[test]
fn type_not_allowed_takes_the_type_in_the_name_of_a_choice_by_its_word() {
    let written = [
        ("Code", "a"),
        ("Id", "a"),
        ("Markdown", "a"),
        ("Uri", "urn:a"),
        ("Url", "urn:a"),
        ("Canonical", "urn:a"),
        ("Oid", "urn:oid:1.2"),
        ("Uuid", "urn:uuid:9d1b3c1e-2f5a-4d6b-8c7d-0123456789ab"),
        ("PositiveInt", "1"),
        ("UnsignedInt", "1"),
        ("Age", "{}"),
    ];
    let with = |allowed: &str, name: &str, value: &str| {
        let value = if value.starts_with(['1', '{']) { value.to_owned() } else { format!("\"{value}\"") };
        let known = [profile(
            "p",
            "Extension",
            &format!(r#"{{"path":"Extension"}},{{"path":"Extension.value[x]","type":[{{"code":"{allowed}"}}]}}"#),
        )];
        let text =
            format!(r#"{{"resourceType":"Patient","extension":[{{"url":"http://example.org/p","value{name}":{value}}}]}}"#);
        codes(&known, &text).contains(&"type-not-allowed")
    };
    for (name, value) in written {
        let own = format!("{}{}", name[..1].to_ascii_lowercase(), &name[1..]);
        let own = if name == "Age" { name } else { &own };
        for broader in ["string", "uri", "integer", "Quantity"].iter().filter(|broader| **broader != own) {
            assert!(with(broader, name, value), "{broader} is not {name}");
        }
        assert!(!with(own, name, value) && !with("Element", name, value), "{name}");
    }
    // Elsewhere nothing names the type: a resource in another is of what may stand there.
    let known = element("contained", r#""type":[{"code":"Resource"}]"#);
    assert!(!codes(&known, &observation(r#""contained":[{"resourceType":"Patient"}]"#)).contains(&"type-not-allowed"));
}

#[test]
fn type_profile_none_met_and_type_profile_unknown_ask_for_one_of_several() {
    let both = r#""type":[{"code":"Quantity","profile":["http://example.org/m","http://example.org/kg"]}]"#;
    let unit = |name: &str| {
        profile(name, "Quantity", &format!(r#"{{"path":"Quantity"}},{{"path":"Quantity.code","min":1,"fixedCode":"{name}"}}"#))
    };
    let mut known = element("value[x]", both);
    known.extend([unit("m"), unit("kg")]);
    let of = |known: &[String], code: &str| codes(known, &observation(&format!(r#""valueQuantity":{{"code":"{code}"}}"#)));
    assert!(of(&known, "kg").is_empty());
    assert_eq!(of(&known, "s"), ["type-profile-none-met"]);
    known.pop();
    assert!(of(&known, "m").is_empty(), "one that is met is enough");
    assert_eq!(of(&known, "kg"), ["type-profile-unknown"]);
}

/// An invariant of Observation.
fn invariant(expression: &str, more: &str) -> Vec<String> {
    let says = format!(r#"{{"key":"t-1","human":"it is so","expression":"{expression}"{more}}}"#);
    vec![profile("p", "Observation", &format!(r#"{{"path":"Observation","constraint":[{says}]}}"#))]
}

#[test]
fn invariant_failed_weighs_as_it_is_defined_and_advice_never_as_an_error() {
    let text = observation(r#""status":"final""#);
    let weight = |more: &str| said(&invariant("status = 'amended'", more), &text).first().map(|(_, _, severity)| *severity);
    assert_eq!(weight(r#","severity":"error""#), Some(Severity::Error));
    assert_eq!(weight(r#","severity":"warning""#), Some(Severity::Warning));
    let advice = r#","severity":"error","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice","valueBoolean":true}]"#;
    assert_eq!(weight(advice), Some(Severity::Warning));
    assert!(said(&invariant("status = 'final'", r#","severity":"error""#), &text).is_empty());
}

#[test]
fn invariants_may_ask_for_value_sets_profiles_and_the_time() {
    let set = SET.to_owned();
    let q = profile("q", "Observation", r#"{"path":"Observation"},{"path":"Observation.note","min":1}"#);
    let text = observation(r#""code":{"coding":[{"system":"urn:s","code":"a"}]},"effectiveDateTime":"2020-01-01T00:00:00Z""#);
    let ask = |expression: &str| {
        let mut known = invariant(expression, r#","severity":"error""#);
        known.extend([set.clone(), q.clone()]);
        codes(&known, &text)
    };
    assert!(ask("code.memberOf('http://example.org/set')").is_empty());
    assert_eq!(ask("code.memberOf('http://example.org/set').not()"), ["invariant-failed"]);
    assert_eq!(ask("code.memberOf('http://example.org/other')"), ["invariant-undecided"]);
    assert_eq!(ask("conformsTo('http://example.org/q')"), ["invariant-failed"]);
    assert!(ask("conformsTo('http://example.org/q').not()").is_empty());
    assert_eq!(ask("conformsTo('http://example.org/other')"), ["invariant-undecided"]);
    assert_eq!(ask("effective <= now()"), ["invariant-undecided"], "no one said what time it is");
    let known = invariant("effective <= now()", r#","severity":"error""#);
    let at = |now: &str| {
        let now = crate::fhir::date::DateTime::parse(now).expect("a moment");
        Validator::at(judge(types::r4(), &known), now).judge_text(text.as_bytes(), &["http://example.org/p"]).len()
    };
    assert_eq!((at("2021-01-01T00:00:00Z"), at("2019-01-01T00:00:00Z")), (0, 1));
}

#[test]
fn what_is_decided_without_fhirpath_is_decided_the_same_with_it() {
    use crate::fhir::fhirpath::{Environment, Item, parse};
    use crate::fhir::{json, node::Node};
    let text = br#"{"resourceType":"Observation","id":"x","status":"final","_status":{"id":"a"},"code":{"id":"b"},
        "extension":[{"url":"u","valueString":"x"},{"url":"u"},{"url":"u","valueString":"x","extension":[{"url":"v"}]},{"url":"u","extension":[{"url":"v"}]}],
        "subject":{"display":"x"}}"#;
    let tree = json::read(text, types::r4()).expect("a resource");
    fn all<'t>(node: Node<'t>, found: &mut Vec<Node<'t>>) {
        found.push(node);
        node.children().for_each(|child| all(child, found));
    }
    let mut nodes = Vec::new();
    all(tree.root(), &mut nodes);
    let environment = Environment::new(types::r4());
    for (text, native) in super::invariant::NATIVE {
        let expression = parse(text).expect("as FHIR writes it");
        for node in &nodes {
            let items = expression.evaluate(*node, &environment).expect("it can be evaluated");
            let is_true = items.iter().any(|item| matches!(item, Item::Boolean(true)));
            assert_eq!(native(*node), is_true, "{text} at {}", node.path());
        }
    }
}
