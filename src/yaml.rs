//! YAML: text to a tree of nodes with the bytes they came from. The one door to
//! the parser. What the nodes mean is for `scenario`.
//!
//! Only the plain part of YAML 1.2 is read: no anchors, aliases, tags, tabs or
//! second documents, so that a file says what it seems to say and cannot grow
//! while it is read.

mod read;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::diagnostic::Diagnostic;

pub use read::read;

/// Bytes that a file may have.
pub const MAX_BYTES: usize = 1 << 20;
/// Levels of nesting that a file may have.
pub const MAX_DEPTH: usize = 64;
/// Nodes that a file may have.
pub const MAX_NODES: usize = 100_000;

/// A value and the bytes that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Keys and values in the order of the file; of a duplicate key the first.
    Mapping(Vec<(Key, Node)>),
    /// Values in order.
    Sequence(Vec<Node>),
    /// Text with its style.
    Scalar(Scalar),
}

/// A key of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub text: String,
    /// Bytes of the file.
    pub span: Range<usize>,
}

/// A scalar as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, unescaped and unfolded.
    pub text: String,
    /// Between quotes or in a block (`|`, `>`): always a string.
    pub quoted: bool,
}

/// What a scalar is by the core schema of YAML 1.2.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number. One with a leading zero is text: it is a code.
    Integer(i64),
    /// Any other number.
    Decimal(f64),
    /// Everything else; `no` and `N` as well.
    Text,
}

/// A file as far as it could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The tree; none where the file is not YAML.
    pub root: Option<Node>,
    /// What is wrong with it as YAML.
    pub diagnostics: Vec<Diagnostic>,
}

impl Node {
    /// The entries of a mapping; none of anything else.
    #[must_use]
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            Value::Sequence(_) | Value::Scalar(_) => &[],
        }
    }

    /// The items of a sequence; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Mapping(_) | Value::Scalar(_) => &[],
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(known, _)| known.text == key).map(|(_, value)| value)
    }

    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            Value::Mapping(_) | Value::Sequence(_) => None,
        }
    }

    /// The node at the end of a path of keys and indexes, as far as it goes.
    #[must_use]
    pub fn at(&self, path: &[Step<'_>]) -> &Self {
        let mut node = self;
        for step in path {
            let next = match step {
                Step::Key(key) => node.get(key),
                Step::Index(index) => node.items().get(*index),
            };
            let Some(next) = next else { break };
            node = next;
        }
        node
    }

    /// The same as JSON, by the core schema.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Mapping(entries) => entries.iter().map(|(key, value)| (key.text.clone(), value.json())).collect(),
            Value::Sequence(items) => items.iter().map(Self::json).collect(),
            Value::Scalar(scalar) => match scalar.plain() {
                Plain::Null => serde_json::Value::Null,
                Plain::Boolean(value) => value.into(),
                Plain::Integer(value) => value.into(),
                Plain::Decimal(value) => value.into(),
                Plain::Text => scalar.text.clone().into(),
            },
        }
    }
}

/// One step of a path through a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'k> {
    /// Into the value of this key.
    Key(&'k str),
    /// Into this item, from 0.
    Index(usize),
}

impl Scalar {
    /// What it is by the core schema.
    #[must_use]
    pub fn plain(&self) -> Plain {
        if self.quoted {
            return Plain::Text;
        }
        match self.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
            "true" | "True" | "TRUE" => Plain::Boolean(true),
            "false" | "False" | "FALSE" => Plain::Boolean(false),
            text => number(text),
        }
    }
}

fn number(text: &str) -> Plain {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let coded = digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let numeric = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if coded || !numeric {
        return Plain::Text;
    }
    if let Ok(integer) = text.parse() {
        return Plain::Integer(integer);
    }
    text.parse().map_or(Plain::Text, Plain::Decimal)
}
