//! What a differential says of one element, over what its base says.

use std::sync::Arc;

use crate::fhir::definition::{Binding, Constraint, ElementDefinition, Slicing};

/// What is said wins over what was there; invariants and flags add up.
pub(super) fn merge(base: &mut ElementDefinition, said: &ElementDefinition) {
    base.min = said.min.or(base.min);
    base.max = said.max.or(base.max);
    if !said.types.is_empty() {
        base.types.clone_from(&said.types);
        base.content_reference = None;
    }
    replace(&mut base.content_reference, said.content_reference.as_ref());
    replace(&mut base.fixed, said.fixed.as_ref());
    replace(&mut base.pattern, said.pattern.as_ref());
    replace(&mut base.min_value, said.min_value.as_ref());
    replace(&mut base.max_value, said.max_value.as_ref());
    base.max_length = said.max_length.or(base.max_length);
    if let Some(binding) = &said.binding {
        bind(&mut base.binding, binding);
    }
    constrain(&mut base.constraints, &said.constraints);
    if let Some(slicing) = &said.slicing {
        slice(&mut base.slicing, slicing);
    }
    base.must_support |= said.must_support;
    base.is_modifier |= said.is_modifier;
    replace(&mut base.representation, said.representation.as_ref());
}

fn replace<T>(base: &mut Option<Arc<T>>, said: Option<&Arc<T>>)
where
    T: ?Sized,
{
    if let Some(said) = said {
        *base = Some(Arc::clone(said));
    }
}

/// A binding that only says how strong it is keeps its value set.
fn bind(base: &mut Option<Binding>, said: &Binding) {
    let value_set = said.value_set.clone().or_else(|| base.as_ref()?.value_set.clone());
    let largest = said.largest.clone().or_else(|| base.as_ref()?.largest.clone());
    let mut additional = base.take().map(|base| base.additional).unwrap_or_default();
    for more in &said.additional {
        // Said again of the same value set, it takes the place of what was said before.
        match additional.iter_mut().find(|known| known.value_set == more.value_set) {
            Some(known) => *known = more.clone(),
            None => additional.push(more.clone()),
        }
    }
    *base = Some(Binding { strength: said.strength, value_set, largest, additional });
}

/// Invariants of both, each key once.
pub(super) fn constrain(base: &mut Vec<Constraint>, said: &[Constraint]) {
    for constraint in said {
        if !base.iter().any(|known| known.key == constraint.key) {
            base.push(constraint.clone());
        }
    }
}

/// A slicing that is said again adds what it looks at.
fn slice(base: &mut Option<Slicing>, said: &Slicing) {
    let Some(base) = base else {
        *base = Some(said.clone());
        return;
    };
    let new = said.discriminators.iter().filter(|found| !base.discriminators.contains(found)).cloned();
    let new: Vec<_> = new.collect();
    base.discriminators.extend(new);
    base.ordered |= said.ordered;
    base.rules = said.rules;
}
