//! Whether items are equal, equivalent, or ordered. `None` is FHIRPath's empty:
//! the values do not tell.

use std::cell::Cell;
use std::cmp::Ordering;

use bigdecimal::BigDecimal;

use super::item::{Item, Quantity, Scalar};
use super::units;
use crate::fhir::date::DateTime;
use crate::fhir::node::Node;

/// The work that is left. Comparing trees takes from it for each element; with
/// nothing left the answer is worthless, and whoever counts says so.
pub(super) type Work = Cell<u64>;

/// `left = right` of two items.
pub(super) fn equal(left: &Item<'_>, right: &Item<'_>, work: &Work) -> Option<bool> {
    if !spend(work) {
        return Some(false);
    }
    if let (Item::Node(left), Item::Node(right)) = (left, right)
        && (left == right || left.value().is_none() || right.value().is_none())
    {
        return same_node(*left, *right, work);
    }
    if let (Item::Type(left), Item::Type(right)) = (left, right) {
        return Some(left == right);
    }
    match (left.scalar(), right.scalar()) {
        (Some(left), Some(right)) => equal_scalars(&left, &right),
        _ => Some(false),
    }
}

/// Takes one step from the work; false when none was left.
fn spend(work: &Work) -> bool {
    let left = work.get();
    work.set(left.saturating_sub(1));
    left > 0
}

fn equal_scalars(left: &Scalar<'_>, right: &Scalar<'_>) -> Option<bool> {
    match (left, right) {
        (Scalar::Boolean(left), Scalar::Boolean(right)) => Some(left == right),
        (Scalar::String(left), Scalar::String(right)) => Some(left == right),
        (Scalar::Integer(left), Scalar::Integer(right)) => Some(left == right),
        (Scalar::Quantity(left), Scalar::Quantity(right)) => equal_quantities(left, right),
        _ => match order_alike(left, right) {
            Alike::No => Some(false),
            Alike::Yes(ordering) => ordering.map(Ordering::is_eq),
        },
    }
}

fn equal_quantities(left: &Quantity, right: &Quantity) -> Option<bool> {
    match units::compare(left, right) {
        units::Comparison::Ordered(ordering) => Some(ordering.is_eq()),
        units::Comparison::OtherDimension => Some(false),
        units::Comparison::Unknown => None,
    }
}

/// Two elements are equal when all that stands below them is, whatever the
/// order in which differently named children were written.
fn same_node(left: Node<'_>, right: Node<'_>, work: &Work) -> Option<bool> {
    if left == right {
        return Some(true);
    }
    let as_item = |node| Item::Node(node);
    if left.value().is_some() != right.value().is_some() || left.children().count() != right.children().count() {
        return Some(false);
    }
    if left.value().is_some() && left.children().next().is_none() {
        return equal(&as_item(left), &as_item(right), work);
    }
    let in_step = left.children().zip(right.children()).all(|(left, right)| left.name() == right.name());
    let mut all = Some(true);
    for (position, (child, opposite)) in left.children().zip(right.children()).enumerate() {
        let other = if in_step { Some(opposite) } else { counterpart(child, position, left, right) };
        let Some(other) = other else { return Some(false) };
        match equal(&as_item(child), &as_item(other), work) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

/// The child of `right` that has the same name and the same place among its namesakes.
fn counterpart<'t>(child: Node<'_>, position: usize, left: Node<'_>, right: Node<'t>) -> Option<Node<'t>> {
    let before = left.children().take(position).filter(|other| other.name() == child.name()).count();
    right.children_named(child.name()).nth(before)
}

/// `left ~ right` of two items.
pub(super) fn equivalent(left: &Item<'_>, right: &Item<'_>, work: &Work) -> bool {
    if !spend(work) {
        return false;
    }
    if let (Item::Node(left), Item::Node(right)) = (left, right)
        && (left.value().is_none() || right.value().is_none())
    {
        return *left == *right || equivalent_nodes(*left, *right, work);
    }
    match (left.scalar(), right.scalar()) {
        (Some(Scalar::String(left)), Some(Scalar::String(right))) => normalized(left) == normalized(right),
        (Some(Scalar::Quantity(left)), Some(Scalar::Quantity(right))) => units::equivalent(&left, &right),
        (Some(left), Some(right)) => match (as_decimal(&left), as_decimal(&right)) {
            (Some(left), Some(right)) => equivalent_decimals(&left, &right),
            _ => equal_scalars(&left, &right) == Some(true),
        },
        _ => equal(left, right, work) == Some(true),
    }
}

fn equivalent_nodes(left: Node<'_>, right: Node<'_>, work: &Work) -> bool {
    if let (Some(left), Some(right)) = (Item::Node(left).scalar(), Item::Node(right).scalar()) {
        return match (&left, &right) {
            (Scalar::Quantity(left), Scalar::Quantity(right)) => units::equivalent(left, right),
            _ => equal_scalars(&left, &right) == Some(true),
        };
    }
    let mut others: Vec<Node<'_>> = right.children().collect();
    let found_all = left.children().all(|child| {
        let found = others
            .iter()
            .position(|other| other.name() == child.name() && equivalent(&Item::Node(child), &Item::Node(*other), work));
        found.map(|position| others.swap_remove(position)).is_some()
    });
    found_all && others.is_empty()
}

/// Case and the amount of white space do not count.
fn normalized(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Decimals are equivalent at the precision of the less precise one.
pub(super) fn equivalent_decimals(left: &BigDecimal, right: &BigDecimal) -> bool {
    let digits = left.normalized().fractional_digit_count().min(right.normalized().fractional_digit_count()).max(0);
    left.round(digits) == right.round(digits)
}

fn as_decimal(scalar: &Scalar<'_>) -> Option<BigDecimal> {
    match scalar {
        Scalar::Integer(value) => Some(BigDecimal::from(*value)),
        Scalar::Decimal(value) => Some(value.as_ref().clone()),
        _ => None,
    }
}

/// Whether two values can be ordered at all, and how they are.
pub(super) enum Alike {
    /// Their types have no common order.
    No,
    /// They have; `None` where precision or units leave it open.
    Yes(Option<Ordering>),
}

/// The order of two values.
pub(super) fn order(left: &Item<'_>, right: &Item<'_>) -> Alike {
    match (left.scalar(), right.scalar()) {
        (Some(left), Some(right)) => order_alike(&left, &right),
        _ => Alike::No,
    }
}

fn order_alike(left: &Scalar<'_>, right: &Scalar<'_>) -> Alike {
    match (left, right) {
        (Scalar::Integer(left), Scalar::Integer(right)) => Alike::Yes(Some(left.cmp(right))),
        (Scalar::String(left), Scalar::String(right)) => Alike::Yes(Some(left.cmp(right))),
        (Scalar::Date(left), Scalar::Date(right)) => Alike::Yes(left.compare(*right)),
        (Scalar::DateTime(left), Scalar::DateTime(right)) => Alike::Yes(left.compare(*right)),
        (Scalar::Date(left), Scalar::DateTime(right)) => Alike::Yes(DateTime::from(*left).compare(*right)),
        (Scalar::DateTime(left), Scalar::Date(right)) => Alike::Yes(left.compare((*right).into())),
        (Scalar::Time(left), Scalar::Time(right)) => Alike::Yes(left.compare(*right)),
        (Scalar::Quantity(left), Scalar::Quantity(right)) => Alike::Yes(match units::compare(left, right) {
            units::Comparison::Ordered(ordering) => Some(ordering),
            units::Comparison::OtherDimension | units::Comparison::Unknown => None,
        }),
        _ => match (as_decimal(left), as_decimal(right)) {
            (Some(left), Some(right)) => Alike::Yes(Some(left.cmp(&right))),
            _ => Alike::No,
        },
    }
}
