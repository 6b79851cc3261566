//! A small table, packed as the build packs one, and what is read back.

#[path = "../../../build/blocks.rs"]
mod blocks;

use super::*;
use crate::fhir::json;
use crate::fhir::types;

fn table(text: &str) -> BuiltIn {
    let packed = blocks::pack(text).expect("a text can be packed");
    BuiltIn::new(vec![Table::new(packed.index.leak(), packed.blocks.leak())])
}

#[test]
fn definition_reads_each_kind_of_fact() {
    let built_in = table(
        "source p#1 sha256:00 2\nStructureDefinition http://e/A|1\n name A\\nB\n of complex Extension\n base ~Extension\n constraint\n \
         context element Patient\n differential\n  0..* Extension\n   rule a-1 error ~X exists()\n  1..1 Extension.value[x]:b.c\n   slice b\n   \
         type Reference\n   target ~Patient\n   slicing open ordered\n   by value $this\n   value patternCoding {\"code\":\"x y\"}\n   \
         binding required http://v\n   largest http://w\n   rule a-1\n   supported\n",
    );
    let made = definition(&built_in, 0, types::r4());
    let [root, element] = made.differential.as_slice() else { panic!("two elements") };
    assert_eq!((&*made.name, made.base.as_deref()), ("A\nB", Some("http://hl7.org/fhir/StructureDefinition/Extension")));
    assert_eq!((&*element.id, &*element.path), ("Extension.value[x]:b.c", "Extension.value[x].c"));
    assert_eq!(root.constraints, element.constraints);
    assert_eq!(&*element.types[0].targets[0], "http://hl7.org/fhir/StructureDefinition/Patient");
    let pattern = element.pattern.as_ref().expect("a pattern").root();
    assert_eq!((pattern.type_name(), pattern.child_value("code")), ("Coding", Some("x y")));
    assert!(json::write(pattern).ends_with(r#""code":"x y"}"#));
    let binding = element.binding.as_ref().expect("a binding");
    assert_eq!((binding.value_set.as_deref(), binding.largest.as_deref()), (Some("http://v"), Some("http://w")));
    assert!(element.must_support && !element.is_modifier && element.slicing.as_ref().is_some_and(|slicing| slicing.ordered));
}

#[test]
fn value_set_tells_parts_from_expansion() {
    let built_in = table(
        "ValueSet http://v|\n active true\n include http://s\n  version 2\n  filter concept is-a a b\n exclude\n  set http://w\n \
         expansion whole\n  of http://s\n  = x\n  = y z\n",
    );
    let made = value_set(&built_in, 0);
    assert_eq!((made.includes.len(), made.excludes.len(), made.inactive), (1, 1, Some(false)));
    assert_eq!(&*made.includes[0].filters[0].value, "a b");
    let expansion = made.expansion.expect("an expansion");
    assert_eq!((expansion.is_whole, expansion.codes["y z"].len()), (true, 1));
}

#[test]
fn code_system_has_parents_and_digests() {
    let built_in =
        table("CodeSystem http://s|1\n content complete\n case false\n = a\n = b c\n  display 0000002a nl\n  parent a\n");
    let made = code_system(&built_in, 0);
    assert!(made.is_below("b c", "a") && made.case_sensitive == Some(false));
    assert_eq!(made.concept("B C").expect("capitals do not matter").1.digests, [42]);
}

#[test]
fn text_is_that_of_its_entry_across_blocks() {
    let long = " name n\n".repeat(2_000);
    let built_in = table(&format!("A http://b|\n{long}A http://a|2\n{long}A http://a|1\n name last\n"));
    assert_eq!(built_in.places("http://a"), 0..2);
    assert_eq!(built_in.entries[0].version, "2", "entries of one canonical keep their order");
    assert_eq!(built_in.text(1), " name last\n");
    assert!(built_in.places("http://c").is_empty() && built_in.tables[0].blocks.len() > 1);
}

#[test]
fn sources_of_both_versions_are_there() {
    for types in [types::r4(), types::stu3()] {
        let sources = &of(types).sources;
        assert_eq!(sources.last().map(|source| source.id), Some(types.definition().id));
        assert_eq!(sources.last().map(|source| source.digest), Some(types.definition().digest));
    }
}
