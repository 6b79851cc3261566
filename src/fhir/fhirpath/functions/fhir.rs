//! The functions that FHIR adds: extensions, values, references, terminology,
//! profiles. Those that need what is not here say so.

use super::{BOOLEAN, Function, Gives, Invocation, Item, Outcome, Over, STRING, boolean, optional};
use crate::fhir::fhirpath::environment::Environment;
use crate::fhir::fhirpath::error::EvaluationError;
use crate::fhir::fhirpath::evaluate::{container_of, resource_of};
use crate::fhir::fhirpath::item::Scalar;
use crate::fhir::narrative;
use crate::fhir::node::Node;
use crate::fhir::types::Types;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "extension", arguments: (1, 1), over: Over::Outside, gives: Gives::Type("Extension"), run: extension },
    Function { name: "hasValue", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: has_value },
    Function { name: "getValue", arguments: (0, 0), over: Over::Outside, gives: Gives::Unknown, run: get_value },
    Function { name: "resolve", arguments: (0, 0), over: Over::Outside, gives: Gives::Unknown, run: resolve },
    Function { name: "getReferenceKey", arguments: (0, 1), over: Over::Outside, gives: STRING, run: unsupported },
    Function { name: "memberOf", arguments: (1, 1), over: Over::Outside, gives: BOOLEAN, run: member_of },
    Function { name: "conformsTo", arguments: (1, 1), over: Over::Outside, gives: BOOLEAN, run: conforms_to },
    Function { name: "htmlChecks", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: html_checks },
    // As STU3 writes it.
    Function { name: "htmlchecks", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: html_checks },
    Function { name: "subsumes", arguments: (1, 1), over: Over::Outside, gives: BOOLEAN, run: unsupported },
    Function { name: "subsumedBy", arguments: (1, 1), over: Over::Outside, gives: BOOLEAN, run: unsupported },
    Function { name: "elementDefinition", arguments: (0, 0), over: Over::Outside, gives: Gives::Unknown, run: unsupported },
    Function { name: "slice", arguments: (2, 2), over: Over::Outside, gives: Gives::Input, run: unsupported },
    Function { name: "checkModifiers", arguments: (0, 9), over: Over::Outside, gives: Gives::Input, run: unsupported },
];

fn unsupported<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    Err(EvaluationError::unsupported(call.range, format!("`{}` is not supported here", call.name)))
}

fn extension<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some(url) = call.argument_text(0)? else { return Ok(Vec::new()) };
    let nodes = call.input.iter().filter_map(Item::node);
    let found: Vec<Item<'t>> = nodes
        .flat_map(|node| node.children_named("extension"))
        .filter(|extension| extension.child_value("url") == Some(&*url))
        .map(Item::Node)
        .collect();
    call.evaluator.spend(call.input.len() + found.len(), call.range)?;
    Ok(found)
}

fn has_value<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    boolean(match &call.input[..] {
        [Item::Node(node)] => node.value().is_some(),
        [_] => true,
        _ => false,
    })
}

fn get_value<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    optional(match &call.input[..] {
        [Item::Node(node)] if node.value().is_some() => Item::Node(*node).scalar().map(Scalar::into_item),
        [Item::Node(_)] => None,
        [item] => Some(item.clone()),
        _ => None,
    })
}

/// The text of a reference: of a Reference, or of a `uri` or text itself.
fn reference_text<'i>(item: &'i Item<'_>) -> Option<&'i str> {
    match item {
        Item::Node(node) => node.child_value("reference").or_else(|| node.value()),
        Item::String(text) => Some(text),
        _ => None,
    }
}

/// What cannot be found is left out, as the specification has it.
fn resolve<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let mut found = Vec::new();
    for item in &call.input {
        let Some(reference) = reference_text(item) else { continue };
        call.evaluator.spend(1, call.range)?;
        found.extend(target(reference, item.node(), call.evaluator.environment).map(Item::Node));
    }
    Ok(found)
}

/// The resource behind a reference that stands in an element.
pub(in crate::fhir::fhirpath) fn target<'t>(
    reference: &str,
    here: Option<Node<'t>>,
    environment: &Environment<'t>,
) -> Option<Node<'t>> {
    if let Some(identifier) = reference.strip_prefix('#') {
        return contained(here?, identifier);
    }
    let bundled = here.filter(|node| node.tree().root().type_name() == "Bundle");
    let inside = bundled.and_then(|node| in_bundle(node, reference));
    inside.or_else(|| environment.resolver.and_then(|resolver| resolver(reference)))
}

fn contained<'t>(node: Node<'t>, identifier: &str) -> Option<Node<'t>> {
    let container = container_of(resource_of(node));
    if identifier.is_empty() {
        return Some(container);
    }
    container.children_named("contained").find(|resource| resource.child_value("id") == Some(identifier))
}

/// The entry whose fullUrl is the reference. A relative one is first completed
/// with the base of the entry that it stands in, then looked for by type and id.
fn in_bundle<'t>(from: Node<'t>, reference: &str) -> Option<Node<'t>> {
    let bundle = from.tree();
    let unversioned = reference.split_once("/_history/").map_or(reference, |(before, _)| before);
    if let Some(found) = bundle.resource_at(reference).or_else(|| bundle.resource_at(unversioned)) {
        return Some(found);
    }
    unversioned.split_once('/').filter(|(_, id)| !id.contains('/'))?;
    let own_url = container_of(resource_of(from)).parent().and_then(|entry| entry.child_value("fullUrl"));
    let base = own_url.and_then(|url| url.rsplitn(3, '/').nth(2));
    let below_base = base.and_then(|base| bundle.resource_at(&format!("{base}/{unversioned}")));
    below_base.or_else(|| bundle.resource_called(unversioned))
}

/// The type that a Reference says it points to, by its `type` or its url.
pub(in crate::fhir::fhirpath) fn referred_type(reference: Node<'_>, types: &Types) -> Option<String> {
    if let Some(named) = reference.child_value("type") {
        return Some(named.to_owned());
    }
    let url = reference.child_value("reference")?;
    let unversioned = url.split_once("/_history/").map_or(url, |(before, _)| before);
    let kind = unversioned.rsplit('/').nth(1)?;
    types.is_a(kind, "Resource").then(|| kind.to_owned())
}

fn member_of<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some(item) = call.single()? else { return Ok(Vec::new()) };
    let Some(url) = call.argument_text(0)? else { return Ok(Vec::new()) };
    let known = call.evaluator.environment.membership.and_then(|membership| membership(item, &url));
    match known {
        Some(member) => boolean(member),
        None => Err(EvaluationError::unsupported(call.range, format!("`memberOf` needs terminology for `{url}`"))),
    }
}

/// The base types are decided here; profiles by whoever knows them.
fn conforms_to<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some(item) = call.single()? else { return Ok(Vec::new()) };
    let Some(url) = call.argument_text(0)? else { return Ok(Vec::new()) };
    let environment = call.evaluator.environment;
    let types = environment.types;
    if let Some(name) = url.strip_prefix("http://hl7.org/fhir/StructureDefinition/").filter(|name| types.get(name).is_some()) {
        return boolean(item.type_name() == name || types.is_a(item.type_name(), name));
    }
    match environment.conformance.zip(item.node()).and_then(|(conformance, node)| conformance(node, &url)) {
        Some(conforms) => boolean(conforms),
        None => Err(EvaluationError::unsupported(call.range, format!("`conformsTo` cannot tell for the profile `{url}`"))),
    }
}

/// Whether the input is a narrative as FHIR allows it, with content.
fn html_checks<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some(item) = call.single()? else { return Ok(Vec::new()) };
    boolean(item.text().is_some_and(|text| narrative::is_narrative(&text)))
}
