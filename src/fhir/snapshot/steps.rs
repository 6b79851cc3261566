//! Where an element stands: its id as steps of name and slice. An id that does
//! not fit its path is not believed.

use std::sync::Arc;

use crate::fhir::definition::ElementDefinition;

/// One step of an id: `actor:agreementParty`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) name: Arc<str>,
    pub(super) slice: Option<Arc<str>>,
}

/// The steps of an element; `before` are those of the element before it, by
/// which a path without a fitting id is told.
pub(super) fn steps(element: &ElementDefinition, before: &[Step]) -> Vec<Step> {
    let names: Vec<&str> = element.path.split('.').collect();
    match by_id(&element.id, &names) {
        Some(steps) => spelled(steps, element.slice_name.as_ref(), before),
        None => by_path(&names, element.slice_name.as_ref(), before),
    }
}

/// `sliceName` says how a slice is called; ids may spell it otherwise (those of
/// STU3 write it small), and so may the ids of what is below it.
fn spelled(mut steps: Vec<Step>, slice: Option<&Arc<str>>, before: &[Step]) -> Vec<Step> {
    let last = steps.len() - 1;
    for (step, known) in steps.iter_mut().zip(before).take(last) {
        let same = |found: &Arc<str>| known.slice.as_ref().is_some_and(|known| known.to_ascii_lowercase() == **found);
        if step.slice.as_ref().is_some_and(same) {
            step.slice.clone_from(&known.slice);
        }
    }
    if slice.is_some() {
        steps[last].slice = slice.cloned();
    }
    steps
}

/// A slice name may have dots in it, so the names of the path lead.
fn by_id(id: &str, names: &[&str]) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = id;
    for (index, name) in names.iter().enumerate() {
        let (step, after) = match names.get(index + 1) {
            Some(next) => split_before(rest, next)?,
            None => (rest, ""),
        };
        rest = after;
        let (found, slice) = step.split_once(':').map_or((step, None), |(name, slice)| (name, Some(slice)));
        // An id has `value[x]` where the path says which type: `valueQuantity`.
        let fits = found == *name || found.strip_suffix("[x]").is_some_and(|start| name.starts_with(start));
        if !fits || found.is_empty() || slice == Some("") {
            return None;
        }
        steps.push(Step { name: found.into(), slice: slice.map(Arc::from) });
    }
    Some(steps)
}

/// Cuts before the step that has the next name of the path.
fn split_before<'i>(id: &'i str, next: &str) -> Option<(&'i str, &'i str)> {
    id.match_indices('.').map(|(dot, _)| (&id[..dot], &id[dot + 1..])).find(|(_, after)| {
        let name = after.split(['.', ':']).next().unwrap_or_default();
        name == next || name.strip_suffix("[x]").is_some_and(|start| next.starts_with(start))
    })
}

/// Slices of the steps above are those of the element before.
fn by_path(names: &[&str], slice: Option<&Arc<str>>, before: &[Step]) -> Vec<Step> {
    let last = names.len() - 1;
    let mut same = true;
    let step = |(index, name): (usize, &&str)| {
        if index == last {
            return Step { name: (*name).into(), slice: slice.cloned() };
        }
        let known = before.get(index).filter(|step| same && *step.name == **name);
        same = known.is_some();
        known.cloned().unwrap_or_else(|| Step { name: (*name).into(), slice: None })
    };
    names.iter().enumerate().map(step).collect()
}
