//! Exchanges: whether their requests and answers can be.

use super::expression::{self, Scope};
use super::names::Names;
use super::parameter;
use super::place::{Place, Problems, suggest};
use super::placeholder::{self, Allowed};
use crate::agreements::{Dialect, FhirVersion};
use crate::fhir::search::Query;
use crate::fhir::types::r4;
use crate::scenario::document::Document;
use crate::scenario::{Answer, Exchange};

/// Versions of which the requests are held against FHIR. Those before are quoted as they were published, mistakes included.
const CHECKED: [Dialect; 3] = [Dialect::R4Rc2, Dialect::R4Rc3Dev, Dialect::Stu3Rc2];

/// Variables that the expressions of an exchange have.
const VARIABLES: [&str; 3] = ["patient", "bsn", "canonical"];

pub(super) fn check(document: &Document<Exchange>, names: &Names<'_>, problems: &mut Problems) {
    let place = Place::new(&document.file, &document.root);
    let exchange = &document.value;
    if let Some(requirement) = &exchange.optional {
        super::requirement(place.key("optional"), requirement, None, names, problems);
    }
    for (dialect, url) in &exchange.request {
        let word = serde_json::to_value(dialect).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
        let place = place.key("request").key(&word);
        placeholder::check(place, url, Allowed { names: &[], personas: &names.personas, persona: true }, problems);
        if let Err(why) = Query::parse(url.split_once('?').map_or("", |(_, query)| query)) {
            problems.at(place, "value-pattern", why.to_string());
        }
        // What is known to be wrong is sent otherwise.
        let is_mended = exchange.defects(*dialect).any(|defect| defect.send.is_some());
        if CHECKED.contains(dialect) && !is_mended {
            parameter::check(place, url, dialect.fhir(), problems);
        }
        if exchange.answer(dialect.fhir()).is_none() {
            let message = format!("`{word}` is asked, and `answer` does not say what comes back in {}", dialect.fhir().name());
            problems.at(place, "answer-missing", message);
        }
    }
    for (index, defect) in exchange.defects.iter().enumerate() {
        let place = place.key("defects").item(index);
        for (key, request) in [("send", &defect.send), ("mended", &defect.mended)] {
            for (url, fhir) in request.iter().flat_map(|url| defect.versions.iter().map(move |dialect| (url, dialect.fhir()))) {
                placeholder::check(
                    place.key(key),
                    url,
                    Allowed { names: &[], personas: &names.personas, persona: true },
                    problems,
                );
                parameter::check(place.key(key), url, fhir, problems);
            }
        }
    }
    for (fhir, answer) in &exchange.answer {
        check_answer(place.key("answer").key(fhir.name()), answer, *fhir, problems);
    }
}

fn check_answer(place: Place<'_>, answer: &Answer, fhir: FhirVersion, problems: &mut Problems) {
    if !resource_type(place.key("resource"), &answer.resource, problems) {
        return;
    }
    let scope = Scope { contexts: &[&answer.resource], variables: &VARIABLES, versions: &[fhir] };
    if let Some(patient) = &answer.patient {
        expression::check(place.key("patient"), patient, scope, problems);
    }
    expression::check(place.key("each"), &answer.each, scope, problems);
    for (index, include) in answer.include.iter().enumerate() {
        let place = place.key("include").item(index);
        expression::check(place.key("reference"), &include.reference, scope, problems);
        for (index, name) in include.types.iter().enumerate() {
            resource_type(place.key("types").item(index), name, problems);
        }
    }
    for (index, key) in answer.key.iter().enumerate() {
        expression::check(place.key("key").item(index), key, scope, problems);
    }
}

/// Reports a name that is no resource type; true when it is one.
pub(super) fn resource_type(place: Place<'_>, name: &str, problems: &mut Problems) -> bool {
    let known = r4().resource(name).is_some();
    if !known {
        let types: Vec<&str> = r4().resources().map(|found| found.name).collect();
        problems.at(place, "type-unknown", format!("`{name}` is no resource type of R4")).hint = suggest(name, &types);
    }
    known
}
