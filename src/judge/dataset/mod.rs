//! The dataset of the information standard held against a run: which concepts
//! were shown, what the dataset asks more than the profiles, and what only the
//! form can carry. Never part of the verdict (basis D and X).

mod coverage;
mod data;
mod declared;
mod dutch;
mod pool;
mod rules;
mod sheet;
mod table;

pub use coverage::{ConceptCoverage, ConceptState, DatasetCounts, DatasetCoverage};
pub use data::{DataCheck, DataDifference, DifferenceKind};
pub use sheet::{Line, Sheet, Topic};

pub(crate) use coverage::coverage;
pub(crate) use data::check as check_data;
pub(crate) use declared::{Declared, declared, excused};
pub(crate) use rules::judge;
pub(crate) use sheet::sheet as sheet_of;
