//! XML to a node tree. The narrative's `div` is one value: its source text.

mod attribute;
mod events;

pub(super) use attribute::{is_allowed, unescape};
pub(super) use events::is_fragment;

use std::borrow::Cow;

use attribute::Attribute;
use events::{Event, Events, Space, Tag};

use crate::fhir::json::is_number;
use crate::fhir::node::{Form, Format, Literal, NewNode, NodeId, Span, Tree};
use crate::fhir::reading::{MAX_DEPTH, MAX_NODES, ReadError, utf8};
use crate::fhir::types::{Element, Type, TypeRef, Types};

/// Reads one resource.
///
/// # Errors
/// When the text is no well-formed XML, passes a bound, has a document type or
/// an unknown entity, is no resource of these types in FHIR's namespace, or
/// holds text where FHIR has elements.
pub fn read(text: &[u8], types: &Types) -> Result<Tree, ReadError> {
    let (text, start) = utf8(text)?;
    let mut reader = Reader { types, events: Events::new(text, start)?, tree: None, open: Vec::new() };
    loop {
        match reader.events.next()? {
            Event::Start(tag) => reader.start(&tag)?,
            Event::End(end) => reader.end(end),
            Event::Eof => return reader.finish(text.len()),
        }
    }
}

/// An element that is being filled.
struct Open<'a> {
    id: NodeId,
    /// Its type, if the table has it.
    of: Option<&'a Type>,
    role: Role,
    depth: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Element,
    /// `contained`, waiting for the one resource in it.
    Container,
    /// `contained`, with its resource.
    Filled,
    /// The resource in a container; one node with it.
    Resource,
}

struct Reader<'t, 'a> {
    types: &'a Types,
    events: Events<'t>,
    tree: Option<Tree>,
    open: Vec<Open<'a>>,
}

impl<'a> Reader<'_, 'a> {
    fn start(&mut self, tag: &Tag) -> Result<(), ReadError> {
        match self.open.last().map(|open| (open.id, open.of, open.role, open.depth)) {
            None => self.root(tag)?,
            Some((id, _, Role::Container, depth)) => self.resource(tag, id, depth)?,
            Some((_, _, Role::Filled, _)) => {
                return Err(ReadError::new(tag.start, format!("a second resource, `{}`, in one element", tag.name)));
            }
            Some((id, of, Role::Element | Role::Resource, depth)) => self.element(tag, id, of, depth + 1)?,
        }
        if tag.is_empty {
            self.end(tag.end);
        }
        Ok(())
    }

    fn root(&mut self, tag: &Tag) -> Result<(), ReadError> {
        if self.tree.is_some() {
            return Err(ReadError::new(tag.start, format!("a second resource, `{}`: a document holds one", tag.name)));
        }
        in_fhir(tag)?;
        let name = &tag.name;
        let of = self.types.resource(name);
        let of = of.ok_or_else(|| ReadError::new(tag.start, format!("no resource: FHIR has no resource type `{name}`")))?;
        let mut new = unknown(Cow::Borrowed(of.name), tag);
        new.type_name = of.name.into();
        let mut tree = Tree::new(new).of_format(Format::Xml);
        let id = tree.root_id();
        self.attributes(&mut tree, id, Some(of), tag)?;
        self.tree = Some(tree);
        self.open.push(Open { id, of: Some(of), role: Role::Element, depth: 1 });
        Ok(())
    }

    /// The resource in `contained` or `entry.resource`. An unknown one keeps its
    /// name, for the judge to see.
    fn resource(&mut self, tag: &Tag, id: NodeId, depth: usize) -> Result<(), ReadError> {
        in_fhir(tag)?;
        let of = self.types.resource(&tag.name);
        let mut tree = self.tree.take().expect("an open element is in a tree");
        tree.edit(id).type_name = of.map_or_else(|| Cow::Owned(tag.name.clone()), |of| of.name.into());
        self.attributes(&mut tree, id, of, tag)?;
        self.tree = Some(tree);
        self.open.last_mut().expect("a resource stands in its container").role = Role::Filled;
        self.open.push(Open { id, of, role: Role::Resource, depth });
        Ok(())
    }

    fn element(&mut self, tag: &Tag, parent: NodeId, of: Option<&'a Type>, depth: usize) -> Result<(), ReadError> {
        if depth > MAX_DEPTH {
            return Err(ReadError::new(tag.start, format!("elements nested deeper than {MAX_DEPTH}")));
        }
        let known = of.and_then(|of| of.written(&tag.name)).filter(|(element, _)| !element.attribute);
        let mut new = known.map_or_else(|| unknown(Cow::Owned(tag.name.clone()), tag), |known| described(known, tag));
        let mut tree = self.tree.take().expect("an open element is in a tree");
        if tree.len() >= MAX_NODES {
            return Err(ReadError::new(tag.start, format!("more than {MAX_NODES} elements")));
        }
        // A `div` in FHIR's own namespace is wrong, but no less a narrative; its source shows which it is.
        if tag.space == Space::Xhtml || new.type_name == "xhtml" {
            let source = self.events.fragment(tag)?;
            new.span = span(tag.start, tag.start + source.len());
            new.literal = Some(Literal { text: source.into(), form: Form::String });
            let id = tree.add(parent, new);
            self.tree = Some(tree);
            self.open.push(Open { id, of: None, role: Role::Element, depth });
            if !tag.is_empty {
                self.end(tag.start + source.len());
            }
            return Ok(());
        }
        in_fhir(tag)?;
        let container = new.type_name == "Resource";
        if container {
            new.type_name = Cow::Borrowed("");
        }
        let of = self.types.get(&new.type_name);
        let id = tree.add(parent, new);
        self.attributes(&mut tree, id, of, tag)?;
        self.tree = Some(tree);
        self.open.push(Open { id, of, role: if container { Role::Container } else { Role::Element }, depth });
        Ok(())
    }

    /// `value` is the element's own value; `id` and `url` are elements of it.
    fn attributes(&self, tree: &mut Tree, id: NodeId, of: Option<&Type>, tag: &Tag) -> Result<(), ReadError> {
        for attribute in &tag.attributes {
            let Attribute { name, value, span } = attribute;
            if name == "value" {
                let literal = literal(&tree.edit(id).type_name, value);
                tree.edit(id).literal = Some(literal);
                continue;
            }
            let known = of.and_then(|of| of.element(name)).filter(|element| element.attribute);
            let known = known.and_then(|element| Some((element, element.types.first()?)));
            let mut new = known.map_or_else(|| unknown(Cow::Owned(name.clone()), tag), |known| described(known, tag));
            new.span = *span;
            new.literal = Some(literal(&new.type_name, value));
            if tree.len() >= MAX_NODES {
                return Err(ReadError::new(tag.start, format!("more than {MAX_NODES} elements")));
            }
            tree.add(id, new);
        }
        Ok(())
    }

    fn end(&mut self, end: usize) {
        let open = self.open.pop().expect("the reader of events matches starts and ends");
        if open.role != Role::Resource
            && let Some(tree) = &mut self.tree
        {
            tree.edit(open.id).span.end = offset(end);
        }
    }

    fn finish(self, end: usize) -> Result<Tree, ReadError> {
        if let Some(open) = self.open.last() {
            let name = self.tree.as_ref().map(|tree| tree.node(open.id).written_name().into_owned()).unwrap_or_default();
            return Err(ReadError::new(end, format!("the text ends before `{name}` is closed")));
        }
        self.tree.ok_or_else(|| ReadError::new(end, "no resource: the text has no element"))
    }
}

fn in_fhir(tag: &Tag) -> Result<(), ReadError> {
    match &tag.space {
        Space::Fhir => Ok(()),
        Space::Xhtml => Err(other_space(tag, super::XHTML)),
        Space::None => Err(other_space(tag, "")),
        Space::Other(space) => Err(other_space(tag, space)),
    }
}

fn other_space(tag: &Tag, space: &str) -> ReadError {
    let found = if space.is_empty() { "in no namespace".to_owned() } else { format!("in the namespace `{space}`") };
    ReadError::new(tag.start, format!("`{}` is {found}, expected `{}`", tag.name, super::FHIR))
}

fn unknown(name: Cow<'static, str>, tag: &Tag) -> NewNode {
    NewNode { name, type_name: "".into(), choice: false, list: false, literal: None, span: span(tag.start, tag.end) }
}

fn described((element, found): (&Element, &TypeRef), tag: &Tag) -> NewNode {
    NewNode {
        name: element.name.into(),
        type_name: found.name.into(),
        choice: element.choice,
        list: element.list,
        ..unknown("".into(), tag)
    }
}

/// XML has no forms: the type says how JSON would write it, if it can.
fn literal(type_name: &str, text: &str) -> Literal {
    let form = match Form::of(type_name) {
        Form::Number if !is_number(text) => Form::String,
        Form::Boolean if !matches!(text, "true" | "false") => Form::String,
        form => form,
    };
    Literal { text: text.into(), form }
}

fn span(start: usize, end: usize) -> Span {
    Span { start: offset(start), end: offset(end) }
}

/// The bound on size keeps offsets within 32 bits.
fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("the text is bounded")
}
