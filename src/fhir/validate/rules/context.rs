//! Contexts: the elements that an extension may stand on, as its definition
//! names them. <https://hl7.org/fhir/R4/defining-extensions.html#context>

use crate::fhir::definition::Context;
use crate::fhir::fhirpath::{self, Item};
use crate::fhir::node::Node;
use crate::fhir::validate::Scene;

/// How a context is written.
pub(super) fn name(context: &Context) -> &str {
    match context {
        Context::Element(name) | Context::Extension(name) | Context::Fhirpath(name) => name,
    }
}

/// Whether an extension that names a context may stand on an element. One that
/// cannot be evaluated lets it.
pub(super) fn fits<'t>(scene: &Scene<'_, 't>, parent: Node<'t>, context: &Context) -> bool {
    match context {
        Context::Extension(url) => parent.type_name() == "Extension" && is_extension(parent, url),
        Context::Element(path) => stands_on(scene, parent, path),
        Context::Fhirpath(expression) => {
            let resource = parent.resource();
            let items = fhirpath::parse(expression)
                .ok()
                .zip(resource)
                .and_then(|(expression, resource)| expression.evaluate(resource, &scene.environment).ok());
            items.is_none_or(|items| items.iter().any(|item| matches!(item, Item::Node(node) if *node == parent)))
        }
    }
}

/// Whether an extension is the one with a canonical, or with `canonical#part` a part of it.
fn is_extension(node: Node<'_>, canonical: &str) -> bool {
    match canonical.split_once('#') {
        None => node.child_value("url") == Some(canonical),
        Some((whole, part)) => {
            let around = node.parent().filter(|around| around.type_name() == "Extension");
            node.child_value("url") == Some(part) && around.is_some_and(|around| around.child_value("url") == Some(whole))
        }
    }
}

fn stands_on(scene: &Scene<'_, '_>, parent: Node<'_>, path: &str) -> bool {
    // `profile#Patient.name`: an element of a profile; that is more than the element itself can tell.
    let path = path.rsplit('#').next().unwrap_or(path).replace("[x]", "");
    let types = scene.types();
    match &*path {
        // Any element, the resource as a whole among them: the tooling of HL7 and its own packages take it so.
        "Element" | "*" | "Any" => true,
        // Names that later versions have for resources that have a canonical.
        "CanonicalResource" | "MetadataResource" => {
            parent.is_resource() && types.get(parent.type_name()).is_some_and(|of| of.element("url").is_some())
        }
        _ => types.is_a(parent.type_name(), &path) || places(parent).iter().any(|place| is_place(scene, place, &path)),
    }
}

/// Whether a place is the one that is meant: `Patient.text` is `DomainResource.text`.
fn is_place(scene: &Scene<'_, '_>, place: &str, meant: &str) -> bool {
    let same = || {
        let ((start, rest), (of, of_rest)) = (place.split_once('.')?, meant.split_once('.')?);
        Some(rest == of_rest && scene.types().is_a(start, of))
    };
    place == meant || same() == Some(true)
}

/// The names of the place of an element: from its resource, and from each element
/// around it, by its type: `Patient.name.family`, `HumanName.family`; of a group within
/// a group `Consent.provision.provision.code` and `Consent.provision.code`.
/// A choice has its name with and without type: `Observation.value`, `Observation.valueString`.
pub(super) fn places(node: Node<'_>) -> Vec<String> {
    let mut places = Vec::new();
    let mut names: Vec<Node<'_>> = Vec::new();
    for around in node.outward() {
        let start = around.type_name();
        if !start.is_empty() {
            let place = |name: &dyn Fn(&Node<'_>) -> String| {
                let below = names.iter().rev().map(name);
                std::iter::once(start.to_owned()).chain(below).collect::<Vec<_>>().join(".")
            };
            if names.iter().any(|node| node.is_choice()) {
                places.push(place(&|node| node.written_name().into_owned()));
            }
            places.push(place(&|node| node.name().to_owned()));
        }
        if around.is_resource() {
            break;
        }
        names.push(around);
    }
    places.reverse();
    places
}
