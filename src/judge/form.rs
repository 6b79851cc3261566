//! Filled-in forms as judging reads them: their answers by item, and what is
//! known of the form itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::case::Run;
use crate::agreements::FhirVersion;
use crate::fhir::knowledge::Knowledge;
use crate::fhir::node::Node;
use crate::fhir::types::{r4, stu3};

/// What is known of forms: those that are built in.
pub(crate) fn knowledge(run: Run<'_>) -> &'static Knowledge {
    static R4: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[], r4()).expect("nothing to load"));
    static STU3: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[], stu3()).expect("nothing to load"));
    match run.fhir() {
        FhirVersion::R4 => &R4,
        FhirVersion::Stu3 => &STU3,
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
