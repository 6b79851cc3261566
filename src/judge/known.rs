//! Failures that a vendor knows: what became of each. They never make a system
//! conformant; only the exit code follows them, and what is out of date is told.

use std::collections::BTreeSet;

use super::verdict::{ExpectationVerdict, Outcome, Verdicts};
use crate::evidence::Evidence;
use crate::plan::KnownFailure;

/// A known failure and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownVerdict<'a> {
    /// The entry of the vendor.
    pub entry: &'a KnownFailure,
    /// What became of it.
    pub state: KnownState,
    /// Keys of the expectations that it is about and that failed.
    pub failing: Vec<&'a str>,
}

/// What became of a known failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownState {
    /// It fails, as is known.
    Failing,
    /// It no longer fails: the entry can go.
    Passes,
    /// Its last day has passed: it counts.
    Expired,
    /// It is about nothing in the suite.
    Unmatched,
    /// Nothing was decided about it in this run.
    Undecided,
}

/// What became of every known failure, in the order of the vendor.
#[must_use]
pub fn known<'a>(evidence: &'a Evidence, verdicts: &'a Verdicts) -> Vec<KnownVerdict<'a>> {
    let plan = &evidence.start.plan;
    let day = day(&evidence.start.at);
    let partial = plan.selection.is_some();
    plan.known.iter().map(|entry| verdict(entry, verdicts, day, partial)).collect()
}

fn verdict<'a>(entry: &'a KnownFailure, verdicts: &'a Verdicts, day: &str, partial: bool) -> KnownVerdict<'a> {
    let about: Vec<&ExpectationVerdict> =
        verdicts.expectations.iter().filter(|verdict| entry.is_about(&verdict.key, &verdict.req)).collect();
    let with = |outcomes: &[Outcome]| about.iter().any(|verdict| outcomes.contains(&verdict.outcome));
    let failing: Vec<&str> =
        about.iter().filter(|verdict| verdict.outcome == Outcome::Fail).map(|verdict| verdict.key.as_str()).collect();
    let state = match failing.is_empty() {
        // Of a part of the suite nothing can be said of what is outside it.
        _ if about.is_empty() && partial => KnownState::Undecided,
        _ if about.is_empty() => KnownState::Unmatched,
        _ if !entry.holds_on(day) => KnownState::Expired,
        false => KnownState::Failing,
        true if with(&[Outcome::Untested, Outcome::CantTell, Outcome::Broken]) => KnownState::Undecided,
        true if with(&[Outcome::Pass, Outcome::Warn]) => KnownState::Passes,
        true => KnownState::Undecided,
    };
    KnownVerdict { entry, state, failing }
}

/// Whether every failure of a run is known and still within its days.
#[must_use]
pub(super) fn all_known(evidence: &Evidence, verdicts: &Verdicts) -> bool {
    let known = known(evidence, verdicts);
    let excused: BTreeSet<&str> =
        known.iter().filter(|known| known.state == KnownState::Failing).flat_map(|known| known.failing.iter().copied()).collect();
    let claimed = |req: &str| verdicts.requirements.iter().any(|verdict| verdict.id == req && verdict.claimed);
    let mut failing =
        verdicts.expectations.iter().filter(|verdict| verdict.outcome == Outcome::Fail && claimed(&verdict.req)).peekable();
    failing.peek().is_some() && failing.all(|verdict| excused.contains(verdict.key.as_str()))
}

/// The day of a time in RFC 3339, in UTC.
fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::super::exit::{Completeness, exit_code};
    use super::super::testing::Bench;
    use super::*;
    use crate::plan::KnownSubject;

    /// The run of one expectation that is met or not, on 2026-11-25, with these known failures.
    fn run(status: u16, known: Vec<KnownFailure>) -> (Evidence, Verdicts) {
        let mut bench = Bench::new();
        bench.step("step").expect("PZP-EX-010", r#"{"status": 200}"#).answer(status, "{}");
        let verdicts = bench.judge();
        let mut evidence = bench.evidence();
        "2026-11-25T14:03:22.000Z".clone_into(&mut evidence.start.at);
        evidence.start.plan.known = known;
        (evidence, verdicts)
    }

    fn entry(subject: KnownSubject, until: &str) -> KnownFailure {
        KnownFailure { subject, reason: "ticket 1".to_owned(), until: until.to_owned() }
    }

    fn requirement(id: &str, until: &str) -> KnownFailure {
        entry(KnownSubject::Requirement(id.to_owned()), until)
    }

    fn state_and_exit(status: u16, known_failure: KnownFailure) -> (KnownState, u8) {
        let (evidence, verdicts) = run(status, vec![known_failure]);
        let exit = exit_code(&verdicts, &evidence, Completeness::Optional).number();
        (known(&evidence, &verdicts)[0].state, exit)
    }

    #[test]
    fn known_failure_within_its_days_does_not_count() {
        assert_eq!(state_and_exit(500, requirement("PZP-EX-010", "2026-11-25")), (KnownState::Failing, 0));
        let by_key = entry(KnownSubject::Expectation("s/*/*".to_owned()), "2026-12-31");
        assert_eq!(state_and_exit(500, by_key), (KnownState::Failing, 0));
    }

    #[test]
    fn known_failure_past_its_date_counts() {
        assert_eq!(state_and_exit(500, requirement("PZP-EX-010", "2026-11-24")), (KnownState::Expired, 1));
    }

    #[test]
    fn known_failure_that_passes_is_told_and_is_no_failure() {
        assert_eq!(state_and_exit(200, requirement("PZP-EX-010", "2026-12-31")), (KnownState::Passes, 0));
    }

    #[test]
    fn known_failure_of_something_else_excuses_nothing() {
        assert_eq!(state_and_exit(500, requirement("PZP-EX-011", "2026-12-31")), (KnownState::Unmatched, 1));
    }

    #[test]
    fn known_failure_outside_a_selection_is_undecided() {
        let (mut evidence, verdicts) = run(200, vec![requirement("PZP-EX-011", "2026-12-31")]);
        evidence.start.plan.selection = Some("s".to_owned());
        assert_eq!(known(&evidence, &verdicts)[0].state, KnownState::Undecided);
    }

    #[test]
    fn known_failures_leave_the_conclusion_as_it_is() {
        let (evidence, verdicts) = run(500, vec![requirement("PZP-EX-010", "2026-12-31")]);
        assert_eq!(verdicts.conclusion, super::super::verdict::Conclusion::NotConformant);
        assert_eq!(exit_code(&verdicts, &evidence, Completeness::Required).number(), 1);
    }
}
