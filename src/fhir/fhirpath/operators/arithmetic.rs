//! Sums, products and the like: of numbers, texts, quantities, and of dates
//! with a length of time.

use bigdecimal::{BigDecimal, ToPrimitive};

use super::{Operation, kind};
use crate::fhir::date::Period;
use crate::fhir::fhirpath::ast::{Operator, Range};
use crate::fhir::fhirpath::error::EvaluationError;
use crate::fhir::fhirpath::evaluate::{Evaluator, Outcome};
use crate::fhir::fhirpath::item::{Item, Quantity, Scalar, Unit};
use crate::fhir::fhirpath::{number, units};

/// `left operator right` of two items.
pub(super) fn arithmetic<'t>(operation: Operation<'_, '_, 't>, [left, right]: [&Item<'t>; 2]) -> Outcome<'t> {
    let Operation { evaluator, operator, range } = operation;
    let wrong = || {
        let message = format!("`{}` does not work on {} and {}", operator.written(), kind(left), kind(right));
        EvaluationError::expression(range, message)
    };
    let (Some(one), Some(other)) = (left.scalar(), right.scalar()) else { return Err(wrong()) };
    let value = match (&one, &other) {
        (Scalar::Integer(one), Scalar::Integer(other)) if operator != Operator::Divide => {
            whole(operator, *one, *other).ok_or_else(wrong)?
        }
        (Scalar::String(one), Scalar::String(other)) if operator == Operator::Add => {
            evaluator.spend((one.len() + other.len()) / 16, range)?;
            Some(Item::String(format!("{one}{other}")))
        }
        (Scalar::Quantity(one), Scalar::Quantity(other)) => quantities(operator, one, other).ok_or_else(wrong)?,
        (Scalar::Date(_) | Scalar::DateTime(_) | Scalar::Time(_), Scalar::Quantity(by))
            if matches!(operator, Operator::Add | Operator::Subtract) =>
        {
            moved(operator, &one, by).map_err(|message| EvaluationError::expression(range, message))?
        }
        _ => match (decimal(&one), decimal(&other)) {
            (Some(one), Some(other)) => decimals(operator, &one, &other).ok_or_else(wrong)?,
            _ => return Err(wrong()),
        },
    };
    Ok(value.into_iter().collect())
}

/// The sum of two items.
pub(in crate::fhir::fhirpath) fn add<'t>(evaluator: &Evaluator<'_, 't>, sides: [&Item<'t>; 2], range: Range) -> Outcome<'t> {
    arithmetic(Operation { evaluator, operator: Operator::Add, range }, sides)
}

/// A number as a decimal.
pub(in crate::fhir::fhirpath) fn decimal(scalar: &Scalar<'_>) -> Option<BigDecimal> {
    match scalar {
        Scalar::Integer(value) => Some(BigDecimal::from(*value)),
        Scalar::Decimal(value) => Some(value.as_ref().clone()),
        _ => None,
    }
}

/// Outer `None`: no such operator here. Inner `None`: no result, as for division by zero.
fn whole<'t>(operator: Operator, left: i64, right: i64) -> Option<Option<Item<'t>>> {
    let value = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::WholeDivide => left.checked_div(right),
        Operator::Modulo => left.checked_rem(right),
        _ => return None,
    };
    Some(value.map(Item::Integer))
}

fn decimals<'t>(operator: Operator, left: &BigDecimal, right: &BigDecimal) -> Option<Option<Item<'t>>> {
    let quotient = || number::divide(left, right).map(|quotient| quotient.with_scale_round(0, bigdecimal::RoundingMode::Down));
    let value = match operator {
        Operator::Add => number::bounded(left + right),
        Operator::Subtract => number::bounded(left - right),
        Operator::Multiply => number::bounded(left * right),
        Operator::Divide => number::divide(left, right),
        Operator::WholeDivide => return Some(quotient().and_then(|whole| whole.to_i64()).map(Item::Integer)),
        Operator::Modulo => quotient().and_then(|whole| number::bounded(left - whole * right)),
        _ => return None,
    };
    Some(value.map(Item::Decimal))
}

fn quantities<'t>(operator: Operator, left: &Quantity, right: &Quantity) -> Option<Option<Item<'t>>> {
    let same_unit = |value: BigDecimal| {
        let value = number::bounded(value)?;
        (left.unit == right.unit).then(|| Quantity { value, unit: left.unit.clone() })
    };
    let value = match operator {
        Operator::Add => same_unit(&left.value + &right.value),
        Operator::Subtract => same_unit(&left.value - &right.value),
        Operator::Multiply => units::product(left, right, 1),
        Operator::Divide => units::product(left, right, -1),
        _ => return None,
    };
    Some(value.map(|quantity| Item::Quantity(Box::new(quantity))))
}

/// A date or time moved by a quantity of time.
fn moved<'t>(operator: Operator, moment: &Scalar<'_>, by: &Quantity) -> Result<Option<Item<'t>>, String> {
    let period = period(by, operator == Operator::Subtract)?;
    Ok(match moment {
        Scalar::Date(date) => date.plus(period).map(Item::Date),
        Scalar::DateTime(moment) => moment.plus(period).map(Item::DateTime),
        Scalar::Time(time) => Some(Item::Time(time.plus(period))),
        _ => None,
    })
}

fn period(quantity: &Quantity, back: bool) -> Result<Period, String> {
    let value = if back { -quantity.value.clone() } else { quantity.value.clone() };
    let too_much = || "a date cannot be moved so far".to_owned();
    let whole = |times: i64| value.to_i64().and_then(|value| value.checked_mul(times)).ok_or_else(too_much);
    let nanos = |times: i64| (&value * BigDecimal::from(times)).to_i128().map(Period::Nanos).ok_or_else(too_much);
    // `1 'month'` is no UCUM, but it is how many write it.
    let calendar = match &quantity.unit {
        Unit::Calendar(name) => Some(*name),
        Unit::Ucum(code) => match Unit::calendar(code) {
            Some(Unit::Calendar(name)) => Some(name),
            _ => None,
        },
    };
    match calendar.or(quantity.unit.ucum()) {
        Some("year") => whole(12).map(Period::Months),
        Some("month") => whole(1).map(Period::Months),
        Some("week" | "wk") => whole(7).map(Period::Days),
        Some("day" | "d") => whole(1).map(Period::Days),
        Some("hour" | "h") => {
            whole(1).and_then(|hours| i128::from(hours).checked_mul(3_600_000_000_000).ok_or_else(too_much)).map(Period::Nanos)
        }
        Some("minute" | "min") => {
            whole(1).and_then(|minutes| i128::from(minutes).checked_mul(60_000_000_000).ok_or_else(too_much)).map(Period::Nanos)
        }
        Some("second" | "s") => nanos(1_000_000_000),
        Some("millisecond" | "ms") => nanos(1_000_000),
        _ => {
            Err(format!("a date cannot be moved by `{quantity}`, only by a calendar unit or by `wk`, `d`, `h`, `min`, `s`, `ms`"))
        }
    }
}
