//! Lint of the agreements: what versions publish, held against the version of
//! FHIR that they speak, and what people noted. A defect is the owners' to mend; it
//! never fails a vendor. Silent where what is here cannot tell.

mod artefact;
mod invariant;
mod paths;
mod profile;
mod query;
mod rules;
mod table;
#[cfg(test)]
mod tests;
mod value;

pub use rules::{RULES, Rule};

use super::Dialect;
use super::published::{Noted, Published};
use crate::fhir::definition::Definition;
use crate::fhir::knowledge::Knowledge;
use crate::fhir::types::Types;
use crate::text::Text;
use std::sync::Arc;

/// Something in an agreement that cannot work, or says two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The version.
    pub version: Dialect,
    /// The rule that found it.
    pub rule: &'static Rule,
    /// Where: a request, a table, an artefact.
    pub place: String,
    /// What is published there.
    pub published: String,
    /// Why it cannot work.
    pub why: Text,
    /// What would mend it.
    pub mend: Text,
    /// What makes it wrong: a page of FHIR, or another part of the agreement.
    pub source: String,
}

/// A request of a version by its number (`1a`), as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `1a`, `M2`
    pub number: String,
    /// `Procedure?patient=${patient}&…`
    pub template: String,
}

/// What is looked at together.
struct Subject<'s> {
    published: &'s Published,
    requests: &'s [Request],
    knowledge: &'s Knowledge,
    /// The profiles of this version, where they are here.
    profiles: Vec<(String, Arc<Definition>)>,
    defects: Vec<Defect>,
}

/// Everything that the rules find in a version. Artefacts are looked at where
/// `knowledge` has those of this version.
#[must_use]
pub fn lint(published: &Published, requests: &[Request], knowledge: &Knowledge) -> Vec<Defect> {
    let profiles = paths::profiles(published.version, knowledge);
    let mut subject = Subject { published, requests, knowledge, profiles, defects: Vec::new() };
    query::check(&mut subject);
    table::check(&mut subject);
    invariant::check(&mut subject);
    profile::check(&mut subject);
    artefact::check(&mut subject);
    let mut defects = subject.defects;
    defects.dedup();
    defects.extend(published.noted.iter().map(|noted| told(published.version, noted)));
    defects
}

/// What people saw, in the form in which everything else is told.
fn told(version: Dialect, noted: &Noted) -> Defect {
    let Noted { place, published, why, mend, source } = noted.clone();
    Defect { version, rule: &rules::NOTED_BY_PEOPLE, place, published, why, mend, source }
}

impl Subject<'_> {
    fn version(&self) -> Dialect {
        self.published.version
    }

    fn types(&self) -> &'static Types {
        self.knowledge.types()
    }

    /// Notes a defect; `why` and `mend` in English and Dutch.
    fn defect(&mut self, rule: &'static Rule, place: &str, published: &str, why: [String; 2], mend: [String; 2]) {
        let text = |[en, nl]: [String; 2]| Text { en, nl };
        let (place, published) = (place.to_owned(), published.to_owned());
        let source = rule.source.to_owned();
        let defect = Defect { version: self.version(), rule, place, published, why: text(why), mend: text(mend), source };
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }
}
