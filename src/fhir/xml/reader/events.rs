//! Events of well-formed XML with byte offsets, and source fragments. Names the
//! XML crate; knows of FHIR only the two namespaces.

use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event as Raw};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::attribute::{self, Attribute};
use crate::fhir::reading::{MAX_DEPTH, ReadError};
use crate::fhir::xml::{FHIR, XHTML};

/// A narrative may nest deeper than resources do.
const MAX_FRAGMENT_DEPTH: usize = 4 * MAX_DEPTH;

/// What a reader of FHIR has to see of a document.
pub(super) enum Event {
    Start(Tag),
    /// The offset after the end tag.
    End(usize),
    Eof,
}

/// A start tag, or an empty element.
pub(super) struct Tag {
    /// Without prefix.
    pub(super) name: String,
    pub(super) space: Space,
    pub(super) attributes: Vec<Attribute>,
    pub(super) start: usize,
    /// After the tag.
    pub(super) end: usize,
    pub(super) is_empty: bool,
}

/// The namespace of an element.
#[derive(PartialEq)]
pub(super) enum Space {
    Fhir,
    Xhtml,
    None,
    Other(String),
}

pub(super) struct Events<'t> {
    text: &'t str,
    /// Bytes of `text` before what the crate reads.
    skipped: usize,
    reader: NsReader<&'t [u8]>,
}

impl<'t> Events<'t> {
    /// Refuses characters that XML has not; the crate lets them pass.
    pub(super) fn new(text: &'t str, skipped: usize) -> Result<Self, ReadError> {
        match text[skipped..].char_indices().find(|(_, letter)| !attribute::is_allowed(*letter)) {
            Some((at, letter)) => {
                Err(ReadError::new(at + skipped, format!("no well-formed XML: the character `{}`", letter.escape_unicode())))
            }
            None => Ok(Self { text, skipped, reader: NsReader::from_str(&text[skipped..]) }),
        }
    }

    /// The next event; refuses all that a FHIR document has no place for.
    pub(super) fn next(&mut self) -> Result<Event, ReadError> {
        loop {
            let start = self.position();
            let (space, event) = self.read()?;
            let end = self.position();
            match event {
                Raw::Start(tag) => return Ok(Event::Start(self.tag(&tag, space, (start, end))?)),
                Raw::Empty(tag) => return Ok(Event::Start(Tag { is_empty: true, ..self.tag(&tag, space, (start, end))? })),
                Raw::End(_) => return Ok(Event::End(end)),
                Raw::Eof => return Ok(Event::Eof),
                Raw::Comment(_) | Raw::PI(_) => {}
                Raw::Decl(declaration) if start == self.skipped => is_utf8(&declaration, start)?,
                Raw::Decl(_) => return Err(ReadError::new(start, "no well-formed XML: a declaration that does not come first")),
                Raw::DocType(_) => return Err(ReadError::new(start, "a document type: FHIR allows none")),
                Raw::Text(_) if self.text[start..end].trim_ascii().is_empty() => {}
                Raw::Text(_) | Raw::CData(_) | Raw::GeneralRef(_) => {
                    return Err(ReadError::new(start, "text between elements: FHIR writes a value as the attribute `value`"));
                }
            }
        }
    }

    /// The source of an element, from its start tag, just read, to its end tag.
    pub(super) fn fragment(&mut self, tag: &Tag) -> Result<&'t str, ReadError> {
        let mut depth = usize::from(!tag.is_empty);
        while depth > 0 {
            let start = self.position();
            match self.read()?.1 {
                Raw::Start(_) if depth == MAX_FRAGMENT_DEPTH => {
                    return Err(ReadError::new(start, format!("a narrative nested deeper than {MAX_FRAGMENT_DEPTH}")));
                }
                Raw::Start(tag) => {
                    depth += 1;
                    self.attributes(&tag, start)?;
                }
                Raw::Empty(tag) => drop(self.attributes(&tag, start)?),
                Raw::End(_) => depth -= 1,
                Raw::GeneralRef(reference) => is_known(&reference, start)?,
                Raw::DocType(_) | Raw::Decl(_) => return Err(ReadError::new(start, "a declaration inside a narrative")),
                Raw::Eof => return Err(ReadError::new(start, format!("the text ends before `{}` is closed", tag.name))),
                Raw::Text(_) | Raw::CData(_) | Raw::Comment(_) | Raw::PI(_) => {}
            }
        }
        Ok(&self.text[tag.start..self.position()])
    }

    fn read(&mut self) -> Result<(Space, Raw<'t>), ReadError> {
        let start = self.position();
        match self.reader.read_resolved_event() {
            Ok((ResolveResult::Unknown(prefix), _)) => Err(unknown_prefix(&prefix, start)),
            Ok((space, event)) => Ok((Space::of(&space), event)),
            Err(error) => {
                let at = usize::try_from(self.reader.error_position()).unwrap_or_default();
                Err(ReadError::new(at + self.skipped, format!("no well-formed XML: {error}")))
            }
        }
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).expect("the text is in memory") + self.skipped
    }

    fn attributes(&self, tag: &BytesStart<'_>, start: usize) -> Result<Vec<Attribute>, ReadError> {
        for attribute in tag.attributes().flatten() {
            if let (ResolveResult::Unknown(prefix), _) = self.reader.resolver().resolve_attribute(attribute.key) {
                return Err(unknown_prefix(&prefix, start));
            }
        }
        attribute::read(tag, self.text)
    }

    fn tag(&self, tag: &BytesStart<'t>, space: Space, (start, end): (usize, usize)) -> Result<Tag, ReadError> {
        let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
        let attributes = self.attributes(tag, start)?;
        Ok(Tag { name, space, attributes, start, end, is_empty: false })
    }
}

impl Space {
    fn of(found: &ResolveResult<'_>) -> Self {
        match found {
            ResolveResult::Bound(space) if space.as_ref() == FHIR.as_bytes() => Self::Fhir,
            ResolveResult::Bound(space) if space.as_ref() == XHTML.as_bytes() => Self::Xhtml,
            ResolveResult::Bound(space) => Self::Other(String::from_utf8_lossy(space.as_ref()).into_owned()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => Self::None,
        }
    }
}

fn unknown_prefix(prefix: &[u8], start: usize) -> ReadError {
    let prefix = String::from_utf8_lossy(prefix);
    ReadError::new(start, format!("no well-formed XML: the prefix `{prefix}` has no namespace"))
}

fn is_utf8(declaration: &BytesDecl<'_>, start: usize) -> Result<(), ReadError> {
    if declaration.version().is_err() {
        return Err(ReadError::new(start, "no well-formed XML: a declaration without version"));
    }
    match declaration.encoding() {
        Some(Err(error)) => Err(ReadError::new(start, format!("no well-formed XML: {error}"))),
        Some(Ok(encoding)) if !encoding.eq_ignore_ascii_case(b"utf-8") => {
            Err(ReadError::new(start, format!("the encoding is `{}`, expected `UTF-8`", String::from_utf8_lossy(&encoding))))
        }
        _ => Ok(()),
    }
}

fn is_known(reference: &BytesRef<'_>, start: usize) -> Result<(), ReadError> {
    let name = String::from_utf8_lossy(reference);
    attribute::character(&name).map(drop).ok_or_else(|| attribute::unknown_entity(&name, start))
}

/// Whether a text is one well-formed element with this name in the namespace of
/// XHTML, so that it can stand in a document as it is.
pub(in crate::fhir::xml) fn is_fragment(text: &str, name: &str) -> bool {
    let Ok(mut events) = Events::new(text, 0) else { return false };
    let Ok(Event::Start(tag)) = events.next() else { return false };
    let found = tag.start == 0 && tag.name == name && tag.space == Space::Xhtml;
    found && events.fragment(&tag).is_ok_and(|source| source.len() == text.len())
}
