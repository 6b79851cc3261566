//! `includes`: what the exchange asks to come along is there, on any page.

use super::super::answers::Entry;
use super::super::case::{Case, Need};
use super::super::chain::{Chain, bases};
use super::super::code::Code;
use super::super::expression::{Scope, parse};
use super::super::finding::Finding;
use super::super::reference;
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use crate::fhir::fhirpath::{Expression, Item};
use crate::scenario::Include;

pub(super) fn judge(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(answer) = case.right_answer() else {
        ruling.hinder(Obstacle::CantTell(Reason::KnowledgeLacking(String::from("the step asks no exchange of the agreement"))));
        return ruling;
    };
    for chain in case.chains(&mut ruling, Need::Bundle) {
        for include in &answer.include {
            match parse(&include.reference) {
                Ok(expression) => judge_include(case, &chain, include, &expression, &mut ruling),
                Err(obstacle) => ruling.hinder(obstacle),
            }
        }
    }
    ruling
}

fn judge_include<'c>(case: &Case<'c>, chain: &Chain<'c>, include: &Include, expression: &Expression, ruling: &mut Ruling) {
    let scope = Scope::of(case, chain);
    for entry in case.matches(case.step, chain) {
        let Some(resource) = entry.resource else { continue };
        match scope.evaluate(expression, resource, literals) {
            Ok(references) => {
                for reference in references {
                    judge_reference(case, chain, entry, (include, &reference), ruling);
                }
            }
            Err(why) => ruling.hinder(why.obstacle()),
        }
    }
}

fn judge_reference<'c>(
    case: &Case<'c>,
    chain: &Chain<'c>,
    entry: Entry<'c>,
    (include, reference): (&Include, &str),
    ruling: &mut Ruling,
) {
    let target = reference::name(reference, &bases(Some(entry), case.run.base()));
    let wanted = target.is_none_or(|name| include.types.iter().any(|kind| kind == name.kind));
    if !wanted || reference.starts_with('#') {
        return;
    }
    if chain.target(reference, Some(entry), case.run.base()).is_some() {
        ruling.judged();
    } else if let Some(obstacle) = case.rest(chain) {
        ruling.hinder(obstacle);
    } else {
        let place = entry.answer.place_of(entry.resource.unwrap_or(entry.node));
        ruling.find(Finding::new(Code::IncludeMissing, place, reference).expected(reference));
    }
}

/// Literal references among values: of a Reference, or a string that is one.
fn literals(items: &[Item<'_>]) -> Vec<String> {
    let literal = |item: &Item<'_>| match item {
        Item::Node(node) if node.type_name() == "Reference" => node.child_value("reference").map(str::to_owned),
        other => other.text(),
    };
    items.iter().filter_map(literal).collect()
}
