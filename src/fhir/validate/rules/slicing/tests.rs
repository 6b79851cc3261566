//! Slicing by small profiles: each discriminator with what fits, and each code
//! with what just gives it and what nearly does.

use crate::fhir::validate::testing::{codes, issues, profile, said};
use crate::text::Language;

/// A profile of Observation in which `component` is sliced.
fn sliced(slicing: &str, slices: &str) -> Vec<String> {
    let elements = format!(
        r#"{{"path":"Observation"}},{{"id":"Observation.component","path":"Observation.component","min":0,"max":"*","slicing":{{{slicing}}}}},{slices}"#
    );
    vec![profile("p", "Observation", &elements)]
}

/// A slice of `component` whose code is `code`.
fn slice(name: &str, min: u32, max: &str, code: &str) -> String {
    format!(
        r#"{{"id":"Observation.component:{name}","path":"Observation.component","sliceName":"{name}","min":{min},"max":"{max}"}},
        {{"id":"Observation.component:{name}.code","path":"Observation.component.code","min":1,"max":"1",
        "patternCodeableConcept":{{"coding":[{{"system":"urn:s","code":"{code}"}}]}}}}"#
    )
}

const BY_CODE: &str = r#""discriminator":[{"type":"value","path":"code"}]"#;

/// An Observation with components of these codes.
fn observation(components: &[&str]) -> String {
    let component = |code: &&str| format!(r#"{{"code":{{"coding":[{{"system":"urn:s","code":"{code}"}}]}}}}"#);
    let components: Vec<String> = components.iter().map(component).collect();
    format!(r#"{{"resourceType":"Observation","component":[{}]}}"#, components.join(","))
}

#[test]
fn slice_missing_is_told_of_the_parent_and_names_the_slice() {
    let profile = sliced(&format!(r#"{BY_CODE},"rules":"open""#), &slice("a", 1, "1", "a"));
    assert!(codes(&profile, &observation(&["x", "a"])).is_empty());
    let issues = issues(&profile, &observation(&["x"]));
    assert_eq!((issues[0].code.name, issues[0].path.as_str()), ("slice-missing", "Observation"));
    assert_eq!(issues[0].detail("element"), Some("Observation.component:a"));
}

#[test]
fn slice_missing_says_what_it_asks_and_what_comes_nearest() {
    let profile = sliced(&format!(r#"{BY_CODE},"rules":"open""#), &slice("a", 1, "1", "a"));
    let found =
        |text: &str| issues(&profile, text).into_iter().find(|issue| issue.code.name == "slice-missing").expect("it is said");
    let other = found(&observation(&["x"]));
    let asked = "add one that fits the slice: `code.coding.system` = `urn:s`, `code.coding.code` = `a`";
    assert_eq!(other.mend(Language::En), format!("{asked}; `Observation.component[0]` comes nearest"));
    assert!(other.mend(Language::Nl).ends_with("`Observation.component[0]` komt er het dichtst bij"));
    let none = found(r#"{"resourceType":"Observation","component":[{"valueString":"a"}]}"#);
    assert_eq!(none.mend(Language::En), asked);
    // Those of another slice are not free to become one of this.
    let both = sliced(&format!(r#"{BY_CODE},"rules":"open""#), &[slice("a", 1, "1", "a"), slice("b", 0, "1", "b")].join(","));
    let issues = issues(&both, &observation(&["b"]));
    assert_eq!(issues[0].detail("near"), Some(""));
}

#[test]
fn more_than_a_slice_may_have_are_element_too_often() {
    let profile = sliced(&format!(r#"{BY_CODE},"rules":"open""#), &slice("a", 0, "1", "a"));
    assert!(codes(&profile, &observation(&["a", "x", "x"])).is_empty());
    assert_eq!(codes(&profile, &observation(&["a", "a"])), ["element-too-often"]);
    let none = sliced(&format!(r#"{BY_CODE},"rules":"open""#), &slice("a", 0, "0", "a"));
    assert_eq!(said(&none, &observation(&["x", "a"]))[0].1, "Observation.component[1]");
}

#[test]
fn slice_none_is_told_where_only_slices_may_come() {
    let slices = slice("a", 0, "*", "a");
    let closed = sliced(&format!(r#"{BY_CODE},"rules":"closed""#), &slices);
    assert_eq!(said(&closed, &observation(&["a", "x"]))[0].1, "Observation.component[1]");
    assert_eq!(codes(&closed, &observation(&["a", "x"])), ["slice-none"]);
    assert!(codes(&closed, &observation(&["a", "a"])).is_empty());
    let open = sliced(&format!(r#"{BY_CODE},"rules":"open""#), &slices);
    assert!(codes(&open, &observation(&["a", "x"])).is_empty());
}

#[test]
fn slice_out_of_order_and_slice_not_at_end_look_at_the_places() {
    let slices = [slice("a", 0, "*", "a"), slice("b", 0, "*", "b")].join(",");
    let ordered = sliced(&format!(r#"{BY_CODE},"rules":"open","ordered":true"#), &slices);
    assert!(codes(&ordered, &observation(&["a", "x", "a", "b"])).is_empty());
    assert_eq!(codes(&ordered, &observation(&["a", "b", "a"])), ["slice-out-of-order"]);
    let at_end = sliced(&format!(r#"{BY_CODE},"rules":"openAtEnd""#), &slices);
    assert!(codes(&at_end, &observation(&["b", "a", "x", "x"])).is_empty());
    assert_eq!(codes(&at_end, &observation(&["a", "x", "b"])), ["slice-not-at-end"]);
}

#[test]
fn slice_several_is_told_of_an_element_that_fits_two() {
    let profile = sliced(&format!(r#"{BY_CODE},"rules":"open""#), &[slice("a", 0, "*", "a"), slice("b", 0, "*", "b")].join(","));
    let both = r#"{"resourceType":"Observation","component":[{"code":{"coding":[{"system":"urn:s","code":"a"},{"system":"urn:s","code":"b"}]}}]}"#;
    assert_eq!(codes(&profile, both), ["slice-several"]);
    let one = r#"{"resourceType":"Observation","component":[{"code":{"coding":[{"system":"urn:s","code":"a"},{"system":"urn:t","code":"b"}]}}]}"#;
    assert!(codes(&profile, one).is_empty());
}

#[test]
fn several_discriminators_have_to_hold_together_and_look_into_the_pattern_of_an_ancestor() {
    let by = r#""discriminator":[{"type":"value","path":"code.coding.system"},{"type":"value","path":"code.coding.code"}],"rules":"open""#;
    let profile = sliced(by, &slice("a", 1, "*", "a"));
    assert!(codes(&profile, &observation(&["a"])).is_empty());
    let other = r#"{"resourceType":"Observation","component":[{"code":{"coding":[{"system":"urn:t","code":"a"}]}}]}"#;
    assert_eq!(codes(&profile, other), ["slice-missing"]);
}

#[test]
fn a_value_may_be_fixed_below_the_place_of_the_discriminator() {
    let slices = r#"{"id":"Observation.component:a","path":"Observation.component","sliceName":"a","min":1,"max":"1"},
        {"id":"Observation.component:a.code","path":"Observation.component.code","min":1},
        {"id":"Observation.component:a.code.coding","path":"Observation.component.code.coding","min":1},
        {"id":"Observation.component:a.code.coding.code","path":"Observation.component.code.coding.code","min":1,"fixedCode":"a"}"#;
    let profile = sliced(&format!(r#"{BY_CODE},"rules":"open""#), slices);
    assert!(codes(&profile, &observation(&["x", "a"])).is_empty());
    assert_eq!(codes(&profile, &observation(&["x"])), ["slice-missing"]);
}

#[test]
fn a_required_binding_tells_a_slice_by_the_list_of_the_value_set_without_its_code_system() {
    let slices = r#"{"id":"Observation.component:a","path":"Observation.component","sliceName":"a","min":1,"max":"1"},
        {"id":"Observation.component:a.code","path":"Observation.component.code","min":1,
        "binding":{"strength":"required","valueSet":"http://example.org/set"}}"#;
    let mut known = sliced(&format!(r#"{BY_CODE},"rules":"open""#), slices);
    assert_eq!(codes(&known, &observation(&["a"])), ["slice-undecided", "slice-undecided"]);
    known.push(r#"{"resourceType":"ValueSet","url":"http://example.org/set","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}]}]}}"#.to_owned());
    assert!(codes(&known, &observation(&["a"])).is_empty());
    assert_eq!(codes(&known, &observation(&["x"])), ["slice-missing"]);
}

#[test]
fn types_tell_the_slices_of_a_choice() {
    let elements = r#"{"path":"Observation"},
        {"id":"Observation.value[x]","path":"Observation.value[x]","min":1,"max":"1","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"},
        "type":[{"code":"string"},{"code":"boolean"}]},
        {"id":"Observation.value[x]:valueString","path":"Observation.value[x]","sliceName":"valueString","min":0,"max":"1","type":[{"code":"string"}],"maxLength":3}"#;
    let profile = vec![profile("p", "Observation", elements)];
    assert!(codes(&profile, r#"{"resourceType":"Observation","valueString":"abc"}"#).is_empty());
    assert_eq!(codes(&profile, r#"{"resourceType":"Observation","valueString":"abcd"}"#), ["value-too-long"]);
    assert_eq!(codes(&profile, r#"{"resourceType":"Observation","valueBoolean":true}"#), ["slice-none"]);
}

#[test]
fn extensions_are_told_by_url_though_nothing_says_so_and_their_definition_is_not_here() {
    let elements = r#"{"path":"Observation"},{"id":"Observation.extension","path":"Observation.extension","min":0,"max":"*"},
        {"id":"Observation.extension:e","path":"Observation.extension","sliceName":"e","min":1,"max":"1","type":[{"code":"Extension","profile":["http://example.org/e|1"]}]}"#;
    let profile = vec![profile("p", "Observation", elements)];
    let with = |url: &str| {
        format!(r#"{{"resourceType":"Observation","extension":[{{"url":"http://example.org/{url}","valueString":"x"}}]}}"#)
    };
    assert!(codes(&profile, &with("f")).contains(&"slice-missing"));
    assert!(!codes(&profile, &with("e")).contains(&"slice-missing"));
}

#[test]
fn being_there_tells_slices() {
    let slices = r#"{"id":"Observation.component:a","path":"Observation.component","sliceName":"a","min":0,"max":"1"},
        {"id":"Observation.component:a.extension","path":"Observation.component.extension","min":0,"max":"*"},
        {"id":"Observation.component:a.extension:e","path":"Observation.component.extension","sliceName":"e","min":1,"max":"1","type":[{"code":"Extension","profile":["http://example.org/e"]}]},
        {"id":"Observation.component:b","path":"Observation.component","sliceName":"b","min":1,"max":"1"},
        {"id":"Observation.component:b.extension","path":"Observation.component.extension","min":0,"max":"*"},
        {"id":"Observation.component:b.extension:e","path":"Observation.component.extension","sliceName":"e","min":0,"max":"0","type":[{"code":"Extension","profile":["http://example.org/e"]}]}"#;
    let profile =
        sliced(r#""discriminator":[{"type":"exists","path":"extension('http://example.org/e')"}],"rules":"closed""#, slices);
    let component = |extension: &str| {
        format!(r#"{{"resourceType":"Observation","component":[{{{extension}"dataAbsentReason":{{"text":"x"}}}}]}}"#)
    };
    assert!(!codes(&profile, &component("")).contains(&"slice-missing"));
    let with = component(r#""extension":[{"url":"http://example.org/e","valueString":"x"}],"#);
    assert!(codes(&profile, &with).contains(&"slice-missing"));
}

/// Profiles of Observation in which `hasMember` is sliced by what it refers to.
fn members(kind: &str, min: u32) -> Vec<String> {
    let elements = format!(
        r#"{{"path":"Observation"}},{{"id":"Observation.hasMember","path":"Observation.hasMember","min":0,"max":"*","slicing":{{"discriminator":[{{"type":"{kind}","path":"resolve()"}}],"rules":"open"}}}},
        {{"id":"Observation.hasMember:a","path":"Observation.hasMember","sliceName":"a","min":{min},"max":"1","type":[{{"code":"Reference","targetProfile":["http://example.org/a"]}}]}}"#
    );
    let target = r#"{"path":"Observation"},{"id":"Observation.code","path":"Observation.code","min":1,"max":"1"}"#;
    vec![profile("p", "Observation", &elements), profile("a", "Observation", target)]
}

#[test]
fn the_profile_or_type_of_what_is_referred_to_tells_slices() {
    let to = |contained: &str| {
        format!(r##"{{"resourceType":"Observation","contained":[{contained}],"hasMember":[{{"reference":"#1"}}]}}"##)
    };
    let good = to(r#"{"resourceType":"Observation","id":"1","code":{"text":"x"}}"#);
    let bad = to(r#"{"resourceType":"Observation","id":"1"}"#);
    assert!(!codes(&members("profile", 1), &good).contains(&"slice-missing"));
    assert!(codes(&members("profile", 1), &bad).contains(&"slice-missing"));
    assert!(!codes(&members("type", 1), &bad).contains(&"slice-missing"));
    let other = to(r#"{"resourceType":"Patient","id":"1"}"#);
    assert!(codes(&members("type", 1), &other).contains(&"slice-missing"));
}

#[test]
fn slice_undecided_is_told_of_a_reference_that_leads_nowhere_only_where_it_matters() {
    let to = |reference: &str| format!(r#"{{"resourceType":"Observation","hasMember":[{{"reference":"{reference}"}}]}}"#);
    let undecided = |min: u32, reference: &str| {
        let said = codes(&members("profile", min), &to(reference));
        (said.contains(&"slice-undecided"), said.contains(&"slice-missing"))
    };
    assert_eq!(undecided(1, "Observation/1"), (true, false), "it may or may not meet the profile");
    assert_eq!(undecided(0, "Observation/1"), (false, false), "nothing more is asked of it");
    assert_eq!(undecided(1, "Patient/1"), (false, true), "another type cannot meet it");
}

#[test]
fn profiles_that_ask_for_one_another_in_a_ring_come_to_an_end() {
    let elements = r#"{"path":"Observation"},{"id":"Observation.hasMember","path":"Observation.hasMember","min":0,"max":"*","slicing":{"discriminator":[{"type":"profile","path":"resolve()"}],"rules":"open"}},
        {"id":"Observation.hasMember:a","path":"Observation.hasMember","sliceName":"a","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["http://example.org/p"]}]}"#;
    let around = r#"{"path":"Bundle"},{"path":"Bundle.entry"},{"path":"Bundle.entry.resource","type":[{"code":"Resource"}]}"#;
    let around = profile("Bundle", "Bundle", around).replace("example.org", "hl7.org/fhir/StructureDefinition");
    let profile = vec![profile("p", "Observation", elements), around];
    let bundle = |member: &str| {
        format!(
            r#"{{"resourceType":"Bundle","entry":[{{"fullUrl":"urn:uuid:1","resource":{{"resourceType":"Observation","meta":{{"profile":["http://example.org/p"]}},"hasMember":[{{"reference":"urn:uuid:2"}}]}}}},
            {{"fullUrl":"urn:uuid:2","resource":{{"resourceType":"Observation"{member}}}}}]}}"#
        )
    };
    let missing = |text: &str| codes(&profile, text).contains(&"slice-missing");
    assert!(!missing(&bundle(r#","hasMember":[{"reference":"urn:uuid:1"}]"#)));
    assert!(missing(&bundle("")));
}

#[test]
fn without_discriminators_the_rules_of_a_slice_tell() {
    let profile = sliced(r#""rules":"closed""#, &slice("a", 0, "*", "a"));
    assert!(codes(&profile, &observation(&["a"])).is_empty());
    assert_eq!(codes(&profile, &observation(&["x"])), ["slice-none"]);
}

#[test]
fn a_discriminator_that_no_slice_speaks_of_is_undecided_and_never_guessed() {
    let slices = r#"{"id":"Observation.component:a","path":"Observation.component","sliceName":"a","min":1,"max":"1"}"#;
    let profile = sliced(&format!(r#"{BY_CODE},"rules":"open""#), slices);
    assert_eq!(codes(&profile, &observation(&["a"])), ["slice-undecided"]);
}

#[test]
fn a_slice_may_be_sliced_again() {
    let again = r#"{"id":"Observation.component:a","path":"Observation.component","sliceName":"a","min":1,"max":"*","slicing":{"discriminator":[{"type":"exists","path":"dataAbsentReason"}],"rules":"open"}},
        {"id":"Observation.component:a.code","path":"Observation.component.code","min":1,"patternCodeableConcept":{"coding":[{"code":"a"}]}},
        {"id":"Observation.component:a/n","path":"Observation.component","sliceName":"a/n","min":1,"max":"1"},
        {"id":"Observation.component:a/n.code","path":"Observation.component.code","min":1},
        {"id":"Observation.component:a/n.dataAbsentReason","path":"Observation.component.dataAbsentReason","min":1}"#;
    let profile = sliced(&format!(r#"{BY_CODE},"rules":"open""#), again);
    let absent =
        r#"{"resourceType":"Observation","component":[{"code":{"coding":[{"code":"a"}]},"dataAbsentReason":{"text":"x"}}]}"#;
    assert!(codes(&profile, absent).is_empty());
    let issues = issues(&profile, &observation(&["a"]));
    assert_eq!(issues.iter().find_map(|issue| issue.detail("element")), Some("Observation.component:a/n"));
}
