//! What Toets knows of FHIR. Nothing here knows PZP or HTTP.

pub mod node;
pub mod types;
