//! The names that files may speak of, gathered before they are held against
//! each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::agreements::Actor;
use crate::scenario::document::{Documents, Kind};
use crate::scenario::load::resource_name;
use crate::scenario::{Exchange, Scenario};

/// All names of a suite.
#[derive(Debug, Default)]
pub(super) struct Names<'d> {
    /// Requirements with whom they are about.
    pub(super) requirements: BTreeMap<&'d str, Actor>,
    /// Exchanges; nothing where the file is too wrong to have a meaning.
    pub(super) exchanges: BTreeMap<&'d str, Option<&'d Exchange>>,
    /// Personas.
    pub(super) personas: BTreeSet<&'d str>,
    /// Expectations as `scenario/step/expectation`, with the exchanges that their scenario is run for.
    pub(super) expectations: BTreeSet<String>,
    /// Scenarios of which the expectations are not all known.
    pub(super) opaque: BTreeSet<&'d str>,
    /// `Type/id` of every resource.
    pub(super) resources: BTreeSet<String>,
    /// Codes of findings; empty when they are not known here.
    pub(super) findings: Vec<&'d str>,
    /// Whether requirements are too broken to say that one is unknown.
    pub(super) requirements_broken: bool,
}

impl<'d> Names<'d> {
    /// The names in these documents.
    pub(super) fn of(documents: &'d Documents, findings: &[&'d str]) -> Self {
        let mut names = Self { findings: findings.to_vec(), ..Self::default() };
        for document in &documents.requirements {
            names.requirements.extend(document.value.requirements.iter().map(|row| (row.id.as_str(), row.actor)));
            names.requirements_broken |= !document.whole;
        }
        for document in &documents.exchanges {
            names.exchanges.insert(&document.value.exchange, Some(&document.value));
        }
        names.personas.extend(documents.personas.iter().map(|document| document.value.persona.as_str()));
        for document in &documents.scenarios {
            names.expectations.extend(keys(&document.value));
            if !document.whole {
                names.opaque.insert(&document.value.scenario);
            }
        }
        for (kind, name) in &documents.broken {
            match kind {
                Kind::Exchange => drop(names.exchanges.entry(name).or_insert(None)),
                Kind::Scenario => drop(names.opaque.insert(name)),
                Kind::Persona => drop(names.personas.insert(name)),
                Kind::Requirements => names.requirements_broken = true,
                Kind::Fault => {}
            }
        }
        names.resources.extend(documents.resources.iter().filter_map(|file| resource_name(&file.text)));
        names
    }

    /// The exchange with this name, where it has a meaning.
    pub(super) fn exchange(&self, name: &str) -> Option<&'d Exchange> {
        self.exchanges.get(name).copied().flatten()
    }
}

/// The keys of the expectations of a scenario, without variants.
fn keys(scenario: &Scenario) -> impl Iterator<Item = String> + '_ {
    let in_steps =
        scenario.steps.iter().flat_map(|step| step.expect.iter().map(move |expectation| (step.id.as_str(), &expectation.id)));
    let over_run = scenario.over_run.iter().map(|expectation| (OVER_RUN, &expectation.id));
    in_steps.chain(over_run).map(|(step, id)| format!("{}/{step}/{id}", scenario.scenario))
}

/// What stands in a key for the step of an expectation over the run.
pub(super) const OVER_RUN: &str = "over-run";
