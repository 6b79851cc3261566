//! SARIF 2.1.0 for code scanning: a rule for each code of the judge, a result
//! for each issue. Written in parts, so that nobody has to hold all results.

use std::path::Path;

use serde_json::{Value, json};

use super::Used;
use super::view::{Judged, Shown, Verdict};
use crate::digest::sha256_hex;
use crate::fhir::validate::{Code, Severity, all_codes, without_holes};
use crate::text::Language;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Digits of a fingerprint.
const FINGERPRINT: usize = 32;

/// What comes before the results.
#[must_use]
pub fn head() -> String {
    format!("{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"columnKind\":\"unicodeCodePoints\",\"results\":[")
}

/// The results of a resource, one text each; `,` belongs between all of them.
#[must_use]
pub fn results(judged: &Judged, root: &Path) -> Vec<String> {
    let uri = uri(&judged.file, root);
    judged.issues.iter().map(|issue| result(judged, issue, &uri).to_string()).collect()
}

/// What could not be done with a resource: a notification, when there is one.
#[must_use]
pub fn notification(judged: &Judged, root: &Path) -> Option<Value> {
    let text = match &judged.verdict {
        Verdict::Unread(why) => format!("{}: {why}", judged.place()),
        _ if judged.left_out > 0 => format!("{}: {} more issues are not shown", judged.place(), judged.left_out),
        _ => return None,
    };
    let level = if matches!(judged.verdict, Verdict::Unread(_)) { "error" } else { "note" };
    let location = json!({"physicalLocation": {"artifactLocation": {"uri": uri(&judged.file, root)}}});
    Some(json!({"level": level, "message": {"text": text}, "locations": [location]}))
}

/// What comes behind the results: what the rules are, and which definitions were
/// used, is known in the end.
#[must_use]
pub fn tail(notifications: &[Value], used: &[Used], language: Language) -> String {
    let rules: Vec<Value> = all_codes().map(|code| rule(code, language)).collect();
    let driver = json!({"name": "Toets", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    let extensions: Vec<Value> = used.iter().map(extension).collect();
    let tool = json!({"driver": driver, "extensions": extensions});
    let successful = !notifications.iter().any(|notification| notification["level"] == "error");
    let invocation = json!({"executionSuccessful": successful, "toolExecutionNotifications": notifications});
    format!("],\"tool\":{tool},\"invocations\":[{invocation}]}}]}}")
}

/// A package of definitions, as a part of the tool.
fn extension(used: &Used) -> Value {
    let source = &used.source;
    let mut properties = json!({"fhirVersion": used.fhir, "builtIn": source.place.is_none()});
    let known = [("digest", &source.digest), ("standsFor", &source.approximates)];
    for (name, value) in known.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        properties[name] = value.as_str().into();
    }
    json!({"name": source.id, "version": source.version, "properties": properties})
}

fn rule(code: &Code, language: Language) -> Value {
    let words = code.words(language);
    let (what, mend) = (without_holes(words.what), without_holes(words.mend));
    let looked_up = code.message_id.map(|id| format!(" HL7: {id}.")).unwrap_or_default();
    let help = format!("{mend}. `toets explain {}`.{looked_up}", code.name);
    let mut rule = json!({
        "id": code.name,
        "shortDescription": {"text": what},
        "help": {"text": help.replace('`', ""), "markdown": help},
        "properties": {"tags": ["fhir", code.kind]},
    });
    if let Some(id) = code.message_id {
        rule["properties"]["hl7MessageId"] = id.into();
    }
    rule
}

fn result(judged: &Judged, shown: &Shown, uri: &str) -> Value {
    // What cannot be decided is `open`, and such a result has no level.
    let (kind, level) = match shown.severity {
        Severity::Error => ("fail", "error"),
        Severity::Warning => ("fail", "warning"),
        Severity::CantTell => ("open", "none"),
        Severity::Information => ("informational", "none"),
    };
    let region = json!({
        "startLine": shown.line, "startColumn": shown.column, "endLine": shown.line, "endColumn": shown.end_column,
    });
    let mut location = json!({"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}});
    if !shown.path.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": shown.path, "kind": "element"}]);
    }
    let index = all_codes().position(|code| code == shown.code);
    let resource = judged.resource.as_deref().unwrap_or_default();
    let profile = shown.profile.as_deref().unwrap_or_default();
    let print =
        sha256_hex(format!("{uri}\n{resource}\n{}\n{}\n{profile}\n{}", shown.code.name, shown.path, shown.what).as_bytes());
    json!({
        "ruleId": shown.code.name,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": {"text": message(shown)},
        "locations": [location],
        "partialFingerprints": {"toets/v1": print.get(..FINGERPRINT)},
    })
}

fn message(shown: &Shown) -> String {
    let profile = shown.profile.as_ref().map(|profile| format!(" ({profile})")).unwrap_or_default();
    format!("{}{profile}\n{}", shown.what, shown.mend)
}

/// A file as a URI, relative where it lies below the folder that we are in.
fn uri(file: &str, root: &Path) -> String {
    if file == "-" {
        return "stdin".to_owned();
    }
    let root = root.display().to_string().replace('\\', "/");
    let below = file.strip_prefix(&*root).and_then(|rest| rest.strip_prefix('/'));
    let path = below.unwrap_or(file);
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    let is_absolute = path.starts_with('/') || path.get(1..2) == Some(":");
    let escaped: String = path.bytes().map(escaped).collect();
    match is_absolute {
        true => format!("file:///{}", escaped.trim_start_matches('/')),
        false => escaped,
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uri_is_relative_below_the_folder_and_escaped() {
        let root = Path::new("/srv/here");
        assert_eq!(uri("/srv/here/a b/é.json", root), "a%20b/%C3%A9.json");
        assert_eq!(uri("./a#b.json", root), "a%23b.json");
        assert_eq!(uri("/srv/hereafter/a.json", root), "file:///srv/hereafter/a.json");
        assert_eq!(uri("-", root), "stdin");
    }
}
