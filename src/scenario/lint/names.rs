//! The names that files may speak of, gathered before they are held against
//! each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::agreements::{Actor, FhirVersion};
use crate::scenario::document::{Documents, Kind};
use crate::scenario::load::resource_name;
use crate::scenario::{Exchange, Format, Scenario};

/// All names of a suite.
#[derive(Debug, Default)]
pub(super) struct Names<'d> {
    /// Requirements with whom they are about.
    pub(super) requirements: BTreeMap<&'d str, Actor>,
    /// Exchanges; nothing where the file is too wrong to have a meaning.
    pub(super) exchanges: BTreeMap<&'d str, Option<&'d Exchange>>,
    /// Personas.
    pub(super) personas: BTreeSet<&'d str>,
    /// Expectations as `scenario/step/expectation`, with the variants that their scenario is run in.
    pub(super) expectations: BTreeMap<String, Vec<String>>,
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
                Kind::Fault | Kind::ConsulterFault | Kind::Noise | Kind::Dataset => {}
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

/// The keys of the expectations of a scenario, with the variants that it is run in.
fn keys(scenario: &Scenario) -> impl Iterator<Item = (String, Vec<String>)> + '_ {
    let in_steps = scenario.steps.iter().flat_map(|step| step.expect.iter().map(move |found| (step.id.as_str(), &found.id)));
    let over_run = scenario.over_run.iter().map(|found| (OVER_RUN, &found.id));
    let variants = variants(scenario);
    in_steps.chain(over_run).map(move |(step, id)| (format!("{}/{step}/{id}", scenario.scenario), variants.clone()))
}

/// `r4.json.plain`, with the name of an exchange behind it where that is an axis.
fn variants(scenario: &Scenario) -> Vec<String> {
    let formats = if scenario.axes.format.is_empty() { &[Format::Json][..] } else { &scenario.axes.format };
    let mut all = Vec::new();
    for (fhir, format) in scenario.when.fhir.iter().flat_map(|fhir| formats.iter().map(move |format| (fhir, format))) {
        let fhir = if *fhir == FhirVersion::R4 { "r4" } else { "stu3" };
        let format = if *format == Format::Json { "json" } else { "xml" };
        match scenario.axes.exchange.as_slice() {
            [] => all.push(format!("{fhir}.{format}.plain")),
            exchanges => all.extend(exchanges.iter().map(|exchange| format!("{fhir}.{format}.plain.{exchange}"))),
        }
    }
    all
}

/// What stands in a key for the step of an expectation over the run.
pub(super) const OVER_RUN: &str = "over-run";
