//! A ruling: what one check came to, before level and basis weigh it. Checks
//! only add to it; the outcome follows from what was added.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::verdict::{Outcome, Reason};
use crate::agreements::Effect;

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Ruling {
    findings: Vec<Finding>,
    open: Option<(Outcome, Reason)>,
    /// Why there is nothing to hold it against, where that is known better than that there is nothing.
    refused: Option<Reason>,
    judged: bool,
    exchanges: Vec<String>,
    /// The same, to know quickly which are among them.
    seen: BTreeSet<String>,
}

/// Why an answer cannot be judged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Obstacle {
    /// It is not about this check at all.
    Beside,
    /// It is an optional search that was refused, which another requirement judges: nothing was
    /// seen here, and a requirement that is seen nowhere else is untested.
    Refused(Reason),
    /// It was not looked at.
    Untested(Reason),
    /// It was looked at and cannot be decided.
    CantTell(Reason),
}

impl Ruling {
    /// Nothing was looked at, for this reason.
    pub(crate) fn open(reason: Reason) -> Self {
        Self { open: Some((Outcome::Untested, reason)), ..Self::default() }
    }

    /// Something was there to hold the expectation against.
    pub(crate) fn judged(&mut self) {
        self.judged = true;
    }

    /// Something was wrong.
    pub(crate) fn find(&mut self, finding: Finding) {
        self.judged = true;
        self.findings.push(finding);
    }

    /// Something could not be judged. The worst reason stays, of equals the first.
    pub(crate) fn hinder(&mut self, obstacle: Obstacle) {
        let (outcome, reason) = match obstacle {
            Obstacle::Beside => return,
            Obstacle::Refused(reason) => {
                self.refused.get_or_insert(reason);
                return;
            }
            Obstacle::Untested(reason) => (Outcome::Untested, reason),
            Obstacle::CantTell(reason) => (Outcome::CantTell, reason),
        };
        if self.open.as_ref().is_none_or(|(known, _)| *known < outcome) {
            self.open = Some((outcome, reason));
        }
    }

    /// An exchange was looked at.
    pub(crate) fn saw(&mut self, exchange: &str) {
        if self.seen.insert(exchange.to_owned()) {
            self.exchanges.push(exchange.to_owned());
        }
    }

    /// Takes out the findings that something excuses, and tells the excuses.
    pub(crate) fn take_out(&mut self, mut excuse: impl FnMut(&Finding) -> Option<String>) -> Vec<String> {
        let mut excuses = Vec::new();
        self.findings.retain(|finding| match excuse(finding) {
            Some(reason) => {
                excuses.push(reason);
                false
            }
            None => true,
        });
        excuses
    }

    /// Says findings in other words.
    pub(crate) fn reword(&mut self, change: impl FnMut(&mut Finding)) {
        self.findings.iter_mut().for_each(change);
    }

    /// Why something could not be judged.
    pub(crate) fn into_reason(self) -> Option<Reason> {
        self.open.map(|(_, reason)| reason)
    }

    /// Outcome, reason, findings and exchanges, when a finding has this effect.
    pub(crate) fn close(self, effect: Effect) -> Closed {
        let found = match effect {
            _ if self.findings.is_empty() && self.judged => Outcome::Pass,
            _ if self.findings.is_empty() => Outcome::Inapplicable,
            Effect::Fail => Outcome::Fail,
            Effect::Warn | Effect::Remark | Effect::Coverage => Outcome::Warn,
        };
        let (outcome, reason) = match self.open {
            Some((open, reason)) if open > found => (open, Some(reason)),
            _ if found == Outcome::Inapplicable => (found, Some(self.refused.unwrap_or(Reason::NothingToJudge))),
            _ => (found, None),
        };
        Closed { outcome, reason, findings: self.findings, exchanges: self.exchanges }
    }
}

/// A ruling that nothing is added to any more.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Closed {
    /// The outcome.
    pub(crate) outcome: Outcome,
    /// Why there is none.
    pub(crate) reason: Option<Reason>,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// What was looked at.
    pub(crate) exchanges: Vec<String>,
}

impl Closed {
    /// An outcome with its reason and nothing else.
    pub(crate) fn because(outcome: Outcome, reason: Reason) -> Self {
        Self { outcome, reason: Some(reason), findings: Vec::new(), exchanges: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::Code;
    use super::super::finding::Place;
    use super::*;

    fn finding() -> Finding {
        Finding::new(Code::StatusUnexpected, Place::default(), "x")
    }

    #[test]
    fn close_gives_inapplicable_when_nothing_was_judged() {
        let closed = Ruling::default().close(Effect::Fail);
        assert_eq!((closed.outcome, closed.reason), (Outcome::Inapplicable, Some(Reason::NothingToJudge)));
    }

    #[test]
    fn close_lets_a_failing_finding_win_over_what_is_open() {
        let mut ruling = Ruling::default();
        ruling.hinder(Obstacle::Untested(Reason::Stopped));
        ruling.find(finding());
        assert_eq!(ruling.close(Effect::Fail).outcome, Outcome::Fail);
    }

    #[test]
    fn close_never_passes_when_a_part_is_open() {
        let mut ruling = Ruling::default();
        ruling.judged();
        ruling.hinder(Obstacle::Untested(Reason::Stopped));
        let closed = ruling.close(Effect::Fail);
        assert_eq!((closed.outcome, closed.reason), (Outcome::Untested, Some(Reason::Stopped)));
    }

    #[test]
    fn close_warns_for_every_effect_but_fail() {
        for effect in [Effect::Warn, Effect::Remark, Effect::Coverage] {
            let mut ruling = Ruling::default();
            ruling.find(finding());
            assert_eq!(ruling.close(effect).outcome, Outcome::Warn);
        }
    }
}
