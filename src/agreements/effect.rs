//! What a finding does: a function of level and basis, and of nothing else
//! (settled 1; PZP-DAT-005).

use serde::{Deserialize, Serialize};

use super::{Basis, Level};

/// What a finding against a requirement does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Feeds the coverage score of the dataset only.
    Coverage,
    /// Is mentioned.
    Remark,
    /// Is a warning.
    Warn,
    /// Makes a claim not conformant.
    Fail,
}

/// The effect of a finding. In a mixed basis T, X and D drop out.
#[must_use]
pub fn effect(level: Level, basis: &[Basis]) -> Effect {
    let binding = basis.iter().any(|basis| matches!(basis, Basis::N | Basis::P | Basis::F));
    let dataset_only = !basis.is_empty() && basis.iter().all(|basis| *basis == Basis::D);
    match level {
        _ if dataset_only => Effect::Coverage,
        _ if !binding => Effect::Remark,
        Level::Shall | Level::Must => Effect::Fail,
        Level::Should => Effect::Warn,
        Level::May => Effect::Remark,
    }
}
