//! FHIR's own way to say it: an OperationOutcome per resource, with the
//! extensions for line, column and message id that the HL7 validator has.

use serde_json::{Map, Value, json};

use super::Used;
use super::view::{Judged, Shown, Verdict};
use crate::fhir::validate::Severity;

/// System of the codes in `details.coding`.
pub const CODES: &str = "urn:toets:code";
const EXTENSION: &str = "http://hl7.org/fhir/StructureDefinition/operationoutcome-";

/// The OperationOutcome of a resource, and in its narrative what it was judged by.
#[must_use]
pub fn outcome(judged: &Judged, used: &[Used]) -> Value {
    let mut issues: Vec<Value> = match &judged.verdict {
        Verdict::Unread(why) => vec![plain("fatal", "exception", why)],
        _ => judged.issues.iter().map(issue).collect(),
    };
    if judged.left_out > 0 {
        issues.push(plain("information", "too-long", &format!("{} more issues are not shown", judged.left_out)));
    }
    if issues.is_empty() {
        // An OperationOutcome has at least one issue.
        issues.push(plain("information", "informational", word(&judged.verdict)));
    }
    let mut outcome = json!({
        "resourceType": "OperationOutcome",
        "extension": [extension("file", "valueString", &judged.place())],
        "issue": issues,
    });
    if !used.is_empty() {
        outcome["text"] = json!({"status": "generated", "div": narrative(used)});
    }
    outcome
}

/// Ids and versions of packages have no letter that XML would read.
fn narrative(used: &[Used]) -> String {
    format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Judged by {}</p></div>", Used::lines(used))
}

/// What there is to say where no issue is shown.
fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::CannotTell => "cannot tell",
        Verdict::Invalid | Verdict::Unread(_) => "invalid",
    }
}

fn plain(severity: &str, code: &str, text: &str) -> Value {
    json!({"severity": severity, "code": code, "details": {"text": string(text)}})
}

fn issue(shown: &Shown) -> Value {
    let mut extensions = vec![
        json!({"url": format!("{EXTENSION}issue-line"), "valueInteger": shown.line}),
        // The definition of this extension asks for a string, unlike that of the line.
        extension("issue-col", "valueString", &shown.column.to_string()),
        extension("issue-source", "valueString", "toets"),
    ];
    extensions.extend(shown.code.message_id.map(|id| extension("message-id", "valueString", id)));
    let mut object = Map::new();
    object.insert("extension".to_owned(), extensions.into());
    object.insert("severity".to_owned(), severity(shown.severity).into());
    object.insert("code".to_owned(), kind(shown).into());
    let coding = json!({"system": CODES, "code": shown.code.name});
    object.insert("details".to_owned(), json!({"coding": [coding], "text": string(&shown.what)}));
    object.insert("diagnostics".to_owned(), string(&diagnostics(shown)).into());
    object.insert("location".to_owned(), json!([format!("Line[{}] Col[{}]", shown.line, shown.column)]));
    if !shown.path.is_empty() {
        object.insert("expression".to_owned(), json!([string(&shown.path)]));
    }
    object.into()
}

fn extension(name: &str, kind: &str, value: &str) -> Value {
    json!({"url": format!("{EXTENSION}{name}"), kind: string(value)})
}

/// FHIR has no strings with control characters, and none that are blank.
fn string(text: &str) -> String {
    let clean: String = text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
    let clean = clean.trim();
    if clean.is_empty() { "-".to_owned() } else { clean.to_owned() }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::CantTell | Severity::Information => "information",
    }
}

/// What cannot be decided is told from what is good to know by its code.
fn kind(shown: &Shown) -> &'static str {
    if shown.severity == Severity::CantTell { "not-supported" } else { shown.code.kind }
}

/// All that is known beside the sentence.
fn diagnostics(shown: &Shown) -> String {
    let parts = [
        ("expected", &shown.expected),
        ("found", &shown.found),
        ("profile", &shown.profile),
        ("invariant", &shown.key),
        ("mend", &Some(shown.mend.clone())),
    ];
    let said = parts.into_iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}: {value}")));
    said.collect::<Vec<_>>().join("; ")
}
