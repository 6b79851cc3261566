//! The tree that an expression is parsed into. Each branch knows the bytes it
//! was written in, for messages; meaning lives in `evaluate` and `check`.

use std::sync::OnceLock;

use regex::Regex;

use super::functions::Function;
use super::item::Item;

/// A range of byte offsets in the text of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Range {
    /// First byte.
    pub(crate) start: u32,
    /// One past the last byte.
    pub(crate) end: u32,
}

impl Range {
    pub(super) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// One branch of an expression.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) kind: Kind,
    pub(super) range: Range,
    /// How many branches stand on top of each other, this one included.
    pub(super) depth: u16,
}

impl Branch {
    /// This branch and all below it, left to right.
    pub(super) fn visit<'b>(&'b self, visitor: &mut impl FnMut(&'b Self)) {
        visitor(self);
        match &self.kind {
            Kind::Empty | Kind::Literal(_) | Kind::This | Kind::Index | Kind::Total | Kind::Variable(_) => {}
            Kind::Element { of, .. } | Kind::Typed { of, .. } => of.iter().for_each(|of| of.visit(visitor)),
            Kind::Call(call) => call.of.iter().chain(&call.arguments).for_each(|branch| branch.visit(visitor)),
            Kind::Signed { of, .. } => of.visit(visitor),
            Kind::Indexed { of: left, index: right } | Kind::Binary { left, right, .. } => {
                left.visit(visitor);
                right.visit(visitor);
            }
        }
    }
}

/// What a branch does.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// `{}`
    Empty,
    /// `'text'`, `12`, `@2026`, `4 days`
    Literal(Item<'static>),
    /// `$this`
    This,
    /// `$index`
    Index,
    /// `$total`
    Total,
    /// `%name`
    Variable(Box<str>),
    /// `name`, or `of.name`; and where the name stands
    Element { of: Option<Box<Branch>>, name: Box<str>, at: Range },
    /// `name(...)`, or `of.name(...)`
    Call(Box<Call>),
    /// `of[index]`
    Indexed { of: Box<Branch>, index: Box<Branch> },
    /// `-of`, or `+of`
    Signed { negative: Negative, of: Box<Branch> },
    /// `left operator right`
    Binary { operator: Operator, left: Box<Branch>, right: Box<Branch> },
    /// `of is Name`, `of as Name`, `of.ofType(Name)`
    Typed { operator: TypeOperator, of: Option<Box<Branch>>, name: TypeName },
}

/// Whether a sign turns the number round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Negative {
    /// `-`
    Yes,
    /// `+`
    No,
}

/// A function that is called.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) of: Option<Branch>,
    pub(super) name: Box<str>,
    /// Where the name stands.
    pub(super) name_range: Range,
    /// `None` when there is no such function.
    pub(super) function: Option<&'static Function>,
    pub(super) arguments: Vec<Branch>,
    /// The regular expression in a literal argument, once it was compiled.
    pub(super) regex: OnceLock<Regex>,
}

/// What is done with a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeOperator {
    /// Whether the item has the type.
    Is,
    /// The items that have the type.
    As,
    /// The items that have the type.
    OfType,
}

/// The name of a type, with or without its namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeName {
    pub(super) namespace: Option<Namespace>,
    pub(super) name: Box<str>,
    pub(super) range: Range,
}

/// Where a type comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// FHIRPath's own types.
    System,
    /// FHIR's types.
    Fhir,
}

impl Namespace {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Fhir => "FHIR",
        }
    }
}

/// The operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Multiply,
    Divide,
    WholeDivide,
    Modulo,
    Add,
    Subtract,
    Concatenate,
    Union,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
}

impl Operator {
    /// How strongly it binds: a higher number binds its operands first.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Multiply | Self::Divide | Self::WholeDivide | Self::Modulo => 9,
            Self::Add | Self::Subtract | Self::Concatenate => 8,
            Self::Union => 6,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 5,
            Self::Equal | Self::NotEqual | Self::Equivalent | Self::NotEquivalent => 4,
            Self::In | Self::Contains => 3,
            Self::And => 2,
            Self::Or | Self::Xor => 1,
            Self::Implies => 0,
        }
    }

    /// As it is written.
    pub(super) fn written(self) -> &'static str {
        OPERATORS.iter().find(|(_, operator)| *operator == self).map_or("", |(written, _)| written)
    }

    /// The operator that is written so.
    pub(super) fn named(written: &str) -> Option<Self> {
        OPERATORS.iter().find(|(name, _)| *name == written).map(|(_, operator)| *operator)
    }
}

/// The strength of `is` and `as`, between addition and union.
pub(super) const TYPE_STRENGTH: u8 = 7;

const OPERATORS: [(&str, Operator); 22] = [
    ("*", Operator::Multiply),
    ("/", Operator::Divide),
    ("div", Operator::WholeDivide),
    ("mod", Operator::Modulo),
    ("+", Operator::Add),
    ("-", Operator::Subtract),
    ("&", Operator::Concatenate),
    ("|", Operator::Union),
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    (">", Operator::Greater),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("~", Operator::Equivalent),
    ("!~", Operator::NotEquivalent),
    ("in", Operator::In),
    ("contains", Operator::Contains),
    ("and", Operator::And),
    ("or", Operator::Or),
    ("xor", Operator::Xor),
    ("implies", Operator::Implies),
];
