//! Whether files fit together: every name means something, every expression and
//! search can be. Each file has been found right in itself before (`shape`).

mod catalogue;
mod client;
mod consulter_fault;
mod dataset;
mod dialect;
mod exchange;
mod expectation;
mod expression;
mod fault;
mod names;
mod noise;
mod parameter;
mod persona;
mod place;
mod placeholder;
mod profile;
mod scenario;
mod step;

use std::collections::BTreeMap;
use std::path::Path;

use names::Names;
use place::{Place, Problems};

use super::document::{Document, Documents, Kind};
use crate::agreements::Actor;
use crate::diagnostic::Diagnostic;

/// Everything that does not fit together in the files that are looked at. `findings` are the codes that faults may
/// name; when there are none, those are not looked at.
pub(super) fn check(documents: &Documents, findings: &[&str], looked_at: &dyn Fn(&Path) -> bool) -> Vec<Diagnostic> {
    let names = Names::of(documents, findings);
    let mut problems = Problems::default();
    catalogue::check(&documents.requirements, &mut problems);
    named(&documents.exchanges, Kind::Exchange, |value| &value.exchange, &mut problems);
    named(&documents.scenarios, Kind::Scenario, |value| &value.scenario, &mut problems);
    named(&documents.faults, Kind::Fault, |value| &value.fault, &mut problems);
    named(&documents.consulter_faults, Kind::ConsulterFault, |value| &value.consulter_fault, &mut problems);
    named(&documents.personas, Kind::Persona, |value| &value.persona, &mut problems);
    named(&documents.datasets, Kind::Dataset, |value| &value.dataset, &mut problems);
    for document in documents.exchanges.iter().filter(|document| looked_at(&document.file.path)) {
        exchange::check(document, &names, &mut problems);
    }
    for document in documents.scenarios.iter().filter(|document| looked_at(&document.file.path)) {
        scenario::check(document, &names, &mut problems);
    }
    for document in documents.faults.iter().filter(|document| looked_at(&document.file.path)) {
        fault::check(document, &names, &mut problems);
    }
    for document in documents.consulter_faults.iter().filter(|document| looked_at(&document.file.path)) {
        consulter_fault::check(document, &names, &mut problems);
    }
    for document in documents.personas.iter().filter(|document| looked_at(&document.file.path)) {
        persona::check(document, &documents.resources, &names, &mut problems);
    }
    for document in documents.datasets.iter().filter(|document| looked_at(&document.file.path)) {
        dataset::check(document, &mut problems);
    }
    for document in documents.noise.iter().filter(|document| looked_at(&document.file.path)) {
        noise::check(document, &names, &mut problems);
    }
    named(&documents.dialects, Kind::Dialect, |value| value.dialect.word(), &mut problems);
    for document in documents.dialects.iter().filter(|document| looked_at(&document.file.path)) {
        dialect::check(document, &documents.dialects, &names, &mut problems);
    }
    let mut problems = problems.into_inner();
    problems.retain(|problem| looked_at(&problem.file));
    problems
}

/// What holds for every file with a name: no other of its kind has it, and the first line names the schema.
fn named<T>(documents: &[Document<T>], kind: Kind, name: impl Fn(&T) -> &str, problems: &mut Problems) {
    let mut seen: BTreeMap<&str, &Document<T>> = BTreeMap::new();
    for document in documents {
        schema_line(document, kind, problems);
        let id = name(&document.value);
        if let Some(first) = seen.insert(id, document) {
            let place = Place::new(&document.file, &document.root).key(kind.key());
            problems.at(place, "id-duplicate", format!("`{id}` is there twice")).hint =
                Some(format!("the other is in `{}`", first.file.name));
        }
    }
}

/// The first line says by which schema an editor completes and checks the file.
fn schema_line<T>(document: &Document<T>, kind: Kind, problems: &mut Problems) {
    const START: &str = "# yaml-language-server: $schema=";
    let first = document.file.text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    let right = first.strip_prefix(START).is_some_and(|path| path.rsplit('/').next() == Some(kind.schema_file()));
    if !right {
        let place = Place::new(&document.file, &document.root);
        let end = if first.starts_with('#') { first.len() } else { 0 };
        problems.within(place, 0..end, "schema-line", "the first line does not name the schema, so editors do not help").hint =
            Some(format!("begin the file with `{START}../{}`", kind.schema_file()));
    }
}

/// Reports a requirement that the catalogue does not have, or that is about somebody else.
fn requirement(place: Place<'_>, id: &str, actor: Option<Actor>, names: &Names<'_>, problems: &mut Problems) {
    match (names.requirements.get(id), actor) {
        (None, _) if names.requirements_broken => {}
        (None, _) => problems.unknown(
            place,
            "requirement-unknown",
            format!("the catalogue has no requirement `{id}`"),
            names.requirements.keys().copied(),
        ),
        (Some(theirs), Some(ours)) if *theirs != ours => {
            let message = format!("`{id}` is about the {}, the scenario about the {}", actor_name(*theirs), actor_name(ours));
            problems.at(place, "requirement-actor", message);
        }
        (Some(_), _) => {}
    }
}

fn actor_name(actor: Actor) -> &'static str {
    match actor {
        Actor::Provider => "provider",
        Actor::Consulter => "consulter",
        Actor::Harness => "harness",
    }
}
