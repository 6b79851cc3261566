//! Filled-in forms as judging reads them: their answers by item, and what is
//! known of the form itself.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::case::Run;
use crate::agreements::FhirVersion;
use crate::fhir::knowledge::Knowledge;
use crate::fhir::node::Node;
use crate::fhir::types::{r4, stu3};
use crate::fhir::validate::Validator;

/// Who knows the forms that are built in.
pub(crate) fn validator(run: Run<'_>) -> &'static Validator {
    let of = |types| Validator::new(Arc::new(Knowledge::load(&[], types).expect("nothing to load")));
    static R4: OnceLock<Validator> = OnceLock::new();
    static STU3: OnceLock<Validator> = OnceLock::new();
    match run.fhir() {
        FhirVersion::R4 => R4.get_or_init(|| of(r4())),
        FhirVersion::Stu3 => STU3.get_or_init(|| of(stu3())),
    }
}

/// The first answer to each item, wherever it stands.
pub(crate) fn answers(response: Node<'_>) -> HashMap<&str, Node<'_>> {
    let mut found = HashMap::new();
    gather(response, &mut found);
    found
}

fn gather<'t>(holder: Node<'t>, found: &mut HashMap<&'t str, Node<'t>>) {
    for child in holder.children().filter(|child| matches!(child.name(), "item" | "answer")) {
        let value = child.child("answer").and_then(|answer| answer.child("value"));
        if let (Some(link_id), Some(value)) = (child.child_value("linkId"), value) {
            found.entry(link_id).or_insert(value);
        }
        gather(child, found);
    }
}
