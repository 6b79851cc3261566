//! Choice types in a differential: `valueQuantity` where the base has `value[x]`.

use std::sync::Arc;

use super::branch::Branch;
use crate::fhir::definition::{Discriminator, DiscriminatorKind, ElementType, Slicing, SlicingRules};

/// What a name in a differential stands for in the base.
pub(super) enum Named {
    /// A child with that very name.
    Child,
    /// A type of a choice: the child, and which type.
    Choice(Arc<str>, ElementType),
}

/// Finds the child of the base that a name stands for.
pub(super) fn named(branch: &Branch, name: &str) -> Option<Named> {
    if branch.place(name, None).is_some() {
        return Some(Named::Child);
    }
    branch.children.iter().find_map(|child| {
        let start = child.name.strip_suffix("[x]")?;
        let rest = name.strip_prefix(start)?;
        let found = child.element.types.iter().find(|found| is_capitalised(rest, &found.code))?;
        Some(Named::Choice(child.name.clone(), found.clone()))
    })
}

fn is_capitalised(written: &str, name: &str) -> bool {
    let (mut written, mut name) = (written.chars(), name.chars());
    written.next() == name.next().map(|letter| letter.to_ascii_uppercase()) && written.as_str() == name.as_str()
}

/// The slicing of a choice that is sliced without saying how. Closed, as the
/// types that are not spoken of fall away.
pub(super) fn by_type() -> Slicing {
    Slicing { discriminators: vec![this(DiscriminatorKind::Type, "$this")], ordered: false, rules: SlicingRules::Closed }
}

/// The slicing of extensions, which is always by their url.
pub(super) fn by_url() -> Slicing {
    Slicing { discriminators: vec![this(DiscriminatorKind::Value, "url")], ordered: false, rules: SlicingRules::Open }
}

fn this(kind: DiscriminatorKind, path: &str) -> Discriminator {
    Discriminator { kind, path: path.into() }
}

/// What is said of `valueQuantity` as said of the slice `valueQuantity` of `value[x]`.
pub(super) fn sliced(said: Branch, name: &Arc<str>, found: &ElementType) -> Branch {
    let Branch { name: written, slice, mut element, children } = said;
    if element.types.is_empty() {
        element.types.push(found.clone());
    }
    Branch { name: name.clone(), slice: slice.or(Some(written)), element, children }
}
