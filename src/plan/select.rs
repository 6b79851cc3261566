//! Choosing a part of a plan: by requirement, scenario or expectation. What is
//! chosen is always whole scenarios: later steps hang on earlier ones.

use std::collections::BTreeSet;

use super::{PlanError, PlannedScenario};
use crate::scenario::Suite;

/// Which part of the suite is run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Selection {
    /// All of it.
    #[default]
    All,
    /// Scenarios that hold one of these: ids of requirements (`PZP-QRY-007`),
    /// names of scenarios, or keys of expectations with or without `@variant`.
    Only(Vec<String>),
}

impl Selection {
    /// The selection as the plan records it; nothing when it is everything.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Only(ids) => Some(ids.join(" ")),
        }
    }
}

/// Keeps the chosen scenarios.
pub(super) fn keep(scenarios: &mut Vec<PlannedScenario>, suite: &Suite, selection: &Selection) -> Result<(), PlanError> {
    let Selection::Only(ids) = selection else { return Ok(()) };
    let known = known_ids(scenarios, suite);
    for id in ids {
        if !known.contains(id.as_str()) {
            return Err(PlanError::UnknownSelection { id: id.clone(), nearest: nearest(id, &known) });
        }
    }
    scenarios.retain(|scenario| ids.iter().any(|id| holds(scenario, id)));
    if scenarios.is_empty() { Err(PlanError::NothingSelected { selection: ids.join(" ") }) } else { Ok(()) }
}

fn known_ids(scenarios: &[PlannedScenario], suite: &Suite) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = suite.catalogue.iter().map(|requirement| requirement.id.clone()).collect();
    known.extend(suite.scenarios.iter().map(|scenario| scenario.scenario.clone()));
    for expectation in scenarios.iter().flat_map(PlannedScenario::expectations) {
        known.insert(expectation.key.clone());
        known.insert(without_variant(&expectation.key).to_owned());
        known.insert(expectation.req.clone());
    }
    known
}

fn holds(scenario: &PlannedScenario, id: &str) -> bool {
    scenario.scenario == id
        || scenario
            .expectations()
            .any(|expectation| expectation.req == id || expectation.key == id || without_variant(&expectation.key) == id)
}

fn without_variant(key: &str) -> &str {
    key.split_once('@').map_or(key, |(key, _)| key)
}

/// The known id that takes the fewest edits; none when nothing is near.
fn nearest(id: &str, known: &BTreeSet<String>) -> Option<String> {
    let near = known.iter().map(|candidate| (edits(id, candidate), candidate)).min()?;
    (near.0 <= id.chars().count() / 3 + 1).then(|| near.1.clone())
}

/// Letters to insert, drop or change, whatever their case.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_is_the_one_with_the_fewest_edits_and_nothing_when_none_is_near() {
        let known: BTreeSet<String> = ["PZP-QRY-007", "consent", "metadata"].map(str::to_owned).into();
        assert_eq!(nearest("pzp-qry-07", &known).as_deref(), Some("PZP-QRY-007"));
        assert_eq!(nearest("consents", &known).as_deref(), Some("consent"));
        assert_eq!(nearest("zzzzzz", &known), None);
    }
}
