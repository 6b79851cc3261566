//! What FHIR asks of any resource, whatever its profile: looked at node by node,
//! in the order of the text.

use super::rules::{
    attachment, bundle, claims, coding, contained, extension, identifier, ids, narrative, primitive, quantity, reference, shape,
    structure,
};
use super::{Issues, Scene, form};
use crate::fhir::node::Node;

/// Looks at a node and all below it.
pub(super) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, issues: &mut Issues) {
    structure::check(scene, node, issues);
    shape::check(scene, node, issues);
    primitive::check(scene, node, issues);
    datatype(scene, node, issues);
    ids::check(node, issues);
    extension::check(scene, node, issues);
    reference::check(scene, node, issues);
    if node.is_resource() {
        contained::check(scene, node, issues);
        if node.type_name() == "Bundle" {
            bundle::check(scene, node, issues);
        }
        claimed(scene, node, issues);
    }
    for child in node.children() {
        check(scene, child, issues);
    }
}

/// What a resource claims of itself. A form is claimed as a profile is: by the
/// canonical that the resource names.
fn claimed(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    if !scene.claimed {
        return;
    }
    claims::check(scene, node, issues);
    match node.type_name() {
        "QuestionnaireResponse" => form::check(scene.knowledge, &scene.profiles.forms, node, issues),
        "Questionnaire" => form::conditions::check(node, issues),
        _ => {}
    }
}

/// What FHIR asks of a datatype beyond its invariants.
fn datatype<'t>(scene: &Scene<'_, 't>, node: Node<'t>, issues: &mut Issues) {
    coding::check(scene, node, issues);
    quantity::check(scene, node, issues);
    identifier::check(node, issues);
    attachment::check(node, issues);
    narrative::check(node, issues);
}
