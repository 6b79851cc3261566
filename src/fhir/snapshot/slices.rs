//! Slices: those that the base has, and new ones beside them.

use super::branch::Branch;
use super::refine::Refiner;
use super::{SnapshotError, choice};
use crate::fhir::definition::{DiscriminatorKind, SlicingRules};

impl Refiner<'_> {
    /// Lays what is said of an element and its slices, all of one name, over the branch they are in.
    pub(super) fn group(&mut self, branch: &mut Branch, group: Vec<Branch>) -> Result<(), SnapshotError> {
        let name = group[0].name.clone();
        let no_element = |path| SnapshotError::NoElement { path };
        let place = branch.place(&name, None).ok_or_else(|| no_element(format!("{}.{name}", self.path())))?;
        let original = branch.children[place].clone();
        let (slices, whole): (Vec<Branch>, Vec<Branch>) = group.into_iter().partition(|said| said.slice.is_some());
        for said in &whole {
            self.refine(&mut branch.children[place], said)?;
        }
        let has_slicing = branch.children[place].element.slicing.is_some();
        for said in &slices {
            let place = branch.place(&name, said.slice.as_ref()).unwrap_or_else(|| add(branch, &original, said));
            self.refine(&mut branch.children[place], said)?;
        }
        if !slices.is_empty() {
            tell(branch, place, has_slicing);
        }
        Ok(())
    }
}

/// A new slice, as it is before anything is said of it: what the element was,
/// none of it required. A slice of a slice is what that slice is.
fn add(branch: &mut Branch, original: &Branch, said: &Branch) -> usize {
    let slice = said.slice.as_deref().unwrap_or_default();
    let parent = slice.rsplit_once('/').and_then(|(parent, _)| {
        branch.children.iter().position(|child| child.name == said.name && child.slice.as_deref() == Some(parent))
    });
    let (mut new, after) = match parent {
        Some(parent) => (branch.children[parent].clone(), last_of(branch, &said.name, branch.children[parent].slice.as_deref())),
        None => (original.clone(), last_of(branch, &said.name, None)),
    };
    new.slice.clone_from(&said.slice);
    new.element.slicing = None;
    new.element.min = Some(0);
    branch.children.insert(after + 1, new);
    after + 1
}

/// Where the last slice of an element stands, or of a slice when it is given.
fn last_of(branch: &Branch, name: &str, slice: Option<&str>) -> usize {
    let of_slice = |child: &Branch| {
        let Some(slice) = slice else { return true };
        let found = child.slice.as_deref().unwrap_or_default();
        found == slice || found.strip_prefix(slice).is_some_and(|rest| rest.starts_with('/'))
    };
    branch.children.iter().rposition(|child| *child.name == *name && of_slice(child)).unwrap_or_default()
}

/// A sliced element says how its slices are told apart, even where its
/// differential left that out; a choice that is closed has no other types.
fn tell(branch: &mut Branch, place: usize, has_slicing: bool) {
    let name = branch.children[place].name.clone();
    if !has_slicing {
        branch.children[place].element.slicing = match &*name {
            "extension" | "modifierExtension" => Some(choice::by_url()),
            _ if name.ends_with("[x]") => Some(choice::by_type()),
            _ => None,
        };
    }
    let slicing = branch.children[place].element.slicing.as_ref();
    let is_closed_choice = slicing.is_some_and(|slicing| {
        slicing.rules == SlicingRules::Closed && slicing.discriminators.iter().all(|found| found.kind == DiscriminatorKind::Type)
    });
    if !is_closed_choice {
        return;
    }
    let slices = branch.children.iter().filter(|child| child.name == name && child.slice.is_some());
    let codes: Vec<_> = slices.clone().flat_map(|slice| slice.element.types.iter().map(|found| found.code.clone())).collect();
    let required = slices.filter_map(|slice| slice.element.min).sum::<u32>();
    let element = &mut branch.children[place].element;
    element.types.retain(|found| codes.contains(&found.code));
    element.min = element.min.max(Some(required.min(1)));
}
