//! The node tree: one FHIR resource as a tree of typed, positioned elements,
//! whatever format it came in. Reading and writing live in `json` and `xml`;
//! meaning (FHIRPath, search, judging) stands on the read-only view here.

mod entries;
#[cfg(test)]
mod tests;
mod view;

use std::borrow::Cow;
use std::sync::OnceLock;

use entries::Entries;

pub use view::Node;

/// A range of byte offsets in the text a resource was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// How a primitive stood in JSON. XML has no such difference: there it follows
/// the type, so that both formats give the same tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `"text"`
    String,
    /// `12.50`, kept digit by digit.
    Number,
    /// `true` or `false`
    Boolean,
}

impl Form {
    /// The form that JSON asks for a primitive type.
    #[must_use]
    pub fn of(type_name: &str) -> Self {
        match type_name {
            "boolean" => Self::Boolean,
            "decimal" | "integer" | "positiveInt" | "unsignedInt" => Self::Number,
            _ => Self::String,
        }
    }
}

/// The value of a primitive, in the characters it was written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The characters, unescaped.
    pub text: Box<str>,
    /// How they stood in JSON.
    pub form: Form,
}

/// The format that a tree was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Elements stand in any order.
    #[default]
    Json,
    /// Elements stand in the order of their type.
    Xml,
}

/// What a builder knows of an element when it adds it.
#[derive(Debug, Clone)]
pub struct NewNode {
    /// Element name without a choice type: `value`, not `valueString`.
    pub name: Cow<'static, str>,
    /// Type of the element (`CodeableConcept`, `Consent.provision`, `string`);
    /// empty when the type table does not know it.
    pub type_name: Cow<'static, str>,
    /// The name carries a choice type when written (`valueString`).
    pub choice: bool,
    /// The element is a list when written as JSON.
    pub list: bool,
    /// The primitive value, when there is one.
    pub literal: Option<Literal>,
    /// Where it stands in the source.
    pub span: Span,
}

#[derive(Debug, Clone)]
struct Data {
    node: NewNode,
    parent: u32,
    first_child: u32,
    last_child: u32,
    next_sibling: u32,
    /// How many siblings before it have its name; `NONE`: to be counted.
    index: u32,
}

/// Children that are looked through for an earlier one of the same name, when a node is added.
const LOOKED_THROUGH: usize = 64;

const NONE: u32 = u32::MAX;

/// A handle to a node while a tree is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// One resource (or a lone element) as a tree. Node 0 is the root.
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<Data>,
    format: Format,
    entries: OnceLock<Box<Entries>>,
}

impl Tree {
    /// A tree with only its root.
    #[must_use]
    pub fn new(root: NewNode) -> Self {
        let root = Data { node: root, parent: NONE, first_child: NONE, last_child: NONE, next_sibling: NONE, index: 0 };
        Self { nodes: vec![root], format: Format::Json, entries: OnceLock::new() }
    }

    /// The same, as read from a format.
    #[must_use]
    pub fn of_format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// The format that it was read from.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// A tree of its own from an element of another one: the resource out of a
    /// Bundle's entry.
    #[must_use]
    pub fn copy_of(node: Node<'_>) -> Self {
        let root = node.data().node.clone();
        let name = if node.is_resource() { root.type_name.clone() } else { root.name.clone() };
        let mut tree = Self::new(NewNode { name, list: false, ..root }).of_format(node.tree.format);
        for child in node.children() {
            tree.add_copy(NodeId(0), child.data().node.clone(), child);
        }
        tree
    }

    /// The handle of the root.
    #[must_use]
    pub fn root_id(&self) -> NodeId {
        NodeId(0)
    }

    /// Adds an element as the last child of `parent`.
    ///
    /// # Panics
    /// When a tree passes four thousand million nodes; readers bound their input long before.
    pub fn add(&mut self, parent: NodeId, node: NewNode) -> NodeId {
        let id = u32::try_from(self.nodes.len()).expect("readers bound the number of nodes");
        let index = self.next_index(parent, &node.name);
        self.forget_entries();
        self.nodes.push(Data { node, parent: parent.0, first_child: NONE, last_child: NONE, next_sibling: NONE, index });
        let last = self.nodes[parent.0 as usize].last_child;
        if last == NONE {
            self.nodes[parent.0 as usize].first_child = id;
        } else {
            self.nodes[last as usize].next_sibling = id;
        }
        self.nodes[parent.0 as usize].last_child = id;
        NodeId(id)
    }

    /// The index of a further child with a name, where that takes no long look.
    fn next_index(&self, parent: NodeId, name: &str) -> u32 {
        let last = self.nodes[parent.0 as usize].last_child;
        match self.nodes.get(last as usize).filter(|last| last.node.name == name) {
            Some(last) if last.index == NONE => return NONE,
            Some(last) => return last.index + 1,
            None => {}
        }
        let mut siblings = self.node(parent).children().take(LOOKED_THROUGH + 1);
        let is_other = siblings.by_ref().take(LOOKED_THROUGH).all(|sibling| sibling.name() != name);
        if is_other && siblings.next().is_none() { 0 } else { NONE }
    }

    /// What is known of a node, to fill in while building.
    pub fn edit(&mut self, id: NodeId) -> &mut NewNode {
        self.forget_entries();
        &mut self.nodes[id.0 as usize].node
    }

    /// Changes the characters of a primitive; how it stands in JSON stays, and
    /// follows the type when it had no value.
    pub fn set_literal(&mut self, id: NodeId, text: &str) {
        let node = self.edit(id);
        let form = node.literal.as_ref().map_or_else(|| Form::of(&node.type_name), |literal| literal.form);
        node.literal = Some(Literal { text: text.into(), form });
    }

    /// Takes an element, and all below it, out of the tree. Its handle and those
    /// below stay readable but lead nowhere else. The root stays. An element that
    /// loses its last child stays too, empty.
    pub fn remove(&mut self, id: NodeId) {
        let Data { parent, next_sibling: next, .. } = self.nodes[id.0 as usize];
        if parent == NONE {
            return;
        }
        self.forget_entries();
        let mut before = NONE;
        let mut child = self.nodes[parent as usize].first_child;
        while child != id.0 {
            before = child;
            child = self.nodes[child as usize].next_sibling;
        }
        if before == NONE {
            self.nodes[parent as usize].first_child = next;
        } else {
            self.nodes[before as usize].next_sibling = next;
        }
        if next == NONE {
            self.nodes[parent as usize].last_child = before;
        }
        let removed = &mut self.nodes[id.0 as usize];
        (removed.parent, removed.next_sibling) = (NONE, NONE);
        let mut later = next;
        while later != NONE {
            self.nodes[later as usize].index = NONE;
            later = self.nodes[later as usize].next_sibling;
        }
    }

    /// Adds a copy of another element, of this or another tree, under `parent`,
    /// described by `node` (`entry.resource` from a resource's own root).
    pub fn add_copy(&mut self, parent: NodeId, node: NewNode, source: Node<'_>) -> NodeId {
        let id = self.add(parent, node);
        for child in source.children() {
            self.add_copy(id, child.data().node.clone(), child);
        }
        id
    }

    /// The root, to read from.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, id: 0 }
    }

    /// The node behind a handle.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id: id.0 }
    }

    /// How many nodes the tree has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: a tree has a root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
