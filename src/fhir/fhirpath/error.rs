//! What can be wrong: with the text of an expression, and while it is evaluated.

use super::ast::Range;

/// The text is not FHIRPath.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// First wrong byte.
    pub start: usize,
    /// One past the last wrong byte.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl SyntaxError {
    pub(super) fn new(range: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        Self { start: range.start, end: range.end, message: message.into(), hint: None }
    }

    pub(super) fn at(range: Range, message: impl Into<String>) -> Self {
        Self::new(range.start as usize..range.end as usize, message)
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// Why an expression has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The expression does something that its values do not allow.
    Expression,
    /// The expression needs what this evaluator does not have, terminology for one.
    Unsupported,
    /// The expression takes more work than is allowed.
    Work,
}

/// An expression that could not be evaluated to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvaluationError {
    /// First byte of the part that could not be evaluated.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Whose fault it is.
    pub failure: Failure,
    /// What went wrong.
    pub message: String,
}

impl EvaluationError {
    pub(super) fn new(range: Range, failure: Failure, message: impl Into<String>) -> Self {
        Self { start: range.start as usize, end: range.end as usize, failure, message: message.into() }
    }

    pub(super) fn expression(range: Range, message: impl Into<String>) -> Self {
        Self::new(range, Failure::Expression, message)
    }

    pub(super) fn unsupported(range: Range, message: impl Into<String>) -> Self {
        Self::new(range, Failure::Unsupported, message)
    }
}
