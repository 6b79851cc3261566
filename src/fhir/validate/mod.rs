//! Judging a resource by FHIR itself and by profiles. What FHIR asks of any
//! resource is looked at node by node (`general`); what a profile asks, by
//! walking the resource along the profile (`walk`). A rule kind is a file in
//! `rules`, with the codes of its issues. What cannot be decided here is said
//! as such: never a silent pass, never a guess.

mod code;
mod form;
mod general;
mod issue;
mod profile;
mod rules;
mod scene;
#[cfg(test)]
mod tests;
mod walk;

use std::sync::Arc;

pub(crate) use code::codes;
pub use code::{Code, Words};
pub use form::form_facts;
pub(crate) use issue::Issues;
pub use issue::{Issue, Severity};
use scene::{Profiles, Scene, Stage};

use super::date::DateTime;
use super::fhirpath::{Item, Resolver};
use super::knowledge::Knowledge;
use super::node::Node;
use super::{json, xml};
pub use rules::all_codes;

/// What counts of what a resource claims, and what stands around it.
#[derive(Clone, Copy, Default)]
pub struct Surroundings<'t> {
    /// The profiles that it claims, and those that resources in it claim, do not count.
    pub without_claims: bool,
    /// Finds the resources behind references that the resource does not hold itself.
    pub resolver: Option<Resolver<'t>>,
}

/// Judges resources by what it knows. Profiles are made ready once; safe to
/// share between threads.
#[derive(Debug)]
pub struct Validator {
    knowledge: Arc<Knowledge>,
    profiles: Profiles,
    now: Option<DateTime>,
}

impl Validator {
    /// A judge who knows this.
    #[must_use]
    pub fn new(knowledge: Arc<Knowledge>) -> Self {
        Self { knowledge, profiles: Profiles::default(), now: None }
    }

    /// The same at a moment: what `now()` is in invariants, which else cannot be told.
    #[must_use]
    pub fn at(self, now: DateTime) -> Self {
        Self { now: Some(now), ..self }
    }

    /// What it knows.
    #[must_use]
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// All there is to say of a resource: by FHIR, by the profiles that it
    /// claims (`meta.profile`), and by those that are named beside it.
    #[must_use]
    pub fn validate(&self, root: Node<'_>, profiles: &[&str]) -> Vec<Issue> {
        self.validate_in(root, profiles, Surroundings::default())
    }

    /// The same for a resource that stands among others, or in another.
    #[must_use]
    pub fn validate_in<'v>(&'v self, root: Node<'_>, profiles: &[&str], around: Surroundings<'v>) -> Vec<Issue> {
        let mut issues = Issues::default();
        self.stage(around).play(root, &mut |scene, root| {
            general::check(scene, root, &mut issues);
            walk::resource(scene, root, profiles, &mut issues);
        });
        issues.into_sorted()
    }

    /// Whether a coded element has a code from a value set; nothing where that cannot be told.
    #[must_use]
    pub fn member(&self, item: &Item<'_>, value_set: &str) -> Option<bool> {
        scene::member(&self.knowledge, item, value_set)
    }

    /// Whether an element meets a profile; nothing where that cannot be told.
    #[must_use]
    pub fn conforms(&self, node: Node<'_>, canonical: &str) -> Option<bool> {
        self.stage(Surroundings::default()).conforms(node, canonical)
    }

    fn stage<'v>(&'v self, around: Surroundings<'v>) -> Stage<'v> {
        Stage { knowledge: &self.knowledge, profiles: &self.profiles, around, now: self.now, depth: 0 }
    }

    /// The same for a text, JSON or XML; one that is no resource gives the reason.
    #[must_use]
    pub fn judge_text(&self, text: &[u8], profiles: &[&str]) -> Vec<Issue> {
        let is_xml = text.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF)) == Some(&b'<');
        let types = self.knowledge.types();
        let read = if is_xml { xml::read(text, types) } else { json::read(text, types) };
        match read {
            Ok(tree) => self.validate(tree.root(), profiles),
            Err(error) => vec![rules::unreadable::issue(&error)],
        }
    }
}
