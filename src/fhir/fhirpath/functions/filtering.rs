//! Functions that go over the items with an expression: choose, map, repeat,
//! fold, sort.

use std::cmp::Ordering;

use super::{Function, Gives, Invocation, Item, Outcome, Over};
use crate::fhir::fhirpath::ast::{Branch, Kind, Negative};
use crate::fhir::fhirpath::equality::{self, Alike};
use crate::fhir::fhirpath::error::EvaluationError;
use crate::fhir::fhirpath::evaluate::Scope;
use crate::fhir::fhirpath::types;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "where", arguments: (1, 1), over: Over::Items, gives: Gives::Input, run: filter },
    Function { name: "select", arguments: (1, 1), over: Over::Items, gives: Gives::Argument(0), run: select },
    Function { name: "repeat", arguments: (1, 1), over: Over::Found, gives: Gives::Unknown, run: repeat },
    Function { name: "aggregate", arguments: (1, 2), over: Over::Items, gives: Gives::Unknown, run: aggregate },
    Function { name: "sort", arguments: (0, 9), over: Over::Items, gives: Gives::Input, run: sort },
];

fn filter<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let mut keep = Vec::with_capacity(call.input.len());
    for index in 0..call.input.len() {
        keep.push(call.holds_for(index)? == Some(true));
    }
    let mut kept = keep.into_iter();
    call.input.retain(|_| kept.next() == Some(true));
    Ok(call.input)
}

fn select<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let mut found = Vec::new();
    for index in 0..call.input.len() {
        found.extend(call.on_item(0, index)?);
    }
    Ok(found)
}

/// Again and again on what was found, until nothing new is. What the input
/// itself holds is not part of the result.
fn repeat<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let mut found: Vec<Item<'t>> = Vec::new();
    while !call.input.is_empty() {
        let mut fresh = Vec::new();
        for index in 0..call.input.len() {
            for item in call.on_item(0, index)? {
                if !call.evaluator.holds(&found, &item, call.range)? {
                    found.push(item.clone());
                    fresh.push(item);
                }
            }
        }
        call.input = fresh;
    }
    Ok(found)
}

fn aggregate<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let mut total = call.argument(1)?;
    for index in 0..call.input.len() {
        let scope = Scope { this: &call.input[index..=index], index: Some(index), total: Some(&total) };
        total = call.evaluator.branch(&call.arguments[0], &scope)?;
    }
    Ok(total)
}

/// One key of an item, and whether it sorts downwards.
type Key<'t> = (Option<Item<'t>>, Negative);
/// An item by its place, with its keys.
type Keyed<'t> = (Vec<Key<'t>>, usize);

fn sort<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let mut keyed: Vec<Keyed<'t>> = Vec::new();
    for index in 0..call.input.len() {
        keyed.push((keys(&call, index)?, index));
    }
    let length = keyed.len();
    call.evaluator.spend(length * (usize::BITS - length.leading_zeros()) as usize, call.range)?;
    let keyed = sorted(keyed).ok_or_else(|| call.wrong("these items have no common order"))?;
    let mut items: Vec<Option<Item<'t>>> = std::mem::take(&mut call.input).into_iter().map(Some).collect();
    Ok(keyed.into_iter().filter_map(|(_, index)| items[index].take()).collect())
}

/// Sorted by merging; `None` when two that meet have no common order. The sorts of
/// the standard library panic when an order is no total one, which this need not be.
fn sorted(mut left: Vec<Keyed<'_>>) -> Option<Vec<Keyed<'_>>> {
    if left.len() < 2 {
        return Some(left);
    }
    let right = left.split_off(left.len() / 2);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (sorted(left)?.into_iter().peekable(), sorted(right)?.into_iter().peekable());
    while let (Some((one, _)), Some((other, _))) = (left.peek(), right.peek()) {
        let mut ordering = Ordering::Equal;
        for (one, other) in one.iter().zip(other) {
            ordering = ordering.then(order(one, other)?);
        }
        merged.extend(if ordering == Ordering::Greater { right.next() } else { left.next() });
    }
    merged.extend(left.chain(right));
    Some(merged)
}

fn keys<'t>(call: &Invocation<'_, '_, 't>, index: usize) -> Result<Vec<Key<'t>>, EvaluationError> {
    if call.arguments.is_empty() {
        return Ok(vec![(Some(call.input[index].clone()), Negative::No)]);
    }
    let scope = Scope { this: &call.input[index..=index], index: Some(index), ..*call.scope };
    let key = |branch: &Branch| {
        // A leading minus is the direction here, also before a text.
        let (branch, direction) = match &branch.kind {
            Kind::Signed { negative, of } => (&**of, *negative),
            _ => (branch, Negative::No),
        };
        let mut items = call.evaluator.branch(branch, &scope)?;
        match items.len() {
            0 | 1 => Ok((items.pop(), direction)),
            count => Err(types::several(branch.range, "a sort key", count)),
        }
    };
    call.arguments.iter().map(key).collect()
}

/// `None` when two keys have no common order; a missing key comes first,
/// whatever the direction.
fn order(left: &Key<'_>, right: &Key<'_>) -> Option<Ordering> {
    let ordering = match (&left.0, &right.0) {
        (Some(left), Some(right)) => match equality::order(left, right) {
            Alike::Yes(ordering) => ordering.unwrap_or(Ordering::Equal),
            Alike::No => return None,
        },
        (left, right) => return Some(left.is_some().cmp(&right.is_some())),
    };
    Some(if left.1 == Negative::Yes { ordering.reverse() } else { ordering })
}
