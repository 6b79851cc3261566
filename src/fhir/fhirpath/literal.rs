//! Literals: from the characters in an expression to a value.

use std::str::FromStr;

use bigdecimal::BigDecimal;

use super::item::{Item, Quantity, Unit};
use super::number;
use crate::fhir::date::{Date, DateTime, Time};

/// The character that an escape at the start of `text` means, and the length of the escape.
pub(super) fn unescape(text: &str) -> Option<(char, usize)> {
    let escaped = text.strip_prefix('\\')?.chars().next()?;
    let letter = match escaped {
        '\\' | '/' | '"' | '\'' | '`' => escaped,
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return Some((char::from_u32(u32::from_str_radix(text.get(2..6)?, 16).ok()?)?, 6)),
        _ => return None,
    };
    Some((letter, 2))
}

/// `12` is an integer, `12.0` a decimal; `None` beyond what the evaluator reckons with.
pub(super) fn number(written: &str) -> Option<Item<'static>> {
    if written.contains('.') {
        number::decimal(written).map(Item::Decimal)
    } else {
        i64::from_str(written).ok().map(Item::Integer)
    }
}

/// `4 days`, `10 'mg'`.
pub(super) fn quantity(written: &str, unit: Unit) -> Option<Item<'static>> {
    let value: BigDecimal = number::decimal(written)?;
    Some(Item::Quantity(Box::new(Quantity { value, unit })))
}

/// What stands behind `@`: a date, a date-time or a time.
pub(super) fn moment(written: &str) -> Option<Item<'static>> {
    if let Some(time) = written.strip_prefix('T') {
        return Time::parse(time).map(Item::Time);
    }
    match written.strip_suffix('T') {
        Some(date) => Date::parse(date).map(|date| Item::DateTime(date.into())),
        None if written.contains('T') => DateTime::parse(written).map(Item::DateTime),
        None => Date::parse(written).map(Item::Date),
    }
}
