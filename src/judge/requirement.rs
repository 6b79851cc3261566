//! From expectations to requirements, and from those to the word over a run
//! (settled 2 and 3).

use std::collections::BTreeMap;

use super::verdict::{Conclusion, Counts, ExpectationVerdict, Outcome, Reason, RequirementVerdict, Verdicts};
use crate::agreements::{Effect, Level, Pending, Requirement};
use crate::plan::Plan;
use crate::scenario::Suite;

/// A verdict for every requirement of the catalogue: the worst of its expectations.
pub(crate) fn requirements(plan: &Plan, suite: &Suite, expectations: &[ExpectationVerdict]) -> Vec<RequirementVerdict> {
    let mut judged: BTreeMap<&str, Vec<&ExpectationVerdict>> = BTreeMap::new();
    for expectation in expectations {
        judged.entry(&expectation.req).or_default().push(expectation);
    }
    let of = |requirement: &Requirement| judged.get(requirement.id.as_str()).map_or(&[][..], Vec::as_slice);
    suite.catalogue.iter().map(|requirement| verdict(plan, suite, requirement, of(requirement))).collect()
}

fn verdict(plan: &Plan, suite: &Suite, requirement: &Requirement, expectations: &[&ExpectationVerdict]) -> RequirementVerdict {
    let claimed = suite.asks(requirement, plan.claims.actor, plan.claims.dialect) && !plan.unclaimed.contains(&requirement.id);
    let (outcome, reason) = match worst(expectations) {
        _ if !claimed => (Outcome::Inapplicable, None),
        Some(worst) => match refused(expectations).filter(|_| worst.outcome == Outcome::Inapplicable) {
            Some(reason) => (Outcome::Untested, Some(reason.clone())),
            None => (worst.outcome, worst.reason.clone()),
        },
        None => (Outcome::Untested, Some(unplanned(requirement))),
    };
    RequirementVerdict {
        id: requirement.id.clone(),
        level: requirement.level,
        actor: requirement.actor,
        effect: requirement.effect(),
        claimed,
        outcome,
        reason,
        expectations: expectations.iter().map(|expectation| expectation.key.clone()).collect(),
    }
}

/// The first of the worst.
fn worst<'e>(expectations: &[&'e ExpectationVerdict]) -> Option<&'e ExpectationVerdict> {
    let worst = expectations.iter().map(|expectation| expectation.outcome).max()?;
    expectations.iter().copied().find(|expectation| expectation.outcome == worst)
}

/// Where an optional search was refused, nothing was seen of what it would have shown. That is no
/// fault, but whoever is seen nowhere else was not tested: a refusal proves nothing.
fn refused<'e>(expectations: &[&'e ExpectationVerdict]) -> Option<&'e Reason> {
    let reasons = expectations.iter().filter_map(|expectation| expectation.reason.as_ref());
    reasons.into_iter().find(|reason| matches!(reason, Reason::OtherStatus(..)))
}

fn unplanned(requirement: &Requirement) -> Reason {
    match requirement.pending {
        Some(pending) => Reason::Pending(pending_name(pending).to_owned()),
        None => Reason::NotSelected,
    }
}

fn pending_name(pending: Pending) -> &'static str {
    match pending {
        Pending::Suite => "suite",
        Pending::Dataset => "dataset",
    }
}

/// The word over a run.
pub(crate) fn conclusion(requirements: &[RequirementVerdict]) -> Conclusion {
    let mut claimed = requirements.iter().filter(|requirement| requirement.claimed);
    if claimed.clone().any(|requirement| requirement.outcome == Outcome::Fail) {
        return Conclusion::NotConformant;
    }
    let is_open = |requirement: &RequirementVerdict| {
        let open = matches!(requirement.outcome, Outcome::Untested | Outcome::CantTell | Outcome::Broken);
        open && matches!(requirement.level, Level::Shall | Level::Must)
    };
    if claimed.any(is_open) { Conclusion::Incomplete } else { Conclusion::Conformant }
}

impl Verdicts {
    /// Outcomes of the claimed requirements of a level.
    #[must_use]
    pub fn counts(&self, level: Level) -> Counts {
        let mut counts = Counts::default();
        for requirement in self.requirements.iter().filter(|requirement| requirement.claimed && requirement.level == level) {
            counts.claimed += 1;
            *match requirement.outcome {
                Outcome::Pass => &mut counts.pass,
                Outcome::Warn if matches!(requirement.effect, Effect::Fail | Effect::Warn) => &mut counts.warn,
                Outcome::Warn => &mut counts.remark,
                Outcome::Fail => &mut counts.fail,
                Outcome::CantTell => &mut counts.cant_tell,
                Outcome::Untested => &mut counts.untested,
                Outcome::Inapplicable => &mut counts.inapplicable,
                Outcome::Broken => &mut counts.broken,
            } += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, row};
    use super::super::verdict::ProfileNotes;
    use super::*;
    use crate::agreements::{Actor, Basis, Effect};

    fn expectation(req: &str, outcome: Outcome) -> ExpectationVerdict {
        ExpectationVerdict {
            key: format!("s/{req}/{outcome:?}@v"),
            req: req.to_owned(),
            effect: Effect::Fail,
            outcome,
            reason: (outcome == Outcome::Untested).then_some(Reason::Stopped),
            findings: Vec::new(),
            exchanges: Vec::new(),
        }
    }

    fn bench() -> Bench {
        let mut bench = Bench::new();
        bench.requirement(row("PZP-EX-001", Level::Shall, Basis::N));
        bench.requirement(row("PZP-EX-002", Level::Should, Basis::N));
        bench
    }

    fn outcomes(bench: &Bench, expectations: &[ExpectationVerdict]) -> Vec<(Outcome, Option<Reason>)> {
        let verdicts = requirements(&bench.plan, &bench.suite(), expectations);
        verdicts.into_iter().map(|verdict| (verdict.outcome, verdict.reason)).collect()
    }

    #[test]
    fn requirement_takes_the_worst_of_its_expectations() {
        let expectations = [
            expectation("PZP-EX-001", Outcome::Pass),
            expectation("PZP-EX-001", Outcome::Untested),
            expectation("PZP-EX-002", Outcome::Inapplicable),
            expectation("PZP-EX-002", Outcome::Pass),
        ];
        let expected = vec![(Outcome::Untested, Some(Reason::Stopped)), (Outcome::Pass, None)];
        assert_eq!(outcomes(&bench(), &expectations), expected);
    }

    #[test]
    fn requirement_of_which_only_a_refusal_was_seen_is_untested() {
        let refusal = Reason::OtherStatus(String::from("GET x"), 400);
        let refused = ExpectationVerdict { reason: Some(refusal.clone()), ..expectation("PZP-EX-001", Outcome::Inapplicable) };
        let beside = expectation("PZP-EX-001", Outcome::Inapplicable);
        let seen = expectation("PZP-EX-001", Outcome::Pass);
        let of = |expectations: &[ExpectationVerdict]| outcomes(&bench(), expectations)[0].clone();
        assert_eq!(of(&[beside.clone(), refused.clone()]), (Outcome::Untested, Some(refusal)));
        assert_eq!(of(&[refused, seen]), (Outcome::Pass, None));
        assert_eq!(of(&[beside]), (Outcome::Inapplicable, None));
    }

    #[test]
    fn requirement_without_expectation_is_untested_with_its_pending_reason() {
        let mut bench = bench();
        let mut waiting = row("PZP-EX-003", Level::Shall, Basis::N);
        waiting.pending = Some(Pending::Suite);
        bench.requirement(waiting);
        let reasons: Vec<_> = outcomes(&bench, &[]).into_iter().map(|(_, reason)| reason).collect();
        let pending = Some(Reason::Pending(String::from("suite")));
        assert_eq!(reasons, vec![Some(Reason::NotSelected), Some(Reason::NotSelected), pending]);
    }

    #[test]
    fn requirement_that_is_not_claimed_is_inapplicable() {
        let mut bench = Bench::new();
        let mut other = row("PZP-EX-002", Level::Shall, Basis::N);
        other.actor = Actor::Consulter;
        bench.requirement(other);
        assert_eq!(outcomes(&bench, &[]), vec![(Outcome::Inapplicable, None)]);
    }

    #[test]
    fn conclusion_follows_from_the_claimed_shall_rows() {
        let of = |shall, should| {
            let expectations = [expectation("PZP-EX-001", shall), expectation("PZP-EX-002", should)];
            let bench = bench();
            conclusion(&requirements(&bench.plan, &bench.suite(), &expectations))
        };
        assert_eq!(of(Outcome::Pass, Outcome::Warn), Conclusion::Conformant);
        assert_eq!(of(Outcome::Pass, Outcome::Untested), Conclusion::Conformant);
        assert_eq!(of(Outcome::Untested, Outcome::Pass), Conclusion::Incomplete);
        assert_eq!(of(Outcome::CantTell, Outcome::Pass), Conclusion::Incomplete);
        assert_eq!(of(Outcome::Fail, Outcome::Untested), Conclusion::NotConformant);
    }

    #[test]
    fn counts_are_of_the_claimed_rows_of_a_level() {
        let bench = bench();
        let requirements = requirements(&bench.plan, &bench.suite(), &[expectation("PZP-EX-001", Outcome::Pass)]);
        let verdicts = Verdicts {
            conclusion: conclusion(&requirements),
            expectations: Vec::new(),
            requirements,
            profiles: ProfileNotes::default(),
            dataset: None,
            spoken: None,
            habits: Vec::new(),
        };
        assert_eq!(verdicts.counts(Level::Shall), Counts { claimed: 1, pass: 1, ..Counts::default() });
        assert_eq!(verdicts.counts(Level::Should), Counts { claimed: 1, untested: 1, ..Counts::default() });
        assert_eq!(verdicts.counts(Level::May), Counts::default());
    }
}
