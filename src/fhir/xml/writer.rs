//! A node tree to XML, in the order of the type table. What comes out is always
//! well-formed XML, whatever stands in the tree.

use std::borrow::Cow;

use super::reader::{is_allowed, is_fragment};
use super::{FHIR, XHTML};
use crate::fhir::node::Node;
use crate::fhir::types::{Type, Types};

/// Writes a resource, or a lone element, as a whole document.
///
/// Elements that the table does not know come last. Characters that XML has not
/// become U+FFFD.
#[must_use]
pub fn write(node: Node<'_>, types: &Types) -> String {
    let mut writer = Writer { types, text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned() };
    let name = if node.is_resource() { node.type_name().into() } else { node.written_name() };
    writer.open(&name);
    writer.text.push_str(&format!(" xmlns=\"{FHIR}\""));
    writer.content(node, &name);
    writer.text
}

struct Writer<'a> {
    types: &'a Types,
    text: String,
}

impl Writer<'_> {
    fn element(&mut self, node: Node<'_>) {
        let name = node.written_name();
        if node.type_name() == "xhtml"
            && let Some(source) = node.value()
        {
            return self.narrative(source, &name);
        }
        self.open(&name);
        if node.is_resource() {
            self.text.push('>');
            self.open(node.type_name());
            self.content(node, node.type_name());
            self.close(&name);
        } else {
            self.content(node, &name);
        }
    }

    /// All of an element after its name.
    fn content(&mut self, node: Node<'_>, name: &str) {
        let of = self.types.get(node.type_name());
        let (attributes, mut elements): (Vec<_>, Vec<_>) = node.children().partition(|child| is_attribute(of, *child));
        elements.sort_by_key(|child| of.and_then(|of| of.position(child.name())).unwrap_or(usize::MAX));
        for attribute in attributes {
            self.attribute(attribute.name(), attribute.value().unwrap_or_default());
        }
        if let Some(value) = node.value() {
            self.attribute("value", value);
        }
        if elements.is_empty() {
            return self.text.push_str("/>");
        }
        self.text.push('>');
        elements.into_iter().for_each(|child| self.element(child));
        self.close(name);
    }

    /// The source as it is; as text when it could not stand in a document.
    fn narrative(&mut self, source: &str, name: &str) {
        if is_fragment(source, name) {
            return self.text.push_str(source);
        }
        self.open(name);
        self.text.push_str(&format!(" xmlns=\"{XHTML}\">"));
        self.escaped(source);
        self.close(name);
    }

    fn open(&mut self, name: &str) {
        self.text.push('<');
        self.text.push_str(&xml_name(name));
    }

    fn close(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(&xml_name(name));
        self.text.push('>');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        self.escaped(value);
        self.text.push('"');
    }

    fn escaped(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                // A reader would make a space of them.
                '\t' | '\n' | '\r' => self.text.push_str(&format!("&#{};", u32::from(letter))),
                _ if !is_allowed(letter) => self.text.push('\u{fffd}'),
                _ => self.text.push(letter),
            }
        }
    }
}

fn is_attribute(of: Option<&Type>, child: Node<'_>) -> bool {
    let known = of.and_then(|of| of.element(child.name())).is_some_and(|element| element.attribute);
    let only = child.parent().and_then(|parent| parent.child(child.name())) == Some(child);
    known && only && child.value().is_some() && child.children().next().is_none()
}

/// Names of unknown elements come from JSON, which allows any.
fn xml_name(name: &str) -> Cow<'_, str> {
    let is_start = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let is_part = |letter: char| is_start(letter) || letter.is_ascii_digit() || matches!(letter, '-' | '.');
    if name.starts_with(is_start) && name.chars().all(is_part) {
        return Cow::Borrowed(name);
    }
    let mut safe = if name.starts_with(is_start) { String::new() } else { "_".to_owned() };
    safe.extend(name.chars().map(|letter| if is_part(letter) { letter } else { '_' }));
    Cow::Owned(safe)
}
