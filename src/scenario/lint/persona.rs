//! Personas: whether the lists of ids and the resources beside them are about
//! the same things.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::place::{Place, Problems, suggest};
use crate::agreements::{Dialect, FhirVersion};
use crate::diagnostic::Diagnostic;
use crate::scenario::document::Document;
use crate::scenario::files::File;
use crate::scenario::load::{resource_name, resources_beside};
use crate::scenario::{Persona, PersonaExchange};

pub(super) fn check(document: &Document<Persona>, resources: &[File], names: &Names<'_>, problems: &mut Problems) {
    let place = Place::new(&document.file, &document.root);
    let persona = &document.value;
    if !is_bsn(&persona.bsn) {
        problems.at(place.key("bsn"), "bsn-wrong", format!("`{}` fails the eleven-test", persona.bsn)).hint =
            Some("a test BSN begins with 9999, and 9a+8b+7c+6d+5e+4f+3g+2h-i is a multiple of eleven".to_owned());
    }
    let own = [(FhirVersion::R4, place, Some((&persona.exchanges, &persona.decoys, &persona.reachable)))];
    let stu3 = persona.stu3.as_ref().map(|lists| (&lists.exchanges, &lists.decoys, &lists.reachable));
    for (fhir, place, lists) in own.into_iter().chain([(FhirVersion::Stu3, place.key("stu3"), stu3)]) {
        let there = read(resources_beside(&document.file, fhir.folder(), resources), problems);
        let Some((answers, decoys, reachable)) = lists else {
            nothing_listed(place, &there, problems);
            continue;
        };
        let mut lists = Lists { there: &there, listed: BTreeSet::new(), fhir, problems };
        lists.take(Place::new(&document.file, &document.root).key("patient"), &format!("Patient/{}", persona.patient));
        exchanges(place, answers, names, &mut lists);
        for id in decoys.keys() {
            let range = place.key("decoys").range_of_key(id);
            lists.take_at(place, range, id);
        }
        for (index, id) in reachable.iter().enumerate() {
            lists.take(place.key("reachable").item(index), id);
        }
        let unlisted: Vec<&String> = there.iter().filter(|id| !lists.listed.contains(id.as_str())).collect();
        for id in unlisted.into_iter().filter(|_| document.whole) {
            let place = Place::new(&document.file, &document.root).key("persona");
            problems.at(place, "resource-unlisted", format!("`{id}` lies beside this persona and no list has it")).hint =
                Some("list it under `exchanges`, `reachable`, or `decoys` with the reason why it is there".to_owned());
        }
    }
    versions(document, resources, problems);
}

/// What the person has in one version of the agreement lies in its folder, and nothing else does.
fn versions(document: &Document<Persona>, resources: &[File], problems: &mut Problems) {
    let place = Place::new(&document.file, &document.root).key("versions");
    for dialect in Dialect::ALL {
        let there = read(resources_beside(&document.file, dialect.word(), resources), problems);
        let listed: BTreeSet<&String> = document.value.versions.get(&dialect).into_iter().flat_map(|own| own.keys()).collect();
        let mut lists = Lists { there: &there, listed: BTreeSet::new(), fhir: dialect.fhir(), problems };
        let own = place.key(dialect.word());
        for id in &listed {
            lists.take_at(own, own.range_of_key(id), id);
        }
        for id in there.iter().filter(|id| !listed.contains(id)) {
            let message = format!("`{id}` lies beside this persona in `{}`, and `versions` does not list it", dialect.word());
            problems.at(Place::new(&document.file, &document.root).key("persona"), "resource-unlisted", message).hint =
                Some("list it under `versions`, with the reason why it is there".to_owned());
        }
    }
}

/// Resources of a version of which nothing is said.
fn nothing_listed(place: Place<'_>, there: &BTreeSet<String>, problems: &mut Problems) {
    if let Some(id) = there.first() {
        let message = format!("`{id}` lies beside this persona in STU3, and `stu3` does not say what returns it");
        problems.at(place, "resource-unlisted", message).hint =
            Some("write `stu3` with its own `exchanges`, `decoys` and `reachable`".to_owned());
    }
}

fn exchanges(place: Place<'_>, answers: &BTreeMap<String, PersonaExchange>, names: &Names<'_>, lists: &mut Lists<'_>) {
    let known: Vec<&str> = names.exchanges.keys().copied().collect();
    for (name, answer) in answers {
        let range = place.key("exchanges").range_of_key(name);
        if !names.exchanges.contains_key(name.as_str()) {
            lists.problems.within(place, range, "exchange-unknown", format!("no exchange `{name}`")).hint = suggest(name, &known);
        }
        let place = place.key("exchanges").key(name);
        let resource = names.exchange(name).and_then(|exchange| exchange.answer(lists.fhir)).map(|answer| &answer.resource);
        for (index, id) in answer.matches.iter().enumerate() {
            let place = place.key("match").item(index);
            lists.take(place, id);
            if let Some(resource) = resource.filter(|resource| id.split('/').next() != Some(resource)) {
                lists.problems.at(place, "type-unknown", format!("`{id}` is no {resource}, which is what `{name}` returns"));
            }
        }
        for (index, id) in answer.include.iter().enumerate() {
            lists.take(place.key("include").item(index), id);
        }
    }
    for name in known.into_iter().filter(|name| !answers.contains_key(*name)) {
        let range = place.range_of_key("exchanges");
        lists
            .problems
            .within(place, range, "exchange-unlisted", format!("nothing says what `{name}` returns for this persona"))
            .hint = Some(format!("where it returns nothing: `{name}: {{ match: [] }}`"));
    }
}

struct Lists<'r> {
    there: &'r BTreeSet<String>,
    listed: BTreeSet<String>,
    fhir: FhirVersion,
    problems: &'r mut Problems,
}

impl Lists<'_> {
    fn take(&mut self, place: Place<'_>, id: &str) {
        self.take_at(place, place.range(), id);
    }

    fn take_at(&mut self, place: Place<'_>, range: std::ops::Range<usize>, id: &str) {
        if !self.there.contains(id) {
            let known: Vec<&str> = self.there.iter().map(String::as_str).collect();
            self.problems.within(place, range, "resource-unknown", format!("no resource `{id}` lies beside this persona")).hint =
                suggest(id, &known);
        }
        self.listed.insert(id.to_owned());
    }
}

/// The names of resources, with those that are none reported.
fn read<'f>(files: impl Iterator<Item = &'f File>, problems: &mut Problems) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files {
        match resource_name(&file.text) {
            None => problems.push(
                Diagnostic::new(&file.path, 0..0, "resource-unreadable", "the file is no resource in JSON")
                    .hint("it needs `resourceType` and `id`"),
            ),
            Some(name) if !names.insert(name.clone()) => {
                problems.push(Diagnostic::new(&file.path, 0..0, "id-duplicate", format!("`{name}` is there twice")));
            }
            Some(_) => {}
        }
    }
    names
}

/// The eleven-test of a BSN.
pub(super) fn is_bsn(text: &str) -> bool {
    let digits: Vec<i32> =
        text.chars().filter_map(|digit| digit.to_digit(10)).filter_map(|digit| i32::try_from(digit).ok()).collect();
    let weights = [9, 8, 7, 6, 5, 4, 3, 2, -1];
    text.len() == 9
        && digits.len() == 9
        && digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<i32>() % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_bsn_applies_the_eleven_test() {
        assert!(is_bsn("999945555"));
        assert!(!is_bsn("999945556"));
        assert!(!is_bsn("99994555"));
    }
}
