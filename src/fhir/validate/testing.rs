//! What tests of rules share: a judge who knows a few definitions that were
//! written for the test, and nothing else.

use std::sync::Arc;

use super::{Issue, Severity, Validator};
use crate::fhir::knowledge::Knowledge;
use crate::fhir::package::Package;
use crate::fhir::types::{self, Types};

/// A judge who knows these resources.
pub(super) fn judge(types: &'static Types, resources: &[String]) -> Validator {
    let texts = resources.iter().enumerate().map(|(index, text)| (format!("{index}.json"), text.clone().into_bytes()));
    let package = Package::held("test", "1", texts.collect()).expect("each is an object");
    let nothing = Knowledge::load_only(&[], types).expect("nothing to load");
    Validator::new(Arc::new(nothing.with(package)))
}

/// A profile with a snapshot of these elements.
pub(super) fn profile(name: &str, of: &str, elements: &str) -> String {
    let kind = if of.ends_with("Extension") || of == "Coding" || of == "Quantity" { "complex-type" } else { "resource" };
    format!(
        r#"{{"resourceType":"StructureDefinition","url":"http://example.org/{name}","name":"{name}","kind":"{kind}",
        "abstract":false,"type":"{of}","derivation":"constraint","snapshot":{{"element":[{elements}]}}}}"#
    )
}

/// What is said of a resource by the profile `p`: code, path and severity.
pub(super) fn said(resources: &[String], resource: &str) -> Vec<(&'static str, String, Severity)> {
    issues(resources, resource).into_iter().map(|issue| (issue.code.name, issue.path, issue.severity)).collect()
}

/// The same as issues.
pub(super) fn issues(resources: &[String], resource: &str) -> Vec<Issue> {
    judge(types::r4(), resources).judge_text(resource.as_bytes(), &["http://example.org/p"])
}

/// Errors and what cannot be told, as codes alone.
pub(super) fn codes(resources: &[String], resource: &str) -> Vec<&'static str> {
    let weighty = |(code, _, severity): (&'static str, String, Severity)| (severity >= Severity::CantTell).then_some(code);
    said(resources, resource).into_iter().filter_map(weighty).collect()
}
