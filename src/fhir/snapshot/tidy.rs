//! Snapshots as STU3's tools wrote them, in the form that all have today:
//! `valueString` is a slice of `value[x]`, ids spell slices as their names do.

use std::sync::Arc;

use super::branch::Branch;
use super::choice;
use crate::fhir::definition::{ElementDefinition, ElementType, SlicingRules};

/// The same snapshot in the form of today.
#[must_use]
pub fn tidy(list: &[ElementDefinition]) -> Vec<ElementDefinition> {
    let Some(mut tree) = Branch::of_list(list) else { return Vec::new() };
    tidy_children(&mut tree);
    tree.into_list()
}

fn tidy_children(branch: &mut Branch) {
    let mut children: Vec<Branch> = Vec::new();
    for mut child in std::mem::take(&mut branch.children) {
        tidy_children(&mut child);
        let Some(choice) = choice_of(&child) else {
            children.push(child);
            continue;
        };
        match children.iter_mut().find(|known| known.name == choice && known.slice.is_none()) {
            Some(known) => known.element.types.extend(whole(&child, &choice).element.types),
            None => children.push(whole(&child, &choice)),
        }
        child.slice = child.slice.or(Some(child.name));
        child.name = choice;
        children.push(child);
    }
    branch.children = children;
}

/// `value[x]` for `valueString`.
fn choice_of(child: &Branch) -> Option<Arc<str>> {
    let base = choice::last(child.element.base_path.as_deref()?);
    let start = base.strip_suffix("[x]")?;
    (*child.name != *base && child.name.starts_with(start)).then(|| base.into())
}

/// The choice of which an element is a slice. What its type is about is the slice's to say.
fn whole(child: &Branch, name: &Arc<str>) -> Branch {
    let slicing = Some(choice::by_type(SlicingRules::Closed));
    let ElementDefinition { min, max, types, constraints, base_path, must_support, is_modifier, .. } = child.element.clone();
    let types = types.into_iter().map(|found| ElementType { code: found.code, ..ElementType::default() }).collect();
    let element =
        ElementDefinition { min, max, types, constraints, base_path, must_support, is_modifier, slicing, ..Default::default() };
    Branch { name: name.clone(), slice: None, element, children: Vec::new() }
}
