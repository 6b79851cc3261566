//! Choice types in a differential: `valueQuantity` where the base has `value[x]`.

use std::sync::Arc;

use super::branch::Branch;
use crate::fhir::definition::{Discriminator, DiscriminatorKind, ElementType, Slicing, SlicingRules};

/// What is said of the children of a branch, with the names of the base: what
/// is said of `valueQuantity` is said of the slice of that name of `value[x]`,
/// or of `value[x]` itself where it has that type only. `None` for a name that
/// the base does not have.
pub(super) fn with_base_names(branch: &Branch, said: &Branch) -> Vec<(Branch, Option<Shortcut>)> {
    said.children.iter().map(|child| with_base_name(branch, said, child.clone())).collect()
}

/// How a name in a differential fits the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortcut {
    /// It is a name of the base.
    No,
    /// It names a type of a choice: `valueQuantity`.
    Yes,
}

fn with_base_name(branch: &Branch, whole: &Branch, said: Branch) -> (Branch, Option<Shortcut>) {
    let written = written(&said);
    if branch.place(&written, None).is_some() {
        return (said, Some(Shortcut::No));
    }
    let choice = branch.children.iter().find_map(|child| Some((child, of_choice(child, &written)?)));
    let Some((child, found)) = choice else {
        let known = branch.place(&said.name, None).is_some();
        return (said, known.then_some(Shortcut::No));
    };
    let named = |other: &&Branch| other.name == child.name && other.slice.is_none() && *last(&other.element.path) == *child.name;
    let types = whole.children.iter().find(named).map(|other| &other.element.types).filter(|types| !types.is_empty());
    let types = types.unwrap_or(&child.element.types);
    let name = child.name.clone();
    if let ([_], None, None) = (types.as_slice(), &child.element.slicing, &said.slice) {
        return (Branch { name, ..said }, Some(Shortcut::No));
    }
    let mut element = said.element;
    let slice = said.slice.or(Some(written));
    if element.types.is_empty() && branch.place(&name, slice.as_ref()).is_none() {
        element.types.push(found.clone());
    }
    (Branch { name, slice, element, children: said.children }, Some(Shortcut::Yes))
}

/// The last name of its path; that of the branch where nothing is said of it.
fn written(said: &Branch) -> Arc<str> {
    match last(&said.element.path) {
        "" => said.name.clone(),
        name => name.into(),
    }
}

pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

fn of_choice<'b>(child: &'b Branch, written: &str) -> Option<&'b ElementType> {
    let rest = written.strip_prefix(child.name.strip_suffix("[x]")?)?;
    child.element.types.iter().find(|found| is_capitalised(rest, &found.code))
}

fn is_capitalised(written: &str, name: &str) -> bool {
    let (mut written, mut name) = (written.chars(), name.chars());
    written.next() == name.next().map(|letter| letter.to_ascii_uppercase()) && written.as_str() == name.as_str()
}

/// The slicing of a choice that is sliced without saying how. Closed when it is
/// by the names of types, as types that are not named fall away then.
pub(super) fn by_type(rules: SlicingRules) -> Slicing {
    Slicing { discriminators: vec![this(DiscriminatorKind::Type, "$this")], ordered: false, rules }
}

/// The slicing of extensions, which is always by their url.
pub(super) fn by_url() -> Slicing {
    Slicing { discriminators: vec![this(DiscriminatorKind::Value, "url")], ordered: false, rules: SlicingRules::Open }
}

fn this(kind: DiscriminatorKind, path: &str) -> Discriminator {
    Discriminator { kind, path: path.into() }
}
