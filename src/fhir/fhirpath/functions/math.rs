//! Functions on numbers. Roots, powers and logarithms go by floating point
//! where decimals cannot give them exactly.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive, Zero};

use super::{DECIMAL, Function, Gives, INTEGER, Invocation, Item, Outcome, Over, Scalar, optional};
use crate::fhir::fhirpath::equality::{self, Alike};
use crate::fhir::fhirpath::error::EvaluationError;
use crate::fhir::fhirpath::item::Quantity;
use crate::fhir::fhirpath::{number, operators};

const fn on_number(name: &'static str, arguments: (usize, usize), gives: Gives, run: super::conversion::Run) -> Function {
    Function { name, arguments, over: Over::Outside, gives, run }
}

pub(super) const FUNCTIONS: &[Function] = &[
    on_number("abs", (0, 0), Gives::Input, abs),
    on_number("ceiling", (0, 0), INTEGER, |call| to_whole(&call, RoundingMode::Ceiling)),
    on_number("floor", (0, 0), INTEGER, |call| to_whole(&call, RoundingMode::Floor)),
    on_number("truncate", (0, 0), INTEGER, |call| to_whole(&call, RoundingMode::Down)),
    on_number("round", (0, 1), DECIMAL, round),
    on_number("exp", (0, 0), DECIMAL, |call| by_float(&call, f64::exp)),
    on_number("ln", (0, 0), DECIMAL, |call| by_float(&call, f64::ln)),
    on_number("log", (1, 1), DECIMAL, log),
    on_number("sqrt", (0, 0), DECIMAL, |call| by_float(&call, f64::sqrt)),
    on_number("power", (1, 1), Gives::Input, power),
    on_number("sum", (0, 0), Gives::Input, |call| sum(&call)),
    on_number("avg", (0, 0), DECIMAL, average),
    on_number("min", (0, 0), Gives::Input, |call| extreme(call, std::cmp::Ordering::Less)),
    on_number("max", (0, 0), Gives::Input, |call| extreme(call, std::cmp::Ordering::Greater)),
];

/// The one number of the input as a decimal.
fn decimal(call: &Invocation<'_, '_, '_>) -> Result<Option<BigDecimal>, EvaluationError> {
    let Some(item) = call.single()? else { return Ok(None) };
    let value = item.scalar().as_ref().and_then(operators::decimal);
    value.map(Some).ok_or_else(|| call.wrong(format!("`{}` works on a number, not on `{}`", call.name, item.type_name())))
}

/// The number that is the first argument.
fn argument(call: &Invocation<'_, '_, '_>) -> Result<Option<BigDecimal>, EvaluationError> {
    match &call.argument(0)?[..] {
        [] => Ok(None),
        [item] => match item.scalar().as_ref().and_then(operators::decimal) {
            Some(value) => Ok(Some(value)),
            None => Err(call.wrong(format!("the argument of `{}` is a number", call.name))),
        },
        many => Err(call.wrong(format!("the argument of `{}` is one number, here are {}", call.name, many.len()))),
    }
}

fn abs<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some(item) = call.single()? else { return Ok(Vec::new()) };
    match item.scalar() {
        Some(Scalar::Integer(value)) => optional(value.checked_abs().map(Item::Integer)),
        Some(Scalar::Decimal(value)) => optional(Some(Item::Decimal(value.abs()))),
        Some(Scalar::Quantity(quantity)) => {
            let Quantity { value, unit } = quantity.into_owned();
            optional(Some(Item::Quantity(Box::new(Quantity { value: value.abs(), unit }))))
        }
        _ => Err(call.wrong(format!("`abs` works on a number, not on `{}`", item.type_name()))),
    }
}

fn to_whole<'t>(call: &Invocation<'_, '_, 't>, mode: RoundingMode) -> Outcome<'t> {
    let value = decimal(call)?.and_then(|value| value.with_scale_round(0, mode).to_i64());
    optional(value.map(Item::Integer))
}

fn round<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some(value) = decimal(&call)? else { return Ok(Vec::new()) };
    let digits = call.argument_integer(0)?.unwrap_or(0);
    if !(0..=1_000).contains(&digits) {
        return Err(call.wrong("`round` takes a number of digits from 0 to 1000"));
    }
    optional(Some(Item::Decimal(value.with_scale_round(digits, RoundingMode::HalfUp))))
}

fn from_float<'t>(value: f64) -> Outcome<'t> {
    optional(if value.is_finite() { number::from_float(value).map(Item::Decimal) } else { None })
}

fn by_float<'t>(call: &Invocation<'_, '_, 't>, function: impl Fn(f64) -> f64) -> Outcome<'t> {
    match decimal(call)?.as_ref().and_then(number::to_float) {
        Some(value) => from_float(function(value)),
        None => Ok(Vec::new()),
    }
}

fn log<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let (value, base) = (decimal(&call)?, argument(&call)?);
    match (value.as_ref().and_then(number::to_float), base.as_ref().and_then(number::to_float)) {
        (Some(value), Some(base)) => from_float(value.log(base)),
        _ => Ok(Vec::new()),
    }
}

/// Exact for a whole exponent, as far as our digits go.
fn power<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let (Some(base), Some(exponent)) = (decimal(&call)?, argument(&call)?) else { return Ok(Vec::new()) };
    let whole = exponent.is_integer().then(|| exponent.to_u32()).flatten().filter(|exponent| *exponent <= 1_000);
    let Some(whole) = whole else {
        return match (number::to_float(&base), number::to_float(&exponent)) {
            (Some(base), Some(exponent)) => from_float(base.powf(exponent)),
            _ => Ok(Vec::new()),
        };
    };
    call.evaluator.spend(whole as usize, call.range)?;
    let mut product = Some(BigDecimal::from(1));
    for _ in 0..whole {
        product = product.and_then(|product| number::bounded(product * &base));
    }
    let all_whole = matches!(call.single()?.and_then(Item::scalar), Some(Scalar::Integer(_)));
    optional(
        product.and_then(|product| if all_whole { product.to_i64().map(Item::Integer) } else { Some(Item::Decimal(product)) }),
    )
}

fn sum<'t>(call: &Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some((first, rest)) = call.input.split_first() else { return Ok(Vec::new()) };
    let mut total = first.clone();
    for item in rest {
        match operators::add(call.evaluator, [&total, item], call.range)?.pop() {
            Some(sum) => total = sum,
            None => return Ok(Vec::new()),
        }
    }
    optional(Some(total))
}

fn average<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let count = BigDecimal::from(i64::try_from(call.input.len()).unwrap_or(i64::MAX));
    let sum = sum(&call)?.pop();
    let value = match sum.as_ref().and_then(Item::scalar) {
        Some(Scalar::Quantity(quantity)) if !count.is_zero() => number::divide(&quantity.value, &count)
            .map(|value| Item::Quantity(Box::new(Quantity { value, unit: quantity.unit.clone() }))),
        Some(scalar) => operators::decimal(&scalar).and_then(|sum| number::divide(&sum, &count)).map(Item::Decimal),
        None => None,
    };
    optional(value)
}

fn extreme<'t>(mut call: Invocation<'_, '_, 't>, wanted: std::cmp::Ordering) -> Outcome<'t> {
    let mut items = std::mem::take(&mut call.input).into_iter();
    let Some(mut best) = items.next() else { return Ok(Vec::new()) };
    for item in items {
        match equality::order(&item, &best) {
            Alike::Yes(Some(ordering)) if ordering == wanted => best = item,
            Alike::Yes(Some(_)) => {}
            Alike::Yes(None) => return Ok(Vec::new()),
            Alike::No => return Err(call.wrong("these items have no common order")),
        }
    }
    optional(Some(best))
}
