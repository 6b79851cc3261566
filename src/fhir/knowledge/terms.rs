//! Value sets and code systems of the packages, and what they say of a code.

use std::sync::Arc;

use super::{Knowledge, Lack, Place, split};
use crate::fhir::builtin;
use crate::fhir::terminology::{
    CodeSystem, Coded, Content, DisplayCheck, Include, Membership, Reason, Sources, ValueSet, check_display, membership, written,
};

/// Codes of a value set that somebody may choose from, at most.
const MOST_CODES: usize = 250;

impl Knowledge {
    /// A value set by its canonical.
    #[must_use]
    pub fn value_set(&self, canonical: &str) -> Option<Arc<ValueSet>> {
        self.find_value_set(canonical).ok()
    }

    /// A value set by its canonical; or why it is not to be had.
    ///
    /// # Errors
    /// When no package has it, or its text is no resource.
    pub fn find_value_set(&self, canonical: &str) -> Result<Arc<ValueSet>, Lack> {
        let place = self.find("ValueSet", canonical)?;
        let slot = &self.read[place.0][place.1].value_set;
        let read = slot.get_or_init(|| match self.built_in_at(place) {
            Some(built_in) => Ok(Arc::new(builtin::value_set(built_in, place.1))),
            None => self.parse(place).map(|tree| Arc::new(ValueSet::read(&tree))),
        });
        read.clone().map_err(|message| Lack::Broken { canonical: canonical.to_owned(), message })
    }

    /// What is in a value set, as a resource for who does not have it.
    #[must_use]
    pub fn written_value_set(&self, canonical: &str) -> Option<serde_json::Value> {
        self.value_set(canonical).and_then(|found| written(&found))
    }

    /// A code system by its url.
    #[must_use]
    pub fn code_system(&self, url: &str) -> Option<Arc<CodeSystem>> {
        self.find_code_system(url).ok()
    }

    /// A code system by its url, with version where it matters; or why it is not
    /// to be had. A package that has its codes goes before one that only names it.
    ///
    /// # Errors
    /// When no package has it, or its text is no resource.
    pub fn find_code_system(&self, canonical: &str) -> Result<Arc<CodeSystem>, Lack> {
        let first = self.find("CodeSystem", canonical)?;
        let (url, version) = split(canonical);
        let fits = |place: &Place| version.is_none_or(|version| version == self.version(*place));
        let places = self.places_of("CodeSystem", url).into_iter().filter(fits);
        let found: Vec<Arc<CodeSystem>> = places.filter_map(|place| self.code_system_at(place).ok()).collect();
        let best = found.iter().find(|system| system.content == Content::Complete && !system.is_empty());
        let named = || found.iter().find(|system| system.content != Content::Supplement);
        match best.or_else(named) {
            Some(system) => Ok(Arc::clone(system)),
            None => self.code_system_at(first).map_err(|message| Lack::Broken { canonical: canonical.to_owned(), message }),
        }
    }

    fn code_system_at(&self, place: Place) -> Result<Arc<CodeSystem>, String> {
        let slot = &self.read[place.0][place.1].code_system;
        let read = slot.get_or_init(|| match self.built_in_at(place) {
            Some(built_in) => Ok(Arc::new(builtin::code_system(built_in, place.1))),
            None => self.parse(place).map(|tree| Arc::new(CodeSystem::read(&tree))),
        });
        read.clone()
    }

    /// Whether a code is in a value set: by what is here, else by what a terminology server said.
    #[must_use]
    pub fn membership(&self, value_set: &str, coded: &Coded<'_>) -> Membership {
        match (self.known_membership(value_set, coded), &self.consulted) {
            (Membership::Unknown(reason), Some(consulted)) => consulted.membership(value_set, coded, reason),
            (known, _) => known,
        }
    }

    /// Whether a code is in a value set, by what is here alone.
    #[must_use]
    pub fn known_membership(&self, value_set: &str, coded: &Coded<'_>) -> Membership {
        match self.find_value_set(value_set) {
            Ok(found) => self.membership_of(&found, coded),
            Err(lack) => Membership::Unknown(Reason::NoValueSet { canonical: value_set.to_owned(), why: lack.to_string() }),
        }
    }

    /// Whether a code is in a value set that somebody brings along.
    #[must_use]
    pub fn membership_of(&self, value_set: &ValueSet, coded: &Coded<'_>) -> Membership {
        let of_value_set = |canonical: &str| self.find_value_set(canonical).map_err(|lack| lack.to_string());
        let of_code_system = |url: &str| self.find_code_system(url).map_err(|lack| lack.to_string());
        membership(value_set, coded, &Sources { value_set: &of_value_set, code_system: &of_code_system })
    }

    /// The codes of a value set with their systems, where all are here and they are few enough for
    /// somebody to choose from; in order.
    #[must_use]
    pub fn codes_of(&self, value_set: &ValueSet) -> Option<Vec<(Arc<str>, Arc<str>)>> {
        let mut codes: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        match &value_set.expansion {
            Some(expansion) if expansion.is_whole && expansion.codes.len() <= MOST_CODES => {
                let of = expansion.codes.iter();
                codes.extend(of.flat_map(|(code, systems)| systems.iter().map(|system| (Arc::clone(system), Arc::clone(code)))));
            }
            _ => {
                for include in &value_set.includes {
                    codes.extend(self.listed(include)?);
                }
                if value_set.includes.is_empty() || codes.len() > MOST_CODES {
                    return None;
                }
            }
        }
        codes.retain(|(system, code)| {
            let coded = Coded { system: Some(system), version: None, code };
            self.membership_of(value_set, &coded) == Membership::In
        });
        codes.sort_unstable();
        codes.dedup();
        (!codes.is_empty()).then_some(codes)
    }

    /// The codes of a part of a value set that lists them, or takes all of a code system that is here.
    fn listed(&self, include: &Include) -> Option<Vec<(Arc<str>, Arc<str>)>> {
        let system = include.system.as_ref().filter(|_| include.filters.is_empty() && include.value_sets.is_empty())?;
        let of_system = |code: &Arc<str>| (Arc::clone(system), Arc::clone(code));
        if !include.concepts.is_empty() {
            return Some(include.concepts.keys().map(of_system).collect());
        }
        let whole = self.code_system(system).filter(|known| known.content == Content::Complete && known.len() <= MOST_CODES)?;
        Some(whole.concepts().filter(|(_, concept)| !concept.is_abstract()).map(|(code, _)| of_system(code)).collect())
    }

    /// Whether a display is one that the code system gives for the code.
    #[must_use]
    pub fn check_display(&self, system: &str, code: &str, display: &str) -> DisplayCheck {
        self.find_code_system(system).map_or(DisplayCheck::Unknown, |found| check_display(&found, code, display))
    }
}
