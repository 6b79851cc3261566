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
pub use code::{Code, Words, without_holes};
pub use form::form_facts;
pub(crate) use issue::Issues;
pub use issue::{Issue, Severity};
use scene::{Profiles, Scene, Stage};

use super::date::DateTime;
use super::json::{self, ReadError};
use super::knowledge::Knowledge;
use super::node::{Node, Tree};
use super::types::Types;
use super::xml;
pub use rules::all_codes;

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
        let stage = Stage { knowledge: &self.knowledge, profiles: &self.profiles, now: self.now, depth: 0 };
        let mut issues = Issues::default();
        stage.play(root, &mut |scene, root| {
            general::check(scene, root, &mut issues);
            rules::named::check(scene, root, profiles, &mut issues);
            walk::resource(scene, root, profiles, &mut issues);
        });
        issues.into_sorted()
    }

    /// The same for a text, JSON or XML; one that is no resource gives the reason.
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
