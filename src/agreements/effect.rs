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

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [Level; 4] = [Level::Shall, Level::Must, Level::Should, Level::May];
    const BASES: [Basis; 6] = [Basis::N, Basis::P, Basis::F, Basis::T, Basis::D, Basis::X];

    /// Every set of bases, the empty one included.
    fn sets() -> impl Iterator<Item = Vec<Basis>> {
        (0..1_u32 << BASES.len())
            .map(|set| BASES.into_iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, basis)| basis).collect())
    }

    fn binds(basis: &[Basis]) -> bool {
        [Basis::N, Basis::P, Basis::F].iter().any(|binding| basis.contains(binding))
    }

    #[test]
    fn effect_of_shall_and_must_with_n_p_or_f_is_fail_whatever_stands_beside_it() {
        for basis in sets().filter(|basis| binds(basis)) {
            assert_eq!(effect(Level::Shall, &basis), Effect::Fail, "{basis:?}");
            assert_eq!(effect(Level::Must, &basis), Effect::Fail, "{basis:?}");
        }
    }

    #[test]
    fn effect_of_should_with_n_p_or_f_is_warn() {
        for basis in sets().filter(|basis| binds(basis)) {
            assert_eq!(effect(Level::Should, &basis), Effect::Warn, "{basis:?}");
        }
    }

    #[test]
    fn effect_of_may_is_never_more_than_a_remark() {
        for basis in sets() {
            assert!(effect(Level::May, &basis) <= Effect::Remark, "{basis:?}");
        }
    }

    #[test]
    fn effect_of_d_alone_is_coverage_at_every_level() {
        for level in LEVELS {
            assert_eq!(effect(level, &[Basis::D]), Effect::Coverage, "{level:?}");
        }
    }

    #[test]
    fn effect_of_t_and_x_is_a_remark_at_every_level() {
        for level in LEVELS {
            for basis in [&[Basis::T][..], &[Basis::X], &[Basis::T, Basis::X]] {
                assert_eq!(effect(level, basis), Effect::Remark, "{level:?} {basis:?}");
            }
        }
    }

    #[test]
    fn pzp_dat_005_findings_of_basis_t_x_and_d_never_fail_or_warn() {
        for level in LEVELS {
            for basis in sets().filter(|basis| !binds(basis)) {
                assert!(effect(level, &basis) <= Effect::Remark, "{level:?} {basis:?}");
            }
        }
    }

    #[test]
    fn effect_does_not_hang_on_the_order_of_the_bases() {
        for level in LEVELS {
            for mut basis in sets() {
                let before = effect(level, &basis);
                basis.reverse();
                assert_eq!(effect(level, &basis), before, "{level:?} {basis:?}");
            }
        }
    }
}
