//! What can be seen to be wrong without a resource.

use std::collections::BTreeMap;

use super::ast::Branch;
use crate::fhir::types::Types;

/// A part of an expression that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeProblem {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// The variables that will be there, each with its type; empty when that is not known.
pub type Variables = BTreeMap<String, String>;

pub(super) fn check(_root: &Branch, _context: &str, _variables: &Variables, _types: &Types) -> Vec<TypeProblem> {
    Vec::new()
}
