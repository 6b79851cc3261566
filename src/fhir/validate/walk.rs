//! A resource walked along a profile: which rule is about which element. What a
//! rule asks is in `rules`.

use std::sync::Arc;

use super::profile::{Profile, Rule};
use super::rules::{binding, cardinality, element_type, invariant, named, slicing, target, value, vital_signs};
use super::{Issues, Meets, Scene};
use crate::fhir::node::Node;

/// A rule of a profile and where it is applied.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    pub(crate) profile: &'p Arc<Profile>,
    pub(crate) rule: &'p Rule,
}

impl<'p> Place<'p> {
    /// The root of a profile.
    pub(crate) fn root(profile: &'p Arc<Profile>) -> Self {
        Self { profile, rule: profile.root() }
    }

    /// Another rule of the same profile.
    pub(crate) fn at(self, index: usize) -> Self {
        Self { profile: self.profile, rule: &self.profile.rules[index] }
    }

    /// The rules of the elements below, without their slices.
    pub(crate) fn children(self) -> impl Iterator<Item = Place<'p>> {
        self.profile.children(self.rule).iter().map(move |index| self.at(*index))
    }

    /// The slices, in order.
    pub(crate) fn slices(self) -> impl Iterator<Item = Place<'p>> {
        self.rule.slices.iter().map(move |index| self.at(*index))
    }
}

/// A resource, by its type, by the profiles that it claims and by others.
/// Profiles that are not to be had are told by `rules::claims`.
pub(crate) fn resource<'t>(scene: &Scene<'_, 't>, node: Node<'t>, others: &[&str], issues: &mut Issues) {
    let claimed = node
        .child("meta")
        .filter(|_| scene.claimed)
        .into_iter()
        .flat_map(|meta| meta.children_named("profile"))
        .filter_map(Node::value);
    let mut judged = false;
    for canonical in claimed.chain(others.iter().copied()) {
        if let Ok(profile) = scene.profile(canonical)
            && applies(scene, node, &profile)
        {
            judged |= *profile.definition.type_name == *node.type_name();
            against(scene, node, &profile, issues);
        }
    }
    if let Some(profile) = vital_signs::profile(scene, node) {
        judged = true;
        against(scene, node, &profile, issues);
    }
    // A profile holds all that its type asks; without one the type alone does.
    if !judged {
        match scene.type_profile(node.type_name()) {
            Some(profile) => against(scene, node, &profile, issues),
            None => named::undefined(scene, node, issues),
        }
    }
}

/// Whether a profile is about this type of resource at all.
pub(crate) fn applies(scene: &Scene<'_, '_>, node: Node<'_>, profile: &Profile) -> bool {
    scene.types().is_a(node.type_name(), &profile.definition.type_name)
}

/// An element by a whole profile, once.
pub(crate) fn against<'t>(scene: &Scene<'_, 't>, node: Node<'t>, profile: &Arc<Profile>, issues: &mut Issues) {
    if issues.first_look(node, profile) {
        element(scene, node, Place::root(profile), issues);
    }
}

/// Whether an element meets a profile.
pub(crate) fn meets<'t>(scene: &Scene<'_, 't>, node: Node<'t>, profile: &Arc<Profile>) -> Meets {
    scene.trials.once(node, profile, || {
        let mut trial = Issues::default();
        against(scene, node, profile, &mut trial);
        trial.meets()
    })
}

/// An element by the rule that is about it.
pub(crate) fn element<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) {
    value::check(scene, node, place, issues);
    binding::check(scene, node, place, issues);
    target::check(scene, node, place, issues);
    invariant::check(scene, node, place, issues);
    inside(scene, node, place, issues);
}

/// What is below an element: as the profile says it, and as its type does.
fn inside<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) {
    let has_own = !place.profile.children(place.rule).is_empty();
    if has_own {
        children(scene, node, place, issues);
    }
    let is_root = std::ptr::eq(place.rule, place.profile.root());
    if is_root {
        return;
    }
    if node.is_resource() {
        return resource(scene, node, &[], issues);
    }
    for canonical in element_type::profiles(scene, node, place, issues) {
        against(scene, node, &canonical, issues);
    }
    if let Some(of_type) = scene.type_profile(node.type_name()) {
        match has_own {
            // The profile says what the type says of its elements, but not the type's own invariants.
            true => invariant::check(scene, node, Place::root(&of_type), issues),
            false => against(scene, node, &of_type, issues),
        }
    }
}

fn children<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) {
    // The value of a primitive is no element of its own.
    for child in place.children().filter(|child| !(node.is_primitive() && &*child.rule.name == "value")) {
        let found: Vec<Node<'t>> = node.children_named(&child.rule.name).collect();
        cardinality::check(node, &found, child, issues);
        element_type::check(scene, &found, child, issues);
        if child.rule.slices.is_empty() && child.rule.element.slicing.is_none() {
            for node in found {
                match scene.type_profile(node.type_name()) {
                    // The rule is about other types; of what is there only its own type can speak.
                    Some(of_type) if !element_type::is_allowed(scene, node, child) => against(scene, node, &of_type, issues),
                    _ => element(scene, node, child, issues),
                }
            }
        } else {
            slicing::check(scene, node, &found, child, issues);
        }
    }
}
