//! Decimals with bounds: hostile numbers (`1e999999999`, powers of powers) are
//! no number, rather than all memory. Arithmetic keeps at most forty digits.

use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive, Zero};

/// Digits that a result keeps.
const DIGITS: u64 = 40;

/// Digits and powers of ten that a number may be written with.
const WIDEST: u64 = 1_000;

/// Reads a decimal; `None` when it is none, or out of bounds.
pub(in crate::fhir) fn decimal(text: &str) -> Option<BigDecimal> {
    if text.len() > 1_000 || text.starts_with('+') || text.contains('_') {
        return None;
    }
    BigDecimal::from_str(text).ok().filter(within_bounds)
}

fn within_bounds(number: &BigDecimal) -> bool {
    number.fractional_digit_count().unsigned_abs() <= WIDEST
}

/// A result of arithmetic, with no more digits than we keep; `None` out of bounds.
pub(super) fn bounded(number: BigDecimal) -> Option<BigDecimal> {
    let number = if number.digits() > DIGITS { number.with_prec(DIGITS) } else { number };
    Some(number).filter(within_bounds)
}

/// A quotient; `None` when divided by nothing.
pub(super) fn divide(left: &BigDecimal, right: &BigDecimal) -> Option<BigDecimal> {
    if right.is_zero() { None } else { bounded(left / right).map(|quotient| quotient.normalized()) }
}

/// From a floating-point result, at the fifteen digits that it is good for.
pub(super) fn from_float(number: f64) -> Option<BigDecimal> {
    decimal(&format!("{number:.15e}")).map(|number| number.with_prec(15).normalized())
}

/// The nearest floating-point number.
pub(super) fn to_float(number: &BigDecimal) -> Option<f64> {
    number.to_f64().filter(|number| number.is_finite())
}

/// In plain digits: `1.50`, never with an exponent.
pub(super) fn plain(number: &BigDecimal) -> String {
    number.to_plain_string()
}
