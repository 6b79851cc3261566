//! The answer to a search: a searchset Bundle as a tree, so that JSON and XML
//! come from one construction.

use std::borrow::Cow;

use crate::fhir::node::{Form, Literal, NewNode, Node, NodeId, Span, Tree};
use crate::fhir::types::Types;

/// What a page of a searchset holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Page<'s> {
    /// Relation and URL.
    pub(super) links: Vec<(&'static str, String)>,
    /// Matches on all pages together.
    pub(super) total: usize,
    /// Address that `fullUrl` begins with.
    pub(super) base: &'s str,
    pub(super) matches: Vec<Node<'s>>,
    pub(super) includes: Vec<Node<'s>>,
    /// `search.mode` of the includes.
    pub(super) include_mode: &'static str,
}

impl Page<'_> {
    pub(super) fn tree(&self, types: &Types) -> Tree {
        let mut tree = Tree::new(element("Bundle", "Bundle"));
        let root = tree.root_id();
        let mut build = Build { tree: &mut tree, types };
        build.value(root, "type", "searchset");
        build.value(root, "total", &self.total.to_string());
        for (relation, url) in &self.links {
            let link = build.child(root, "link");
            build.value(link, "relation", relation);
            build.value(link, "url", url);
        }
        for node in &self.matches {
            build.entry(root, *node, self.base, "match");
        }
        for node in &self.includes {
            build.entry(root, *node, self.base, self.include_mode);
        }
        tree
    }
}

struct Build<'b> {
    tree: &'b mut Tree,
    types: &'b Types,
}

impl Build<'_> {
    fn child(&mut self, parent: NodeId, name: &'static str) -> NodeId {
        let known = self.types.get(self.tree.node(parent).type_name()).and_then(|parent| parent.element(name));
        let kind = known.and_then(|known| known.types.first()).map_or("", |kind| kind.name);
        let node = NewNode { list: known.is_some_and(|known| known.list), ..element(name, kind) };
        self.tree.add(parent, node)
    }

    fn value(&mut self, parent: NodeId, name: &'static str, text: &str) {
        let id = self.child(parent, name);
        let form = Form::of(self.tree.node(id).type_name());
        self.tree.edit(id).literal = Some(Literal { text: text.into(), form });
    }

    fn entry(&mut self, bundle: NodeId, resource: Node<'_>, base: &str, mode: &str) {
        let entry = self.child(bundle, "entry");
        let id = resource.child_value("id").unwrap_or_default();
        self.value(entry, "fullUrl", &format!("{base}/{}/{id}", resource.type_name()));
        let place = NewNode { type_name: Cow::Owned(resource.type_name().to_owned()), ..element("resource", "") };
        self.tree.add_copy(entry, place, resource);
        let search = self.child(entry, "search");
        self.value(search, "mode", mode);
    }
}

fn element(name: &'static str, type_name: &'static str) -> NewNode {
    NewNode {
        name: Cow::Borrowed(name),
        type_name: Cow::Borrowed(type_name),
        choice: false,
        list: false,
        literal: None,
        span: Span::default(),
    }
}
