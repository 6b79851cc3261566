//! Lays a differential over a tree, branch by branch.

use std::sync::Arc;

use super::branch::Branch;
use super::choice::{self, Shortcut};
use super::merge::{constrain, merge};
use super::{Find, SnapshotError};
use crate::fhir::definition::ElementDefinition;

/// What is needed while a snapshot is made.
pub(super) struct Refiner<'f> {
    pub(super) find: &'f Find<'f>,
    /// The base as it was, for elements that have the content of others.
    pub(super) base: &'f Branch,
    /// New elements may come: a new type, not a profile.
    specialization: bool,
    pub(super) elements: usize,
    path: Vec<String>,
}

impl<'f> Refiner<'f> {
    pub(super) fn new(find: &'f Find<'f>, base: &'f Branch, specialization: bool) -> Self {
        Self { find, base, specialization, elements: base.len(), path: Vec::new() }
    }

    /// Path with slices of where we are.
    pub(super) fn path(&self) -> String {
        self.path.join(".")
    }

    /// Lays what is said over a branch and all below it.
    pub(super) fn refine(&mut self, branch: &mut Branch, said: &Branch) -> Result<(), SnapshotError> {
        let slice = branch.slice.as_ref().map_or_else(String::new, |slice| format!(":{slice}"));
        self.path.push(format!("{}{slice}", branch.name));
        self.lay(&mut branch.element, &said.element)?;
        if !said.children.is_empty() {
            if branch.children.is_empty() {
                self.unfold(branch)?;
            }
            self.children(branch, said)?;
        }
        self.path.pop();
        Ok(())
    }

    /// The root of a profile on the type counts first, then what was there, then what is said.
    fn lay(&self, element: &mut ElementDefinition, said: &ElementDefinition) -> Result<(), SnapshotError> {
        if let Some(root) = self.profile_root(said)? {
            let is_extension = said.types.first().is_some_and(|found| &*found.code == "Extension");
            if is_extension {
                element.max = root.max;
            }
            let mut constraints = root.constraints;
            constrain(&mut constraints, &element.constraints);
            element.constraints = constraints;
            element.binding = element.binding.take().or(root.binding);
            element.fixed = element.fixed.take().or(root.fixed);
            element.pattern = element.pattern.take().or(root.pattern);
            element.is_modifier |= root.is_modifier;
        }
        merge(element, said);
        // A binding of what is no longer coded says nothing.
        if said.binding.is_none() && !said.types.is_empty() && !said.types.iter().any(|found| is_bindable(&found.code)) {
            element.binding = None;
        }
        Ok(())
    }

    fn children(&mut self, branch: &mut Branch, said: &Branch) -> Result<(), SnapshotError> {
        let mut groups: Vec<Group> = Vec::new();
        for (child, shortcut) in choice::with_base_names(branch, said) {
            let Some(shortcut) = shortcut else {
                if !self.specialization {
                    return Err(SnapshotError::NoElement { path: format!("{}.{}", self.path(), child.name) });
                }
                branch.children.push(child);
                continue;
            };
            match groups.iter_mut().find(|group| group.name == child.name) {
                Some(group) => group.said.push((child, shortcut)),
                None => groups.push(Group { name: child.name.clone(), said: vec![(child, shortcut)] }),
            }
        }
        groups.into_iter().try_for_each(|group| self.group(branch, group))
    }
}

/// All that is said of an element and its slices.
pub(super) struct Group {
    pub(super) name: Arc<str>,
    pub(super) said: Vec<(Branch, Shortcut)>,
}

fn is_bindable(code: &str) -> bool {
    matches!(
        code,
        "code" | "Coding" | "CodeableConcept" | "Quantity" | "string" | "uri" | "url" | "canonical" | "Duration" | "Age"
    )
}
