//! Faults: whether what they strike and what they kill exists.

use std::collections::BTreeSet;

use super::exchange::resource_type;
use super::expression::{self, Scope};
use super::names::Names;
use super::place::{Place, Problems, suggest};
use crate::agreements::FhirVersion;
use crate::nearest::nearest;
use crate::scenario::document::Document;
use crate::scenario::{Fault, Kill, Misbehaviour, Target, fits_key};

/// Variables that the expressions of a fault have.
const VARIABLES: [&str; 2] = ["patient", "bsn"];

pub(super) fn check(document: &Document<Fault>, names: &Names<'_>, problems: &mut Problems) {
    let place = Place::new(&document.file, &document.root);
    let fault = &document.value;
    target(place.key("on"), &fault.on, names, problems);
    for (index, behaviour) in fault.behaviour.iter().enumerate() {
        misbehaviour(place.key("do").item(index), behaviour, fault, names, problems);
    }
    killed(place, &fault.kills, names, problems);
    for (index, note) in fault.notes.iter().enumerate() {
        if !names.findings.is_empty() && !names.findings.contains(&note.as_str()) {
            let message = format!("no finding has the code `{note}`");
            problems.unknown(place.key("notes").item(index), "finding-unknown", message, names.findings.iter().copied());
        }
    }
    if fault.kills.is_empty() && fault.notes.is_empty() {
        let problem = problems.at(place, "key-missing", "a fault turns an expectation red, or is noted".to_owned());
        problem.hint = Some("add `kills`, or `notes`".to_owned());
    }
    may_be_red(place, &fault.also, names, problems);
}

/// Whether the expectations that a fault must turn red exist, with their findings. `place` is the fault's.
pub(super) fn killed(place: Place<'_>, kills: &[Kill], names: &Names<'_>, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (index, kill) in kills.iter().enumerate() {
        let place = place.key("kills").item(index);
        expectation(place.key("expect"), &kill.expect, names, problems);
        if !seen.insert((kill.expect.as_str(), kill.finding.as_str())) {
            problems.at(place.key("expect"), "id-duplicate", format!("`{}` is killed twice with the same finding", kill.expect));
        }
        if !names.findings.is_empty() && !names.findings.contains(&kill.finding.as_str()) {
            let message = format!("no finding has the code `{}`", kill.finding);
            problems.unknown(place.key("finding"), "finding-unknown", message, names.findings.iter().copied());
        }
    }
}

/// Whether the expectations that may be red as well exist. `place` is the fault's.
pub(super) fn may_be_red(place: Place<'_>, patterns: &[String], names: &Names<'_>, problems: &mut Problems) {
    for (index, also) in patterns.iter().enumerate() {
        expectation(place.key("also").item(index), also, names, problems);
    }
}

/// Whether an expectation that a version is not held to exists, and is asked in the FHIR of that version.
pub(super) fn not_judged(place: Place<'_>, (pattern, fhir): (&str, FhirVersion), names: &Names<'_>, problems: &mut Problems) {
    let in_fhir = if pattern.contains('@') { pattern.to_owned() } else { format!("{pattern}@{}.*", fhir.folder()) };
    expectation(place, &in_fhir, names, problems);
}

fn target(place: Place<'_>, target: &Target, names: &Names<'_>, problems: &mut Problems) {
    if let Some(exchange) = &target.exchange
        && !names.exchanges.contains_key(exchange.as_str())
    {
        let message = format!("no exchange `{exchange}`");
        problems.unknown(place.key("exchange"), "exchange-unknown", message, names.exchanges.keys().copied());
    }
    for (key, name) in [("search", &target.search), ("read", &target.read)] {
        if let Some(name) = name.as_deref().filter(|name| *name != "*") {
            resource_type(place.key(key), name, problems);
        }
    }
}

fn misbehaviour(place: Place<'_>, behaviour: &Misbehaviour, fault: &Fault, names: &Names<'_>, problems: &mut Problems) {
    let target = &fault.on;
    let resource = struck(target, names);
    let versions = fault.fhir.map_or(FhirVersion::ALL.to_vec(), |only| vec![only]);
    let of_match = Scope { contexts: &[&resource], variables: &VARIABLES, versions: &versions };
    match behaviour {
        Misbehaviour::Hide(condition) => expression::check(place.key("hide"), condition, of_match, problems),
        Misbehaviour::LatestOnly(only) => {
            let place = place.key("latest-only");
            expression::check(place.key("key"), &only.key, of_match, problems);
            expression::check(place.key("date"), &only.date, of_match, problems);
        }
        Misbehaviour::Patch(patch) => {
            let scope = Scope { contexts: &[answered(target)], variables: &VARIABLES, versions: &versions };
            expression::check(place.key("patch").key("at"), &patch.at, scope, problems);
            if patch.add.is_some() && patch.value.is_none() {
                let message = "an element is added without the value that it gets";
                problems.at(place.key("patch").key("add"), "key-missing", message).hint = Some("add a `value`".to_owned());
            }
        }
        Misbehaviour::AddMatches(ids) => resources(place.key("add-matches"), ids, names, problems),
        Misbehaviour::AddIncludes(ids) => resources(place.key("add-includes"), ids, names, problems),
        _ => {}
    }
}

fn resources(place: Place<'_>, ids: &[String], names: &Names<'_>, problems: &mut Problems) {
    for (index, id) in ids.iter().enumerate().filter(|(_, id)| !names.resources.contains(*id)) {
        let message = format!("no persona has a resource `{id}`");
        problems.unknown(place.item(index), "resource-unknown", message, names.resources.iter().map(String::as_str));
    }
}

/// The type of the matches that are struck; empty where that is not one.
fn struck(target: &Target, names: &Names<'_>) -> String {
    let exchange = target.exchange.as_deref().and_then(|name| names.exchange(name)?.resource());
    exchange
        .map(str::to_owned)
        .or_else(|| target.search.clone().or_else(|| target.read.clone()))
        .filter(|name| name != "*")
        .unwrap_or_default()
}

/// The type of the answers that are struck; empty where that is not one.
fn answered(target: &Target) -> &str {
    match (&target.read, &target.path) {
        _ if target.exchange.is_some() || target.search.is_some() => "Bundle",
        (Some(read), _) if read != "*" => read,
        (None, Some(path)) if path == "metadata" => "CapabilityStatement",
        _ => "",
    }
}

/// Reports a pattern that fits no expectation: `scenario/step/expectation@variant`, `*` for any, every variant when
/// none is named.
fn expectation(place: Place<'_>, pattern: &str, names: &Names<'_>, problems: &mut Problems) {
    let (key, variant) = pattern.split_once('@').map_or((pattern, None), |(key, variant)| (key, Some(variant)));
    let scenario = key.split('/').next().unwrap_or_default();
    if names.opaque.iter().any(|name| fits_key(scenario, name)) {
        return;
    }
    let fitting: Vec<_> = names.expectations.iter().filter(|(known, _)| fits_key(key, known)).collect();
    if fitting.is_empty() {
        let known = || names.expectations.keys().map(String::as_str);
        let meant = nearest(key, known()).or_else(|| known().find(|known| same_ends(key, known)));
        let hint = meant.map(|meant| format!("did you mean `{meant}`?"));
        problems.at(place, "expectation-unknown", format!("no expectation `{key}`")).hint =
            hint.or_else(|| Some("an expectation is named `scenario/step/expectation`".to_owned()));
        return;
    }
    let Some(variant) = variant else { return };
    let variants: BTreeSet<&str> = fitting.iter().flat_map(|(_, variants)| variants.iter().map(String::as_str)).collect();
    if !variants.iter().any(|known| fits_key(&format!("x@{variant}"), &format!("x@{known}"))) {
        let known: Vec<&str> = variants.into_iter().collect();
        problems.at(place, "expectation-unknown", format!("`{key}` has no variant `{variant}`")).hint = suggest(variant, &known);
    }
}

/// The same scenario and id, in another step.
fn same_ends(key: &str, known: &str) -> bool {
    key.split('/').next() == known.split('/').next() && key.rsplit('/').next() == known.rsplit('/').next()
}
