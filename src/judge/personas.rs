//! The personas of the suite as the judge knows them: their resources as trees
//! and what identifies each, read when first asked for and once in a run.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::body::Body;
use crate::fhir::node::Node;
use crate::scenario::{Persona, Suite};

/// Shorter names are also words or parts of dates.
const SHORTEST_NAME: usize = 4;

/// The personas of a suite.
#[derive(Debug)]
pub(crate) struct Personas<'s> {
    all: &'s [Persona],
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
    /// The personas of this suite, none of them read yet.
    pub(crate) fn new(suite: &'s Suite) -> Self {
        let fixtures = suite.personas.iter().map(|persona| (persona.persona.as_str(), OnceCell::new())).collect();
        Self { all: &suite.personas, fixtures, traits: OnceCell::new() }
    }

    /// The resources of a persona.
    pub(crate) fn fixtures(&self, persona: &Persona) -> Option<&Fixtures> {
        Some(self.fixtures.get(persona.persona.as_str())?.get_or_init(|| Fixtures::read(persona)))
    }

    /// What identifies any of the personas.
    pub(crate) fn traits(&self) -> &[Trait] {
        self.traits.get_or_init(|| self.all.iter().flat_map(traits).collect())
    }
}

impl Fixtures {
    fn read(persona: &Persona) -> Self {
        let read = |(name, text): (&String, &String)| (name.clone(), Body::read(text.as_bytes()));
        Self { bodies: persona.resources.iter().map(read).collect() }
    }

    /// The resource with this type and id.
    pub(crate) fn get(&self, name: &str) -> Option<Node<'_>> {
        self.bodies.get(name)?.document().map(|document| document.tree.root())
    }
}

/// What identifies a persona: BSN, birth date, names.
fn traits(persona: &Persona) -> Vec<Trait> {
    let mut traits = vec![Trait { what: "Patient.identifier", text: persona.bsn.clone() }];
    let patient = persona.resources.get(&format!("Patient/{}", persona.patient)).map(|text| Body::read(text.as_bytes()));
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
