//! Types of items while an expression is evaluated: `is`, `as`, `ofType`.

use super::ast::{Namespace, Range, TypeName, TypeOperator};
use super::error::EvaluationError;
use super::item::Item;
use crate::fhir::types::Types;

/// The types of FHIRPath itself.
pub(super) const SYSTEM: [&str; 9] =
    ["Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "TypeInfo"];

/// Whether a type of this name is there at all.
pub(super) fn known(name: &TypeName, types: &Types) -> bool {
    let fhir = || types.get(&name.name).is_some();
    let system = || SYSTEM.contains(&&*name.name);
    match name.namespace {
        Some(Namespace::Fhir) => fhir(),
        // A wrong name in `System.` is a type that nothing has.
        Some(Namespace::System) => true,
        None => fhir() || system(),
    }
}

/// Whether an item has the type, or one that is built on it.
pub(super) fn is(item: &Item<'_>, name: &TypeName, types: &Types) -> bool {
    match (item, name.namespace) {
        (Item::Node(_), Some(Namespace::System)) => false,
        (Item::Node(node), _) => node.type_name() == &*name.name || types.is_a(node.type_name(), &name.name),
        (_, Some(Namespace::Fhir)) => false,
        _ => item.type_name() == &*name.name,
    }
}

/// Whether `as` and `ofType` keep an item. A primitive is kept for its own type
/// only: FHIR's `code` is a `string`, but `as(string)` does not give it.
fn keeps(item: &Item<'_>, name: &TypeName, types: &Types) -> bool {
    match item {
        Item::Node(node) if node.type_name().starts_with(|letter: char| letter.is_ascii_lowercase()) => {
            name.namespace != Some(Namespace::System) && node.type_name() == &*name.name
        }
        _ => is(item, name, types),
    }
}

/// `is`, `as` or `ofType` on a collection. `as` takes several items, because
/// the search parameters of R4 use it so.
pub(super) fn apply<'t>(
    operator: TypeOperator,
    mut items: Vec<Item<'t>>,
    name: &TypeName,
    types: &Types,
) -> Result<Vec<Item<'t>>, EvaluationError> {
    if !known(name, types) {
        return Err(EvaluationError::expression(name.range, format!("unknown type `{}`", name.name)));
    }
    match (operator, &items[..]) {
        (TypeOperator::Is, []) => Ok(items),
        (TypeOperator::Is, [item]) => Ok(vec![Item::Boolean(is(item, name, types))]),
        (TypeOperator::Is, many) => {
            Err(EvaluationError::expression(name.range, format!("`is` asks about one item, here are {}", many.len())))
        }
        (TypeOperator::As | TypeOperator::OfType, _) => {
            items.retain(|item| keeps(item, name, types));
            Ok(items)
        }
    }
}

/// Where the type of an item comes from.
pub(super) fn namespace(item: &Item<'_>) -> Namespace {
    if matches!(item, Item::Node(_)) { Namespace::Fhir } else { Namespace::System }
}

/// An error about the number of items in a place where one is wanted.
pub(super) fn several(range: Range, what: &str, count: usize) -> EvaluationError {
    EvaluationError::expression(range, format!("{what} takes one item, here are {count}"))
}
