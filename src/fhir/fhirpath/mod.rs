//! FHIRPath 2.0 over the node tree, with FHIR's types and functions: what an
//! expression says of a resource, in three values. Each way of doing too much
//! work is bounded: a hostile expression is an error, never a hang.
//! What the answer means for a verdict is not decided here.

mod ast;
mod check;
mod environment;
mod equality;
mod error;
mod evaluate;
mod functions;
mod item;
mod lexer;
mod literal;
mod number;
mod operators;
mod parser;
mod types;
mod units;

#[cfg(test)]
mod tests;

pub use ast::Namespace;
pub use check::{TypeProblem, Variables};
pub use environment::{Conformance, Environment, Membership, Resolver};
pub use error::{EvaluationError, Failure, SyntaxError};
pub use item::{Item, Quantity, TypeInfo, Unit};
pub(in crate::fhir) use number::decimal;
pub(in crate::fhir) use units::{Comparison, compare as compare_quantities};

use super::node::Node;
use super::types::Types;

/// An expression that was parsed once, to be evaluated often.
#[derive(Debug, Clone)]
pub struct Expression {
    text: Box<str>,
    root: ast::Branch,
}

/// What an expression says, when it is asked yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// It does not say: why.
    Undetermined(String),
}

/// Parses an expression.
///
/// # Errors
/// When the text is not FHIRPath, is too long or is nested too deep.
pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
    Ok(Expression { text: text.into(), root: parser::parse(text)? })
}

/// The resource behind a Reference or url: in what it stands in, or found by the environment.
#[must_use]
pub fn target<'t>(reference: Node<'t>, environment: &Environment<'t>) -> Option<Node<'t>> {
    let text = reference.child_value("reference").or_else(|| reference.value())?;
    functions::fhir::target(text, Some(reference), environment)
}

/// The type that a Reference says it points to, by its `type` or its url.
#[must_use]
pub fn referred_type(reference: Node<'_>, types: &Types) -> Option<String> {
    functions::fhir::referred_type(reference, types)
}

impl Expression {
    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The `%variables` that it reads and where they stand, the built-in ones
    /// included; the same one as often as it is read.
    pub fn variables(&self) -> impl Iterator<Item = (&str, std::ops::Range<usize>)> {
        let mut found = Vec::new();
        self.root.visit(&mut |branch| {
            if let ast::Kind::Variable(name) = &branch.kind {
                found.push((&**name, branch.range.start as usize..branch.range.end as usize));
            }
        });
        found.into_iter()
    }

    /// What can be seen to be wrong without a resource: elements that a type
    /// does not have, unknown functions and variables. `context` is the type
    /// that the expression starts from, empty when it is not known.
    #[must_use]
    pub fn check(&self, context: &str, variables: &Variables, types: &Types) -> Vec<TypeProblem> {
        check::check(&self.root, context, variables, types)
    }

    /// All items that the expression gives for `context`.
    ///
    /// # Errors
    /// When the values do not allow what the expression does with them, when it
    /// needs what is not there, or when it takes too much work.
    pub fn evaluate<'t>(&self, context: Node<'t>, environment: &Environment<'t>) -> Result<Vec<Item<'t>>, EvaluationError> {
        evaluate::evaluate(&self.root, Item::Node(context), environment)
    }

    /// Whether the expression is true of `context`. Nothing, several items and
    /// errors leave it open; one item that is no boolean counts as true.
    #[must_use]
    pub fn test<'t>(&self, context: Node<'t>, environment: &Environment<'t>) -> Truth {
        match self.evaluate(context, environment) {
            Err(error) => Truth::Undetermined(error.to_string()),
            Ok(items) => match operators::truth(&items) {
                Ok(Some(true)) => Truth::True,
                Ok(Some(false)) => Truth::False,
                Ok(None) => Truth::Undetermined("the expression gives nothing".to_owned()),
                Err(count) => Truth::Undetermined(format!("the expression gives {count} items, expected one")),
            },
        }
    }
}
