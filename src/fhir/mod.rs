//! What Toets knows of FHIR. Nothing here knows PZP or HTTP.

mod builtin;
pub mod date;
pub mod definition;
pub mod fhirpath;
pub mod json;
pub mod knowledge;
pub(crate) mod narrative;
pub mod node;
pub mod package;
mod reading;
pub mod search;
pub mod snapshot;
pub mod store;
pub mod terminology;
pub mod types;
pub mod validate;
pub mod xml;
