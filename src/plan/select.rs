//! Choosing a part of a plan: by requirement, scenario or expectation. What is
//! chosen is always whole scenarios: later steps hang on earlier ones.

use std::collections::BTreeSet;

use super::{PlanError, PlannedScenario};
use crate::nearest::nearest;
use crate::scenario::Suite;

/// Which part of the suite is run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Selection {
    /// All of it.
    #[default]
    All,
    /// Scenarios that hold one of these: ids of requirements (`PZP-QRY-007`),
    /// names of scenarios, or keys of expectations, with or without `@variant`.
    Only(Vec<String>),
    /// These scenarios (`scenario@variant`) again, of an earlier run.
    Again {
        /// Their names. What the suite no longer holds is left out.
        scenarios: BTreeSet<String>,
        /// What they are, as the report says it.
        of: String,
    },
}

impl Selection {
    /// The selection as the plan records it; nothing when it is everything.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Only(ids) => Some(ids.join(" ")),
            Self::Again { of, .. } => Some(of.clone()),
        }
    }
}

/// Keeps the chosen scenarios.
pub(super) fn keep(scenarios: &mut Vec<PlannedScenario>, suite: &Suite, selection: &Selection) -> Result<(), PlanError> {
    match selection {
        Selection::All => return Ok(()),
        Selection::Only(ids) => keep_named(scenarios, suite, ids)?,
        Selection::Again { scenarios: again, .. } => scenarios.retain(|scenario| again.contains(&scenario.name())),
    }
    let selection = selection.reason().unwrap_or_default();
    if scenarios.is_empty() { Err(PlanError::NothingSelected { selection }) } else { Ok(()) }
}

fn keep_named(scenarios: &mut Vec<PlannedScenario>, suite: &Suite, ids: &[String]) -> Result<(), PlanError> {
    let known = known_ids(scenarios, suite);
    for id in ids {
        if !known.contains(id.as_str()) {
            return Err(PlanError::UnknownSelection {
                id: id.clone(),
                nearest: nearest(id, known.iter().map(String::as_str)).map(str::to_owned),
            });
        }
    }
    scenarios.retain(|scenario| ids.iter().any(|id| holds(scenario, id)));
    Ok(())
}

fn known_ids(scenarios: &[PlannedScenario], suite: &Suite) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = suite.catalogue.iter().map(|requirement| requirement.id.clone()).collect();
    known.extend(suite.scenarios.iter().map(|scenario| scenario.scenario.clone()));
    known.extend(scenarios.iter().map(PlannedScenario::name));
    for expectation in scenarios.iter().flat_map(PlannedScenario::expectations) {
        known.insert(expectation.key.clone());
        known.insert(without_variant(&expectation.key).to_owned());
        known.insert(expectation.req.clone());
    }
    known
}

fn holds(scenario: &PlannedScenario, id: &str) -> bool {
    scenario.scenario == id
        || scenario.name() == id
        || scenario
            .expectations()
            .any(|expectation| expectation.req == id || expectation.key == id || without_variant(&expectation.key) == id)
}

fn without_variant(key: &str) -> &str {
    key.split_once('@').map_or(key, |(key, _)| key)
}
