//! A run about a patient with data of their own instead of the personas: who
//! takes the place of whom, and what is expected of data that nobody described.

use super::compile::{PATIENT_LOOKUP, needed_personas};
use super::{Data, Plan, PlannedExpectation, PlannedPersona, PlannedScenario, PlannedStep};
use crate::agreements::FhirVersion;
use crate::plan::Action;
use crate::scenario::{Needs, Persona, Suite, TransactionGroup};

/// Stands for the name of a persona in a run about a patient with data of their own.
pub const OWN: &str = "own-data";

/// A patient with data of their own: at least one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnPatient {
    /// Logical id on the server.
    pub id: Option<String>,
    /// BSN, by which the patient is looked up when there is no id.
    pub bsn: Option<String>,
}

impl Plan {
    /// Makes the run one about this patient, who takes the place of every persona
    /// that has a plan. A persona without one stays: it shows that nothing is nothing.
    pub fn about(&mut self, own: OwnPatient, suite: &Suite) {
        let fhir = self.claims.dialect.fhir();
        let replaced = |name: &String| suite.persona(name).is_some_and(|persona| has_plan(persona, suite, fhir));
        for scenario in &mut self.scenarios {
            if scenario.persona.as_ref().is_some_and(replaced) {
                scenario.persona = Some(OWN.to_owned());
            }
        }
        let needed = needed_personas(&self.scenarios);
        let is_needed = needed.contains(OWN);
        self.personas.retain(|persona| needed.contains(persona.persona.as_str()));
        if is_needed {
            let lookup = suite.exchange(PATIENT_LOOKUP).and_then(|exchange| exchange.request.get(&self.claims.dialect));
            let lookup = lookup.zip(own.bsn.as_ref()).map(|(template, bsn)| template.replace("${bsn}", bsn));
            let own = PlannedPersona {
                persona: OWN.to_owned(),
                bsn: own.bsn.unwrap_or_default(),
                given: own.id,
                fixture: String::new(),
                lookup: lookup.unwrap_or_default(),
                data: Data::Own,
            };
            self.personas.insert(0, own);
        }
    }

    /// Whether an expectation of a step needs data that is not known.
    #[must_use]
    pub fn lacks_data(&self, scenario: &PlannedScenario, step: &PlannedStep, expectation: &PlannedExpectation) -> bool {
        let other = match &step.action {
            Action::Send(template) => template.persona.as_deref(),
            Action::Follow(_) | Action::Serve(_) => None,
        };
        let persona = other.or(scenario.persona.as_deref()).and_then(|name| self.persona(name));
        expectation.needs == Some(Needs::KnownData) && persona.is_some_and(|persona| persona.data == Data::Own)
    }

    /// Whether an expectation over the run needs data that is not known.
    #[must_use]
    pub fn lacks_data_over_run(&self, expectation: &PlannedExpectation) -> bool {
        expectation.needs == Some(Needs::KnownData) && self.own_patient().is_some()
    }

    /// The patient with data of their own, in a run about one.
    #[must_use]
    pub fn own_patient(&self) -> Option<&PlannedPersona> {
        self.personas.iter().find(|persona| persona.data == Data::Own)
    }
}

/// Whether a persona has anything that an exchange of the plan returns.
fn has_plan(persona: &Persona, suite: &Suite, fhir: FhirVersion) -> bool {
    let of_plan = suite.exchanges.iter().filter(|exchange| exchange.group != TransactionGroup::Lookup);
    let mut listed = of_plan.filter_map(|exchange| persona.exchange(fhir, &exchange.exchange));
    listed.any(|listed| !listed.matches.is_empty())
}
