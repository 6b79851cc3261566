//! What a StructureDefinition of STU3 says otherwise than one of R4. No other
//! file knows of the difference.

use std::sync::Arc;

use super::reading::{text, texts};
use super::{Context, Discriminator, DiscriminatorKind, ElementType};
use crate::fhir::node::Node;

/// One `contextType` for all: `resource` and `datatype` name elements. HL7's own
/// definitions write two of them in one text, with a comma; no path has one.
pub(super) fn contexts(root: Node<'_>) -> Vec<Context> {
    let all = texts(root, "context").into_iter();
    if root.child_value("contextType") == Some("extension") {
        return all.map(Context::Extension).collect();
    }
    all.flat_map(|text| text.split(',').map(|one| Context::Element(one.trim().into())).collect::<Vec<_>>()).collect()
}

/// A type stands once for each of its profiles and targets; R4 lists them under
/// one. A type that once stands without a profile may be anything of that type.
pub(super) fn joined(types: Vec<ElementType>) -> Vec<ElementType> {
    let mut joined: Vec<ElementType> = Vec::new();
    for found in types {
        let same = |known: &&mut ElementType| {
            known.code == found.code && known.aggregation == found.aggregation && known.versioning == found.versioning
        };
        let Some(known) = joined.iter_mut().find(same) else {
            joined.push(found);
            continue;
        };
        known.profiles = either(&known.profiles, found.profiles);
        known.targets = either(&known.targets, found.targets);
    }
    joined
}

fn either(known: &[Arc<str>], found: Vec<Arc<str>>) -> Vec<Arc<str>> {
    if known.is_empty() || found.is_empty() {
        return Vec::new();
    }
    let mut all = known.to_vec();
    all.extend(found.into_iter().filter(|one| !known.contains(one)));
    all
}

/// The value set of a binding: `valueSetUri` or `valueSetReference`.
pub(super) fn value_set(binding: Node<'_>) -> Option<Arc<str>> {
    let node = binding.child("valueSet")?;
    node.value().map(Arc::from).or_else(|| text(node, "reference"))
}

/// Older definitions write a discriminator as a string, with `@type`,
/// `@profile` or `@exists` at its end where it is no value.
pub(super) fn discriminator(written: &str) -> Discriminator {
    let (path, kind) = match written.rsplit_once('@') {
        Some((path, "type")) => (path, DiscriminatorKind::Type),
        Some((path, "profile")) => (path, DiscriminatorKind::Profile),
        Some((path, "exists")) => (path, DiscriminatorKind::Exists),
        _ => (written, DiscriminatorKind::Value),
    };
    let path = path.trim_end_matches('.');
    Discriminator { kind, path: if path.is_empty() { "$this" } else { path }.into() }
}

#[cfg(test)]
mod tests {
    use super::super::Definition;
    use super::Context;
    use crate::fhir::{json, types};

    #[test]
    fn two_contexts_in_one_text_are_two() {
        let contexts = |kind: &str, context: &str| {
            let text = format!(
                r#"{{"resourceType":"StructureDefinition","url":"urn:x","name":"x","kind":"complex-type","abstract":false,
                "type":"Extension","contextType":"{kind}","context":["{context}"]}}"#
            );
            let tree = json::read(text.as_bytes(), types::stu3()).expect("it can be read");
            Definition::read(&tree).expect("it is a definition").contexts
        };
        let elements = [Context::Element("Element".into()), Context::Element("Patient.name".into())];
        assert_eq!(contexts("datatype", "Element, Patient.name"), elements);
        assert_eq!(contexts("extension", "http://a.nl/b,c"), [Context::Extension("http://a.nl/b,c".into())]);
    }
}
