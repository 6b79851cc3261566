//! A node tree to JSON. What comes out is always well-formed JSON, whatever
//! stands in the tree.

use std::borrow::Cow;
use std::collections::HashMap;

use super::is_number;
use crate::fhir::node::{Form, Literal, Node};

/// Writes an element, with all below it, without white space.
#[must_use]
pub fn write(node: Node<'_>) -> String {
    write_as(node, Layout::Compact)
}

/// The same of an element that is no resource, though it is a tree of its own.
#[must_use]
pub fn write_element(node: Node<'_>) -> String {
    write_as(node, Layout::Element)
}

/// Writes an element, with all below it, indented by two spaces.
#[must_use]
pub fn write_pretty(node: Node<'_>) -> String {
    write_as(node, Layout::Indented)
}

fn write_as(node: Node<'_>, layout: Layout) -> String {
    let mut writer = Writer { text: String::new(), layout, depth: 0 };
    match node.literal() {
        Some(literal) => writer.literal(literal),
        None => writer.object(node),
    }
    writer.text
}

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Compact,
    /// As compact, the outermost without its type.
    Element,
    Indented,
}

struct Writer {
    text: String,
    layout: Layout,
    depth: usize,
}

/// What stands at the name itself, and what at its `_` sibling.
enum Part<'t> {
    Nothing,
    Literal(&'t Literal),
    Object(Node<'t>),
}

impl Writer {
    fn object(&mut self, node: Node<'_>) {
        self.text.push('{');
        self.depth += 1;
        let start = self.text.len();
        if node.is_resource() && (self.depth > 1 || self.layout != Layout::Element) {
            self.key("resourceType", start);
            self.string(node.type_name());
        }
        for (name, nodes) in by_name(node) {
            let list = nodes.len() > 1 || nodes[0].is_list();
            let plain: Vec<Part<'_>> = nodes.iter().map(|node| plain(*node)).collect();
            let sibling: Vec<Part<'_>> = nodes.iter().map(|node| sibling(*node)).collect();
            let has_sibling = sibling.iter().any(|part| !matches!(part, Part::Nothing));
            if !has_sibling || plain.iter().any(|part| !matches!(part, Part::Nothing)) {
                self.key(&name, start);
                self.parts(&plain, list);
            }
            if has_sibling {
                self.key(&format!("_{name}"), start);
                self.parts(&sibling, list);
            }
        }
        self.depth -= 1;
        if self.text.len() > start {
            self.line();
        }
        self.text.push('}');
    }

    /// `start` is where the object's first key comes.
    fn key(&mut self, name: &str, start: usize) {
        if self.text.len() > start {
            self.text.push(',');
        }
        self.line();
        self.string(name);
        self.text.push(':');
        if self.layout == Layout::Indented {
            self.text.push(' ');
        }
    }

    fn parts(&mut self, parts: &[Part<'_>], list: bool) {
        if !list {
            return parts.iter().for_each(|part| self.part(part));
        }
        self.text.push('[');
        self.depth += 1;
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.line();
            self.part(part);
        }
        self.depth -= 1;
        self.line();
        self.text.push(']');
    }

    fn part(&mut self, part: &Part<'_>) {
        match part {
            Part::Nothing => self.text.push_str("null"),
            Part::Literal(literal) => self.literal(literal),
            Part::Object(node) => self.object(*node),
        }
    }

    /// A number or boolean that is none in JSON is written as a string.
    fn literal(&mut self, literal: &Literal) {
        let bare = match literal.form {
            Form::String => false,
            Form::Number => is_number(&literal.text),
            Form::Boolean => matches!(&*literal.text, "true" | "false"),
        };
        if bare { self.text.push_str(&literal.text) } else { self.string(&literal.text) }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for letter in text.chars() {
            match letter {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\0'..' ' | '\u{7f}' => self.text.push_str(&format!("\\u{:04x}", u32::from(letter))),
                _ => self.text.push(letter),
            }
        }
        self.text.push('"');
    }

    fn line(&mut self) {
        if self.layout == Layout::Indented {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n("  ", self.depth));
        }
    }
}

/// Children by their written name, in the order in which the names first come.
fn by_name(node: Node<'_>) -> Vec<(Cow<'_, str>, Vec<Node<'_>>)> {
    let mut groups: Vec<(Cow<'_, str>, Vec<Node<'_>>)> = Vec::new();
    let mut places: HashMap<Cow<'_, str>, usize> = HashMap::new();
    for child in node.children() {
        let name = child.written_name();
        let place = *places.entry(name.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, nodes)) => nodes.push(child),
            None => groups.push((name, vec![child])),
        }
    }
    groups
}

fn plain(node: Node<'_>) -> Part<'_> {
    match node.literal() {
        Some(literal) => Part::Literal(literal),
        None if node.is_primitive() => Part::Nothing,
        None => Part::Object(node),
    }
}

fn sibling(node: Node<'_>) -> Part<'_> {
    let beside = node.literal().is_some() || node.is_primitive();
    if beside && node.children().next().is_some() { Part::Object(node) } else { Part::Nothing }
}
