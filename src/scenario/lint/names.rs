//! The names that files may speak of, gathered before they are held against
//! each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::agreements::{Actor, FhirVersion, Requirement};
use crate::scenario::document::{Documents, Kind};
use crate::scenario::load::resource_name;
use crate::scenario::{Exchange, Format, Scenario, Step};

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
        let rows = documents.requirements.iter().flat_map(|document| &document.value.requirements);
        let rows: BTreeMap<&str, &Requirement> = rows.map(|row| (row.id.as_str(), row)).collect();
        for document in &documents.scenarios {
            for (key, variants) in keys(&document.value, &rows) {
                names.expectations.entry(key).or_default().extend(variants);
            }
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
                Kind::Fault | Kind::ConsulterFault | Kind::Noise | Kind::Dataset | Kind::Dialect => {}
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

/// The keys of the expectations of a scenario, with the variants that it is run in: those in which its requirement is
/// asked.
fn keys<'s>(scenario: &'s Scenario, rows: &'s BTreeMap<&str, &Requirement>) -> impl Iterator<Item = (String, Vec<String>)> + 's {
    let of_step = |step: &'s Step| step.expect.iter().map(move |found| (step.id.as_str(), step.fhir, found));
    let over_run = scenario.over_run.iter().map(|found| (OVER_RUN, None, found));
    scenario.steps.iter().flat_map(of_step).chain(over_run).map(move |(step, only, found)| {
        let is_asked = |fhir: FhirVersion| rows.get(found.req.as_str()).is_none_or(|row| row.is_in(fhir));
        let is_in = |fhir: &FhirVersion| found.is_for(*fhir) && only.is_none_or(|only| only == *fhir) && is_asked(*fhir);
        (format!("{}/{step}/{}", scenario.scenario, found.id), variants(scenario, is_in))
    })
}

/// `r4.json.plain`, with the name of an exchange behind it where that is an axis.
fn variants(scenario: &Scenario, is_in: impl Fn(&FhirVersion) -> bool) -> Vec<String> {
    let formats = if scenario.axes.format.is_empty() { &[Format::Json][..] } else { &scenario.axes.format };
    let mut all = Vec::new();
    let versions = scenario.when.fhir.iter().filter(|fhir| is_in(fhir));
    for (fhir, format) in versions.flat_map(|fhir| formats.iter().map(move |format| (fhir, format))) {
        let fhir = fhir.folder();
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
