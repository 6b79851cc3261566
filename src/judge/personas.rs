//! The personas of the suite as the judge knows them: their resources as trees
//! and what identifies each, read when first asked for and once in a run.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::body::Body;
use crate::agreements::FhirVersion;
use crate::fhir::node::Node;
use crate::scenario::{Persona, Suite};

/// Shorter names are also words or parts of dates.
const SHORTEST_NAME: usize = 4;

/// The personas of a suite.
#[derive(Debug)]
pub(crate) struct Personas<'s> {
    all: &'s [Persona],
    fhir: FhirVersion,
    fixtures: BTreeMap<&'s str, OnceCell<Fixtures>>,
    traits: OnceCell<Vec<Trait>>,
}

/// The resources of a persona as trees.
#[derive(Debug, Default)]
pub(crate) struct Fixtures {
    bodies: BTreeMap<String, Body>,
}

/// Something that identifies a person.
#[derive(Debug)]
pub(crate) struct Trait {
    /// The element that holds it.
    pub(crate) what: &'static str,
    /// It, in lower case.
    pub(crate) text: String,
}

impl<'s> Personas<'s> {
    /// The personas of this suite in a version of FHIR, none of them read yet.
    pub(crate) fn new(suite: &'s Suite, fhir: FhirVersion) -> Self {
        let fixtures = suite.personas.iter().map(|persona| (persona.persona.as_str(), OnceCell::new())).collect();
        Self { all: &suite.personas, fhir, fixtures, traits: OnceCell::new() }
    }

    /// The resources of a persona.
    pub(crate) fn fixtures(&self, persona: &Persona) -> Option<&Fixtures> {
        Some(self.fixtures.get(persona.persona.as_str())?.get_or_init(|| Fixtures::read(persona, self.fhir)))
    }

    /// What identifies any of the personas.
    pub(crate) fn traits(&self) -> &[Trait] {
        self.traits.get_or_init(|| self.all.iter().flat_map(|persona| traits(persona, self.fhir)).collect())
    }
}

impl Fixtures {
    fn read(persona: &Persona, fhir: FhirVersion) -> Self {
        let read = |(name, text): (&String, &String)| (name.clone(), Body::read(text.as_bytes(), fhir));
        Self { bodies: persona.resources(fhir).iter().map(read).collect() }
    }

    /// The resource with this type and id.
    pub(crate) fn get(&self, name: &str) -> Option<Node<'_>> {
        self.bodies.get(name)?.document().map(|document| document.tree.root())
    }
}

/// What identifies a persona: BSN, birth date, names.
fn traits(persona: &Persona, fhir: FhirVersion) -> Vec<Trait> {
    let mut traits = vec![Trait { what: "Patient.identifier", text: persona.bsn.clone() }];
    let patient = persona.resources(fhir).get(&format!("Patient/{}", persona.patient));
    let patient = patient.map(|text| Body::read(text.as_bytes(), fhir));
    let Some(Body::Fhir(document)) = patient else { return traits };
    let patient = document.tree.root();
    let birth = patient.child_value("birthDate").map(|date| Trait { what: "Patient.birthDate", text: date.to_owned() });
    traits.extend(birth);
    for name in patient.children_named("name") {
        let family = name.children_named("family").filter_map(Node::value);
        traits.extend(family.map(|text| Trait { what: "Patient.name", text: text.to_owned() }));
        let given = name.children_named("given").filter_map(Node::value);
        traits.extend(given.map(|text| Trait { what: "Patient.name", text: text.to_owned() }));
    }
    traits.retain(|known| known.text.chars().count() >= SHORTEST_NAME);
    traits.iter_mut().for_each(|known| known.text = known.text.to_lowercase());
    traits.sort_by(|left, right| (left.what, &left.text).cmp(&(right.what, &right.text)));
    traits.dedup_by(|left, right| left.text == right.text);
    traits
}
