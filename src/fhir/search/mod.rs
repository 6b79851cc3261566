//! Searching: what a query asks, and whether a resource answers it. One kind of
//! search parameter a file. Where resources are kept is `fhir::store`; how a
//! query travels is `serve` and `drive`.

mod criteria;
mod date;
mod query;
mod reference;
mod string;
mod token;
mod uri;

#[cfg(test)]
mod tests;

pub(in crate::fhir) use criteria::Candidates;
pub use criteria::{Criteria, Expressions, Scope, SearchError, Unknown};
pub use query::{Parameter, Query, QueryError};
pub use reference::{Link, link_of, link_to};
