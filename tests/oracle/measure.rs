//! What is counted of a case, and what is left out on both sides first.

use std::collections::{BTreeMap, BTreeSet};

use toets::fhir::validate::{Issue, Severity};

use super::cases::{Case, Said};
use super::lists::Exclusions;
use super::run::Outcome;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    /// Both find an error, or neither does.
    Verdict,
    /// Both find as many errors.
    Count,
    /// No error stands where the HL7 validator has none.
    NoneOfOurs,
    /// Where both find errors: an element that the change made wrong is named by both.
    Element,
    /// As XML the same findings.
    Xml,
}

impl Measure {
    /// As it stands in the lists.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Count => "count",
            Self::NoneOfOurs => "none-of-ours",
            Self::Element => "element",
            Self::Xml => "xml",
        }
    }
}

/// A case with both answers, what is excluded left out.
pub(crate) struct Compared<'c> {
    pub(crate) case: &'c Case,
    pub(crate) outcome: &'c Outcome,
    /// Errors of the HL7 validator.
    pub(crate) theirs: Vec<&'c Said>,
    /// Errors of ours.
    pub(crate) ours: Vec<&'c Issue>,
}

impl<'c> Compared<'c> {
    pub(crate) fn new(
        case: &'c Case,
        outcome: &'c Outcome,
        exclusions: &Exclusions,
        excluded: &mut BTreeMap<String, usize>,
    ) -> Self {
        let mut keep = |line: Option<&str>| match line {
            Some(line) => {
                *excluded.entry(line.to_owned()).or_default() += 1;
                false
            }
            None => true,
        };
        let theirs = case.said.iter().filter(|said| said.error && keep(exclusions.of_theirs(said, &case.said))).collect();
        let ours = outcome.issues.iter().filter(|issue| issue.severity == Severity::Error && keep(exclusions.of_ours(issue)));
        Self { case, outcome, theirs, ours: ours.collect() }
    }

    /// What differs by a measure; `None` when the case does not count for it.
    pub(crate) fn measured(&self, measure: Measure) -> Option<Result<(), String>> {
        if self.outcome.panic {
            return Some(Err("our judge panics".to_owned()));
        }
        match measure {
            Measure::Verdict => Some(self.verdict()),
            Measure::Count if self.theirs.len() == self.ours.len() => Some(Ok(())),
            Measure::Count => Some(Err(format!("{} | {}", self.their_codes(), self.our_codes(&self.ours)))),
            Measure::NoneOfOurs => Some(self.none_of_ours()),
            Measure::Element => self.element(),
            Measure::Xml => self.xml(),
        }
    }

    fn verdict(&self) -> Result<(), String> {
        match (self.theirs.is_empty(), self.ours.is_empty()) {
            (false, true) => Err(format!("falsely valid: {}", self.their_codes())),
            (true, false) => Err(format!("falsely invalid: {}", self.our_codes(&self.ours))),
            _ => Ok(()),
        }
    }

    fn none_of_ours(&self) -> Result<(), String> {
        let alone = |issue: &&&Issue| !self.theirs.iter().any(|said| said.is_at(&issue.path));
        let alone: Vec<&Issue> = self.ours.iter().filter(alone).copied().collect();
        if alone.is_empty() { Ok(()) } else { Err(format!("only ours: {}", self.our_codes(&alone))) }
    }

    fn element(&self) -> Option<Result<(), String>> {
        if self.theirs.is_empty() || self.ours.is_empty() {
            return None;
        }
        let made = self.case.new_errors(&self.theirs);
        if made.is_empty() {
            return None;
        }
        if made.iter().any(|said| self.ours.iter().any(|issue| said.is_at(&issue.path))) {
            return Some(Ok(()));
        }
        Some(Err(format!("elsewhere: {} | {}", self.their_codes(), self.our_codes(&self.ours))))
    }

    fn xml(&self) -> Option<Result<(), String>> {
        let differences = self.outcome.xml.as_ref()?;
        let code = |line: &String| line.split(" at ").next().unwrap_or_default().to_owned();
        let codes: BTreeSet<String> = differences.iter().map(code).collect();
        Some(if codes.is_empty() { Ok(()) } else { Err(codes.into_iter().collect::<Vec<_>>().join(", ")) })
    }

    fn their_codes(&self) -> String {
        let codes: BTreeSet<&str> = self.theirs.iter().map(|said| short(&said.code)).collect();
        if codes.is_empty() { "-".to_owned() } else { codes.into_iter().collect::<Vec<_>>().join(", ") }
    }

    fn our_codes(&self, issues: &[&Issue]) -> String {
        let code = |issue: &&Issue| match &issue.key {
            Some(key) => format!("{} {key}", issue.code.name),
            None => issue.code.name.to_owned(),
        };
        let codes: BTreeSet<String> = issues.iter().map(code).collect();
        if codes.is_empty() { "-".to_owned() } else { codes.into_iter().collect::<Vec<_>>().join(", ") }
    }
}

/// The key of an invariant for its canonical.
fn short(code: &str) -> &str {
    code.rsplit_once('#').map_or(code, |(_, key)| key)
}
