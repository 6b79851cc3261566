//! How precise a value is, and between which bounds it lies.

use bigdecimal::{BigDecimal, RoundingMode};

use super::{BOOLEAN, Function, Gives, INTEGER, Invocation, Item, Outcome, Over, Scalar, boolean, optional};
use crate::fhir::date::Boundary;
use crate::fhir::fhirpath::item::Quantity;
use crate::fhir::fhirpath::{operators, units};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "lowBoundary",
        arguments: (0, 1),
        over: Over::Outside,
        gives: Gives::Input,
        run: |call| bound(&call, Boundary::Low),
    },
    Function {
        name: "highBoundary",
        arguments: (0, 1),
        over: Over::Outside,
        gives: Gives::Input,
        run: |call| bound(&call, Boundary::High),
    },
    Function { name: "precision", arguments: (0, 0), over: Over::Outside, gives: INTEGER, run: precision },
    Function { name: "comparable", arguments: (1, 1), over: Over::Outside, gives: BOOLEAN, run: comparable },
];

fn bound<'t>(call: &Invocation<'_, '_, 't>, end: Boundary) -> Outcome<'t> {
    let Some(item) = call.single()? else { return Ok(Vec::new()) };
    let Some(scalar) = item.scalar() else { return Ok(Vec::new()) };
    let wanted = call.argument_integer(0)?;
    let decimal = |value: &BigDecimal| bound_decimal(value, end, wanted.unwrap_or(8));
    optional(match scalar {
        Scalar::Date(date) => date.boundary(end, wanted.unwrap_or(8)).map(Item::Date),
        Scalar::DateTime(moment) => moment.boundary(end, wanted.unwrap_or(17)).map(Item::DateTime),
        Scalar::Time(time) => time.boundary(end, wanted.unwrap_or(9)).map(Item::Time),
        Scalar::Quantity(quantity) => {
            let unit = quantity.unit.clone();
            decimal(&quantity.value).map(|value| Item::Quantity(Box::new(Quantity { value, unit })))
        }
        _ => match operators::decimal(&scalar) {
            Some(value) => decimal(&value).map(Item::Decimal),
            None => return Err(call.wrong(format!("`{}` does not work on `{}`", call.name, item.type_name()))),
        },
    })
}

/// Half of the last digit lower or higher, at so many digits behind the point.
fn bound_decimal(value: &BigDecimal, end: Boundary, digits: i64) -> Option<BigDecimal> {
    if !(0..=31).contains(&digits) {
        return None;
    }
    let half = BigDecimal::new(5.into(), value.fractional_digit_count().max(0) + 1);
    Some(match end {
        Boundary::Low => (value - half).with_scale_round(digits, RoundingMode::Floor),
        Boundary::High => (value + half).with_scale_round(digits, RoundingMode::Ceiling),
    })
}

fn precision<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some(item) = call.single()? else { return Ok(Vec::new()) };
    let digits = match item.scalar() {
        Some(Scalar::Date(date)) => Some(date.digits()),
        Some(Scalar::DateTime(moment)) => Some(moment.digits()),
        Some(Scalar::Time(time)) => Some(time.written_digits()),
        Some(Scalar::Integer(_)) => Some(0),
        Some(Scalar::Decimal(value)) => Some(value.fractional_digit_count().max(0)),
        _ => return Err(call.wrong(format!("`precision` does not work on `{}`", item.type_name()))),
    };
    optional(digits.map(Item::Integer))
}

fn comparable<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let other = call.argument(0)?;
    match (call.single()?.and_then(Item::scalar), other.first().and_then(Item::scalar)) {
        (Some(Scalar::Quantity(left)), Some(Scalar::Quantity(right))) => boolean(units::comparable(&left, &right)),
        _ => Ok(Vec::new()),
    }
}
