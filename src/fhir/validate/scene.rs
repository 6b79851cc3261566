//! What every rule may look at: the resource as a whole, and what is known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::profile::{Parsed, Profile};
use crate::fhir::fhirpath::Environment;
use crate::fhir::knowledge::{Knowledge, Lack};
use crate::fhir::node::Node;
use crate::fhir::types::Types;

/// Profiles that were made ready, by the canonical that was asked for.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    ready: Mutex<Ready>,
}

#[derive(Debug, Default)]
struct Ready {
    profiles: HashMap<Box<str>, Result<Arc<Profile>, Lack>>,
    parsed: Parsed,
}

impl Profiles {
    pub(super) fn get(&self, knowledge: &Knowledge, canonical: &str) -> Result<Arc<Profile>, Lack> {
        if let Some(known) = self.ready.lock().unwrap_or_else(PoisonError::into_inner).profiles.get(canonical) {
            return known.clone();
        }
        // Not under the lock: a snapshot may take a while, and two that make the same make equal ones.
        let definition = knowledge.find_definition(canonical);
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = ready.profiles.get(canonical) {
            return known.clone();
        }
        let made = definition.map(|definition| Arc::new(Profile::new(&definition, &mut ready.parsed)));
        ready.profiles.insert(canonical.into(), made.clone());
        made
    }
}

/// The resource that is judged, and what is known about FHIR.
pub(crate) struct Scene<'s, 't> {
    /// What is known.
    pub(crate) knowledge: &'s Knowledge,
    /// The whole that was given: what `%rootResource` is.
    pub(crate) root: Node<'t>,
    /// What invariants may look at.
    pub(crate) environment: Environment<'t>,
    /// Whether `meta.profile` counts.
    pub(crate) claimed: bool,
    pub(super) profiles: &'s Profiles,
}

impl Scene<'_, '_> {
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
