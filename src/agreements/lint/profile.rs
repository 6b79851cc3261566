//! Profiles: what they demand of an element against itself and against what it is bound to.

use super::Subject;
use super::paths;
use super::rules::*;
use crate::fhir::definition::{Definition, DiscriminatorKind, ElementDefinition, Max, Strength};
use crate::fhir::knowledge::split;
use crate::fhir::terminology::{Coded, Membership};

pub(super) fn check(subject: &mut Subject<'_>) {
    for (name, profile) in subject.profiles.clone() {
        for element in &profile.snapshot {
            let place = format!("{name}, {}", element.id);
            cardinality(subject, &place, &profile, element);
            fixed(subject, &place, element);
            canonicals(subject, &place, element);
            slice(subject, &place, &profile, element);
        }
    }
}

fn cardinality(subject: &mut Subject<'_>, place: &str, profile: &Definition, element: &ElementDefinition) {
    let Some(Max::Count(max)) = element.max else { return };
    // Slices of this very list: not those of another slice at the same path, nor slices of slices.
    let is_slice = |other: &&ElementDefinition| {
        let name = other.id.strip_prefix(&*element.id).and_then(|rest| rest.strip_prefix(':'));
        name.is_some_and(|name| !name.contains(['.', '/', ':']))
    };
    let slices = profile.snapshot.iter().filter(is_slice);
    let needed: u32 = if element.slicing.is_some() { slices.filter_map(|slice| slice.min).sum() } else { 0 };
    let min = element.min.unwrap_or(0).max(needed);
    if min > max {
        let why =
            [format!("at least {min} and at most {max} at once"), format!("ten minste {min} en ten hoogste {max} tegelijk")];
        let mend =
            ["lower the minimum, or raise the maximum".to_owned(), "verlaag het minimum of verhoog het maximum".to_owned()];
        subject.defect(&CARDINALITY, place, &format!("{min}..{max}"), why, mend);
    }
}

fn fixed(subject: &mut Subject<'_>, place: &str, element: &ElementDefinition) {
    let Some(binding) = element.binding.as_ref().filter(|binding| binding.strength == Strength::Required) else { return };
    let Some(set) = binding.value_set.as_deref() else { return };
    for (system, code) in paths::codes(element) {
        let coded = Coded { system: system.as_deref(), version: None, code: &code };
        if subject.knowledge.membership(set, &coded) == Membership::Out {
            let why = [
                format!("{code} is not in {set}, and the binding is required"),
                format!("{code} staat niet in {set}, en de binding is verplicht"),
            ];
            let mend = [
                "add the code to the value set, or fix another".to_owned(),
                "neem de code op in de waardelijst, of leg een andere vast".to_owned(),
            ];
            subject.defect(&FIXED_OUTSIDE, place, &code, why, mend);
        }
    }
}

/// Canonicals below the version's own base: those it publishes itself.
fn canonicals(subject: &mut Subject<'_>, place: &str, element: &ElementDefinition) {
    let own = subject.version().canonical();
    let profiles =
        element.types.iter().flat_map(|of| of.profiles.iter().chain(&of.targets)).map(|url| ("StructureDefinition", url));
    let sets = element.binding.iter().filter_map(|binding| Some(("ValueSet", binding.value_set.as_ref()?)));
    for (what, url) in profiles.chain(sets).filter(|(_, url)| url.starts_with(own)) {
        let (plain, _) = split(url);
        let there = match what {
            "ValueSet" => subject.knowledge.value_set(plain).is_some(),
            _ => subject.knowledge.definition(plain).is_some(),
        };
        if !there {
            let why = [
                format!("the package has no {what} with this canonical"),
                format!("het pakket heeft geen {what} met deze canonical"),
            ];
            let mend = ["publish it, or name one that is there".to_owned(), "publiceer het, of noem er een die er is".to_owned()];
            subject.defect(&CANONICAL_UNRESOLVED, place, url, why, mend);
        }
    }
}

/// A slice told apart by value, of which nothing is fixed.
fn slice(subject: &mut Subject<'_>, place: &str, profile: &Definition, element: &ElementDefinition) {
    let Some(name) = element.slice_name.as_deref().filter(|name| !name.contains('/')) else { return };
    let list = element.id.strip_suffix(name).and_then(|rest| rest.strip_suffix(':'));
    let entry = profile.snapshot.iter().find(|other| Some(&*other.id) == list && other.slicing.is_some());
    let Some(slicing) = entry.and_then(|entry| entry.slicing.as_ref()) else { return };
    let by_value = |kind| matches!(kind, DiscriminatorKind::Value | DiscriminatorKind::Pattern);
    if slicing.discriminators.is_empty()
        || !slicing.discriminators.iter().all(|found| by_value(found.kind))
        || element.max == Some(Max::Count(0))
    {
        return;
    }
    let below = format!("{}.", element.id);
    let mut parts = profile.snapshot.iter().filter(|part| part.id == element.id || part.id.starts_with(&below));
    // What a profile or a reference adds is not looked into.
    let tells = |part: &ElementDefinition| {
        part.fixed.is_some()
            || part.pattern.is_some()
            || part.binding.as_ref().is_some_and(|binding| binding.strength == Strength::Required)
            || part.types.iter().any(|of| !of.profiles.is_empty() || !of.targets.is_empty())
    };
    if !parts.any(tells) {
        let why = [
            "slices are told apart by value here, and this one fixes none".to_owned(),
            "slices worden hier op waarde onderscheiden, en deze legt niets vast".to_owned(),
        ];
        let mend = ["fix or bind the value that tells it apart".to_owned(), "leg de onderscheidende waarde vast".to_owned()];
        subject.defect(&SLICE_UNMATCHED, place, name, why, mend);
    }
}
