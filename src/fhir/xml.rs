//! FHIR's XML: text to the same node tree as JSON gives, and back in the order
//! of the type table. No document type, no entities but the five of XML and
//! characters by number.

mod markup;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use markup::{Element, Markup, Space};
pub use reader::read;
pub use writer::write;

pub use super::reading::ReadError;

const FHIR: &str = "http://hl7.org/fhir";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
