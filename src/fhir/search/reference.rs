//! Reference parameters: by id, by type and id, by URL.

use super::query::unescape;
use super::uri::same_canonical;
use crate::fhir::node::Node;

/// A reference to a resource of this server: type and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Link<'a> {
    /// `Patient`
    pub resource: &'a str,
    /// `12`
    pub id: &'a str,
}

/// One value of a reference parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `12`, of any of the types that the parameter may point at.
    Id(String),
    /// `Patient/12`
    Link(String, String),
    /// A URL of elsewhere, or a canonical.
    Url(String),
}

impl Wanted {
    /// Reads a value; `base` is the address of the server that was asked.
    pub(super) fn parse(value: &str, base: &str) -> Self {
        let plain = unescape(value);
        match link_of(&plain, base) {
            Some(link) => Self::Link(link.resource.to_owned(), link.id.to_owned()),
            None if plain.contains([':', '/']) => Self::Url(plain),
            None => Self::Id(plain),
        }
    }

    /// The same, of this type only (`subject:Patient=12`).
    pub(super) fn of_type(self, resource: &str) -> Self {
        match self {
            Self::Id(id) => Self::Link(resource.to_owned(), id),
            other => other,
        }
    }

    pub(super) fn matches(&self, node: Node<'_>, base: &str) -> bool {
        // `questionnaire` is a reference parameter over a canonical: it has no `reference` child.
        let Some(written) = node.child_value("reference").or(node.value()) else { return false };
        let link = link_of(written, base);
        match self {
            Self::Id(id) => link.is_some_and(|link| link.id == id),
            Self::Link(resource, id) => link == Some(Link { resource, id }),
            Self::Url(url) => same_canonical(url, written),
        }
    }
}

/// The resource of this server that a reference names: `Patient/12`,
/// `Patient/12/_history/3` or the same behind `base`.
#[must_use]
pub fn link_of<'a>(written: &'a str, base: &str) -> Option<Link<'a>> {
    let local = match written.strip_prefix(base) {
        Some(rest) if !base.is_empty() => rest.strip_prefix('/')?,
        _ => written,
    };
    let mut parts = local.split('/');
    let link = Link { resource: parts.next()?, id: parts.next()? };
    let version = (parts.next(), parts.next(), parts.next());
    let unversioned = matches!(version, (None, ..) | (Some("_history"), Some(_), None));
    (unversioned && is_type(link.resource) && is_id(link.id)).then_some(link)
}

/// The resource of this server that a Reference points at.
#[must_use]
pub fn link_to<'t>(node: Node<'t>, base: &str) -> Option<Link<'t>> {
    link_of(node.child_value("reference")?, base)
}

fn is_type(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_uppercase()) && text.bytes().all(|letter| letter.is_ascii_alphabetic())
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'.'))
}
