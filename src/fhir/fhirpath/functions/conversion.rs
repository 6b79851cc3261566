//! Conversions: `toX` gives the value or nothing, `convertsToX` says whether.

use bigdecimal::{BigDecimal, One, Zero};

use super::{BOOLEAN, DECIMAL, Function, Gives, INTEGER, Invocation, Item, Outcome, Over, STRING, Scalar, boolean, optional};
use crate::fhir::date::{Date, DateTime, Time};
use crate::fhir::fhirpath::item::{Quantity, Unit};
use crate::fhir::fhirpath::number;

pub(super) type Run = for<'c, 'e, 't> fn(Invocation<'c, 'e, 't>) -> Outcome<'t>;

const fn converts(name: &'static str, gives: Gives, run: Run) -> Function {
    Function { name, arguments: (0, 0), over: Over::Outside, gives, run }
}

pub(super) const FUNCTIONS: &[Function] = &[
    converts("toBoolean", BOOLEAN, |call| value(&call, to_boolean)),
    converts("convertsToBoolean", BOOLEAN, |call| whether(&call, to_boolean)),
    converts("toInteger", INTEGER, |call| value(&call, to_integer)),
    converts("convertsToInteger", BOOLEAN, |call| whether(&call, to_integer)),
    converts("toDecimal", DECIMAL, |call| value(&call, to_decimal)),
    converts("convertsToDecimal", BOOLEAN, |call| whether(&call, to_decimal)),
    converts("toString", STRING, |call| value(&call, to_text)),
    converts("convertsToString", BOOLEAN, |call| whether(&call, to_text)),
    converts("toDate", Gives::Type("System.Date"), |call| value(&call, to_date)),
    converts("convertsToDate", BOOLEAN, |call| whether(&call, to_date)),
    converts("toDateTime", Gives::Type("System.DateTime"), |call| value(&call, to_date_time)),
    converts("convertsToDateTime", BOOLEAN, |call| whether(&call, to_date_time)),
    converts("toTime", Gives::Type("System.Time"), |call| value(&call, to_time)),
    converts("convertsToTime", BOOLEAN, |call| whether(&call, to_time)),
    // A wanted unit may be given; only the unit that is there already is.
    Function {
        name: "toQuantity",
        arguments: (0, 1),
        over: Over::Outside,
        gives: Gives::Type("System.Quantity"),
        run: |call| value(&call, to_quantity),
    },
    Function {
        name: "convertsToQuantity",
        arguments: (0, 1),
        over: Over::Outside,
        gives: BOOLEAN,
        run: |call| whether(&call, to_quantity),
    },
];

type Convert<'t> = fn(&Scalar<'_>) -> Option<Item<'t>>;

fn value<'t>(call: &Invocation<'_, '_, 't>, convert: Convert<'t>) -> Outcome<'t> {
    optional(call.single()?.and_then(|item| item.scalar().and_then(|scalar| convert(&scalar))))
}

fn whether<'t>(call: &Invocation<'_, '_, 't>, convert: Convert<'t>) -> Outcome<'t> {
    match call.single()? {
        Some(item) => boolean(item.scalar().and_then(|scalar| convert(&scalar)).is_some()),
        None => Ok(Vec::new()),
    }
}

fn to_boolean<'t>(scalar: &Scalar<'_>) -> Option<Item<'t>> {
    let value = match scalar {
        Scalar::Boolean(value) => *value,
        Scalar::Integer(1) => true,
        Scalar::Integer(0) => false,
        Scalar::Decimal(value) if value.is_one() => true,
        Scalar::Decimal(value) if value.is_zero() => false,
        Scalar::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => true,
            "false" | "f" | "no" | "n" | "0" | "0.0" => false,
            _ => return None,
        },
        _ => return None,
    };
    Some(Item::Boolean(value))
}

fn to_integer<'t>(scalar: &Scalar<'_>) -> Option<Item<'t>> {
    let value = match scalar {
        Scalar::Integer(value) => *value,
        Scalar::Boolean(value) => i64::from(*value),
        Scalar::String(text) => text.parse().ok()?,
        _ => return None,
    };
    Some(Item::Integer(value))
}

fn is_plain_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn plain_number(text: &str) -> Option<BigDecimal> {
    is_plain_number(text).then(|| number::decimal(text.strip_prefix('+').unwrap_or(text))).flatten()
}

fn as_decimal(scalar: &Scalar<'_>) -> Option<BigDecimal> {
    match scalar {
        Scalar::Integer(value) => Some(BigDecimal::from(*value)),
        Scalar::Decimal(value) => Some(value.as_ref().clone()),
        Scalar::Boolean(true) => Some(BigDecimal::one()),
        Scalar::Boolean(false) => Some(BigDecimal::zero()),
        Scalar::String(text) => plain_number(text),
        _ => None,
    }
}

fn to_decimal<'t>(scalar: &Scalar<'_>) -> Option<Item<'t>> {
    as_decimal(scalar).map(Item::Decimal)
}

fn to_text<'t>(scalar: &Scalar<'_>) -> Option<Item<'t>> {
    scalar.clone().into_item().text().map(Item::String)
}

fn to_date<'t>(scalar: &Scalar<'_>) -> Option<Item<'t>> {
    match scalar {
        Scalar::Date(date) => Some(Item::Date(*date)),
        Scalar::DateTime(moment) => Some(Item::Date(moment.date())),
        Scalar::String(text) => DateTime::parse(text).map(|moment| Item::Date(moment.date())),
        _ => None,
    }
}

fn to_date_time<'t>(scalar: &Scalar<'_>) -> Option<Item<'t>> {
    match scalar {
        Scalar::Date(date) => Some(Item::DateTime((*date).into())),
        Scalar::DateTime(moment) => Some(Item::DateTime(*moment)),
        Scalar::String(text) => DateTime::parse(text).or_else(|| Date::parse(text).map(DateTime::from)).map(Item::DateTime),
        _ => None,
    }
}

fn to_time<'t>(scalar: &Scalar<'_>) -> Option<Item<'t>> {
    match scalar {
        Scalar::Time(time) => Some(Item::Time(*time)),
        Scalar::String(text) => Time::parse(text.strip_prefix('T').unwrap_or(text)).map(Item::Time),
        _ => None,
    }
}

fn to_quantity<'t>(scalar: &Scalar<'_>) -> Option<Item<'t>> {
    let quantity = match scalar {
        Scalar::Quantity(quantity) => quantity.as_ref().clone(),
        Scalar::String(text) => written_quantity(text.trim())?,
        _ => Quantity { value: as_decimal(scalar)?, unit: Unit::Ucum("1".into()) },
    };
    Some(Item::Quantity(Box::new(quantity)))
}

/// `1`, `1 day` or `1 'wk'`.
fn written_quantity(text: &str) -> Option<Quantity> {
    let (value, unit) = text.split_once(char::is_whitespace).map_or((text, None), |(value, unit)| (value, Some(unit.trim())));
    let unit = match unit {
        None => Unit::Ucum("1".into()),
        Some(unit) => match unit.strip_prefix('\'').and_then(|unit| unit.strip_suffix('\'')) {
            Some(code) => Unit::Ucum(code.into()),
            None => Unit::calendar(unit)?,
        },
    };
    Some(Quantity { value: plain_number(value)?, unit })
}
