//! Attributes of a start tag: unescaped, white space normalised as XML asks,
//! declarations of namespaces left out.

use quick_xml::events::BytesStart;

use crate::fhir::node::Span;
use crate::fhir::reading::ReadError;

/// One attribute.
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) span: Span,
}

/// The attributes of a tag that stands in `text`.
pub(super) fn read(tag: &BytesStart<'_>, text: &str) -> Result<Vec<Attribute>, ReadError> {
    let mut attributes = Vec::new();
    let tag_start = offset_in(text, tag);
    named(tag.name().as_ref(), tag_start)?;
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| ReadError::new(tag_start, format!("no well-formed XML: {error}")))?;
        let name = named(attribute.key.as_ref(), tag_start)?;
        let start = offset_in(text, &attribute.value);
        let value = unescape(&String::from_utf8_lossy(&attribute.value), start)?;
        // `xsi:schemaLocation` and `xml:lang` say nothing of the resource.
        if name != "xmlns" && !name.contains(':') {
            let span =
                Span { start: offset(offset_in(text, attribute.key.as_ref())), end: offset(start + attribute.value.len() + 1) };
            attributes.push(Attribute { name: name.to_owned(), value, span });
        }
    }
    Ok(attributes)
}

/// The XML crate takes any bytes for a name.
fn named(name: &[u8], start: usize) -> Result<&str, ReadError> {
    let is_part = |part: &str| {
        part.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
            && part.chars().all(|letter| letter.is_alphanumeric() || "_-.\u{b7}".contains(letter))
    };
    let is_name = |name: &&str| name.split(':').count() <= 2 && name.split(':').all(is_part);
    std::str::from_utf8(name).ok().filter(is_name).ok_or_else(|| {
        ReadError::new(start, format!("no well-formed XML: `{}` is no name", String::from_utf8_lossy(name).escape_debug()))
    })
}

/// Where a part of the text, borrowed from it, starts.
fn offset_in(text: &str, part: &[u8]) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr()).min(text.len())
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("the text is bounded")
}

/// The text that escapes and references stand for.
pub(in crate::fhir::xml) fn unescape(raw: &str, start: usize) -> Result<String, ReadError> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(index) = rest.find(['&', '<', '\t', '\n', '\r']) {
        let at = start + raw.len() - rest.len() + index;
        value.push_str(&rest[..index]);
        let special = &rest[index..];
        rest = match special.as_bytes()[0] {
            b'<' => return Err(ReadError::new(at, "no well-formed XML: `<` in an attribute: write it as `&lt;`")),
            b'&' => {
                let end =
                    special.find(';').ok_or_else(|| ReadError::new(at, "no well-formed XML: `&` alone: write it as `&amp;`"))?;
                value.push(character(&special[1..end]).ok_or_else(|| unknown_entity(&special[1..end], at))?);
                &special[end + 1..]
            }
            _ => {
                value.push(' ');
                special.strip_prefix("\r\n").unwrap_or(&special[1..])
            }
        };
    }
    value.push_str(rest);
    Ok(value)
}

/// The character behind `amp` or `#233`.
pub(super) fn character(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let (digits, radix) = code.strip_prefix('x').map_or((code, 10), |hex| (hex, 16));
    let digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(digits)?;
    u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).filter(|letter| is_allowed(*letter))
}

pub(super) fn unknown_entity(name: &str, at: usize) -> ReadError {
    let shown: String = name.chars().take(20).collect();
    ReadError::new(at, format!("the entity `&{shown};`: FHIR knows only those of XML itself"))
}

/// Whether XML has the character at all.
pub(in crate::fhir::xml) fn is_allowed(letter: char) -> bool {
    !matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
