//! Elements that FHIR does not have.

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, codes};
use crate::nearest::nearest;

codes! {
    /// The type has no such element.
    UNKNOWN "element-unknown" "structure" Some("Unknown_element_0");
        en "`{type}` has no element `{name}`", "{nearest}";
        nl "`{type}` heeft geen element `{name}`", "{nearest_nl}";
}

/// Whether FHIR knows the elements of a node.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    let Some(of) = scene.types().get(node.type_name()) else { return };
    for child in node.children().filter(|child| child.type_name().is_empty()) {
        // A resource inside another that does not say its type is told elsewhere.
        let is_first = node.child(child.name()) == Some(child);
        if of.element(child.name()).is_some() || !is_first {
            continue;
        }
        let names = of.elements.iter().map(|element| element.name);
        let (en, nl) = match nearest(child.name(), names) {
            Some(name) => (format!("did you mean `{name}`?"), format!("bedoelde u `{name}`?")),
            None => ("take it out, or say it in an extension".to_owned(), "haal het weg, of zeg het in een extensie".to_owned()),
        };
        let issue = Issue::error(&UNKNOWN, child).with("type", node.type_name()).with("name", child.name());
        issues.push(issue.with("nearest", en).with("nearest_nl", nl));
    }
}
