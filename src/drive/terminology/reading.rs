//! What an answer of a terminology server means. A no counts only where it is
//! about the code: servers say no as well of code systems that they do not have.

use serde_json::Value;

/// Letters of a server's words that are kept.
const SHOWN: usize = 200;
/// The code system by which terminology servers say what is wrong with a code.
const ISSUES: &str = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type";
/// What is wrong with the code itself.
const ABOUT_THE_CODE: [&str; 2] = ["invalid-code", "not-in-vs"];
/// What is right or wrong with more than the code, and takes nothing from the answer.
const BESIDE: [&str; 3] = ["invalid-display", "display-comment", "status-check"];

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Yes,
    /// And that it is the code.
    No,
    /// Nothing that can be used.
    Nothing(String),
}

/// What the resource of an answer says.
pub(super) fn read(resource: &Value) -> Said {
    if resource["resourceType"] != "Parameters" {
        return Said::Nothing(words(resource).unwrap_or_else(|| "its answer is no Parameters".to_owned()));
    }
    let parameters = || resource["parameter"].as_array().into_iter().flatten();
    let named = |name: &'static str| parameters().filter(move |parameter| parameter["name"] == name);
    let results: Vec<Option<bool>> = named("result").map(|parameter| parameter["valueBoolean"].as_bool()).collect();
    let message = named("message").find_map(|parameter| parameter["valueString"].as_str()).map(shown);
    let message = message.unwrap_or_else(|| "it does not say why".to_owned());
    match results[..] {
        [Some(true)] => return Said::Yes,
        [Some(false)] => {}
        _ => return Said::Nothing("its answer has no one result".to_owned()),
    }
    let lacks = parameters().filter_map(|parameter| parameter["name"].as_str()).any(|name| name.ends_with("unknown-system"));
    let issues: Vec<&Value> =
        named("issues").flat_map(|parameter| parameter["resource"]["issue"].as_array().into_iter().flatten()).collect();
    let kinds: Vec<&str> = issues.iter().flat_map(|issue| kinds(issue)).collect();
    let is_told = !issues.is_empty() && issues.iter().all(|issue| kinds_known(issue));
    match () {
        () if lacks => Said::Nothing(message),
        () if is_told && kinds.iter().any(|kind| ABOUT_THE_CODE.contains(kind)) => Said::No,
        () if issues.is_empty() => Said::Nothing(format!("it says no, and not that it is the code: {message}")),
        () => Said::Nothing(message),
    }
}

fn kinds(issue: &Value) -> impl Iterator<Item = &str> {
    let codings = issue["details"]["coding"].as_array().into_iter().flatten();
    codings.filter(|coding| coding["system"] == ISSUES).filter_map(|coding| coding["code"].as_str())
}

/// Whether an issue is one that leaves the answer as it is.
fn kinds_known(issue: &Value) -> bool {
    let is_mild = matches!(issue["severity"].as_str(), Some("warning" | "information"));
    let known = |kind: &str| ABOUT_THE_CODE.contains(&kind) || BESIDE.contains(&kind);
    let mut of = kinds(issue).peekable();
    is_mild && of.peek().is_none() || of.peek().is_some() && of.all(known)
}

/// Why there is no answer, by the status and what came with it.
pub(super) fn told(status: u16, resource: &Value) -> String {
    match words(resource) {
        Some(words) => format!("it answers with status {status}: {words}"),
        None => format!("it answers with status {status}"),
    }
}

/// What an OperationOutcome says.
fn words(resource: &Value) -> Option<String> {
    let issue = resource["issue"].as_array()?.first()?;
    [&issue["details"]["text"], &issue["diagnostics"], &issue["code"]].into_iter().find_map(Value::as_str).map(shown)
}

/// The start of a server's words, on one line.
fn shown(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect()
}
