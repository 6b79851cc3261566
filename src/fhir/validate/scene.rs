//! What every rule may look at: the resource as a whole, and what is known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::bundled::{Bundles, Found};
use super::form::Forms;
use super::profile::{Parsed, Profile};
use super::rules::binding;
use super::trials::Trials;
use super::{Refused, Surroundings, walk};
use crate::fhir::date::DateTime;
use crate::fhir::fhirpath::{Environment, Item};
use crate::fhir::knowledge::{Knowledge, Lack};
use crate::fhir::node::Node;
use crate::fhir::terminology::{Coded, Membership};
use crate::fhir::types::Types;

/// Profiles that were made ready, by the canonical that was asked for.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    ready: Mutex<Ready>,
    /// Questionnaires, the same way.
    pub(super) forms: Forms,
}

#[derive(Debug, Default)]
struct Ready {
    profiles: HashMap<Box<str>, Arc<Profile>>,
    parsed: Parsed,
}

impl Profiles {
    pub(super) fn get(&self, knowledge: &Knowledge, canonical: &str) -> Result<Arc<Profile>, Lack> {
        if let Some(known) = self.ready.lock().unwrap_or_else(PoisonError::into_inner).profiles.get(canonical) {
            return Ok(Arc::clone(known));
        }
        // Not under the lock: a snapshot may take a while, and two that make the same make equal ones.
        let definition = knowledge.find_definition(canonical);
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = ready.profiles.get(canonical) {
            return Ok(Arc::clone(known));
        }
        // What is not there is not remembered: resources can name canonicals without end.
        let made = Arc::new(Profile::new(&definition?, &mut ready.parsed));
        ready.profiles.insert(canonical.into(), Arc::clone(&made));
        Ok(made)
    }
}

/// The resource that is judged, and what is known about FHIR.
pub(crate) struct Scene<'s, 't> {
    /// What is known.
    pub(crate) knowledge: &'s Knowledge,
    /// The language of a resource that does not say one.
    pub(crate) language: &'s str,
    /// What invariants may look at.
    pub(crate) environment: Environment<'t>,
    /// What is against the rules here, though FHIR allows it.
    pub(crate) refused: Refused,
    /// Whether `meta.profile` counts.
    pub(crate) claimed: bool,
    pub(super) profiles: &'s Profiles,
    pub(super) trials: &'s Trials,
    pub(super) bundles: Bundles<'t>,
}

/// Profiles that ask by `conformsTo` for profiles that ask so themselves, at most.
const MAX_CONFORMANCE: usize = 8;

/// All that a scene is made from.
#[derive(Clone, Copy)]
pub(super) struct Stage<'v> {
    pub(super) knowledge: &'v Knowledge,
    pub(super) profiles: &'v Profiles,
    pub(super) around: Surroundings<'v>,
    pub(super) now: Option<DateTime>,
    pub(super) refused: Refused,
    pub(super) language: &'v str,
    /// How many scenes this one is within.
    pub(super) depth: usize,
}

impl Stage<'_> {
    /// Plays a scene about a node. It is handed back with the scene, to live as long as that.
    pub(super) fn play(self, node: Node<'_>, act: &mut dyn for<'s, 't> FnMut(&Scene<'s, 't>, Node<'t>)) {
        let membership = |item: &Item<'_>, value_set: &str| member(self.knowledge, item, value_set);
        let conformance = |node: Node<'_>, canonical: &str| self.conforms(node, canonical);
        let resolve = |reference: &str| self.around.resolver.and_then(|resolver| resolver(reference));
        let trials = Trials::default();
        let environment = Environment {
            membership: Some(&membership),
            conformance: Some(&conformance),
            resolver: Some(&resolve),
            now: self.now,
            ..Environment::new(self.knowledge.types())
        };
        let Stage { knowledge, profiles, around, refused, language, .. } = self;
        let (trials, bundles) = (&trials, Bundles::default());
        let claimed = !around.without_claims;
        let scene = Scene { knowledge, language, environment, refused, claimed, profiles, trials, bundles };
        act(&scene, node);
    }

    /// Whether an element meets a profile, for `conformsTo`.
    pub(super) fn conforms(self, node: Node<'_>, canonical: &str) -> Option<bool> {
        if self.depth >= MAX_CONFORMANCE {
            return None;
        }
        let profile = self.profiles.get(self.knowledge, canonical).ok()?;
        let mut found = None;
        Stage { depth: self.depth + 1, ..self }.play(node, &mut |scene, node| {
            found = if walk::applies(scene, node, &profile) { walk::meets(scene, node, &profile).answer() } else { Some(false) };
        });
        found
    }
}

/// Whether a code, or one of those of a concept, is in a value set.
pub(super) fn member(knowledge: &Knowledge, item: &Item<'_>, value_set: &str) -> Option<bool> {
    let codings = match item {
        Item::Node(node) => binding::codings(*node),
        Item::String(code) => vec![Coded { system: None, version: None, code }],
        _ => return None,
    };
    let mut answer = Some(false);
    for coded in &codings {
        match knowledge.membership(value_set, coded) {
            Membership::In => return Some(true),
            Membership::Unknown(_) => answer = None,
            Membership::Out => {}
        }
    }
    answer
}

impl<'t> Scene<'_, 't> {
    /// What a reference leads to within the Bundle that an element stands in.
    pub(crate) fn bundled(&self, node: Node<'t>, reference: &str) -> Found<'t> {
        self.bundles.find(node, reference)
    }

    /// The contained resource of a resource with an id; of several the first.
    pub(crate) fn contained(&self, holder: Node<'t>, id: &str) -> Option<Node<'t>> {
        self.bundles.contained(holder, id)
    }

    /// The language that an element is in.
    pub(crate) fn language_of(&self, node: Node<'t>) -> &str {
        self.bundles.language(node).unwrap_or(self.language)
    }

    /// The types of this version of FHIR.
    pub(crate) fn types(&self) -> &'static Types {
        self.knowledge.types()
    }

    /// Whether this is STU3.
    pub(crate) fn is_stu3(&self) -> bool {
        self.types().definition().version.starts_with("3.")
    }

    /// A profile by its canonical, ready for judging; or why it is not to be had.
    pub(crate) fn profile(&self, canonical: &str) -> Result<Arc<Profile>, Lack> {
        self.profiles.get(self.knowledge, canonical)
    }

    /// The definition of a type: `Consent`, `HumanName`.
    pub(crate) fn type_profile(&self, name: &str) -> Option<Arc<Profile>> {
        self.profile(&format!("http://hl7.org/fhir/StructureDefinition/{name}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::PoisonError;

    use super::Profiles;
    use crate::fhir::knowledge::Knowledge;
    use crate::fhir::types;

    #[test]
    fn canonicals_that_are_not_there_are_not_remembered() {
        let (profiles, knowledge) = (Profiles::default(), Knowledge::built_in(types::r4()));
        for number in 0..100 {
            assert!(profiles.get(&knowledge, &format!("urn:nowhere:{number}")).is_err());
        }
        assert!(profiles.get(&knowledge, "http://hl7.org/fhir/StructureDefinition/Patient").is_ok());
        assert_eq!(profiles.ready.lock().unwrap_or_else(PoisonError::into_inner).profiles.len(), 1);
    }
}
