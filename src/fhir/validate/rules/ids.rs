//! Ids of elements: without blanks, and each once in a resource. Ids of resources
//! are primitives; those of contained ones are looked at with references.

use std::collections::HashMap;

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, codes};

codes! {
    /// The id has white space.
    SPACE "element-id-white-space" "invalid" None;
        en "the id `{found}` of the element has white space", "take the white space out";
        nl "het id `{found}` van het element heeft witruimte", "haal de witruimte weg";
    /// Two elements have the same id.
    TWICE "element-id-twice" "business-rule" Some("DUPLICATE_ID");
        en "the id `{found}` is that of `{other}` as well", "give each element of a resource an id of its own";
        nl "het id `{found}` is ook dat van `{other}`", "geef elk element van een resource een eigen id";
}

/// Types whose elements repeat by design: a snapshot says what its differential says.
const REPEATING: [&str; 1] = ["StructureDefinition"];

/// Whether the elements of a resource can be told apart by their ids.
pub(crate) fn check(resource: Node<'_>, issues: &mut Issues) {
    if resource.is_resource() && !REPEATING.contains(&resource.type_name()) {
        let mut known = HashMap::new();
        for child in resource.children() {
            walk(child, &mut known, issues);
        }
    }
}

fn walk<'t>(node: Node<'t>, known: &mut HashMap<&'t str, Node<'t>>, issues: &mut Issues) {
    if node.is_resource() {
        return;
    }
    if let Some(id) = node.child("id").filter(|_| !node.type_name().is_empty())
        && let Some(text) = id.value()
    {
        if text.contains(char::is_whitespace) {
            issues.push(Issue::warning(&SPACE, id).with("found", text));
        }
        match known.get(text) {
            Some(other) => issues.push(Issue::error(&TWICE, node).with("found", text).with("other", other.path())),
            None => drop(known.insert(text, node)),
        }
    }
    node.children().for_each(|child| walk(child, known, issues));
}
