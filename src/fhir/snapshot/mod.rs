//! Snapshots: what a definition says of every element, made from what it says
//! of some and from its base. Pure: other definitions are asked for, never found.

mod branch;
mod choice;
mod merge;
mod refine;
mod slices;
mod steps;
#[cfg(test)]
mod tests;
mod tidy;
mod unfold;

use std::sync::Arc;

use super::definition::{Definition, Derivation, ElementDefinition};
use branch::Branch;
use refine::Refiner;
pub use tidy::tidy;

/// Most elements of a snapshot.
const MAX_ELEMENTS: usize = 20_000;

/// How other definitions are found, with their snapshots: by canonical.
pub type Find<'f> = dyn Fn(&str) -> Result<Arc<Definition>, String> + 'f;

/// Why a snapshot cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// A definition that it stands on is not to be had.
    #[error("`{by}` needs `{canonical}`: {reason}")]
    Needs {
        /// Element that needs it.
        by: String,
        /// What it needs.
        canonical: String,
        /// Why it is not to be had.
        reason: String,
    },
    /// The differential speaks of an element that the base does not have.
    #[error("the differential speaks of `{path}`, which the base does not have")]
    NoElement {
        /// Path with slices.
        path: String,
    },
    /// An element with more types than one has no elements of its own to speak of.
    #[error("the differential speaks of elements inside `{path}`, which may be of several types")]
    ManyTypes {
        /// Path with slices.
        path: String,
    },
    /// It has no base, and nothing to say itself.
    #[error("it has neither a snapshot nor a base to make one from")]
    Empty,
    /// More elements than anybody needs.
    #[error("the snapshot would have more than {MAX_ELEMENTS} elements")]
    TooLarge,
}

/// The snapshot of a definition.
///
/// # Errors
/// When it stands on something that is not to be had, or speaks of what is not there.
pub fn build(definition: &Definition, find: &Find<'_>) -> Result<Vec<ElementDefinition>, SnapshotError> {
    let Some(base) = &definition.base else {
        let own = definition.differential.clone();
        return if own.is_empty() { Err(SnapshotError::Empty) } else { Ok(own) };
    };
    let by = || definition.url.to_string();
    let base = find(base).map_err(|reason| SnapshotError::Needs { by: by(), canonical: base.to_string(), reason })?;
    let mut tree = Branch::of_base(&base.snapshot).ok_or_else(|| SnapshotError::Needs {
        by: by(),
        canonical: base.url.to_string(),
        reason: "has no elements".to_owned(),
    })?;
    tree.name = definition.type_name.clone();
    let whole = tree.clone();
    let mut refiner = Refiner::new(find, &whole, definition.derivation == Derivation::Specialization);
    if let Some(differential) = Branch::of_list(&definition.differential) {
        refiner.refine(&mut tree, &differential)?;
    }
    let mut list = tree.into_list();
    // What a new type adds goes back to nothing else.
    for element in list.iter_mut().skip(1) {
        element.base_path.get_or_insert_with(|| Arc::clone(&element.path));
    }
    Ok(list)
}
