//! Value sets and code systems made here.

use std::collections::HashMap;

use super::*;
use crate::fhir::{json, types};

/// Code systems and value sets by url.
struct World(HashMap<String, Arc<CodeSystem>>, HashMap<String, Arc<ValueSet>>);

impl World {
    fn new(resources: &[String]) -> Self {
        let mut world = Self(HashMap::new(), HashMap::new());
        for text in resources {
            let tree = json::read(text.as_bytes(), types::r4()).expect("a resource");
            let url = tree.root().child_value("url").expect("a url").to_owned();
            match tree.root().type_name() {
                "CodeSystem" => drop(world.0.insert(url, Arc::new(CodeSystem::read(&tree)))),
                _ => drop(world.1.insert(url, Arc::new(ValueSet::read(&tree)))),
            }
        }
        world
    }

    fn ask(&self, value_set: &str, code: &str) -> Membership {
        let missing = || "not here".to_owned();
        let value_sets = |canonical: &str| self.1.get(canonical).cloned().ok_or_else(missing);
        let code_systems = |canonical: &str| self.0.get(canonical).cloned().ok_or_else(missing);
        let sources = Sources { value_set: &value_sets, code_system: &code_systems };
        let (system, code) = code.split_once('#').expect("system#code");
        membership(&self.1[value_set], &Coded { system: Some(system), version: None, code }, &sources)
    }
}

fn animals(more: &str) -> String {
    format!(
        r#"{{"resourceType":"CodeSystem","url":"animals",{more}"concept":[
            {{"code":"mammal","property":[{{"code":"notSelectable","valueBoolean":true}}],"concept":[
                {{"code":"dog","display":"Dog","designation":[{{"language":"nl","value":"Hond"}}]}},{{"code":"cat"}}]}},
            {{"code":"platypus","property":[{{"code":"subsumedBy","valueCode":"mammal"}},{{"code":"egg","valueString":"yes"}}]}},
            {{"code":"carp","property":[{{"code":"inactive","valueBoolean":true}}]}}]}}"#
    )
}

const WHOLE: &str = r#""content":"complete","caseSensitive":true,"#;

fn value_set(url: &str, compose: &str) -> String {
    format!(r#"{{"resourceType":"ValueSet","url":"{url}","compose":{{{compose}}}}}"#)
}

fn is_unknown(answer: &Membership) -> bool {
    matches!(answer, Membership::Unknown(_))
}

#[test]
fn is_a_takes_the_code_itself_and_all_below_it_also_by_property() {
    let include = r#""include":[{"system":"animals","filter":[{"property":"concept","op":"is-a","value":"mammal"}]}]"#;
    let world = World::new(&[animals(WHOLE), value_set("v", include)]);
    for code in ["animals#mammal", "animals#dog", "animals#platypus"] {
        assert_eq!(world.ask("v", code), Membership::In, "{code}");
    }
    for code in ["animals#carp", "animals#unicorn", "plants#dog"] {
        assert_eq!(world.ask("v", code), Membership::Out, "{code}");
    }
}

#[test]
fn descendent_of_leaves_the_code_itself_out() {
    let include = r#""include":[{"system":"animals","filter":[{"property":"concept","op":"descendent-of","value":"mammal"}]}]"#;
    let world = World::new(&[animals(WHOLE), value_set("v", include)]);
    assert_eq!(world.ask("v", "animals#mammal"), Membership::Out);
    assert_eq!(world.ask("v", "animals#cat"), Membership::In);
}

#[test]
fn filters_by_property_and_regex_are_worked_out() {
    let equal = r#""include":[{"system":"animals","filter":[{"property":"egg","op":"=","value":"yes"}]}]"#;
    let regex = r#""include":[{"system":"animals","filter":[{"property":"code","op":"regex","value":"[cd].*"}]}]"#;
    let world = World::new(&[animals(WHOLE), value_set("equal", equal), value_set("regex", regex)]);
    assert_eq!(world.ask("equal", "animals#platypus"), Membership::In);
    assert_eq!(world.ask("equal", "animals#dog"), Membership::Out);
    assert_eq!(world.ask("regex", "animals#dog"), Membership::In);
    assert_eq!(world.ask("regex", "animals#mammal"), Membership::Out);
    // Whether a part may match, FHIR does not say.
    let part = r#""include":[{"system":"animals","filter":[{"property":"code","op":"regex","value":"pus"}]}]"#;
    assert!(is_unknown(&World::new(&[animals(WHOLE), value_set("part", part)]).ask("part", "animals#platypus")));
}

#[test]
fn a_filter_that_is_not_understood_is_unknown() {
    let include = r#""include":[{"system":"animals","filter":[{"property":"constraint","op":"child-of","value":"x"}]}]"#;
    let world = World::new(&[animals(WHOLE), value_set("v", include)]);
    assert!(is_unknown(&world.ask("v", "animals#dog")));
}

#[test]
fn a_system_without_content_decides_nothing_but_other_systems() {
    let stub = r#"{"resourceType":"CodeSystem","url":"sct","content":"not-present"}"#.to_owned();
    let include = r#""include":[{"system":"sct","filter":[{"property":"concept","op":"is-a","value":"1"}]}]"#;
    let world =
        World::new(&[stub, value_set("v", include), value_set("w", r#""include":[{"system":"sct"},{"system":"nowhere"}]"#)]);
    assert!(is_unknown(&world.ask("v", "sct#2")));
    assert!(is_unknown(&world.ask("w", "nowhere#2")));
    assert_eq!(world.ask("v", "animals#dog"), Membership::Out);
}

#[test]
fn codes_that_are_listed_need_no_code_system() {
    let include = r#""include":[{"system":"sct","concept":[{"code":"1"},{"code":"2"}]}],"exclude":[{"system":"sct","concept":[{"code":"2"}]}]"#;
    let world = World::new(&[value_set("v", include)]);
    assert_eq!(world.ask("v", "sct#1"), Membership::In);
    assert_eq!(world.ask("v", "sct#2"), Membership::Out);
    assert_eq!(world.ask("v", "sct#3"), Membership::Out);
}

#[test]
fn what_is_excluded_by_something_unknown_is_unknown() {
    let compose = r#""include":[{"system":"sct","concept":[{"code":"1"}]}],"exclude":[{"valueSet":["nowhere"]}]"#;
    let world = World::new(&[value_set("v", compose)]);
    assert!(is_unknown(&world.ask("v", "sct#1")));
    assert_eq!(world.ask("v", "sct#2"), Membership::Out);
}

#[test]
fn imported_value_sets_have_to_hold_all_together() {
    let world = World::new(&[
        animals(WHOLE),
        value_set("all", r#""include":[{"system":"animals"}]"#),
        value_set("pets", r#""include":[{"system":"animals","concept":[{"code":"dog"},{"code":"goldfish"}]}]"#),
        value_set("both", r#""include":[{"valueSet":["all","pets"]}]"#),
    ]);
    assert_eq!(world.ask("both", "animals#dog"), Membership::In);
    assert_eq!(world.ask("both", "animals#cat"), Membership::Out);
    assert_eq!(world.ask("both", "animals#goldfish"), Membership::Out);
}

#[test]
fn value_sets_in_a_ring_are_unknown_and_soon_so() {
    let ring = |url, next| {
        value_set(url, &format!(r#""include":[{{"valueSet":["{next}"]}},{{"valueSet":["{next}"]}},{{"valueSet":["{next}"]}}]"#))
    };
    let world = World::new(&[ring("a", "b"), ring("b", "a")]);
    assert!(is_unknown(&world.ask("a", "animals#dog")));
}

#[test]
fn capitals_matter_as_the_system_says_and_are_unknown_when_it_does_not() {
    let all = value_set("v", r#""include":[{"system":"animals"}]"#);
    let ask = |system: &str| World::new(&[animals(system), all.clone()]).ask("v", "animals#DOG");
    assert_eq!(ask(WHOLE), Membership::Out);
    assert_eq!(ask(r#""content":"complete","caseSensitive":false,"#), Membership::In);
    assert!(is_unknown(&ask(r#""content":"complete","#)));
}

#[test]
fn codes_out_of_use_are_out_only_where_the_value_set_says_so() {
    let world = World::new(&[
        animals(WHOLE),
        value_set("all", r#""include":[{"system":"animals"}]"#),
        value_set("active", r#""inactive":false,"include":[{"system":"animals"}]"#),
    ]);
    assert_eq!(world.ask("all", "animals#carp"), Membership::In);
    assert_eq!(world.ask("active", "animals#carp"), Membership::Out);
}

#[test]
fn an_expansion_answers_where_the_rest_cannot() {
    let expanded = |more: &str| {
        format!(
            r#"{{"resourceType":"ValueSet","url":"v","compose":{{"include":[{{"system":"sct"}}]}},
                "expansion":{{"timestamp":"2026-01-01",{more}"contains":[{{"system":"sct","code":"1"}}]}}}}"#
        )
    };
    let whole = World::new(&[expanded(r#""total":1,"#)]);
    assert_eq!(whole.ask("v", "sct#1"), Membership::In);
    assert_eq!(whole.ask("v", "sct#2"), Membership::Out);
    let part = World::new(&[expanded(r#""total":2,"#)]);
    assert_eq!(part.ask("v", "sct#1"), Membership::In);
    assert!(is_unknown(&part.ask("v", "sct#2")));
}

#[test]
fn check_display_takes_any_language_and_no_other_text() {
    let world = World::new(&[animals(WHOLE)]);
    let system = &world.0["animals"];
    assert_eq!(check_display(system, "dog", "hond"), DisplayCheck::Right);
    assert_eq!(check_display(system, "dog", "Kat"), DisplayCheck::Wrong { known: vec!["Dog".to_owned(), "Hond".to_owned()] });
    assert_eq!(check_display(system, "cat", "Kat"), DisplayCheck::Unknown);
    assert_eq!(check_display(system, "cow", "Koe"), DisplayCheck::NoCode);
}
