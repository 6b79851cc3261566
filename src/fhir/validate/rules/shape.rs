//! The shape of elements: lists where FHIR has lists, something in each element,
//! values in primitives only, resources that say their type.

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, codes};

codes! {
    /// A list is asked for.
    NOT_A_LIST "element-not-a-list" "structure" None;
        en "`{name}` may repeat, so JSON writes it as a list", "put it between `[` and `]`";
        nl "`{name}` mag zich herhalen, dus JSON schrijft het als lijst", "zet het tussen `[` en `]`";
    /// No list is allowed.
    LIST "element-a-list" "structure" None;
        en "`{name}` cannot repeat, so JSON writes it without a list", "take `[` and `]` away";
        nl "`{name}` kan zich niet herhalen, dus JSON schrijft het zonder lijst", "haal `[` en `]` weg";
    /// There is nothing in it.
    EMPTY "element-empty" "structure" None;
        en "`{name}` is empty: null, an empty list, or an object without content", "leave it out, or fill it";
        nl "`{name}` is leeg: null, een lege lijst, of een object zonder inhoud", "laat het weg, of vul het";
    /// A text where an object is asked for.
    TEXT "element-not-an-object" "structure" None;
        en "`{name}` is a `{type}`, which has elements and no value of its own", "write an object";
        nl "`{name}` is een `{type}`, die elementen heeft en zelf geen waarde", "schrijf een object";
    /// A resource within another that does not say what it is.
    NO_TYPE "resource-type-missing" "structure" None;
        en "the resource in `{name}` does not say its type", "add `resourceType`";
        nl "de resource in `{name}` zegt niet van welk type hij is", "voeg `resourceType` toe";
    /// A resource of a type that FHIR does not have.
    TYPE_UNKNOWN "resource-type-unknown" "structure" None;
        en "FHIR has no resource type `{found}`", "use a type of this version of FHIR";
        nl "FHIR heeft geen resourcetype `{found}`", "gebruik een type van deze FHIR-versie";
}

/// Whether the elements of a node have the shape that its type gives them.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    let of = scene.types().get(node.type_name());
    for child in node.children() {
        let element = of.and_then(|of| of.element(child.name()));
        let named = |code| Issue::error(code, child).with("name", child.written_name()).with("type", child.type_name());
        if let Some(element) = element.filter(|element| element.list != child.is_list()) {
            // Said of the first of a list only.
            if node.children_named(child.name()).next() == Some(child) {
                issues.push(named(if element.list { &NOT_A_LIST } else { &LIST }));
            }
        }
        let holds_resource = element.is_some_and(|element| element.types.iter().any(|found| found.name == "Resource"));
        if holds_resource && child.type_name().is_empty() {
            issues.push(named(&NO_TYPE));
        } else if holds_resource && scene.types().resource(child.type_name()).is_none() {
            issues.push(named(&TYPE_UNKNOWN).with("found", child.type_name()));
        } else if child.is_bare() && !child.is_resource() && !child.type_name().is_empty() {
            issues.push(named(&EMPTY));
        } else if child.value().is_some() && !child.is_primitive() && !child.type_name().is_empty() {
            issues.push(named(&TEXT));
        }
    }
}
