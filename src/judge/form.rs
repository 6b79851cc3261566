//! Filled-in forms as judging reads them: their answers by item, and what is
//! known of the form itself.

use std::collections::HashMap;

use super::run::Run;
use crate::fhir::node::Node;
use crate::fhir::validate::Validator;

/// Who knows the forms: an installed package wins from what is built in.
pub(crate) fn validator(run: Run<'_>) -> &Validator {
    run.profiles.validator()
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
