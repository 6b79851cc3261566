//! The read-only view of a tree: one element, what it says, and where it stands.

use std::borrow::Cow;

use super::{Data, Literal, NONE, NodeId, Span, Tree};

/// Where a resource stands inside another one, beside `contained`. Elsewhere
/// `resource` and `outcome` are plain elements (`Procedure.outcome`).
const RESOURCE_PLACES: [(&str, &str); 3] =
    [("Bundle.entry", "resource"), ("Bundle.entry.response", "outcome"), ("Parameters.parameter", "resource")];

/// A read-only view of one element and all below it. Two views are equal when
/// they are the same element of the same tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    pub(super) tree: &'t Tree,
    pub(super) id: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}
impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.path(), self.type_name())
    }
}

impl<'t> Node<'t> {
    pub(super) fn data(self) -> &'t Data {
        &self.tree.nodes[self.id as usize]
    }

    fn at(self, id: u32) -> Option<Self> {
        (id != NONE).then_some(Self { tree: self.tree, id })
    }

    /// Handle of this node in its tree.
    #[must_use]
    pub fn id(self) -> NodeId {
        NodeId(self.id)
    }

    /// The tree this node stands in.
    #[must_use]
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Element name without a choice type: `value` for `valueString`.
    #[must_use]
    pub fn name(self) -> &'t str {
        &self.data().node.name
    }

    /// Type name; empty when the type table does not know the element.
    #[must_use]
    pub fn type_name(self) -> &'t str {
        &self.data().node.type_name
    }

    /// Whether the element is written with its type in the name.
    #[must_use]
    pub fn is_choice(self) -> bool {
        self.data().node.choice
    }

    /// Whether the element is a list in JSON.
    #[must_use]
    pub fn is_list(self) -> bool {
        self.data().node.list
    }

    /// The name as JSON and XML write it: `valueString`.
    #[must_use]
    pub fn written_name(self) -> Cow<'t, str> {
        if !self.is_choice() {
            return Cow::Borrowed(self.name());
        }
        let mut written = self.name().to_owned();
        let mut letters = self.type_name().chars();
        written.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        written.push_str(letters.as_str());
        Cow::Owned(written)
    }

    /// The value of a primitive in the characters it was written with.
    #[must_use]
    pub fn value(self) -> Option<&'t str> {
        self.data().node.literal.as_ref().map(|literal| &*literal.text)
    }

    /// The value and how it stood in JSON.
    #[must_use]
    pub fn literal(self) -> Option<&'t Literal> {
        self.data().node.literal.as_ref()
    }

    /// Where the element stands in its source.
    #[must_use]
    pub fn span(self) -> Span {
        self.data().node.span
    }

    /// The element this one stands in.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.at(self.data().parent)
    }

    /// Itself and the elements around it, from the inside outward.
    pub fn outward(self) -> impl Iterator<Item = Node<'t>> {
        std::iter::successors(Some(self), |node| node.parent())
    }

    /// The resource that it is or stands in: the nearest.
    #[must_use]
    pub fn resource(self) -> Option<Self> {
        self.outward().find(|node| node.is_resource())
    }

    /// All children in document order.
    pub fn children(self) -> impl Iterator<Item = Node<'t>> {
        std::iter::successors(self.at(self.data().first_child), |node| node.at(node.data().next_sibling))
    }

    /// Children with this name (`value` finds `valueString`).
    pub fn children_named(self, name: &str) -> impl Iterator<Item = Node<'t>> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The first child with this name.
    #[must_use]
    pub fn child(self, name: &str) -> Option<Self> {
        self.children_named(name).next()
    }

    /// The value of the first child with this name.
    #[must_use]
    pub fn child_value(self, name: &str) -> Option<&'t str> {
        self.child(name).and_then(Node::value)
    }

    /// Whether there is nothing in it: no value and no elements.
    #[must_use]
    pub fn is_bare(self) -> bool {
        self.value().is_none() && self.data().first_child == NONE
    }

    /// Whether the element is a resource (`type_name` is then its type).
    #[must_use]
    pub fn is_resource(self) -> bool {
        let Some(parent) = self.parent() else { return true };
        let place = (parent.type_name(), self.name());
        !self.type_name().is_empty() && (place.1 == "contained" || RESOURCE_PLACES.contains(&place))
    }

    /// Whether the type is primitive: FHIR writes those, and no others, small.
    #[must_use]
    pub fn is_primitive(self) -> bool {
        self.type_name().starts_with(|letter: char| letter.is_ascii_lowercase())
    }

    /// How many siblings before it have its name.
    fn index(self, parent: Self) -> usize {
        match self.data().index {
            NONE => parent.children_named(self.name()).take_while(|sibling| *sibling != self).count(),
            index => index as usize,
        }
    }

    /// `Consent.provision.code[0].coding[1]`: element names from the root, with
    /// an index wherever the element is a list.
    #[must_use]
    pub fn path(self) -> String {
        let Some(parent) = self.parent() else {
            return if self.type_name().is_empty() { self.name().to_owned() } else { self.type_name().to_owned() };
        };
        let mut path = parent.path();
        path.push('.');
        path.push_str(self.name());
        if self.is_list() {
            path.push_str(&format!("[{}]", self.index(parent)));
        }
        path
    }
}
