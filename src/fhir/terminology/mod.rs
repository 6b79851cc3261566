//! Terminology offline: whether a code is in a value set, and what a code system
//! says of it. What only a terminology server knows is `Unknown`, never guessed.

mod code_system;
mod consulted;
pub mod display;
mod filter;
mod grammar;
mod membership;
#[cfg(test)]
mod tests;
mod value_set;
mod written;

use std::sync::Arc;

pub use code_system::{CodeSystem, Concept, Content};
pub use consulted::{Answer, Answers, Consulted, Question};
pub use display::{DisplayCheck, check_display};
pub(crate) use grammar::ucum;
pub use membership::membership;
pub use value_set::{Expansion, Filter, Include, ValueSet};
pub use written::written;

/// A code that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded<'c> {
    /// Its system; `None` for an element of type `code`, whose system the value set implies.
    pub system: Option<&'c str>,
    /// Version of the system, where it is said.
    pub version: Option<&'c str>,
    /// The code.
    pub code: &'c str,
}

/// Whether a code is in a value set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// It is.
    In,
    /// It is not.
    Out,
    /// What is here cannot tell.
    Unknown(Reason),
}

/// Why what is here cannot tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The value set is not to be had.
    #[error("value set `{canonical}` is not to be had: {why}")]
    NoValueSet {
        /// Which.
        canonical: String,
        /// Why it is not.
        why: String,
    },
    /// The code system is not to be had.
    #[error("code system `{system}` is not to be had: {why}")]
    NoCodeSystem {
        /// Which.
        system: String,
        /// Why it is not.
        why: String,
    },
    /// The code system is there, but not all of its codes.
    #[error("code system `{system}` is here without all of its codes")]
    NotComplete {
        /// Which.
        system: String,
    },
    /// A filter that is not understood.
    #[error("a filter by `{property} {operator} {value}` over `{system}` takes a terminology server")]
    Filter {
        /// Over which code system.
        system: String,
        /// Property.
        property: String,
        /// Operator.
        operator: String,
        /// Value.
        value: String,
    },
    /// Only letters in another case would match, and whether that counts is not said.
    #[error("`{system}` does not say whether capitals matter in `{code}`")]
    Case {
        /// Of which code system.
        system: String,
        /// The code.
        code: String,
    },
    /// Value sets that name one another in a ring, or deeper than anybody needs.
    #[error("value set `{canonical}` imports others too deep")]
    TooDeep {
        /// Which.
        canonical: String,
    },
    /// A terminology server was asked, and did not tell either.
    #[error("{reason}; the terminology server does not tell: {why}")]
    Server {
        /// Why it was asked.
        reason: Box<Reason>,
        /// Why it does not tell.
        why: String,
    },
    /// The value set does not say what is in it.
    #[error("value set `{canonical}` does not say what is in it")]
    NoContent {
        /// Which.
        canonical: String,
    },
}

/// How value sets and code systems are found: by canonical, with version where it matters.
pub struct Sources<'s> {
    /// A value set, or why it is not to be had.
    pub value_set: &'s dyn Fn(&str) -> Result<Arc<ValueSet>, String>,
    /// A code system, or why it is not to be had.
    pub code_system: &'s dyn Fn(&str) -> Result<Arc<CodeSystem>, String>,
}

impl std::fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sources")
    }
}
