//! What references in a Bundle lead to, by address and by type and id. Made when
//! it is first asked for: among many entries each reference takes no longer.

use std::collections::HashMap;

use super::{Node, NodeId, Tree};

/// The resources of a Bundle's entries.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries {
    /// By the `fullUrl` of the first entry that has it; that may have no resource.
    by_url: HashMap<Box<str>, Option<NodeId>>,
    /// By `Patient/1`, the first.
    by_name: HashMap<Box<str>, NodeId>,
}

impl Entries {
    fn of(bundle: Node<'_>) -> Self {
        let mut entries = Self::default();
        for entry in bundle.children_named("entry") {
            let resource = entry.child("resource");
            if let Some(url) = entry.child_value("fullUrl") {
                entries.by_url.entry(url.into()).or_insert_with(|| resource.map(Node::id));
            }
            if let Some((resource, id)) = resource.and_then(|resource| Some((resource, resource.child_value("id")?))) {
                let name = format!("{}/{id}", resource.type_name());
                entries.by_name.entry(name.into()).or_insert_with(|| resource.id());
            }
        }
        entries
    }
}

impl Tree {
    fn entries(&self) -> &Entries {
        self.entries.get_or_init(|| Box::new(Entries::of(self.root())))
    }

    /// The resource of the first entry with this `fullUrl`, where the root is a Bundle.
    #[must_use]
    pub fn resource_at(&self, full_url: &str) -> Option<Node<'_>> {
        let found = self.entries().by_url.get(full_url).copied().flatten();
        found.map(|id| self.node(id))
    }

    /// The first resource of an entry with this type and id (`Patient/1`), where the root is a Bundle.
    #[must_use]
    pub fn resource_called(&self, name: &str) -> Option<Node<'_>> {
        self.entries().by_name.get(name).map(|id| self.node(*id))
    }

    /// What is changed is read again.
    pub(super) fn forget_entries(&mut self) {
        drop(self.entries.take());
    }
}
