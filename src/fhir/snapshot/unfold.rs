//! The elements below one that has none yet: those of its type, of the profile
//! of its type, or of the element whose content it has.

use super::branch::Branch;
use super::refine::Refiner;
use super::{MAX_ELEMENTS, SnapshotError};
use crate::fhir::definition::{ElementDefinition, ElementType};

const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/";

impl Refiner<'_> {
    /// Gives a branch the elements of its type.
    pub(super) fn unfold(&mut self, branch: &mut Branch) -> Result<(), SnapshotError> {
        if let Some(reference) = branch.element.content_reference.take() {
            let content = self.content(&reference).ok_or_else(|| SnapshotError::NoElement { path: reference.to_string() })?;
            branch.element.types.clone_from(&content.element.types);
            branch.children.clone_from(&content.children);
            return self.count(branch.children.iter().map(Branch::len).sum());
        }
        let canonical = match branch.element.types.as_slice() {
            [] => return Ok(()),
            [found] => canonical(found),
            // All that several types have in common are an id and extensions.
            _ => format!("{STRUCTURE}Element"),
        };
        let needs = |reason| SnapshotError::Needs { by: self.path(), canonical: canonical.clone(), reason };
        let definition = (self.find)(&canonical).map_err(needs)?;
        branch.children = Branch::of_base(&definition.snapshot).map(|tree| tree.children).unwrap_or_default();
        self.count(branch.children.iter().map(Branch::len).sum())
    }

    /// The elements of a branch of the base that another one refers to: `#Observation.referenceRange`.
    fn content(&self, reference: &str) -> Option<Branch> {
        let (_, id) = reference.split_once('#')?;
        let mut branch = self.base;
        for name in id.split('.').skip(1) {
            branch = &branch.children[branch.place(name, None)?];
        }
        Some(branch.clone())
    }

    /// Counts elements that come in, so that no definition takes all memory.
    pub(super) fn count(&mut self, more: usize) -> Result<(), SnapshotError> {
        self.elements += more;
        if self.elements > MAX_ELEMENTS { Err(SnapshotError::TooLarge) } else { Ok(()) }
    }

    /// What the root of the profile of a type says, where the differential names
    /// one profile: it holds for the element too.
    pub(super) fn profile_root(&self, said: &ElementDefinition) -> Result<Option<ElementDefinition>, SnapshotError> {
        let [ElementType { profiles, .. }] = said.types.as_slice() else { return Ok(None) };
        let [profile] = profiles.as_slice() else { return Ok(None) };
        // The definition is asked for again when elements inside are spoken of; here it may be missing.
        Ok((self.find)(profile).ok().and_then(|definition| definition.snapshot.first().cloned()))
    }
}

fn canonical(found: &ElementType) -> String {
    match found.profiles.as_slice() {
        [profile] => profile.to_string(),
        _ if found.code.contains("://") => found.code.to_string(),
        _ => format!("{STRUCTURE}{}", found.code),
    }
}
