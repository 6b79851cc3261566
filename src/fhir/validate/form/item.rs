//! An item of a form as judging reads it: facts, no sentences. Texts are there
//! as digests, so that right and wrong can be told without them.

use super::limits::Limits;
use super::value::Value;
use crate::digest;

/// The text of an item or the display of a code, digested. White space counts as
/// XML keeps it in an attribute: a line break is a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextDigest(pub(crate) Box<str>);

/// Letters of a digest that are kept: enough to tell the texts of a form apart.
const DIGEST_LETTERS: usize = 12;

impl TextDigest {
    pub(crate) fn of(text: &str) -> Self {
        let words: Vec<&str> = text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
        let hex = digest::sha256_hex(words.join(" ").as_bytes());
        Self(hex[..DIGEST_LETTERS].into())
    }
}

/// What kind of item it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Group,
    Display,
    Boolean,
    Decimal,
    Integer,
    Date,
    DateTime,
    Time,
    String,
    Text,
    Url,
    Choice,
    OpenChoice,
    Attachment,
    Reference,
    Quantity,
}

/// The code of each kind, and the type of its answer where there is but one.
const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::Group, "group", ""),
    (Kind::Display, "display", ""),
    (Kind::Boolean, "boolean", "boolean"),
    (Kind::Decimal, "decimal", "decimal"),
    (Kind::Integer, "integer", "integer"),
    (Kind::Date, "date", "date"),
    (Kind::DateTime, "dateTime", "dateTime"),
    (Kind::Time, "time", "time"),
    (Kind::String, "string", "string"),
    (Kind::Text, "text", "string"),
    (Kind::Url, "url", "uri"),
    (Kind::Choice, "choice", ""),
    (Kind::OpenChoice, "open-choice", ""),
    (Kind::Attachment, "attachment", "Attachment"),
    (Kind::Reference, "reference", "Reference"),
    (Kind::Quantity, "quantity", "Quantity"),
];

impl Kind {
    pub(crate) fn of(code: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known, _)| *known == code).map(|(kind, ..)| *kind)
    }

    pub(crate) fn code(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, code, _)| code)
    }

    /// The type of its answers; `None` for choices, which may have several, and for what has no answer.
    pub(crate) fn answer_type(self) -> Option<&'static str> {
        KINDS.iter().find(|(kind, ..)| *kind == self).map(|(.., found)| *found).filter(|found| !found.is_empty())
    }

    pub(crate) fn is_choice(self) -> bool {
        matches!(self, Self::Choice | Self::OpenChoice)
    }
}

/// An answer that the form offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: Value,
    /// Nothing else may be answered beside it.
    pub(crate) is_exclusive: bool,
}

/// How a condition holds the answer against its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Exists,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

const OPERATORS: &[(Operator, &str)] = &[
    (Operator::Exists, "exists"),
    (Operator::Equal, "="),
    (Operator::NotEqual, "!="),
    (Operator::GreaterOrEqual, ">="),
    (Operator::LessOrEqual, "<="),
    (Operator::Greater, ">"),
    (Operator::Less, "<"),
];

impl Operator {
    pub(crate) fn of(code: &str) -> Option<Self> {
        OPERATORS.iter().find(|(_, known)| *known == code).map(|(operator, _)| *operator)
    }

    pub(crate) fn code(self) -> &'static str {
        OPERATORS.iter().find(|(operator, _)| *operator == self).map_or("", |(_, code)| code)
    }
}

/// An answer elsewhere that an item hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) question: Box<str>,
    /// `None`: one that is not understood.
    pub(crate) operator: Option<Operator>,
    pub(crate) value: Option<Value>,
}

/// Which of the conditions must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    All,
    Any,
    /// The form leaves it open.
    Unsaid,
    /// An expression decides, which is not of FHIR itself.
    Expression,
}

/// An item of a form.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) link_id: Box<str>,
    /// `None`: the form gives none, or one that FHIR does not have.
    pub(crate) kind: Option<Kind>,
    /// In the language of the form and in others.
    pub(crate) texts: Vec<TextDigest>,
    pub(crate) is_required: bool,
    pub(crate) repeats: bool,
    pub(crate) is_read_only: bool,
    pub(crate) max_length: Option<usize>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) value_set: Option<Box<str>>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) behaviour: Behaviour,
    pub(crate) initial: Vec<Value>,
    pub(crate) limits: Option<Box<Limits>>,
    /// Place of the item around it.
    pub(crate) parent: Option<usize>,
    /// Places of the items in it.
    pub(crate) items: Vec<usize>,
}
