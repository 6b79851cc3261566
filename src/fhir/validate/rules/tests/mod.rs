//! What FHIR asks of any resource, each code with what just gives it and what
//! nearly does. No package is loaded but one of the tests' own, so no profile speaks.

mod coding;
mod datatype;
mod narrative;
mod primitive;
mod structure;

use std::sync::Arc;

use crate::fhir::knowledge::Knowledge;
use crate::fhir::package::Package;
use crate::fhir::types::{self, Types};
use crate::fhir::validate::{Issue, Validator};

/// All that is said of a text with these definitions.
fn issues(types: &'static Types, definitions: &[&str], text: &str) -> Vec<Issue> {
    let texts = definitions.iter().enumerate().map(|(at, text)| (format!("{at}.json"), text.as_bytes().to_vec())).collect();
    let package = Package::held("test", "1", texts).expect("definitions that can be read");
    let knowledge = Knowledge::load_only(&[], types).expect("nothing to load").with(package);
    let mut issues = Validator::new(Arc::new(knowledge)).judge_text(text.as_bytes(), &[]);
    issues.retain(|issue| issue.code.name != "definition-unknown");
    issues
}

/// Code and path of all that is said of a text, in R4.
fn said(text: &str) -> Vec<(&'static str, String)> {
    issues(types::r4(), &[], text).into_iter().map(|issue| (issue.code.name, issue.path)).collect()
}

/// The codes of all that is said of a Patient with these elements.
fn of_patient(elements: &str) -> Vec<&'static str> {
    said(&format!("{{\"resourceType\":\"Patient\",{elements}}}")).into_iter().map(|(code, _)| code).collect()
}

/// The codes of all that is said of an Observation with these elements.
fn of_observation(elements: &str) -> Vec<&'static str> {
    said(&format!("{{\"resourceType\":\"Observation\",{elements}}}")).into_iter().map(|(code, _)| code).collect()
}
