//! What FHIR asks of any resource, whatever its profile: looked at node by node,
//! in the order of the text.

use super::rules::{claims, primitive, shape, structure};
use super::{Issues, Scene, form};
use crate::fhir::node::Node;

/// Looks at a node and all below it.
pub(super) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, issues: &mut Issues) {
    structure::check(scene, node, issues);
    shape::check(scene, node, issues);
    primitive::check(scene, node, issues);
    // A form is claimed as a profile is: by the canonical that the resource names.
    if scene.claimed && node.is_resource() {
        claims::check(scene, node, issues);
        if node.type_name() == "QuestionnaireResponse" {
            form::check(scene, node, issues);
        }
    }
    for child in node.children() {
        check(scene, child, issues);
    }
}
