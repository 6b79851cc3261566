//! Search parameters in requests: whether the resource has them in a version of FHIR, chains,
//! modifiers and results included.

use std::ops::Range;

use super::place::{Place, Problems, suggest};
use crate::agreements::FhirVersion;
use crate::fhir::types::SearchParameter;

/// Parameters of the result and of the request that every search has.
const OF_EVERY_SEARCH: [&str; 14] = [
    "_sort",
    "_count",
    "_include",
    "_revinclude",
    "_summary",
    "_elements",
    "_total",
    "_contained",
    "_containedType",
    "_format",
    "_pretty",
    "_has",
    "_type",
    "_list",
];

/// Modifiers that are no resource type.
const MODIFIERS: [&str; 12] =
    ["missing", "exact", "contains", "not", "text", "in", "below", "above", "not-in", "of-type", "identifier", "iterate"];

/// A request URL with its parts.
pub(super) struct Url<'t> {
    /// The first part of the path: a type, or `metadata`.
    pub(super) head: &'t str,
    /// There is more path: a read, or `_search`.
    pub(super) tail: Option<&'t str>,
    /// Parameters with their bytes in the text.
    pub(super) parameters: Vec<(&'t str, &'t str, Range<usize>)>,
    /// There is a `?`.
    pub(super) is_query: bool,
}

impl<'t> Url<'t> {
    /// The parts of a URL relative to the base.
    pub(super) fn parse(text: &'t str) -> Self {
        let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
        let (head, tail) = path.split_once('/').map_or((path, None), |(head, tail)| (head, Some(tail)));
        let mut parameters = Vec::new();
        let mut at = path.len() + 1;
        for pair in query.into_iter().flat_map(|query| query.split('&')) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.push((name, value, at..at + name.len()));
            at += pair.len() + 1;
        }
        Self { head, tail, parameters, is_query: query.is_some() }
    }

    /// It searches this type.
    pub(super) fn searched(&self) -> Option<&'t str> {
        (self.is_query || self.tail == Some("_search")).then_some(self.head)
    }

    /// It reads a resource of this type.
    pub(super) fn read(&self) -> Option<&'t str> {
        (!self.is_query && self.tail.is_some_and(|tail| tail != "_search")).then_some(self.head)
    }
}

/// Reports parameters of the URL at a place that the resource does not have.
pub(super) fn check(place: Place<'_>, text: &str, fhir: FhirVersion, problems: &mut Problems) {
    let url = Url::parse(text);
    if !url.head.contains("${") && url.head != "metadata" && fhir.types().resource(url.head).is_none() {
        let range = place.range_within(&(0..url.head.len()));
        let known: Vec<&str> = fhir.types().resources().map(|found| found.name).collect();
        problems.within(place, range, "type-unknown", format!("`{}` is no resource type of {}", url.head, fhir.name())).hint =
            suggest(url.head, &known);
        return;
    }
    let Some(resource) = url.searched().filter(|resource| !resource.contains("${")) else { return };
    for (name, value, range) in &url.parameters {
        if let Err(wrong) = parameter(resource, name, value, fhir) {
            let range = place.range_within(range);
            problems.within(place, range, "parameter-unknown", wrong.message).hint = wrong.hint;
        }
    }
}

/// What is wrong with a parameter.
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// Whether a resource has a search parameter, as written: with modifier and chain.
pub(super) fn parameter(resource: &str, name: &str, value: &str, fhir: FhirVersion) -> Result<(), Wrong> {
    let base = name.split([':', '.']).next().unwrap_or(name);
    match base {
        "_include" | "_revinclude" => include(name, value, fhir),
        _ if OF_EVERY_SEARCH.contains(&base) => Ok(()),
        _ => chain(resource, name, fhir),
    }
}

/// `device.type`, `reason-reference:Procedure.code`, `code:in`.
fn chain(resource: &str, name: &str, fhir: FhirVersion) -> Result<(), Wrong> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let (code, modifier) = first.split_once(':').map_or((first, None), |(code, modifier)| (code, Some(modifier)));
    let found = known(resource, code, fhir)?;
    match (modifier, rest) {
        (Some(modifier), _) if fhir.types().resource(modifier).is_none() && !MODIFIERS.contains(&modifier) => Err(Wrong {
            message: format!("`:{modifier}` is no modifier and no resource type of {}", fhir.name()),
            hint: suggest(modifier, &MODIFIERS),
        }),
        (Some(target), Some(rest)) => chain(target, rest, fhir),
        (None, Some(rest)) => any_target(found, rest, fhir),
        (_, None) => Ok(()),
    }
}

fn any_target(found: &SearchParameter, rest: &str, fhir: FhirVersion) -> Result<(), Wrong> {
    if found.targets.is_empty() {
        let message = format!("`{}` of {} is no reference, so nothing can be chained to it", found.code, found.resource);
        return Err(Wrong { message, hint: None });
    }
    // A reference to anything is not held against every resource there is.
    if found.targets.contains(&"Resource") || found.targets.iter().any(|target| chain(target, rest, fhir).is_ok()) {
        return Ok(());
    }
    let message = format!("none of the targets of `{}` has a search parameter `{rest}`", found.code);
    Err(Wrong { message, hint: Some(format!("its targets are {}", crate::shape::list(&found.targets))) })
}

fn known(resource: &str, code: &str, fhir: FhirVersion) -> Result<&'static SearchParameter, Wrong> {
    fhir.types().search_parameter(resource, code).ok_or_else(|| {
        let known: Vec<&str> = fhir.types().search_parameters(resource).map(|parameter| parameter.code).collect();
        Wrong { message: format!("{resource} has no search parameter `{code}` in {}", fhir.name()), hint: suggest(code, &known) }
    })
}

/// `_include=Consent:actor`, with `:iterate` and a target type allowed.
fn include(name: &str, value: &str, fhir: FhirVersion) -> Result<(), Wrong> {
    let hint = || Some("write `_include=Type:parameter`".to_owned());
    if let Some(modifier) = name.split_once(':').map(|(_, modifier)| modifier)
        && modifier != "iterate"
    {
        return Err(Wrong { message: format!("`{name}` is no parameter"), hint: hint() });
    }
    let mut parts = value.split(':');
    let resource = parts.next().unwrap_or_default();
    if fhir.types().resource(resource).is_none() {
        return Err(Wrong { message: format!("`{resource}` in `{name}` is no resource type of {}", fhir.name()), hint: hint() });
    }
    match parts.next() {
        None => Err(Wrong { message: format!("`{name}` names no search parameter"), hint: hint() }),
        Some("*") => Ok(()),
        Some(code) => known(resource, code, fhir).map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_understands_modifiers_chains_and_includes() {
        for (resource, name, value) in [
            ("Encounter", "reason-reference:Procedure.code", "x"),
            ("DeviceUseStatement", "device.type:in", "x"),
            ("Consent", "_include", "Consent:actor"),
            ("Goal", "_count", "2"),
            ("Goal", "category", "x"),
            ("Observation", "_id", "x"),
        ] {
            assert!(parameter(resource, name, value, FhirVersion::R4).is_ok(), "{resource}?{name}={value}");
        }
    }

    #[test]
    fn parameter_refuses_what_the_older_guides_wrote() {
        for (resource, name, value) in [
            ("Goal", "description", "x"),
            ("Communication", "reason-code", "x"),
            ("Procedure", "_include:Procedure:encounter", ""),
            ("DeviceUseStatement", "_include", "DeviceUseSatement:device"),
            ("DeviceUseStatement", "device.typo", "x"),
        ] {
            assert!(parameter(resource, name, value, FhirVersion::R4).is_err(), "{resource}?{name}={value}");
        }
    }
}
