//! Whether an element fits a slice, by what its discriminators are told by.

use super::path::{self, Ends};
use super::told::{Asked, Told, Wish};
use crate::fhir::fhirpath;
use crate::fhir::knowledge::split;
use crate::fhir::node::Node;
use crate::fhir::terminology::Membership;
use crate::fhir::validate::rules::{binding, element_type, value};
use crate::fhir::validate::{Meets, Scene, walk};

/// Whether an element fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    /// What is here cannot tell, and why.
    Doubt(String),
}

impl Fit {
    fn of(answer: bool) -> Self {
        if answer { Self::Yes } else { Self::No }
    }

    /// One of them is enough.
    fn any(all: impl IntoIterator<Item = Self>) -> Self {
        let mut together = Self::No;
        for one in all {
            match one {
                Self::Yes => return Self::Yes,
                Self::No => {}
                doubt @ Self::Doubt(_) => together = doubt,
            }
        }
        together
    }

    /// Each is needed.
    fn all(all: impl IntoIterator<Item = Self>) -> Self {
        let mut together = Self::Yes;
        for one in all {
            match one {
                Self::No => return Self::No,
                Self::Yes => {}
                doubt @ Self::Doubt(_) => together = doubt,
            }
        }
        together
    }
}

/// Whether an element fits all that a slice is told by.
pub(super) fn fits<'t>(scene: &Scene<'_, 't>, node: Node<'t>, told: &[Told]) -> Fit {
    let known: Vec<&Told> = told.iter().filter(|told| !matches!(told.asked, Asked::Nothing)).collect();
    if known.is_empty() {
        return Fit::Doubt("the profile does not say what it is told by, or by a definition that is not here".to_owned());
    }
    Fit::all(known.into_iter().map(|told| one(scene, node, told)))
}

fn one<'t>(scene: &Scene<'_, 't>, node: Node<'t>, told: &Told) -> Fit {
    let ends = path::follow(scene, node, &told.steps);
    match &told.asked {
        Asked::Nothing => Fit::Yes,
        Asked::Values(ways) => {
            let of_way = |way: &Vec<Wish>| Fit::all(way.iter().map(|wish| met(scene, wish, &ends.nodes)));
            Fit::any(ways.iter().map(of_way).chain(lost(&ends)))
        }
        Asked::There(wanted) => match (ends.nodes.is_empty(), *wanted) {
            (true, wanted) if !ends.lost.is_empty() => Fit::any(lost(&ends).chain(std::iter::once(Fit::of(!wanted)))),
            (is_empty, wanted) => Fit::of(is_empty != wanted),
        },
        Asked::Types(types) => {
            let is_one = |name: &str| types.iter().any(|of| *name == **of || scene.types().is_a(name, of));
            let found = ends.nodes.iter().map(|node| Fit::of(types.iter().any(|of| element_type::is_of(scene, *node, of))));
            let lost = ends.lost.iter().map(|node| match fhirpath::referred_type(*node, scene.types()) {
                Some(name) => Fit::of(is_one(&name)),
                None => unresolved(*node),
            });
            Fit::any(found.chain(lost))
        }
        Asked::Profiles(profiles) => {
            let found = ends.nodes.iter().flat_map(|node| profiles.iter().map(|profile| conforms(scene, *node, profile)));
            let lost = ends.lost.iter().flat_map(|node| profiles.iter().map(|profile| may_conform(scene, *node, profile)));
            Fit::any(found.chain(lost))
        }
    }
}

fn lost(ends: &Ends<'_>) -> impl Iterator<Item = Fit> {
    ends.lost.iter().map(|node| unresolved(*node))
}

/// A reference that says nothing leads nowhere for certain.
fn unresolved(node: Node<'_>) -> Fit {
    match node.child_value("reference").or(node.value()) {
        Some(reference) => Fit::Doubt(format!("`{reference}` is not here to look at")),
        None if node.child("identifier").is_some() || node.child("display").is_some() => {
            Fit::Doubt(format!("`{}` names no resource to look at", node.path()))
        }
        None => Fit::No,
    }
}

fn conforms<'t>(scene: &Scene<'_, 't>, node: Node<'t>, canonical: &str) -> Fit {
    match scene.profile(canonical) {
        Err(lack) => Fit::Doubt(lack.to_string()),
        Ok(profile) if !walk::applies(scene, node, &profile) => Fit::No,
        Ok(profile) => match walk::meets(scene, node, &profile) {
            // A code that cannot be looked up is told where it stands; all else that the profile asks told the slice.
            Meets::Yes | Meets::ButForCodes => Fit::Yes,
            Meets::No => Fit::No,
            Meets::Unknown => Fit::Doubt(format!("whether `{}` meets `{canonical}` cannot be told", node.path())),
        },
    }
}

/// What a reference says of its target may be enough: that it is of another type,
/// or of a type of which nothing more is asked.
fn may_conform(scene: &Scene<'_, '_>, reference: Node<'_>, canonical: &str) -> Fit {
    let Some(name) = fhirpath::referred_type(reference, scene.types()) else { return unresolved(reference) };
    match scene.profile(canonical) {
        Ok(profile) if !scene.types().is_a(&name, &profile.definition.type_name) => Fit::No,
        Ok(_) if split(canonical).0.strip_prefix("http://hl7.org/fhir/StructureDefinition/") == Some(&name) => Fit::Yes,
        _ => unresolved(reference),
    }
}

/// Whether one of the elements is as wished.
fn met<'t>(scene: &Scene<'_, 't>, wish: &Wish, nodes: &[Node<'t>]) -> Fit {
    let any = |meets: &dyn Fn(Node<'t>) -> bool| Fit::of(nodes.iter().any(|node| meets(*node)));
    match wish {
        Wish::Same(tree, at) => any(&|node| value::same(tree.node(*at), node)),
        Wish::Holds(tree, at) => any(&|node| value::holds(tree.node(*at), node)),
        Wish::Text(text) => any(&|node| node.value() == Some(text)),
        Wish::There(wanted) => Fit::of(nodes.is_empty() != *wanted),
        Wish::Bound(set) => Fit::any(nodes.iter().map(|node| bound(scene, *node, set))),
        Wish::Below { name, required, wishes } => {
            let below = |node: &Node<'t>| {
                let children: Vec<Node<'t>> = node.children_named(name).collect();
                match children.is_empty() {
                    true => Fit::of(!*required),
                    false => Fit::all(wishes.iter().map(|wish| met(scene, wish, &children))),
                }
            };
            Fit::any(nodes.iter().map(below))
        }
    }
}

fn bound(scene: &Scene<'_, '_>, node: Node<'_>, set: &str) -> Fit {
    Fit::any(binding::codings(node).iter().map(|coded| match scene.knowledge.membership(set, coded) {
        Membership::In => Fit::Yes,
        Membership::Out => Fit::No,
        Membership::Unknown(reason) => Fit::Doubt(reason.to_string()),
    }))
}
