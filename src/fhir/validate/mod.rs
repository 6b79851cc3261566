//! Judging a resource by FHIR itself and by profiles. What FHIR asks of any
//! resource is looked at node by node (`general`); what a profile asks, by
//! walking the resource along the profile (`walk`). A rule kind is a file in
//! `rules`, with the codes of its issues. What cannot be decided here is said
//! as such: never a silent pass, never a guess.

mod bundled;
mod code;
mod form;
mod general;
mod issue;
mod profile;
mod rules;
mod scene;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trials;
mod walk;

use std::sync::Arc;

pub(crate) use bundled::Found;
pub(crate) use code::codes;
pub use code::{Code, Words, without_holes};
pub use form::form_facts;
pub(crate) use issue::Issues;
pub use issue::{Issue, Severity};
use scene::{Profiles, Scene, Stage};
pub(crate) use trials::Meets;

use super::date::DateTime;
use super::fhirpath::{Item, Resolver};
use super::json::{self, ReadError};
use super::knowledge::Knowledge;
use super::node::{Node, Tree};
use super::terminology::Consulted;
use super::types::Types;
use super::xml;
pub use rules::all_codes;
pub(crate) use rules::text::garbled;
pub(crate) use rules::version;

/// What FHIR allows, and a producer who tests its own data may want none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Refused {
    /// Extensions whose definition is not known. Else they are worth a look; under
    /// `modifierExtension` nobody can tell what the resource says.
    pub unknown_extensions: bool,
    /// What looks like HTML in markdown. Else it is worth a look.
    pub markdown_html: bool,
    /// Addresses at a host that is reserved for examples (RFC 2606). Else nothing is said of them.
    pub example_urls: bool,
}

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
#[derive(Debug, Clone)]
pub struct Validator {
    knowledge: Arc<Knowledge>,
    profiles: Arc<Profiles>,
    now: Option<DateTime>,
    refused: Refused,
    language: Box<str>,
}

/// The language of resources that do not say one, as the HL7 validator has it.
const LANGUAGE: &str = "en";

impl Validator {
    /// A judge who knows this.
    #[must_use]
    pub fn new(knowledge: Arc<Knowledge>) -> Self {
        let (profiles, refused) = (Arc::default(), Refused::default());
        Self { knowledge, profiles, now: None, refused, language: LANGUAGE.into() }
    }

    /// The same at a moment: what `now()` is in invariants, which else cannot be told.
    #[must_use]
    pub fn at(self, now: DateTime) -> Self {
        Self { now: Some(now), ..self }
    }

    /// The same, taking these to be against the rules.
    #[must_use]
    pub fn refusing(self, refused: Refused) -> Self {
        Self { refused, ..self }
    }

    /// The same, taking resources that do not say their language to be in this one. A display
    /// that a code system lacks is an error where it has one in the language of the resource;
    /// else it may be a translation, and a warning.
    #[must_use]
    pub fn speaking(self, language: &str) -> Self {
        Self { language: language.into(), ..self }
    }

    /// The same, who uses what a terminology server said. Profiles that are ready are shared.
    #[must_use]
    pub fn consulting(&self, consulted: Arc<Consulted>) -> Self {
        Self { knowledge: Arc::new(self.knowledge.consulting(consulted)), ..self.clone() }
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
            rules::named::check(scene, root, profiles, &mut issues);
            walk::resource(scene, root, profiles, &mut issues);
        });
        issues.into_sorted(root)
    }

    /// What there is to say of a QuestionnaireResponse against its form alone.
    #[must_use]
    pub fn check_form(&self, response: Node<'_>) -> Vec<Issue> {
        let mut issues = Issues::default();
        form::check(&self.knowledge, &self.profiles.forms, response, &mut issues);
        issues.into_sorted(response)
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
        let Self { knowledge, profiles, now, refused, language } = self;
        let (now, refused) = (*now, *refused);
        Stage { knowledge, profiles, around, now, refused, language, depth: 0 }
    }

    /// All there is to say of a text, JSON or XML; one that is no resource gives the reason.
    #[must_use]
    pub fn judge_text(&self, text: &[u8], profiles: &[&str]) -> Vec<Issue> {
        match read(text, self.knowledge.types()) {
            Ok(tree) => self.validate(tree.root(), profiles),
            Err(error) => vec![unreadable(&error)],
        }
    }
}

/// Reads a resource, JSON or XML, whichever it is.
///
/// # Errors
/// When the text is no resource of these types.
pub fn read(text: &[u8], types: &Types) -> Result<Tree, ReadError> {
    let is_xml = text.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF)) == Some(&b'<');
    if is_xml { xml::read(text, types) } else { json::read(text, types) }
}

/// What there is to say of a text that could not be read.
#[must_use]
pub fn unreadable(error: &ReadError) -> Issue {
    rules::unreadable::issue(error)
}
