//! Values of a form (options, presets, what conditions ask for) and how an
//! answer compares with them.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;

use super::item::TextDigest;
use crate::fhir::date::{DateTime, Time};
use crate::fhir::fhirpath::{Comparison, Quantity, Unit, compare_quantities, decimal};
use crate::fhir::node::Node;

/// A value that a form holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Coding {
        system: Option<Box<str>>,
        code: Option<Box<str>>,
        display: Option<TextDigest>,
    },
    Quantity {
        value: Box<str>,
        unit: Box<str>,
        system: Box<str>,
        code: Box<str>,
    },
    Reference(Box<str>),
    /// A primitive in the characters it was written with.
    Primitive {
        type_name: Box<str>,
        text: Box<str>,
    },
}

/// How an answer compares with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Both are of a kind that has an order.
    Ordered(Ordering),
    /// They are the same, or not; neither is more.
    Same(bool),
    /// Units of another dimension.
    OtherDimension,
    /// What is written does not tell: other precisions, units that are not known.
    Unknown,
    /// Not of the same type.
    OtherType,
}

impl Value {
    /// A value of the form; `None` for a type that no rule reads.
    pub(crate) fn read(node: Node<'_>) -> Option<Self> {
        let text = |name: &str| node.child_value(name).map(Box::from);
        match node.type_name() {
            "Coding" => {
                let display = node.child_value("display").map(TextDigest::of);
                Some(Self::Coding { system: text("system"), code: text("code"), display })
            }
            "Quantity" => {
                let part = |name: &str| text(name).unwrap_or_default();
                Some(Self::Quantity { value: part("value"), unit: part("unit"), system: part("system"), code: part("code") })
            }
            "Reference" => Some(Self::Reference(text("reference")?)),
            _ if node.is_primitive() => Some(Self::Primitive { type_name: node.type_name().into(), text: node.value()?.into() }),
            _ => None,
        }
    }

    /// The type of its answers.
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Coding { .. } => "Coding",
            Self::Quantity { .. } => "Quantity",
            Self::Reference(_) => "Reference",
            Self::Primitive { type_name, .. } => type_name,
        }
    }

    /// How an answer compares with it.
    pub(crate) fn compare(&self, answer: Node<'_>) -> Compared {
        if answer.type_name() != self.type_name() {
            return Compared::OtherType;
        }
        match self {
            Self::Coding { system, code, display } => {
                let same_system = answer.child_value("system") == system.as_deref();
                let same_code = answer.child_value("code") == code.as_deref();
                // Codings without a code are told apart by what they show.
                let same_display = code.is_some() || answer.child_value("display").map(TextDigest::of) == *display;
                Compared::Same(same_system && same_code && same_display)
            }
            Self::Quantity { value, unit, system, code } => quantities(answer, [value, unit, system, code]),
            Self::Reference(reference) => Compared::Same(answer.child_value("reference") == Some(reference)),
            Self::Primitive { type_name, text } => match answer.value() {
                Some(answered) => primitives(type_name, answered, text),
                None => Compared::Unknown,
            },
        }
    }

    /// Whether an answer is this value; `None` when it cannot be told.
    pub(crate) fn is(&self, answer: Node<'_>) -> Option<bool> {
        match self.compare(answer) {
            Compared::Ordered(order) => Some(order == Ordering::Equal),
            Compared::Same(same) => Some(same),
            Compared::OtherType | Compared::OtherDimension => Some(false),
            Compared::Unknown => None,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Coding { system, code, .. } => {
                f.write_str(&written_code(system.as_deref().unwrap_or_default(), code.as_deref().unwrap_or_default()))
            }
            Self::Quantity { value, unit, code, .. } => {
                write!(f, "{value} {}", if code.is_empty() { unit } else { code })
            }
            Self::Reference(text) | Self::Primitive { text, .. } => f.write_str(text),
        }
    }
}

/// A code as search and messages write it: `system|code`.
pub(crate) fn written_code(system: &str, code: &str) -> String {
    if system.is_empty() { code.to_owned() } else { format!("{system}|{code}") }
}

fn primitives(type_name: &str, answered: &str, expected: &str) -> Compared {
    let ordered = |found: Option<Ordering>| found.map_or(Compared::Unknown, Compared::Ordered);
    match type_name {
        "decimal" | "integer" => match (decimal(answered), decimal(expected)) {
            (Some(one), Some(other)) => Compared::Ordered(one.cmp(&other)),
            _ => Compared::Unknown,
        },
        "date" | "dateTime" | "instant" => match (DateTime::parse(answered), DateTime::parse(expected)) {
            _ if answered == expected => Compared::Ordered(Ordering::Equal),
            (Some(one), Some(other)) => ordered(one.compare(other)),
            _ => Compared::Unknown,
        },
        "time" => match (Time::parse(answered), Time::parse(expected)) {
            (Some(one), Some(other)) => ordered(one.compare(other)),
            _ => Compared::Unknown,
        },
        "string" => Compared::Ordered(answered.cmp(expected)),
        _ => Compared::Same(answered == expected),
    }
}

/// Quantities compare by their formal unit; words for a unit only when they are the same words.
fn quantities(answer: Node<'_>, [value, unit, system, code]: [&str; 4]) -> Compared {
    let part = |name: &str| answer.child_value(name).unwrap_or_default();
    let (Some(answered), Some(expected)) = (decimal(part("value")), decimal(value)) else { return Compared::Unknown };
    if answer.child("comparator").is_some() {
        return Compared::Unknown;
    }
    let is_formal = !code.is_empty() && !part("code").is_empty();
    if !is_formal {
        let same_words = unit == part("unit") && code == part("code") && system == part("system");
        return if same_words { Compared::Ordered(answered.cmp(&expected)) } else { Compared::Unknown };
    }
    if system != part("system") {
        return Compared::Unknown;
    }
    let quantity = |value: BigDecimal, code: &str| Quantity { value, unit: Unit::Ucum(code.into()) };
    match compare_quantities(&quantity(answered, part("code")), &quantity(expected, code)) {
        Comparison::Ordered(order) => Compared::Ordered(order),
        Comparison::OtherDimension => Compared::OtherDimension,
        Comparison::Unknown => Compared::Unknown,
    }
}
