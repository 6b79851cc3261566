//! Words of messages about the shape of a file: kinds, names, lists.

use serde_json::Value as Json;

use crate::nearest::nearest;
use crate::yaml::{Node, Plain, Value};

pub(super) fn kind(schema: &Json) -> &'static str {
    match schema["type"].as_str() {
        Some("object") => "keys with values",
        Some("array") => "a list",
        Some("string") => "text",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("boolean") => "`true` or `false`",
        _ => "a value",
    }
}

pub(super) fn found(node: &Node) -> &'static str {
    match &node.value {
        Value::Mapping(_) => "keys with values",
        Value::Sequence(_) => "a list",
        Value::Scalar(scalar) => match scalar.plain() {
            Plain::Null => "nothing",
            Plain::Boolean(_) => "a boolean",
            Plain::Integer(_) | Plain::Decimal(_) => "a number",
            Plain::Text => "text",
        },
    }
}

/// How a message speaks of a value: by the name of its type where that has one of ours, else by its key.
pub(super) fn name(schema: &Json, key: &str) -> String {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
        Some(type_name) if key.is_empty() => words(type_name),
        _ => format!("`{key}`"),
    }
}

/// `CountCheck` as words: "count check".
pub(super) fn words(type_name: &str) -> String {
    let mut words = String::new();
    for letter in type_name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

pub(super) fn lower(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

pub(super) fn strings(value: &Json) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

pub(super) fn unused<'k>(known: &[&'k str], node: &Node) -> Vec<&'k str> {
    known.iter().copied().filter(|key| node.get(key).is_none()).collect()
}

pub(super) fn suggest(written: &str, known: &[&str], introduction: &str) -> Option<String> {
    match nearest(written, known.iter().copied()) {
        Some(meant) => Some(format!("did you mean `{meant}`?")),
        None if known.is_empty() => None,
        None => Some(format!("{introduction} {}", list(known))),
    }
}

/// Names one after another: "`a`, `b` and `c`".
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first @ .., last] => {
            format!("{} and `{last}`", first.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    }
}
