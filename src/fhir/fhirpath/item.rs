//! The values that an expression works on: elements of a tree, and FHIRPath's
//! own values. How they compare is `equality`'s, how they convert is
//! `functions/conversion`'s.

use std::borrow::Cow;

use bigdecimal::BigDecimal;

use super::ast::Namespace;
use super::number;
use crate::fhir::date::{Date, DateTime, Time};
use crate::fhir::node::Node;

/// One item of a collection.
#[derive(Debug, Clone)]
pub enum Item<'t> {
    /// An element of a resource.
    Node(Node<'t>),
    /// A `System.Boolean`.
    Boolean(bool),
    /// A `System.Integer`.
    Integer(i64),
    /// A `System.Decimal`.
    Decimal(BigDecimal),
    /// A `System.String`.
    String(String),
    /// A `System.Date`.
    Date(Date),
    /// A `System.DateTime`.
    DateTime(DateTime),
    /// A `System.Time`.
    Time(Time),
    /// A `System.Quantity`.
    Quantity(Box<Quantity>),
    /// What `type()` answers.
    Type(TypeInfo),
}

/// A number with a unit.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// How many.
    pub value: BigDecimal,
    /// Of what.
    pub unit: Unit,
}

/// A unit of the calendar (`4 days`) or of UCUM (`4 'd'`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// `year`, `days`: in the singular.
    Calendar(&'static str),
    /// A UCUM code.
    Ucum(Box<str>),
}

/// Calendar units in the singular, with the UCUM unit of the same length;
/// years and months have none.
const CALENDAR: [(&str, Option<&str>); 8] = [
    ("year", None),
    ("month", None),
    ("week", Some("wk")),
    ("day", Some("d")),
    ("hour", Some("h")),
    ("minute", Some("min")),
    ("second", Some("s")),
    ("millisecond", Some("ms")),
];

impl Unit {
    /// The calendar unit of this name, in the singular or the plural.
    #[must_use]
    pub fn calendar(word: &str) -> Option<Self> {
        let singular = word.strip_suffix('s').unwrap_or(word);
        CALENDAR.iter().find(|(name, _)| *name == singular).map(|(name, _)| Self::Calendar(name))
    }

    /// The UCUM code that means the same; `None` for calendar years and months.
    #[must_use]
    pub fn ucum(&self) -> Option<&str> {
        match self {
            Self::Ucum(code) => Some(code),
            Self::Calendar(name) => CALENDAR.iter().find(|(known, _)| known == name).and_then(|(_, code)| *code),
        }
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.unit {
            Unit::Calendar(name) if number::plain(&self.value) == "1" => write!(f, "1 {name}"),
            Unit::Calendar(name) => write!(f, "{} {name}s", number::plain(&self.value)),
            Unit::Ucum(code) => write!(f, "{} '{code}'", number::plain(&self.value)),
        }
    }
}

/// The name of a type, as `type()` answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeInfo {
    /// Where the type comes from.
    pub namespace: Namespace,
    /// Its name.
    pub name: String,
}

/// A value without its wrapping: of a FHIR primitive and of a FHIRPath value alike.
#[derive(Debug, Clone)]
pub(super) enum Scalar<'a> {
    Boolean(bool),
    Integer(i64),
    Decimal(Cow<'a, BigDecimal>),
    String(&'a str),
    Date(Date),
    DateTime(DateTime),
    Time(Time),
    Quantity(Cow<'a, Quantity>),
}

impl<'t> Item<'t> {
    /// The value as a string; `None` for an element without a value.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Node(node) => match node.value() {
                Some(value) => Some(value.to_owned()),
                None => quantity_of(*node).map(|quantity| quantity.to_string()),
            },
            Self::Boolean(value) => Some(value.to_string()),
            Self::Integer(value) => Some(value.to_string()),
            Self::Decimal(value) => Some(number::plain(value)),
            Self::String(value) => Some(value.clone()),
            Self::Date(value) => Some(value.to_string()),
            Self::DateTime(value) => Some(value.to_string()),
            Self::Time(value) => Some(value.to_string()),
            Self::Quantity(value) => Some(value.to_string()),
            Self::Type(_) => None,
        }
    }

    /// The element, when it is one.
    #[must_use]
    pub fn node(&self) -> Option<Node<'t>> {
        match self {
            Self::Node(node) => Some(*node),
            _ => None,
        }
    }

    /// The name of the type: `HumanName`, `Integer`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::Node(node) => node.type_name(),
            Self::Boolean(_) => "Boolean",
            Self::Integer(_) => "Integer",
            Self::Decimal(_) => "Decimal",
            Self::String(_) => "String",
            Self::Date(_) => "Date",
            Self::DateTime(_) => "DateTime",
            Self::Time(_) => "Time",
            Self::Quantity(_) => "Quantity",
            Self::Type(_) => "TypeInfo",
        }
    }

    /// The text within, when it is text: of a `String` or of a FHIR primitive like it.
    pub(super) fn plain_text(&self) -> Option<&str> {
        match self.scalar() {
            Some(Scalar::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The value within; `None` for elements that have none of their own.
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        match self {
            Self::Node(node) => node_scalar(*node),
            Self::Boolean(value) => Some(Scalar::Boolean(*value)),
            Self::Integer(value) => Some(Scalar::Integer(*value)),
            Self::Decimal(value) => Some(Scalar::Decimal(Cow::Borrowed(value))),
            Self::String(value) => Some(Scalar::String(value)),
            Self::Date(value) => Some(Scalar::Date(*value)),
            Self::DateTime(value) => Some(Scalar::DateTime(*value)),
            Self::Time(value) => Some(Scalar::Time(*value)),
            Self::Quantity(value) => Some(Scalar::Quantity(Cow::Borrowed(value))),
            Self::Type(_) => None,
        }
    }
}

impl Scalar<'_> {
    /// The value as an item of its own.
    pub(super) fn into_item<'t>(self) -> Item<'t> {
        match self {
            Self::Boolean(value) => Item::Boolean(value),
            Self::Integer(value) => Item::Integer(value),
            Self::Decimal(value) => Item::Decimal(value.into_owned()),
            Self::String(value) => Item::String(value.to_owned()),
            Self::Date(value) => Item::Date(value),
            Self::DateTime(value) => Item::DateTime(value),
            Self::Time(value) => Item::Time(value),
            Self::Quantity(value) => Item::Quantity(Box::new(value.into_owned())),
        }
    }
}

/// The value of a primitive after its type. A value that does not fit its type
/// stays text: that it does not fit is for validation to say.
fn node_scalar(node: Node<'_>) -> Option<Scalar<'_>> {
    let Some(text) = node.value() else { return quantity_of(node).map(|quantity| Scalar::Quantity(Cow::Owned(quantity))) };
    let typed = match node.type_name() {
        "boolean" => boolean(text),
        "integer" | "positiveInt" | "unsignedInt" | "integer64" => text.parse().ok().map(Scalar::Integer),
        "decimal" => number::decimal(text).map(|value| Scalar::Decimal(Cow::Owned(value))),
        "date" => Date::parse(text).map(Scalar::Date),
        "dateTime" | "instant" => DateTime::parse(text).map(Scalar::DateTime),
        "time" => Time::parse(text).map(Scalar::Time),
        "" => untyped(node, text),
        _ => None,
    };
    Some(typed.unwrap_or(Scalar::String(text)))
}

fn boolean(text: &str) -> Option<Scalar<'static>> {
    match text {
        "true" => Some(Scalar::Boolean(true)),
        "false" => Some(Scalar::Boolean(false)),
        _ => None,
    }
}

/// The value of an element that no type table knows, after how JSON wrote it.
fn untyped<'t>(node: Node<'t>, text: &'t str) -> Option<Scalar<'t>> {
    use crate::fhir::node::Form;
    match node.literal()?.form {
        Form::Boolean => boolean(text),
        Form::Number => match text.parse() {
            Ok(value) => Some(Scalar::Integer(value)),
            Err(_) => number::decimal(text).map(|value| Scalar::Decimal(Cow::Owned(value))),
        },
        Form::String => None,
    }
}

const QUANTITIES: [&str; 6] = ["Quantity", "SimpleQuantity", "Age", "Duration", "Count", "Distance"];

/// A FHIR Quantity as FHIRPath's; `None` when it has no exact value.
fn quantity_of(node: Node<'_>) -> Option<Quantity> {
    if !QUANTITIES.contains(&node.type_name()) || node.child("comparator").is_some() {
        return None;
    }
    let value = number::decimal(node.child_value("value")?)?;
    let code = node.child_value("code").or_else(|| node.child_value("unit")).unwrap_or("1");
    Some(Quantity { value, unit: Unit::Ucum(code.into()) })
}
