//! JSON values to a node tree: choice types, `_element` siblings, holes in
//! lists, resources in resources.

use std::borrow::Cow;
use std::collections::HashMap;

use super::lexer::{self, Content, Member, Value};
use crate::fhir::node::{Form, Literal, NewNode, NodeId, Span, Tree};
use crate::fhir::reading::{MAX_DEPTH, ReadError};
use crate::fhir::types::{Type, Types};

/// Reads one resource.
///
/// A list that is empty gives one empty element, as `[null]` does: both are the
/// same mistake to the judge.
///
/// # Errors
/// When the text is no JSON, passes a bound, has a key twice, is no resource of
/// these types, or is shaped so that FHIR has no elements for it (a list
/// directly inside a list).
pub fn read(text: &[u8], types: &Types) -> Result<Tree, ReadError> {
    let value = lexer::parse(text)?;
    let start = value.span.start as usize;
    let Content::Object(members) = &value.content else {
        return Err(ReadError::new(start, "no resource: a resource is a JSON object"));
    };
    let name = resource_type(members).ok_or_else(|| ReadError::new(start, "no resource: the object has no `resourceType`"))?;
    let of =
        types.resource(name).ok_or_else(|| ReadError::new(start, format!("no resource: FHIR has no resource type `{name}`")))?;
    let mut reader = Reader {
        types,
        tree: Tree::new(NewNode {
            name: of.name.into(),
            type_name: of.name.into(),
            choice: false,
            list: false,
            literal: None,
            span: value.span,
        }),
    };
    let root = reader.tree.root_id();
    reader.members(Place { id: root, of: Some(of), resource: true, depth: 1 }, members)?;
    Ok(reader.tree)
}

fn resource_type<'v>(members: &'v [Member<'_>]) -> Option<&'v str> {
    members.iter().find(|member| member.key == "resourceType").and_then(|member| match &member.value.content {
        Content::String(name) => Some(&**name),
        _ => None,
    })
}

/// The element that is being filled.
#[derive(Clone, Copy)]
struct Place<'a> {
    id: NodeId,
    /// Its type, if the table has it.
    of: Option<&'a Type>,
    /// `resourceType` is not an element here.
    resource: bool,
    depth: usize,
}

/// A value with its `_element` sibling.
type Pair<'v, 't> = (Option<&'v Value<'t>>, Option<&'v Value<'t>>);

struct Reader<'a> {
    types: &'a Types,
    tree: Tree,
}

impl<'a> Reader<'a> {
    fn members(&mut self, place: Place<'a>, members: &[Member<'_>]) -> Result<(), ReadError> {
        let has_siblings = members.iter().any(|member| member.key.starts_with('_'));
        let plain: HashMap<&str, &Value<'_>> =
            members.iter().filter(|_| has_siblings).map(|member| (&*member.key, &member.value)).collect();
        let sibling_of = |member| sibling_of(place.of, &plain, member);
        let siblings: HashMap<&str, &Value<'_>> =
            members.iter().filter_map(|member| Some((sibling_of(member)?, &member.value))).collect();
        for member in members.iter().filter(|member| !(place.resource && member.key == "resourceType")) {
            match sibling_of(member) {
                Some(name) if plain.contains_key(name) => {}
                Some(name) if place.of.is_some_and(|of| of.written(name).is_some()) => {
                    self.element(place, name, member, (None, Some(&member.value)))?;
                }
                _ => self.element(place, &member.key, member, (Some(&member.value), siblings.get(&*member.key).copied()))?,
            }
        }
        Ok(())
    }

    /// All values of one name.
    fn element(&mut self, place: Place<'a>, name: &str, member: &Member<'_>, pair: Pair<'_, '_>) -> Result<(), ReadError> {
        let known = place.of.and_then(|of| of.written(name));
        let single = Span { start: member.start, end: member.value.span.end };
        let list = [pair.0, pair.1].into_iter().flatten().any(|value| matches!(value.content, Content::List(_)));
        let new = NewNode {
            name: known.map_or_else(|| Cow::Owned(name.to_owned()), |(element, _)| element.name.into()),
            type_name: known.map_or("", |(_, found)| found.name).into(),
            choice: known.is_some_and(|(element, _)| element.choice),
            list,
            literal: None,
            span: single,
        };
        if !list {
            return self.value(place, new, pair);
        }
        let (values, siblings) = (items(pair.0), items(pair.1));
        for index in 0..values.len().max(siblings.len()).max(1) {
            let pair = (values.get(index), siblings.get(index));
            let shown = pair.0.filter(|value| value.content != Content::Null).or(pair.1).or(pair.0);
            self.value(place, NewNode { span: shown.map_or(single, |value| value.span), ..new.clone() }, pair)?;
        }
        Ok(())
    }

    /// One value.
    fn value(&mut self, place: Place<'a>, mut new: NewNode, pair: Pair<'_, '_>) -> Result<(), ReadError> {
        let depth = place.depth + 1;
        if depth > MAX_DEPTH {
            return Err(ReadError::new(new.span.start as usize, format!("elements nested deeper than {MAX_DEPTH}")));
        }
        let container = new.type_name == "Resource";
        // An object where a primitive has its value stays what it is, of no type, for the judge to see.
        if is_primitive(&new.type_name) && pair.0.is_some_and(|value| matches!(value.content, Content::Object(_))) {
            new = untyped(new);
        }
        if container {
            let name = pair.0.and_then(|value| match &value.content {
                Content::Object(members) => resource_type(members),
                _ => None,
            });
            new.type_name = name.map_or(Cow::Borrowed(""), |name| self.resource_name(name));
        }
        new.literal = pair.0.and_then(|value| literal(&value.content));
        let resource = container && !new.type_name.is_empty();
        let of = if container { self.types.resource(&new.type_name) } else { self.types.get(&new.type_name) };
        let id = self.tree.add(place.id, new);
        let inside = Place { id, of, resource, depth };
        for value in [pair.0, pair.1].into_iter().flatten() {
            match &value.content {
                Content::Object(members) => self.members(inside, members)?,
                Content::List(_) => return Err(ReadError::new(value.span.start as usize, "a list directly inside a list")),
                _ => {}
            }
        }
        Ok(())
    }

    /// An unknown resource inside another keeps its name, for the judge to see.
    fn resource_name(&self, name: &str) -> Cow<'static, str> {
        self.types.resource(name).map_or_else(|| Cow::Owned(name.to_owned()), |found| found.name.into())
    }
}

/// The primitive whose `id` and extensions a member holds. One that holds a
/// value or nothing, is a list where the values are none, stands beside `null`, or beside an
/// element that has extensions of its own, is no sibling but an unknown element
/// with an odd name.
fn sibling_of<'v>(of: Option<&Type>, plain: &HashMap<&str, &Value<'_>>, member: &'v Member<'_>) -> Option<&'v str> {
    let name = member.key.strip_prefix('_')?;
    if of.and_then(|of| of.written(name)).is_some_and(|(_, found)| !is_primitive(found.name)) {
        return None;
    }
    let is_list = |value: &Value<'_>| matches!(value.content, Content::List(_));
    let is_object = |value: &Value<'_>| matches!(&value.content, Content::Object(members) if !members.is_empty());
    let fits = match &member.value.content {
        Content::List(items) => items.iter().all(|item| is_object(item) || item.content == Content::Null),
        _ => is_object(&member.value),
    };
    let goes_with = |values: &&Value<'_>| is_list(values) == is_list(&member.value) && values.content != Content::Null;
    (fits && plain.get(name).is_none_or(goes_with)).then_some(name)
}

/// The same without type, under the name that it was written with.
fn untyped(new: NewNode) -> NewNode {
    let written = match (new.choice, new.type_name.split_at_checked(1)) {
        (true, Some((first, rest))) => Cow::Owned(format!("{}{}{rest}", new.name, first.to_ascii_uppercase())),
        _ => new.name,
    };
    NewNode { name: written, type_name: Cow::Borrowed(""), choice: false, ..new }
}

/// FHIR writes primitive types, and no others, small.
fn is_primitive(type_name: &str) -> bool {
    type_name.starts_with(|letter: char| letter.is_ascii_lowercase())
}

/// The items of a list; a value that is no list is its own only item.
fn items<'v, 't>(value: Option<&'v Value<'t>>) -> &'v [Value<'t>] {
    match value {
        None => &[],
        Some(Value { content: Content::List(items), .. }) => items,
        Some(value) => std::slice::from_ref(value),
    }
}

fn literal(content: &Content<'_>) -> Option<Literal> {
    let (text, form) = match content {
        Content::Boolean(true) => ("true", Form::Boolean),
        Content::Boolean(false) => ("false", Form::Boolean),
        Content::Number(digits) => (*digits, Form::Number),
        Content::String(text) => (&**text, Form::String),
        Content::Null | Content::List(_) | Content::Object(_) => return None,
    };
    Some(Literal { text: text.into(), form })
}
