//! Snapshots of definitions made here, over types that are made here too.

use super::*;
use crate::fhir::{json, types};

const S: &str = "http://hl7.org/fhir/StructureDefinition/";

/// A type with these elements: `path min max types`, types parted by `|`.
fn type_of(name: &str, base: &str, lines: &[&str]) -> Definition {
    let elements: Vec<String> = lines.iter().map(|line| element(line)).collect();
    let base = if base.is_empty() { String::new() } else { format!(r#""baseDefinition":"{S}{base}","#) };
    read(&format!(
        r#"{{"resourceType":"StructureDefinition","url":"{S}{name}","name":"{name}","kind":"complex-type","type":"{name}",{base}
            "derivation":"specialization","snapshot":{{"element":[{}]}}}}"#,
        elements.join(",")
    ))
}

fn element(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let [path, min, max, kinds] = words.as_slice() else { panic!("four words: {line}") };
    let kinds: Vec<String> = kinds.split('|').filter(|kind| *kind != "-").map(|kind| format!(r#"{{"code":"{kind}"}}"#)).collect();
    format!(r#"{{"id":"{path}","path":"{path}","min":{min},"max":"{max}","type":[{}]}}"#, kinds.join(","))
}

fn read(text: &str) -> Definition {
    Definition::read(&json::read(text.as_bytes(), types::r4()).expect("a resource")).expect("a definition")
}

fn world(canonical: &str) -> Result<Arc<Definition>, String> {
    let definition = match canonical.trim_start_matches(S) {
        "Thing" => type_of(
            "Thing",
            "",
            &[
                "Thing 0 * -",
                "Thing.extension 0 * Extension",
                "Thing.name 0 * Name",
                "Thing.value[x] 0 1 Quantity|string",
                "Thing.part 0 * BackboneElement",
                "Thing.part.kind 1 1 code",
            ],
        ),
        "Name" => type_of("Name", "", &["Name 0 * -", "Name.family 0 1 string", "Name.given 0 * string"]),
        "Quantity" => type_of("Quantity", "", &["Quantity 0 * -", "Quantity.value 0 1 decimal"]),
        "Element" => type_of("Element", "", &["Element 0 * -", "Element.id 0 1 string"]),
        _ => return Err("not here".to_owned()),
    };
    Ok(Arc::new(definition))
}

fn made(differential: &str) -> Result<Vec<ElementDefinition>, SnapshotError> {
    let text = format!(
        r#"{{"resourceType":"StructureDefinition","url":"p","name":"p","kind":"complex-type","type":"Thing",
            "baseDefinition":"{S}Thing","derivation":"constraint","differential":{{"element":[{differential}]}}}}"#
    );
    build(&read(&text), &world)
}

fn ids(differential: &str) -> Vec<String> {
    let made = made(differential).expect("a snapshot");
    made.iter()
        .map(|element| element.id.to_string())
        .filter(|id| id.contains('.'))
        .map(|id| id["Thing.".len()..].to_owned())
        .collect()
}

#[test]
fn a_differential_that_says_nothing_gives_the_base() {
    assert_eq!(ids(r#"{"path":"Thing"}"#), ["extension", "name", "value[x]", "part", "part.kind"]);
}

#[test]
fn elements_of_a_type_unfold_where_they_are_spoken_of() {
    let found = ids(r#"{"path":"Thing.name.family","min":1}"#);
    assert_eq!(found, ["extension", "name", "name.family", "name.given", "value[x]", "part", "part.kind"]);
}

#[test]
fn slices_stand_behind_their_element_with_its_elements_and_optional() {
    let differential = r#"{"path":"Thing.part","slicing":{"discriminator":[{"type":"value","path":"kind"}],"rules":"open"},"min":1},
        {"id":"Thing.part:b","path":"Thing.part","sliceName":"b"},{"id":"Thing.part:b.kind","path":"Thing.part.kind","fixedCode":"b"},
        {"id":"Thing.part:c","path":"Thing.part","sliceName":"c","max":"1"},
        {"id":"Thing.part:b/d","path":"Thing.part","sliceName":"b/d"}"#;
    let found = ids(differential);
    assert_eq!(found[3..], ["part", "part.kind", "part:b", "part:b.kind", "part:b/d", "part:b/d.kind", "part:c", "part:c.kind"]);
    let made = made(differential).expect("a snapshot");
    let slice = made.iter().find(|element| &*element.id == "Thing.part:b").expect("the slice");
    assert_eq!((slice.min, slice.slicing.is_none()), (Some(0), true));
}

#[test]
fn the_name_of_a_type_slices_its_choice_and_closes_it() {
    let made = made(r#"{"path":"Thing.valueQuantity","min":1}"#).expect("a snapshot");
    let choice = made.iter().find(|element| &*element.id == "Thing.value[x]").expect("the choice");
    assert_eq!((choice.min, choice.types.len()), (Some(1), 1));
    assert!(made.iter().any(|element| &*element.id == "Thing.value[x]:valueQuantity" && &*element.path == "Thing.value[x]"));
}

#[test]
fn a_path_that_the_base_does_not_have_is_an_error() {
    let error = made(r#"{"path":"Thing.name.middle"}"#).expect_err("there is none");
    assert_eq!(error, SnapshotError::NoElement { path: "Thing.name.middle".to_owned() });
}

#[test]
fn extensions_are_sliced_by_url_without_a_word() {
    let text = r#"{"id":"Thing.extension:x","path":"Thing.extension","sliceName":"x","type":[{"code":"Extension","profile":["nowhere"]}]}"#;
    let made = made(text).expect("the profile is not needed yet");
    let slicing = made[1].slicing.as_ref().expect("a slicing");
    assert_eq!(&*slicing.discriminators[0].path, "url");
}

#[test]
fn a_base_that_is_not_here_is_told() {
    let mut definition = (*world("Thing").expect("it is here")).clone();
    definition.base = Some("nowhere".into());
    let error = build(&definition, &world).expect_err("the base is nowhere");
    assert!(error.to_string().ends_with("needs `nowhere`: not here"), "{error}");
}
