//! Slices: those that the base has, and new ones beside them.

use super::branch::Branch;
use super::choice::Shortcut;
use super::refine::{Group, Refiner};
use super::{SnapshotError, choice};
use crate::fhir::definition::{DiscriminatorKind, Max, Slicing, SlicingRules};

impl Refiner<'_> {
    /// Lays what is said of an element and its slices, all of one name, over the branch they are in.
    pub(super) fn group(&mut self, branch: &mut Branch, group: Group) -> Result<(), SnapshotError> {
        let Group { name, said } = group;
        let no_element = || SnapshotError::NoElement { path: format!("{}.{name}", self.path()) };
        let place = branch.place(&name, None).ok_or_else(no_element)?;
        let original = branch.children[place].clone();
        let (slices, whole): (Vec<_>, Vec<_>) = said.into_iter().partition(|(said, _)| said.slice.is_some());
        for (said, _) in &whole {
            self.refine(&mut branch.children[place], said)?;
        }
        let by_name = slices.iter().filter(|(_, shortcut)| *shortcut == Shortcut::Yes).count();
        let has_slicing = branch.children[place].element.slicing.is_some();
        for (said, shortcut) in &slices {
            let known = branch.place(&name, said.slice.as_ref());
            let place = known.unwrap_or_else(|| add(branch, &original, said));
            if known.is_none() {
                self.count(branch.children[place].len())?;
            }
            // The one type that is left is as required as the choice.
            if known.is_none() && *shortcut == Shortcut::Yes && by_name == 1 && !has_slicing {
                branch.children[place].element.min = original.element.min;
            }
            self.refine(&mut branch.children[place], said)?;
        }
        if !slices.is_empty() && !has_slicing {
            tell(branch, place, if by_name > 0 { SlicingRules::Closed } else { SlicingRules::Open });
        }
        // A slice by the name of a type, of a choice that was sliced, is left to speak for itself, as the publisher does.
        if name.ends_with("[x]") && (by_name == 0 || !has_slicing) {
            require(branch, place);
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
fn tell(branch: &mut Branch, place: usize, rules: SlicingRules) {
    let name = branch.children[place].name.clone();
    branch.children[place].element.slicing = match &*name {
        "extension" | "modifierExtension" => Some(choice::by_url()),
        _ if name.ends_with("[x]") => Some(choice::by_type(rules)),
        _ => None,
    };
    if rules == SlicingRules::Open {
        return;
    }
    let slices = branch.children.iter().filter(|child| child.name == name && child.slice.is_some());
    let codes: Vec<_> = slices.flat_map(|slice| slice.element.types.iter().map(|found| found.code.clone())).collect();
    branch.children[place].element.types.retain(|found| codes.contains(&found.code));
}

/// A choice that has to have one type has no other, and has to be there.
fn require(branch: &mut Branch, place: usize) {
    let whole = &branch.children[place];
    let is_by_type = |slicing: &Slicing| slicing.discriminators.iter().all(|found| found.kind == DiscriminatorKind::Type);
    if whole.element.max != Some(Max::Count(1)) || !whole.element.slicing.as_ref().is_some_and(is_by_type) {
        return;
    }
    let is_required = |child: &&Branch| child.name == whole.name && child.slice.is_some() && child.element.min >= Some(1);
    let Some(slice) = branch.children.iter().find(is_required) else { return };
    let codes: Vec<_> = slice.element.types.iter().map(|found| found.code.clone()).collect();
    let element = &mut branch.children[place].element;
    element.types.retain(|found| codes.contains(&found.code));
    element.min = Some(1);
}
