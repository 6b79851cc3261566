//! Operators between two operands: logic in three values, arithmetic, and the
//! comparisons that `equality` decides.

use std::cmp::Ordering;

use bigdecimal::{BigDecimal, ToPrimitive};

use super::ast::{Branch, Kind, Operator, Range};
use super::equality::{self, Alike};
use super::error::EvaluationError;
use super::evaluate::{Evaluator, Outcome, Scope};
use super::item::{Item, Quantity, Scalar, Unit};
use super::{number, types, units};
use crate::fhir::date::Period;

/// A collection as a boolean: nothing is open, one item that is no boolean is
/// true. The error is the number of items.
pub(super) fn truth(items: &[Item<'_>]) -> Result<Option<bool>, usize> {
    match items {
        [] => Ok(None),
        [item] => Ok(Some(match item.scalar() {
            Some(Scalar::Boolean(value)) => value,
            _ => true,
        })),
        many => Err(many.len()),
    }
}

/// The item as an integer, when it is one.
pub(super) fn integer(item: &Item<'_>) -> Option<i64> {
    match item.scalar() {
        Some(Scalar::Integer(value)) => Some(value),
        _ => None,
    }
}

fn answer<'t>(value: Option<bool>) -> Vec<Item<'t>> {
    value.map(Item::Boolean).into_iter().collect()
}

/// Evaluates `left operator right`.
pub(super) fn binary<'t>(
    evaluator: &Evaluator<'_, 't>,
    operator: Operator,
    [left, right]: [&Branch; 2],
    scope: &Scope<'_, 't>,
    range: Range,
) -> Outcome<'t> {
    let logical = |branch: &Branch| -> Result<Option<bool>, EvaluationError> {
        let items = evaluator.branch(branch, scope)?;
        truth(&items).map_err(|count| types::several(branch.range, &format!("`{}`", operator.written()), count))
    };
    if matches!(operator, Operator::And | Operator::Or | Operator::Xor | Operator::Implies) {
        let left = logical(left)?;
        return match (operator, left) {
            (Operator::And, Some(false)) => Ok(answer(Some(false))),
            (Operator::Or, Some(true)) | (Operator::Implies, Some(false)) => Ok(answer(Some(true))),
            _ => Ok(answer(logic(operator, left, logical(right)?))),
        };
    }
    if let (Operator::Equal | Operator::NotEqual, Kind::Literal(literal)) = (operator, &right.kind) {
        return equals_literal(evaluator, operator, &evaluator.branch(left, scope)?, literal, range);
    }
    let (left, right) = (evaluator.branch(left, scope)?, evaluator.branch(right, scope)?);
    evaluator.spend(left.len() + right.len(), range)?;
    match operator {
        Operator::Equal => equal(evaluator, &left, &right, range).map(answer),
        Operator::NotEqual => equal(evaluator, &left, &right, range).map(|equal| answer(equal.map(|equal| !equal))),
        Operator::Equivalent => equivalent(evaluator, left, right, range).map(|same| answer(Some(same))),
        Operator::NotEquivalent => equivalent(evaluator, left, right, range).map(|same| answer(Some(!same))),
        Operator::Union => {
            let mut all = Vec::new();
            evaluator.add_new(&mut all, left, range)?;
            evaluator.add_new(&mut all, right, range)?;
            Ok(all)
        }
        Operator::In => membership(evaluator, operator, left, right, range),
        Operator::Contains => membership(evaluator, operator, right, left, range),
        _ => singles(evaluator, operator, left, right, range),
    }
}

/// Logic in three values.
pub(super) fn logic(operator: Operator, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match operator {
        Operator::And => match (left, right) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Operator::Or => match (left, right) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Operator::Implies => logic(Operator::Or, left.map(|left| !left), right),
        Operator::Xor => Some(left? != right?),
        _ => None,
    }
}

/// `left = 'literal'`, the most asked question, without a copy of the literal.
fn equals_literal<'t>(
    evaluator: &Evaluator<'_, 't>,
    operator: Operator,
    left: &[Item<'t>],
    literal: &Item<'static>,
    range: Range,
) -> Outcome<'t> {
    let equal = match left {
        [] => None,
        [item] => evaluator.equal(item, literal, range)?,
        _ => Some(false),
    };
    Ok(answer(equal.map(|equal| equal == (operator == Operator::Equal))))
}

fn equal<'t>(
    evaluator: &Evaluator<'_, 't>,
    left: &[Item<'t>],
    right: &[Item<'t>],
    range: Range,
) -> Result<Option<bool>, EvaluationError> {
    if left.is_empty() || right.is_empty() {
        return Ok(None);
    }
    if left.len() != right.len() {
        return Ok(Some(false));
    }
    let mut all = Some(true);
    for (left, right) in left.iter().zip(right) {
        match evaluator.equal(left, right, range)? {
            Some(true) => {}
            Some(false) => return Ok(Some(false)),
            None => all = None,
        }
    }
    Ok(all)
}

fn equivalent<'t>(
    evaluator: &Evaluator<'_, 't>,
    left: Vec<Item<'t>>,
    mut right: Vec<Item<'t>>,
    range: Range,
) -> Result<bool, EvaluationError> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for item in left {
        let mut found = None;
        for (position, other) in right.iter().enumerate() {
            if evaluator.equivalent(&item, other, range)? {
                found = Some(position);
                break;
            }
        }
        match found {
            Some(position) => right.swap_remove(position),
            None => return Ok(false),
        };
    }
    Ok(true)
}

fn membership<'t>(
    evaluator: &Evaluator<'_, 't>,
    operator: Operator,
    one: Vec<Item<'t>>,
    all: Vec<Item<'t>>,
    range: Range,
) -> Outcome<'t> {
    match &one[..] {
        [] => Ok(Vec::new()),
        [item] => evaluator.holds(&all, item, range).map(|found| answer(Some(found))),
        many => Err(types::several(range, &format!("`{}`", operator.written()), many.len())),
    }
}

/// Operators on one item at each side; nothing at either side gives nothing,
/// but for `&`, which takes it for an empty text.
fn singles<'t>(
    evaluator: &Evaluator<'_, 't>,
    operator: Operator,
    left: Vec<Item<'t>>,
    right: Vec<Item<'t>>,
    range: Range,
) -> Outcome<'t> {
    if operator != Operator::Concatenate && (left.is_empty() || right.is_empty()) {
        return Ok(Vec::new());
    }
    if let Some(many) = [&left, &right].into_iter().find(|side| side.len() > 1) {
        return Err(types::several(range, &format!("`{}`", operator.written()), many.len()));
    }
    match (operator, left.first(), right.first()) {
        (Operator::Concatenate, left, right) => concatenate(evaluator, [left, right], range),
        (_, Some(left), Some(right)) => match operator {
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                compare(operator, left, right, range)
            }
            _ => arithmetic(evaluator, operator, [left, right], range),
        },
        _ => Ok(Vec::new()),
    }
}

fn concatenate<'t>(evaluator: &Evaluator<'_, 't>, sides: [Option<&Item<'t>>; 2], range: Range) -> Outcome<'t> {
    let mut text = String::new();
    for side in sides.into_iter().flatten() {
        match side.scalar() {
            Some(Scalar::String(part)) => text.push_str(part),
            _ => return Err(EvaluationError::expression(range, "`&` joins texts")),
        }
    }
    evaluator.spend(text.len() / 16, range)?;
    Ok(vec![Item::String(text)])
}

fn compare<'t>(operator: Operator, left: &Item<'t>, right: &Item<'t>, range: Range) -> Outcome<'t> {
    let Alike::Yes(ordering) = equality::order(left, right) else {
        let message = format!("`{}` cannot order {} and {}", operator.written(), kind(left), kind(right));
        return Err(EvaluationError::expression(range, message));
    };
    Ok(answer(ordering.map(|ordering| match operator {
        Operator::Less => ordering == Ordering::Less,
        Operator::LessOrEqual => ordering != Ordering::Greater,
        Operator::Greater => ordering == Ordering::Greater,
        _ => ordering != Ordering::Less,
    })))
}

fn kind(item: &Item<'_>) -> String {
    match item.type_name() {
        "" => "an element of unknown type".to_owned(),
        name => format!("{} `{name}`", if name.starts_with(['A', 'I', 'a', 'i']) { "an" } else { "a" }),
    }
}

fn arithmetic<'t>(evaluator: &Evaluator<'_, 't>, operator: Operator, [left, right]: [&Item<'t>; 2], range: Range) -> Outcome<'t> {
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
pub(super) fn add<'t>(evaluator: &Evaluator<'_, 't>, sides: [&Item<'t>; 2], range: Range) -> Outcome<'t> {
    arithmetic(evaluator, Operator::Add, sides, range)
}

/// A number as a decimal.
pub(super) fn decimal(scalar: &Scalar<'_>) -> Option<BigDecimal> {
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
