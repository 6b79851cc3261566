//! FHIR's JSON: text to a node tree through the type table, and back. What is
//! readable but wrong (an unknown element, a list for a single value) stays in
//! the tree for the judge; only what is no resource is refused.

mod lexer;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use lexer::is_number;
pub use reader::read;
pub use writer::{write, write_element, write_pretty};

pub use super::reading::ReadError;
