//! Versions of the agreement: whether they follow each other, publish where
//! they are known to, and name exchanges that really differ.

use std::collections::BTreeSet;

use super::names::Names;
use super::place::{Place, Problems};
use crate::agreements::Dialect;
use crate::scenario::document::Document;
use crate::scenario::{DialectFile, Mark, Sign, Standing, fits};

/// Reports what is wrong with a version, beside all versions there are.
pub(super) fn check(document: &Document<DialectFile>, all: &[Document<DialectFile>], names: &Names<'_>, problems: &mut Problems) {
    let place = Place::new(&document.file, &document.root);
    let file = &document.value;
    let published = file.dialect.canonical();
    if file.canonical != published {
        let message = format!("`{}` publishes under another canonical than `{}`", file.dialect.version(), file.canonical);
        problems.at(place.key("canonical"), "canonical-unknown", message).hint = Some(format!("write `{published}`"));
    }
    if let Some(before) = file.after {
        let is_known = all.iter().any(|other| other.value.dialect == before);
        if !is_known || before.fhir() != file.dialect.fhir() || before >= file.dialect {
            let message = format!("no earlier version `{}` of the same FHIR is described", before.version());
            problems.at(place.key("after"), "dialect-order", message);
        }
    }
    let changes = place.key("changes");
    let mut seen = BTreeSet::new();
    for (index, change) in file.changes.iter().enumerate() {
        let place = changes.item(index);
        if !seen.insert(change.id.as_str()) {
            problems.at(place.key("id"), "id-duplicate", format!("`{}` is there twice", change.id));
        }
        for (at, name) in change.exchanges.iter().enumerate() {
            exchange(place.key("exchanges").item(at), name, file, names, problems);
        }
        for (key, side) in [("before", change.before.as_ref()), ("after", Some(&change.after))] {
            for (at, mark) in side.into_iter().flat_map(|side| &side.marks).enumerate() {
                canonical(place.key(key).key("marks").item(at), mark, problems);
            }
        }
    }
    for (at, mark) in file.marks.iter().enumerate() {
        canonical(place.key("marks").item(at), mark, problems);
    }
    not_judged(place.key("not-judged"), file, names, problems);
}

/// What a version is not held to is there, and the current version is held to everything.
fn not_judged(place: Place<'_>, file: &DialectFile, names: &Names<'_>, problems: &mut Problems) {
    if file.standing == Standing::Current && !file.not_judged.is_empty() {
        problems.at(place, "dialect-held", "the current version is held to everything".to_owned()).hint =
            Some("leave it out; what one product cannot do stands in its `sut.yaml`".to_owned());
    }
    for (index, own) in file.not_judged.iter().enumerate() {
        let place = place.item(index);
        if own.expect.is_empty() && own.requirements.is_empty() {
            problems.at(place, "key-missing", "nothing is said of what this version is not held to".to_owned()).hint =
                Some("add `requirements`, or `expect`".to_owned());
        }
        for (at, pattern) in own.expect.iter().enumerate() {
            super::fault::not_judged(place.key("expect").item(at), (pattern, file.dialect.fhir()), names, problems);
        }
        for (at, pattern) in own.requirements.iter().enumerate() {
            if !names.requirements_broken && !names.requirements.keys().any(|id| fits(pattern, id)) {
                let message = format!("no requirement `{pattern}`");
                problems.unknown(
                    place.key("requirements").item(at),
                    "requirement-unknown",
                    message,
                    names.requirements.keys().copied(),
                );
            }
        }
    }
}

/// An exchange is there, and is another request than in the version before.
fn exchange(place: Place<'_>, name: &str, file: &DialectFile, names: &Names<'_>, problems: &mut Problems) {
    if !names.exchanges.contains_key(name) {
        let message = format!("no exchange has the name `{name}`");
        return problems.unknown(place, "exchange-unknown", message, names.exchanges.keys().copied());
    }
    let (Some(exchange), Some(before)) = (names.exchange(name), file.after) else { return };
    if exchange.request.get(&before) == exchange.request.get(&file.dialect) {
        let message = format!("`{name}` is the same request in `{}`", before.version());
        problems.at(place, "change-unseen", message).hint = Some("name exchanges of which the request is another".to_owned());
    }
}

/// A canonical by which a version is recognised is one that some version publishes under.
fn canonical(place: Place<'_>, mark: &Mark, problems: &mut Problems) {
    if let Sign::Canonical(start) = &mark.sign
        && !Dialect::ALL.iter().any(|dialect| start.strip_prefix(dialect.canonical()).is_some_and(|rest| rest.starts_with('/')))
    {
        let message = format!("no version publishes under `{start}`");
        problems.at(place.key("canonical"), "canonical-unknown", message).hint =
            Some("what is of no version stands under `mistakes`".to_owned());
    }
}
