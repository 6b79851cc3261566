//! Judging: `judge(plan, evidence, suite) -> Verdicts`, pure and synchronous,
//! the same for a live run and a replay. One kind of check a file.

mod finding;
mod verdict;

pub use finding::{Code, Finding, Place};
pub use verdict::{Conclusion, Counts, ExpectationVerdict, Outcome, Reason, RequirementVerdict, Verdicts};
