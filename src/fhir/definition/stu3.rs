//! What a StructureDefinition of STU3 says otherwise than one of R4. No other
//! file knows of the difference.

use std::sync::Arc;

use super::reading::{text, texts};
use super::{Context, Discriminator, DiscriminatorKind, ElementType};
use crate::fhir::node::Node;

/// One `contextType` for all: `resource` and `datatype` name elements.
pub(super) fn contexts(root: Node<'_>) -> Vec<Context> {
    let context = match root.child_value("contextType") {
        Some("extension") => Context::Extension,
        _ => Context::Element,
    };
    texts(root, "context").into_iter().map(context).collect()
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
