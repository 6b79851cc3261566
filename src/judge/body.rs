//! Bodies of answers as trees: JSON or XML, whatever `Content-Type` says (that
//! it says something else is a finding of `media-type` alone).

use crate::agreements::FhirVersion;
use crate::fhir::node::{Node, Tree};
use crate::fhir::{json, xml};
use crate::scenario::Format;

/// What a body turned out to be.
#[derive(Debug)]
pub(crate) enum Body {
    /// Nothing.
    Empty,
    /// A resource.
    Fhir(Document),
    /// Something else, with the reason why it is no resource.
    Other(String),
    /// The evidence does not hold it.
    Lost,
}

/// A resource with the text it was read from.
#[derive(Debug)]
pub(crate) struct Document {
    /// The format it is in.
    pub(crate) format: Format,
    /// The resource.
    pub(crate) tree: Tree,
    newlines: Vec<u32>,
}

/// What a body begins like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begin {
    Json,
    Xml,
    Other,
}

impl Body {
    /// Reads a body, as one of this version of FHIR.
    pub(crate) fn read(bytes: &[u8], fhir: FhirVersion) -> Self {
        let types = fhir.types();
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Self::Empty;
        }
        let read = match begin(bytes) {
            Begin::Other => Err(String::from("it begins with neither `{` nor the tag of a resource")),
            Begin::Json => json::read(bytes, types).map(|tree| (Format::Json, tree)).map_err(|error| error.to_string()),
            Begin::Xml => xml::read(bytes, types).map(|tree| (Format::Xml, tree)).map_err(|error| error.to_string()),
        };
        match read {
            Ok((format, tree)) if types.is_a(tree.root().type_name(), "Resource") => {
                Self::Fhir(Document { format, tree, newlines: newlines(bytes) })
            }
            Ok((_, tree)) => Self::Other(format!("`{}` is no type of resource", tree.root().name())),
            Err(why) => Self::Other(why),
        }
    }

    /// The resource.
    pub(crate) fn document(&self) -> Option<&Document> {
        match self {
            Self::Fhir(document) => Some(document),
            Self::Empty | Self::Other(_) | Self::Lost => None,
        }
    }
}

impl Document {
    /// The line, from 1, on which an element begins.
    pub(crate) fn line(&self, node: Node<'_>) -> u32 {
        self.line_at(node.span().start)
    }

    /// The line, from 1, of a byte.
    pub(crate) fn line_at(&self, start: u32) -> u32 {
        let before = self.newlines.partition_point(|newline| *newline < start);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }
}

fn newlines(bytes: &[u8]) -> Vec<u32> {
    let positions = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    positions.filter_map(|(position, _)| u32::try_from(position).ok()).collect()
}

fn begin(bytes: &[u8]) -> Begin {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let tag = text[..text.len().min(16)].to_ascii_lowercase();
    match text.first() {
        // A page is often no XML either; that would say less of what it is.
        Some(b'<') if tag.starts_with(b"<!doctype html") || tag.starts_with(b"<html") => Begin::Other,
        Some(b'<') => Begin::Xml,
        Some(b'{' | b'[') => Begin::Json,
        _ => Begin::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Body {
        Body::read(bytes, FhirVersion::R4)
    }

    #[test]
    fn body_is_json_or_xml_by_how_it_begins() {
        let json = read(b"\n {\"resourceType\":\"Patient\",\"id\":\"a\"}");
        let xml = read(b"<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"a\"/></Patient>");
        assert_eq!(json.document().map(|document| document.format), Some(Format::Json));
        assert_eq!(xml.document().map(|document| document.format), Some(Format::Xml));
    }

    #[test]
    fn body_that_is_a_page_is_no_resource() {
        assert!(matches!(read(b"<!DOCTYPE html><html></html>"), Body::Other(_)));
    }

    #[test]
    fn body_of_an_unknown_type_is_no_resource() {
        assert!(matches!(read(b"{\"resourceType\":\"Human\"}"), Body::Other(_)));
        assert!(matches!(read(b"{\"error\":\"no\"}"), Body::Other(_)));
    }

    #[test]
    fn body_of_white_space_is_empty() {
        assert!(matches!(read(b" \n"), Body::Empty));
    }

    #[test]
    fn line_counts_from_one() {
        let body = read(b"{\"resourceType\":\"Patient\",\n\"id\":\"a\",\n\"gender\":\"male\"}");
        let document = body.document().expect("a resource");
        let gender = document.tree.root().child("gender").expect("it is there");
        assert_eq!(document.line(gender), 3);
    }
}
