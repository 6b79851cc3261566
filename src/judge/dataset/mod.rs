//! The dataset of the information standard held against a run: which concepts
//! were shown, what the dataset asks more than the profiles, and what only the
//! form can carry. Never part of the verdict (basis D and X).

mod coverage;
mod pool;
mod rules;
mod table;

pub use coverage::{ConceptCoverage, ConceptState, DatasetCoverage, DatasetCounts};

pub(crate) use coverage::coverage;
pub(crate) use rules::judge;
