//! Tests of reading YAML.

use std::path::Path;

use super::*;

fn tree(text: &str) -> Node {
    let reading = read(Path::new("t.yaml"), text);
    assert_eq!(reading.diagnostics, []);
    reading.root.expect("a tree without diagnostics")
}

fn codes(text: &str) -> Vec<&'static str> {
    read(Path::new("t.yaml"), text).diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

fn slices<'t>(text: &'t str, node: &Node) -> Vec<&'t str> {
    let mut all = vec![&text[node.span.clone()]];
    for (key, value) in node.entries() {
        all.push(&text[key.span.clone()]);
        all.extend(slices(text, value));
    }
    for item in node.items() {
        all.extend(slices(text, item));
    }
    all
}

#[test]
fn spans_are_the_bytes_of_the_values_also_after_accents_and_carriage_returns() {
    let text = "naam: \"één\"\r\nlijst:\r\n  - a\r\n  - { b: ü }\r\n";
    assert_eq!(
        slices(text, &tree(text)),
        [
            "naam: \"één\"\r\nlijst:\r\n  - a\r\n  - { b: ü }",
            "naam",
            "\"één\"",
            "lijst",
            "- a\r\n  - { b: ü }",
            "a",
            "{ b: ü }",
            "b",
            "ü"
        ]
    );
}

#[test]
fn spans_count_the_byte_order_mark() {
    let text = "\u{feff}a: b\n";
    assert_eq!(slices(text, &tree(text)), ["a: b", "a", "b"]);
}

#[test]
fn plain_scalars_follow_the_core_schema_and_no_and_n_are_text() {
    let kinds: Vec<Plain> = ["true", "no", "N", "12", "-1", "1.5", "1.0.0", "012", "null", "~", "0", "2025-11-01", "1e3"]
        .iter()
        .map(|text| Scalar { text: (*text).to_owned(), quoted: false }.plain())
        .collect();
    assert_eq!(
        kinds,
        [
            Plain::Boolean(true),
            Plain::Text,
            Plain::Text,
            Plain::Integer(12),
            Plain::Integer(-1),
            Plain::Decimal(1.5),
            Plain::Text,
            Plain::Text,
            Plain::Null,
            Plain::Null,
            Plain::Integer(0),
            Plain::Text,
            Plain::Decimal(1000.0)
        ]
    );
}

#[test]
fn quoted_scalars_and_blocks_are_text() {
    assert_eq!(
        tree("a: \"12\"\nb: '12'\nc: >-\n  12\nd: |-\n  12\n").json(),
        serde_json::json!({"a": "12", "b": "12", "c": "12", "d": "12"})
    );
}

#[test]
fn a_duplicate_key_is_a_diagnostic_and_the_rest_is_read() {
    let reading = read(Path::new("t.yaml"), "a: 1\na: 2\nb: 3\n");
    assert_eq!(reading.diagnostics.len(), 1);
    assert_eq!((reading.diagnostics[0].start, reading.diagnostics[0].end), (5, 6));
    assert_eq!(reading.root.map(|root| root.json()), Some(serde_json::json!({"a": 1, "b": 3})));
}

#[test]
fn aliases_anchors_tags_tabs_and_second_documents_are_refused() {
    assert_eq!(codes("a: &x 1\nb: *x\n"), ["yaml-alias", "yaml-alias"]);
    assert_eq!(codes("a: !secret 1\n"), ["yaml-tag"]);
    assert_eq!(codes("a:\n\tb: 1\n"), ["yaml-tab"]);
    assert_eq!(codes("a: 1\n---\nb: 1\n"), ["yaml-documents"]);
}

#[test]
fn ten_thousand_brackets_are_too_deep() {
    assert_eq!(codes(&"[".repeat(10_000)), ["yaml-depth"]);
    assert_eq!(codes(&format!("a: {}", "{ b: ".repeat(10_000))), ["yaml-depth"]);
    let block: String = (0..10_000).map(|_| "- ").collect();
    assert_eq!(codes(&block), ["yaml-depth"]);
}

#[test]
fn a_hundred_megabytes_are_too_much() {
    assert_eq!(codes(&format!("a: \"{}\"", "x".repeat(100 << 20))), ["yaml-size"]);
    assert_eq!(codes(&"- 1\n".repeat(MAX_NODES + 1)), ["yaml-size"]);
}

#[test]
fn what_is_no_yaml_says_where() {
    let reading = read(Path::new("t.yaml"), "a: [1, 2\nb: 3\n");
    assert_eq!(reading.root, None);
    assert_eq!(reading.diagnostics[0].code, "yaml-syntax");
    assert!(reading.diagnostics[0].start >= 8);
}

#[test]
fn an_empty_file_is_a_diagnostic() {
    assert_eq!(codes(""), ["file-empty"]);
    assert_eq!(codes("# only words\n"), ["file-empty"]);
}
