//! Tests of reading and writing JSON: the corners of FHIR's own rules.

use super::*;
use crate::fhir::node::{Form, Node, Tree};
use crate::fhir::types::r4;

fn tree(text: &str) -> Tree {
    read(text.as_bytes(), r4()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refusal(text: &str) -> ReadError {
    read(text.as_bytes(), r4()).expect_err(text)
}

fn survives(text: &str) -> Tree {
    let tree = tree(text);
    assert_eq!(write(tree.root()), text);
    tree
}

fn values(node: Node<'_>) -> Vec<Option<&str>> {
    node.children().map(Node::value).collect()
}

#[test]
fn a_primitive_with_only_an_extension_in_the_middle_of_a_list_keeps_its_place() {
    let tree = survives(
        r#"{"resourceType":"Patient","name":[{"given":["a",null,"b"],"_given":[null,{"extension":[{"url":"u","valueCode":"IN"}]},null]}]}"#,
    );
    let name = tree.root().child("name").expect("read");
    assert_eq!(values(name), [Some("a"), None, Some("b")]);
    let middle = name.children().nth(1).expect("read");
    assert_eq!(middle.child("extension").and_then(|extension| extension.child_value("value")), Some("IN"));
    assert_eq!(middle.path(), "Patient.name[0].given[1]");
}

#[test]
fn a_sibling_before_its_element_and_a_lone_sibling_are_read() {
    let text = r#"{"resourceType":"Patient","_birthDate":{"id":"b"},"birthDate":"2000","_gender":{"id":"g"}}"#;
    let tree = tree(text);
    assert_eq!(values(tree.root()), [Some("2000"), None]);
    assert_eq!(
        write(tree.root()),
        r#"{"resourceType":"Patient","birthDate":"2000","_birthDate":{"id":"b"},"_gender":{"id":"g"}}"#
    );
}

#[test]
fn a_sibling_that_holds_a_value_is_an_unknown_element() {
    let tree = survives(r#"{"resourceType":"Patient","gender":"male","_gender":"x","_name":[{"id":"a"},1]}"#);
    let types: Vec<_> = tree.root().children().map(|node| (node.name(), node.type_name())).collect();
    assert_eq!(types, [("gender", "code"), ("_gender", ""), ("_name", ""), ("_name", "")]);
}

#[test]
fn decimals_keep_their_digits() {
    for digits in ["1.00", "1e10", "-0.750", "0", "1E-3", "123456789012345678901234567890.10"] {
        let tree = survives(&format!(r#"{{"resourceType":"Basic","extension":[{{"url":"u","valueDecimal":{digits}}}]}}"#));
        let value = tree.root().child("extension").and_then(|extension| extension.child("value")).expect("read");
        assert_eq!((value.value(), value.type_name()), (Some(digits), "decimal"));
    }
}

#[test]
fn a_choice_is_one_element_with_the_type_chosen() {
    let tree = survives(r#"{"resourceType":"Observation","valueQuantity":{"value":1.0,"unit":"kg"}}"#);
    let value = tree.root().child("value").expect("read");
    assert_eq!((value.type_name(), value.is_choice(), &*value.written_name()), ("Quantity", true, "valueQuantity"));
}

#[test]
fn contained_and_entry_resources_have_their_own_type() {
    let text = r#"{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","name":"x"}]},"response":{"status":"200","outcome":{"resourceType":"OperationOutcome"}}}]}"#;
    let tree = survives(text);
    let resource = tree.root().child("entry").and_then(|entry| entry.child("resource")).expect("read");
    assert_eq!((resource.type_name(), resource.is_resource()), ("Patient", true));
    let contained = resource.child("contained").expect("read");
    assert_eq!((contained.type_name(), contained.path().as_str()), ("Organization", "Bundle.entry[0].resource.contained[0]"));
}

#[test]
fn unknown_elements_are_kept_without_a_type() {
    let tree = survives(
        r#"{"resourceType":"Patient","colour":"red","shade":{"deep":[1,true,{"er":"x"}],"resourceType":"y"},"_odd":{"id":"a"},"contained":[{"resourceType":"Nothing","a":1},{"resourceType":"","b":2},{"c":3}]}"#,
    );
    let shade = tree.root().child("shade").expect("kept");
    assert_eq!((shade.type_name(), shade.child("deep").map(Node::type_name)), ("", Some("")));
    let contained = tree.root().child("contained").expect("kept");
    assert_eq!((contained.type_name(), contained.is_resource()), ("Nothing", true));
}

#[test]
fn a_list_for_a_single_value_and_a_single_value_for_a_list_stay_visible() {
    let tree = survives(r#"{"resourceType":"Patient","gender":["male"],"name":{"family":"x"}}"#);
    let lists: Vec<bool> = tree.root().children().map(Node::is_list).collect();
    assert_eq!(lists, [true, false]);
}

#[test]
fn the_wrong_kind_of_value_stays_visible() {
    let tree = survives(r#"{"resourceType":"Patient","active":"true","gender":5,"name":["x"],"birthDate":"2000"}"#);
    let forms: Vec<_> = tree.root().children().filter_map(Node::literal).map(|literal| literal.form).collect();
    assert_eq!(forms, [Form::String, Form::Number, Form::String, Form::String]);
}

#[test]
fn an_empty_list_is_one_empty_element() {
    assert_eq!(
        write(tree(r#"{"resourceType":"Patient","name":[],"text":null}"#).root()),
        r#"{"resourceType":"Patient","name":[{}],"text":{}}"#
    );
}

#[test]
fn spans_are_bytes_of_the_source() {
    let text = "\u{feff}{ \"resourceType\": \"Patient\", \"name\": [{\"family\": \"é\", \"given\": [\"a\"] }] }";
    let tree = tree(text);
    let cut = |node: Node<'_>| text[node.span().start as usize..node.span().end as usize].to_owned();
    let name = tree.root().child("name").expect("read");
    assert_eq!(cut(name), "{\"family\": \"é\", \"given\": [\"a\"] }");
    assert_eq!(cut(name.child("family").expect("read")), "\"family\": \"é\"");
    assert_eq!(cut(name.child("given").expect("read")), "\"a\"");
}

#[test]
fn strings_are_unescaped_and_escaped_again() {
    let tree = tree(r#"{"resourceType":"Patient","id":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0001"}"#);
    assert_eq!(tree.root().child_value("id"), Some("\"\\/\u{8}\u{c}\n\r\té😀\u{1}"));
    assert_eq!(write(tree.root()), "{\"resourceType\":\"Patient\",\"id\":\"\\\"\\\\/\\u0008\\u000c\\n\\r\\té😀\\u0001\"}");
}

#[test]
fn a_changed_number_that_is_none_is_written_as_a_string() {
    let mut tree = tree(r#"{"resourceType":"Patient","multipleBirthInteger":2}"#);
    let id = tree.root().child("multipleBirth").expect("read").id();
    tree.set_literal(id, "two");
    assert_eq!(write(tree.root()), r#"{"resourceType":"Patient","multipleBirthInteger":"two"}"#);
}

#[test]
fn write_pretty_indents_by_two_spaces() {
    let tree = tree(r#"{"resourceType":"Patient","name":[{"given":["a"]}],"text":{}}"#);
    let expected = "{\n  \"resourceType\": \"Patient\",\n  \"name\": [\n    {\n      \"given\": [\n        \"a\"\n      ]\n    }\n  ],\n  \"text\": {}\n}";
    assert_eq!(write_pretty(tree.root()), expected);
}

#[test]
fn write_of_a_part_gives_only_that_part() {
    let tree = tree(r#"{"resourceType":"Patient","name":[{"family":"x"}],"active":true}"#);
    assert_eq!(write(tree.root().child("name").expect("read")), r#"{"family":"x"}"#);
    assert_eq!(write(tree.root().child("active").expect("read")), "true");
}

#[test]
fn what_is_no_resource_is_refused() {
    for (text, message) in [
        ("[]", "no resource: a resource is a JSON object"),
        ("{}", "no resource: the object has no `resourceType`"),
        (r#"{"resourceType":3}"#, "no resource: the object has no `resourceType`"),
        (r#"{"resourceType":"HumanName"}"#, "no resource: FHIR has no resource type `HumanName`"),
        (r#"{"resourceType":"Resource"}"#, "no resource: FHIR has no resource type `Resource`"),
        (r#"{"resourceType":"Patient"}{"resourceType":"Patient"}"#, "more text after the end of the JSON value"),
        (r#"{"resourceType":"Patient","id":"a","id":"b"}"#, "the key `id` stands twice"),
        (r#"{"resourceType":"Patient","name":[[{}]]}"#, "a list directly inside a list"),
        ("<html>", "expected a JSON value, found `<`"),
        ("", "expected a JSON value, found the end of the text"),
    ] {
        assert_eq!(refusal(text).message, message, "{text}");
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for (text, offset) in [
        (r#"{"a":01}"#, 5),
        (r#"{"a":1.}"#, 7),
        (r#"{"a":+1}"#, 5),
        (r#"{"a":tru}"#, 5),
        ("{\"a\":\"x\ny\"}", 7),
        (r#"{"a":"\x"}"#, 6),
        (r#"{"a":"\ud800"}"#, 6),
        (r#"{"a":"\u12g4"}"#, 6),
        (r#"{"a":1,}"#, 7),
        (r#"{'a':1}"#, 1),
        (r#"{"a":[1 2]}"#, 8),
        (r#"{"a":"b"#, 6),
    ] {
        assert_eq!(refusal(text).offset, offset, "{text}");
    }
}

#[test]
fn invalid_utf_8_is_refused_with_its_place() {
    let error = read(b"{\"a\":\"\xff\"}", r4()).expect_err("no UTF-8");
    assert_eq!((error.offset, error.message.as_str()), (6, "a byte that is no UTF-8"));
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let bare = "[".repeat(1_000_000);
    assert_eq!(refusal(&bare).message, "nested deeper than 128 levels");
    let items = |depth: usize| {
        let open = r#","item":[{"linkId":"1""#.repeat(depth);
        format!(r#"{{"resourceType":"Questionnaire"{open}{}}}"#, "}]".repeat(depth))
    };
    assert_eq!(refusal(&items(63)).message, "elements nested deeper than 64");
    tree(&items(62));
}

#[test]
fn line_and_column_of_a_refusal_count_from_one() {
    let text = "{\n  \"é\": x}";
    assert_eq!(refusal(text).line_and_column(text.as_bytes()), (2, 8));
}
