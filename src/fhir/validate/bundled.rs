//! What references lead to within a document: entries of a Bundle by their address,
//! contained resources by their id; and the language of what is around. Read once,
//! when it is first asked for: among many each takes no longer. <https://hl7.org/fhir/R4/bundle.html#references>

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::rules::primitive::is_absolute;
use crate::fhir::node::{Node, NodeId};

/// What a reference leads to in a Bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found<'t> {
    /// To nothing that is there.
    Nothing,
    /// To this resource.
    One(Node<'t>),
    /// To one of several, and nothing tells which.
    Several,
}

/// Entries of Bundles, by Bundle, and contained resources, by what holds them.
#[derive(Debug, Default)]
pub(super) struct Bundles<'t> {
    entries: RefCell<HashMap<Key, Rc<ByUrl<'t>>>>,
    contained: RefCell<HashMap<Key, HashMap<&'t str, Node<'t>>>>,
    languages: RefCell<HashMap<Key, Option<&'t str>>>,
}

/// Tree and node: a reference may lead into another document.
type Key = (usize, NodeId);

fn key(node: Node<'_>) -> Key {
    (std::ptr::from_ref(node.tree()).addr(), node.id())
}

/// Resources by the `fullUrl` of their entry.
type ByUrl<'t> = HashMap<&'t str, Vec<Node<'t>>>;

impl<'t> Bundles<'t> {
    /// What a reference leads to from an element of an entry: in the Bundle that it
    /// stands in, else in those around it.
    pub(super) fn find(&self, node: Node<'t>, reference: &str) -> Found<'t> {
        let entries = node.outward().filter(|node| node.type_name() == "Bundle.entry");
        let found = entries.filter_map(|entry| Some(self.find_in(entry.parent()?, entry, reference)));
        found.into_iter().find(|found| *found != Found::Nothing).unwrap_or(Found::Nothing)
    }

    /// The contained resource with an id; of several the first.
    pub(super) fn contained(&self, holder: Node<'t>, id: &str) -> Option<Node<'t>> {
        let mut known = self.contained.borrow_mut();
        let by_id = known.entry(key(holder)).or_insert_with(|| {
            let mut by_id = HashMap::new();
            for contained in holder.children_named("contained") {
                if let Some(id) = contained.child_value("id") {
                    by_id.entry(id).or_insert(contained);
                }
            }
            by_id
        });
        by_id.get(id).copied()
    }

    /// The language that the resource around an element says, or one around that. In a
    /// Bundle that says none all entries were looked through, for each code in it.
    pub(super) fn language(&self, node: Node<'t>) -> Option<&'t str> {
        let mut known = self.languages.borrow_mut();
        let mut of = |resource: Node<'t>| *known.entry(key(resource)).or_insert_with(|| resource.child_value("language"));
        node.outward().filter(|node| node.is_resource()).find_map(&mut of)
    }

    fn find_in(&self, bundle: Node<'t>, entry: Node<'t>, reference: &str) -> Found<'t> {
        let (plain, version) = match reference.split_once("/_history/") {
            Some((plain, version)) => (plain, Some(version)),
            None => (reference, None),
        };
        let Some(url) = absolute(entry, plain) else { return Found::Nothing };
        let entries = Rc::clone(self.entries.borrow_mut().entry(key(bundle)).or_insert_with(|| Rc::new(by_url(bundle))));
        let candidates = entries.get(&*url).into_iter().flatten();
        let is_version = |resource: &&Node<'t>| {
            let own = resource.child("meta").and_then(|meta| meta.child_value("versionId"));
            version.is_none_or(|version| own == Some(version))
        };
        let mut fitting = candidates.filter(is_version);
        match (fitting.next(), fitting.next()) {
            (None, _) => Found::Nothing,
            (Some(one), None) => Found::One(*one),
            (Some(_), Some(_)) => Found::Several,
        }
    }
}

/// The address of what a reference in an entry leads to: a relative one is under the
/// server that the entry itself came from.
fn absolute<'r>(entry: Node<'_>, reference: &'r str) -> Option<Cow<'r, str>> {
    if is_absolute(reference) {
        return Some(Cow::Borrowed(reference));
    }
    let full_url = entry.child_value("fullUrl")?;
    let (_, id) = reference.split_once('/').filter(|(_, id)| !id.contains('/'))?;
    if let Some((urn, _)) = full_url.rsplit_once(':').filter(|(urn, _)| matches!(*urn, "urn:uuid" | "urn:oid")) {
        return Some(Cow::Owned(format!("{urn}:{id}")));
    }
    let (of_type, _) = full_url.rsplit_once('/')?;
    let (base, _) = of_type.rsplit_once('/').filter(|_| is_absolute(full_url))?;
    Some(Cow::Owned(format!("{base}/{reference}")))
}

fn by_url(bundle: Node<'_>) -> ByUrl<'_> {
    let mut entries = ByUrl::new();
    for entry in bundle.children_named("entry") {
        if let (Some(url), Some(resource)) = (entry.child_value("fullUrl"), entry.child("resource")) {
            entries.entry(url).or_default().push(resource);
        }
    }
    entries
}
