//! A narrative's `div`, which is one value to FHIR, read as the elements it is made of.
//! Which of them FHIR allows is the judge's.

use quick_xml::events::{BytesStart, Event as Raw};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::XHTML;
use super::reader::{is_allowed, unescape};
use crate::fhir::reading::{MAX_DEPTH, ReadError};

/// A narrative may nest deeper than resources do.
const MAX_MARKUP_DEPTH: usize = 4 * MAX_DEPTH;

/// White space to XML.
const IS_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// All elements of a narrative, in the order of the text; the first is the whole.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    pub(crate) elements: Vec<Element>,
}

/// One element of a narrative.
#[derive(Debug)]
pub(crate) struct Element {
    /// As written, without prefix.
    pub(crate) name: String,
    pub(crate) space: Space,
    /// Name as written and value, without declarations of namespaces.
    pub(crate) attributes: Vec<(String, String)>,
    /// Place of the element around it.
    pub(crate) parent: Option<usize>,
    /// Something else than white space stands right in it.
    pub(crate) has_text: bool,
}

/// The namespace of an element of a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Xhtml,
    /// Of a prefix that is declared further out, if anywhere.
    Outer,
    Other,
}

impl Element {
    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl Markup {
    /// Reads a text that is one element.
    ///
    /// # Errors
    /// When it is no well-formed XML, more or less than one element, has an entity
    /// that XML itself does not know, or passes a bound.
    pub(crate) fn read(text: &str) -> Result<Self, ReadError> {
        if let Some((at, letter)) = text.char_indices().find(|(_, letter)| !is_allowed(*letter)) {
            return Err(ReadError::new(at, format!("the character `{}`", letter.escape_unicode())));
        }
        let mut reader = NsReader::from_str(text);
        let (mut markup, mut open) = (Self::default(), Vec::new());
        loop {
            let start = position(&reader);
            let (space, event) = reader.read_resolved_event().map_err(|error| ReadError::new(start, error.to_string()))?;
            let space = space_of(&space);
            let is_shallow = |open: &[usize]| match open.len() {
                MAX_MARKUP_DEPTH => Err(ReadError::new(start, format!("nested deeper than {MAX_MARKUP_DEPTH}"))),
                _ => Ok(()),
            };
            match event {
                Raw::Start(tag) => {
                    is_shallow(&open)?;
                    open.push(markup.add(&tag, space, (&open, start))?);
                }
                Raw::Empty(tag) => drop(markup.add(&tag, space, (&open, start))?),
                Raw::End(_) => drop(open.pop()),
                Raw::Text(written) => markup.text(&open, !written.trim_ascii().is_empty(), start)?,
                Raw::CData(written) => markup.text(&open, !written.trim_ascii().is_empty(), start)?,
                Raw::GeneralRef(name) => {
                    let name = format!("&{};", String::from_utf8_lossy(&name));
                    let letters = unescape(&name, start)?;
                    markup.text(&open, !letters.trim_matches(IS_SPACE).is_empty(), start)?;
                }
                Raw::Comment(_) | Raw::PI(_) => {}
                Raw::DocType(_) | Raw::Decl(_) => return Err(ReadError::new(start, "a declaration inside a narrative")),
                Raw::Eof if markup.elements.is_empty() || !open.is_empty() => {
                    return Err(ReadError::new(start, "the text ends before an element is closed"));
                }
                Raw::Eof => return Ok(markup),
            }
        }
    }

    fn add(&mut self, tag: &BytesStart<'_>, space: Space, (open, start): (&[usize], usize)) -> Result<usize, ReadError> {
        if open.is_empty() && !self.elements.is_empty() {
            return Err(ReadError::new(start, "a second element beside the first"));
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| ReadError::new(start, error.to_string()))?;
            let name = text(attribute.key.as_ref());
            if name != "xmlns" && !name.starts_with("xmlns:") {
                attributes.push((name, unescape(&String::from_utf8_lossy(&attribute.value), start)?));
            }
        }
        let name = text(tag.local_name().as_ref());
        self.elements.push(Element { name, space, attributes, parent: open.last().copied(), has_text: false });
        Ok(self.elements.len() - 1)
    }

    fn text(&mut self, open: &[usize], is_text: bool, start: usize) -> Result<(), ReadError> {
        match (open.last(), is_text) {
            (Some(at), true) => self.elements[*at].has_text = true,
            (None, true) => return Err(ReadError::new(start, "text outside of the element")),
            (_, false) => {}
        }
        Ok(())
    }
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).expect("the text is in memory")
}

fn space_of(found: &ResolveResult<'_>) -> Space {
    match found {
        ResolveResult::Bound(space) if space.as_ref() == XHTML.as_bytes() => Space::Xhtml,
        ResolveResult::Unknown(_) => Space::Outer,
        ResolveResult::Bound(_) | ResolveResult::Unbound => Space::Other,
    }
}
