//! Paths: what a search parameter looks at, and what profiles say there.

use std::sync::Arc;

use crate::agreements::{Dialect, profile_names};
use crate::fhir::definition::{Definition, ElementDefinition, Strength};
use crate::fhir::knowledge::Knowledge;
use crate::fhir::terminology::{Coded, Membership};
use crate::fhir::types::Types;

/// The profiles of a version that are here, by name.
pub(super) fn profiles(version: Dialect, knowledge: &Knowledge) -> Vec<(String, Arc<Definition>)> {
    let base = format!("{}/StructureDefinition/", version.canonical());
    let listed = knowledge.entries("StructureDefinition").filter_map(|(_, entry)| entry.url.strip_prefix(&*base));
    let mut names: Vec<String> = listed.map(str::to_owned).collect();
    names.extend(profile_names().map(str::to_owned));
    names.sort_unstable();
    names.dedup();
    let found = names.into_iter().filter_map(|name| {
        let definition = knowledge.definition(&format!("{base}{name}"))?;
        Some((name, definition))
    });
    // One canonical serves several versions: another one's profiles say nothing of this one.
    found.filter(|(_, definition)| is_of(version, &definition.version)).collect()
}

/// Whether a definition with this version is published by a version of the agreement.
pub(super) fn is_of(version: Dialect, said: &str) -> bool {
    // beta3 numbers its artefacts apart from the guide.
    version == Dialect::R4Beta3 || said.is_empty() || said.starts_with(version.version())
}

/// The elements that an expression of a search parameter reads.
pub(super) fn paths(expression: &str) -> Vec<String> {
    let path = |part: &str| {
        let part = part.trim().trim_start_matches('(');
        let end = part.find(|letter: char| !letter.is_alphanumeric() && letter != '.').unwrap_or(part.len());
        let part = &part[..end];
        let calls = [".where", ".resolve", ".as", ".ofType", ".reference"];
        calls.iter().fold(part, |part, call| part.strip_suffix(call).unwrap_or(part)).to_owned()
    };
    expression.split('|').map(path).filter(|path| path.contains('.')).collect()
}

/// The name of the type that stands at a path, the first of a choice; nothing where the path leads nowhere.
pub(super) fn type_at(path: &str, types: &Types) -> Option<&'static str> {
    let mut steps = path.split('.');
    let mut at = types.get(steps.next()?)?;
    let mut name = at.name;
    for step in steps {
        let (element, only) = at
            .element(step.trim_end_matches("[x]"))
            .map(|element| (element, None))
            .or_else(|| at.written(step).map(|(element, of)| (element, Some(of.name))))?;
        name = only.or_else(|| element.types.first().map(|of| of.name))?;
        at = types.get(name)?;
    }
    Some(name)
}

/// The elements of a definition at a path, and in slices of it.
fn at<'d>(definition: &'d Definition, path: &'d str) -> impl Iterator<Item = &'d ElementDefinition> {
    definition.snapshot.iter().filter(move |element| element.path.strip_suffix("[x]").unwrap_or(&element.path) == path)
}

/// Whether a profile rules a code out at a path: by a pattern, or by a required binding.
pub(super) fn rules_out(definition: &Definition, path: &str, coded: &Coded<'_>, knowledge: &Knowledge) -> bool {
    let plain = at(definition, path).filter(|element| element.slice_name.is_none());
    plain.into_iter().any(|element| {
        let codes = codes(element);
        let by_pattern = !codes.is_empty() && !codes.iter().any(|(_, code)| code == coded.code);
        let required = element.binding.as_ref().filter(|binding| binding.strength == Strength::Required);
        let set = required.and_then(|binding| binding.value_set.as_deref());
        by_pattern || set.is_some_and(|set| knowledge.membership(set, coded) == Membership::Out)
    })
}

/// The codes that an element is fixed to.
pub(super) fn codes(element: &ElementDefinition) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    for tree in [&element.fixed, &element.pattern].into_iter().flatten() {
        let root = tree.root();
        let coding = |node: crate::fhir::node::Node<'_>| {
            Some((node.child_value("system").map(str::to_owned), node.child_value("code")?.to_owned()))
        };
        found.extend(coding(root));
        found.extend(root.children_named("coding").filter_map(coding));
    }
    found
}
