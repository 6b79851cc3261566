//! The entries of a Bundle by the address that references lead to. Read once for
//! a Bundle, when the first reference asks: a large one takes no more for each.
//! <https://hl7.org/fhir/R4/bundle.html#references>

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::fhir::node::{Node, NodeId};

/// Entries of Bundles, by Bundle.
#[derive(Debug, Default)]
pub(super) struct Bundles<'t> {
    known: RefCell<HashMap<NodeId, Rc<Entries<'t>>>>,
}

#[derive(Debug, Default)]
struct Entries<'t> {
    /// Resources by `fullUrl`, first come.
    by_url: HashMap<&'t str, Node<'t>>,
    /// Resources by `Type/id`; none where two have the same.
    by_id: HashMap<(&'t str, &'t str), Option<Node<'t>>>,
}

impl<'t> Bundles<'t> {
    /// The resource that a reference leads to, from an element of an entry.
    pub(super) fn find(&self, node: Node<'t>, reference: &str) -> Option<Node<'t>> {
        let entry = std::iter::successors(Some(node), |node| node.parent()).find(|node| node.type_name() == "Bundle.entry")?;
        let bundle = entry.parent()?;
        let entries = Rc::clone(self.known.borrow_mut().entry(bundle.id()).or_insert_with(|| Rc::new(Entries::of(bundle))));
        let plain = reference.split("/_history/").next().unwrap_or(reference);
        if let Some(found) = entries.by_url.get(plain) {
            return Some(*found);
        }
        let (of, id) = plain.split_once('/').filter(|(_, id)| !id.contains('/'))?;
        let base = entry.child_value("fullUrl").and_then(base);
        // A relative reference is under the server that the entry itself came from.
        let same_server = base.and_then(|base| entries.by_url.get(format!("{base}{of}/{id}").as_str()).copied());
        same_server.or_else(|| entries.by_id.get(&(of, id)).copied().flatten().filter(|_| base.is_none()))
    }
}

/// `https://server/fhir/` of `https://server/fhir/Patient/1`.
fn base(full_url: &str) -> Option<&str> {
    let (rest, _) = full_url.rsplit_once('/').filter(|_| full_url.starts_with("http"))?;
    Some(&rest[..=rest.rfind('/')?])
}

impl<'t> Entries<'t> {
    fn of(bundle: Node<'t>) -> Self {
        let mut entries = Self::default();
        for entry in bundle.children_named("entry") {
            let Some(resource) = entry.child("resource") else { continue };
            if let Some(url) = entry.child_value("fullUrl") {
                entries.by_url.entry(url).or_insert(resource);
            }
            if let Some(id) = resource.child_value("id") {
                let known = entries.by_id.entry((resource.type_name(), id));
                known.and_modify(|known| *known = None).or_insert(Some(resource));
            }
        }
        entries
    }
}
