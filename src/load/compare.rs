//! Whether a server kept what was written: what is not there, changed, or added.
//! What a server is free to add (its own `meta`, a narrative) is no difference.

use serde_json::Value;

/// Differences of one resource that are told at most.
const MOST: usize = 5;

/// Paths where what was read differs from what was written, with both values.
pub(super) fn differences(sent: &Value, read: &Value, base: &str) -> Vec<String> {
    let mut found = Vec::new();
    compare("", sent, read, base, &mut found);
    found.truncate(MOST);
    found
}

fn compare(path: &str, sent: &Value, read: &Value, base: &str, found: &mut Vec<String>) {
    match (sent, read) {
        (Value::Object(sent), Value::Object(read)) => {
            let is_root = path.is_empty();
            let below = |name: &str| if is_root { name.to_owned() } else { format!("{path}.{name}") };
            for (name, value) in sent.iter().filter(|(name, _)| !(is_root && matches!(name.as_str(), "meta" | "id"))) {
                match read.get(name) {
                    Some(other) => compare(&below(name), value, other, base, found),
                    None => found.push(format!("{}: {} is gone", below(name), shown(value))),
                }
            }
            let is_free = |name: &str| is_root && matches!(name, "meta" | "id" | "text");
            for (name, value) in read.iter().filter(|(name, _)| !sent.contains_key(*name) && !is_free(name)) {
                found.push(format!("{}: {} was added", below(name), shown(value)));
            }
        }
        (Value::Array(sent), Value::Array(read)) if sent.len() == read.len() => {
            let pairs = sent.iter().zip(read).enumerate();
            pairs.for_each(|(index, (sent, read))| compare(&format!("{path}[{index}]"), sent, read, base, found));
        }
        _ if is_same(path, sent, read, base) => {}
        _ => found.push(format!("{path}: {} became {}", shown(sent), shown(read))),
    }
}

fn is_same(path: &str, sent: &Value, read: &Value, base: &str) -> bool {
    match (sent, read) {
        (Value::Number(sent), Value::Number(read)) => sent.as_f64() == read.as_f64(),
        (Value::String(sent), Value::String(read)) if path.ends_with("reference") => sent == relative(read, base),
        _ => sent == read,
    }
}

/// A reference to this server without its base and version.
fn relative<'r>(reference: &'r str, base: &str) -> &'r str {
    let below = reference.strip_prefix(base).map_or(reference, |rest| rest.trim_start_matches('/'));
    below.split("/_history/").next().unwrap_or(below)
}

/// A value in a few letters.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("`{}…`", &text[..at]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BASE: &str = "http://localhost/fhir";

    #[test]
    fn differences_are_what_is_gone_changed_or_added() {
        let sent = json!({ "status": "active", "note": [{ "text": "a" }], "value": 1 });
        let read = json!({ "status": "draft", "value": 1.0, "language": "nl" });
        let found = differences(&sent, &read, BASE);
        let expected =
            ["status: `\"active\"` became `\"draft\"`", "note: `[{\"text\":\"a\"}]` is gone", "language: `\"nl\"` was added"];
        assert_eq!(found, expected);
    }

    #[test]
    fn differences_leave_out_what_a_server_may_choose() {
        let sent = json!({ "id": "a", "subject": { "reference": "Patient/1" } });
        let read = json!({
            "id": "7", "meta": { "versionId": "1" }, "text": { "status": "generated" },
            "subject": { "reference": "http://localhost/fhir/Patient/1/_history/2" }
        });
        assert!(differences(&sent, &read, BASE).is_empty());
    }
}
