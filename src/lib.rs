//! Toets: the conformance harness of the PZP Coalitie.
//!
//! Five values flow one way, and what is known of FHIR stands beside them:
//!
//! ```text
//! scenarios/*.yaml ─► Suite ─► Plan ─► Evidence ─► Verdicts ─► Report ─► junit.xml · report.html · run.json · terminal
//!                     scenario  plan   engine      judge       report
//!                                      drive, serve (the only I/O)
//! ```
//!
//! Modules in reading order: from what is known, through what is planned and
//! what happened, to what is thought of it and shown. Imports run towards the
//! top of this list only; `tests/house.rs` keeps it so.

// Ground: used by everybody, uses nobody.
pub mod clock;
pub mod diagnostic;
pub mod digest;
pub mod encoding;
pub mod nearest;
pub mod shape;
pub mod text;
pub mod yaml;

pub mod fhir;

pub mod agreements;
pub mod scenario;
pub mod sut;

pub mod plan;
pub mod recognise;

pub mod evidence;
pub mod redact;

pub mod drive;
pub mod serve;

pub mod consult;
pub mod engine;
pub mod load;

pub mod judge;

pub mod report;

pub mod cli;
