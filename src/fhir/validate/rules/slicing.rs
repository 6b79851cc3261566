//! Slicing: which slice an element belongs to, how many each has, and what may
//! stand beside them.

use crate::fhir::definition::{Discriminator, DiscriminatorKind, SlicingRules};
use crate::fhir::node::Node;
use crate::fhir::validate::rules::{cardinality, element_type, value};
use crate::fhir::validate::walk::{self, Place};
use crate::fhir::validate::{Issue, Issues, Scene, codes};

codes! {
    /// An element fits no slice of a closed slicing.
    NO_SLICE "slice-none" "structure" Some("Validation_VAL_Profile_NotSlice");
        en "`{element}` fits none of the slices {expected}, and no others may come", "make it fit a slice, or take it out";
        nl "`{element}` past in geen van de slices {expected}, en andere mogen niet", "laat het in een slice passen, of haal het weg";
}

/// Elements with the slices of their rule.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, parent: Node<'t>, found: &[Node<'t>], place: Place<'_>, issues: &mut Issues) {
    let Some(slicing) = &place.rule.element.slicing else { return };
    let slices: Vec<Place<'_>> = place.slices().collect();
    let mut members: Vec<Vec<Node<'t>>> = vec![Vec::new(); slices.len()];
    for node in found {
        match slices.iter().position(|slice| slicing.discriminators.iter().all(|told| fits(scene, *node, *slice, told))) {
            Some(index) => members[index].push(*node),
            None => {
                walk::element(scene, *node, place, issues);
                if slicing.rules == SlicingRules::Closed {
                    let names: Vec<&str> = slices.iter().filter_map(|slice| slice.rule.element.slice_name.as_deref()).collect();
                    let issue = Issue::error(&NO_SLICE, *node).of(&place.profile.canonical);
                    issues.push(issue.with("element", &*place.rule.element.id).with("expected", names.join(", ")));
                }
            }
        }
    }
    for (slice, members) in slices.into_iter().zip(members) {
        cardinality::check(parent, &members, slice, issues);
        element_type::check(scene, &members, slice, issues);
        for node in members {
            walk::element(scene, node, slice, issues);
        }
    }
}

fn fits(scene: &Scene<'_, '_>, node: Node<'_>, slice: Place<'_>, told: &Discriminator) -> bool {
    match told.kind {
        DiscriminatorKind::Type if &*told.path == "$this" => {
            slice.rule.element.types.iter().any(|allowed| element_type::fits(scene, node, allowed))
        }
        DiscriminatorKind::Value | DiscriminatorKind::Pattern if &*told.path == "$this" => {
            slice.rule.element.pattern.as_ref().is_some_and(|pattern| value::holds(pattern.root(), node))
                || slice.rule.element.fixed.as_ref().is_some_and(|fixed| value::same(fixed.root(), node))
        }
        _ => false,
    }
}
