//! The dataset: each concept once and after its group, of a subject that is
//! there, at paths that parse and that the types of its version have.

use std::collections::BTreeSet;

use super::expression::{self, Scope};
use super::place::{Place, Problems};
use crate::agreements::FhirVersion;
use crate::fhir::types::{Types, r4, stu3};
use crate::scenario::document::Document;
use crate::scenario::{Concept, Dataset};

/// Reports what is wrong with a dataset.
pub(super) fn check(document: &Document<Dataset>, problems: &mut Problems) {
    let place = Place::new(&document.file, &document.root);
    let dataset = &document.value;
    let types = types(dataset.fhir);
    for (name, subject) in &dataset.subjects {
        let place = place.key("subjects").key(name);
        for (key, kind) in [("resource", Some(&subject.resource)), ("type", subject.kind.as_ref())] {
            if let Some(kind) = kind.filter(|kind| types.resource(kind).is_none()) {
                let known = types.resources().map(|known| known.name);
                problems.unknown(place.key(key), "type-unknown", format!("no type of resource `{kind}`"), known);
            }
        }
        let of = [subject.resource.as_str()];
        for (key, text) in [("where", &subject.condition), ("through", &subject.through)] {
            if let Some(text) = text {
                expression::check(
                    place.key(key),
                    text,
                    Scope { contexts: &of, variables: &[], versions: &[dataset.fhir] },
                    problems,
                );
            }
        }
        if subject.through.is_some() != subject.kind.is_some() {
            let message = format!("`{name}` needs both `through` and `type`, or neither");
            problems.at(place, "value-missing", message).hint = Some("`type` is the type of what `through` leads to".to_owned());
        }
    }
    let mut seen = BTreeSet::new();
    for (index, concept) in dataset.concepts.iter().enumerate() {
        let place = place.key("concepts").item(index);
        if let Some(group) = concept.group.filter(|group| !seen.contains(group)) {
            let message = format!("no concept `{group}` stands before `{}`, which is in it", concept.id);
            problems.at(place.key("in"), "concept-unknown", message).hint =
                Some("a group stands before the concepts that are in it".to_owned());
        }
        if !seen.insert(concept.id) {
            problems.at(place.key("id"), "id-duplicate", format!("`{}` is there twice", concept.id));
        }
        paths(place, concept, dataset, problems);
    }
}

fn paths(place: Place<'_>, concept: &Concept, dataset: &Dataset, problems: &mut Problems) {
    let Some(name) = &concept.of else {
        if !concept.at.is_empty() {
            problems.at(place.key("at"), "value-missing", format!("nothing says of what `{}` is", concept.id)).hint =
                Some("name a subject with `of`".to_owned());
        }
        return;
    };
    let Some(subject) = dataset.subjects.get(name) else {
        let known = dataset.subjects.keys().map(String::as_str);
        problems.unknown(place.key("of"), "subject-unknown", format!("no subject `{name}`"), known);
        return;
    };
    if concept.at.is_empty() {
        problems.at(place, "value-missing", format!("nothing says where `{}` stands", concept.id)).hint =
            Some("give FHIRPath with `at`; the subject itself is `$this`".to_owned());
    }
    let of = [subject.of_type()];
    for (index, text) in concept.at.iter().enumerate() {
        let scope = Scope { contexts: &of, variables: &[], versions: &[dataset.fhir] };
        expression::check(place.key("at").item(index), text, scope, problems);
    }
}

fn types(fhir: FhirVersion) -> &'static Types {
    match fhir {
        FhirVersion::R4 => r4(),
        FhirVersion::Stu3 => stu3(),
    }
}
