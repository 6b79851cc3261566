//! The exit code of a run: what a build server sees of it.

use super::known::all_known;
use super::verdict::{Conclusion, Outcome, Verdicts};
use crate::evidence::{self, Evidence, Record};

/// What a run ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Nothing failed, or nothing that is not known; the word may be INCOMPLETE.
    Conformant,
    /// Something failed, or is open although all was asked for.
    NotConformant,
    /// There was nothing to run, or it was asked for wrongly.
    WrongUse,
    /// No exchange was completed at all.
    Unreachable,
    /// Toets itself broke.
    Harness,
}

/// Whether what is left open is held against the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Completeness {
    /// INCOMPLETE is no failure.
    #[default]
    Optional,
    /// `--require-complete`
    Required,
}

impl ExitCode {
    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::NotConformant => 1,
            Self::WrongUse => 2,
            Self::Unreachable => 3,
            Self::Harness => 4,
        }
    }

    /// The one that counts of two (settled 2).
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |code: Self| match code {
            Self::Conformant => 0,
            Self::NotConformant => 1,
            Self::Unreachable => 2,
            Self::WrongUse => 3,
            Self::Harness => 4,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// The exit code of a run. When several apply the order is 4, 2, 3, 1, 0 (settled 2). Failures that the vendor knows do
/// not count, unless completeness is required: what fails is then as little complete as what is open.
#[must_use]
pub fn exit_code(verdicts: &Verdicts, evidence: &Evidence, completeness: Completeness) -> ExitCode {
    let is_broken = verdicts.expectations.iter().any(|expectation| expectation.outcome == Outcome::Broken);
    let is_answered = |record: &Record| matches!(record, Record::Exchange(exchange) if matches!(exchange.outcome, evidence::Outcome::Answered(_)));
    match verdicts.conclusion {
        _ if is_broken => ExitCode::Harness,
        _ if verdicts.expectations.is_empty() => ExitCode::WrongUse,
        _ if !evidence.records.iter().any(is_answered) => ExitCode::Unreachable,
        Conclusion::NotConformant if completeness == Completeness::Optional && all_known(evidence, verdicts) => {
            ExitCode::Conformant
        }
        Conclusion::NotConformant => ExitCode::NotConformant,
        Conclusion::Incomplete if completeness == Completeness::Required => ExitCode::NotConformant,
        Conclusion::Incomplete | Conclusion::Conformant => ExitCode::Conformant,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    /// A run with one expectation of this outcome.
    fn verdicts(outcome: Outcome, conclusion: Conclusion) -> Verdicts {
        let mut bench = Bench::new();
        bench.step("step").expect("PZP-EX-010", r#"{"status": 200}"#);
        let mut verdicts = bench.judge();
        verdicts.conclusion = conclusion;
        verdicts.expectations.iter_mut().for_each(|expectation| expectation.outcome = outcome);
        verdicts
    }

    fn answered() -> Evidence {
        let mut bench = Bench::new();
        bench.step("step").answer(200, "{}");
        bench.evidence()
    }

    fn code(verdicts: &Verdicts, evidence: &Evidence) -> u8 {
        exit_code(verdicts, evidence, Completeness::Optional).number()
    }

    #[test]
    fn worse_is_by_the_order_of_settled_2() {
        assert_eq!(ExitCode::NotConformant.worse(ExitCode::Unreachable), ExitCode::Unreachable);
        assert_eq!(ExitCode::Harness.worse(ExitCode::WrongUse), ExitCode::Harness);
        assert_eq!(ExitCode::WrongUse.worse(ExitCode::Unreachable), ExitCode::WrongUse);
        assert_eq!(ExitCode::Conformant.worse(ExitCode::NotConformant), ExitCode::NotConformant);
    }

    #[test]
    fn exit_code_is_0_when_nothing_failed() {
        assert_eq!(code(&verdicts(Outcome::Pass, Conclusion::Conformant), &answered()), 0);
        assert_eq!(code(&verdicts(Outcome::Untested, Conclusion::Incomplete), &answered()), 0);
    }

    #[test]
    fn exit_code_is_1_when_something_failed() {
        assert_eq!(code(&verdicts(Outcome::Fail, Conclusion::NotConformant), &answered()), 1);
    }

    #[test]
    fn exit_code_is_1_for_incomplete_when_complete_is_required() {
        let verdicts = verdicts(Outcome::Untested, Conclusion::Incomplete);
        assert_eq!(exit_code(&verdicts, &answered(), Completeness::Required), ExitCode::NotConformant);
    }

    #[test]
    fn exit_code_is_2_when_nothing_was_planned() {
        let mut verdicts = verdicts(Outcome::Fail, Conclusion::NotConformant);
        verdicts.expectations.clear();
        assert_eq!(code(&verdicts, &Bench::new().evidence()), 2);
    }

    #[test]
    fn exit_code_is_3_before_1_when_no_exchange_was_completed() {
        assert_eq!(code(&verdicts(Outcome::Fail, Conclusion::NotConformant), &Bench::new().evidence()), 3);
    }

    #[test]
    fn exit_code_is_4_before_all_else_when_the_judge_broke() {
        let broken = verdicts(Outcome::Broken, Conclusion::NotConformant);
        assert_eq!(code(&broken, &answered()), 4);
        assert_eq!(code(&broken, &Bench::new().evidence()), 4);
    }
}
