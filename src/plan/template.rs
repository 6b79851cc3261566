//! Published request templates taken apart: path, parameters and late slots.
//! Filling the slots is `engine`'s, encoding is `drive`'s.

/// Splits a URL relative to the base into its path and its parameters, which
/// stand in it as published: not percent-encoded. A part without `=` (the
/// `_include:Procedure:encounter` of older versions) is a name without a value.
#[must_use]
pub fn split(template: &str) -> (String, Vec<(String, String)>) {
    let (path, query) = template.split_once('?').unwrap_or((template, ""));
    let parameters = query.split('&').filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.to_owned(), value.to_owned())
    });
    (path.to_owned(), parameters.collect())
}

/// A piece of a text with late slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// As it is.
    Literal(&'t str),
    /// The name in `${name}`.
    Slot(&'t str),
}

/// The pieces of a text with late slots. What is not closed is literal.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        if start > 0 {
            pieces.push(Piece::Literal(&rest[..start]));
        }
        pieces.push(Piece::Slot(&rest[start + 2..start + length]));
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// Names of the slots in a text.
pub fn slots(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Slot(name) => Some(name),
        Piece::Literal(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_keeps_values_as_published_and_a_typo_as_a_name() {
        let (path, parameters) = split("Encounter?patient=Patient/${patient}&code=http://snomed.info/sct|1,2&_include:A:b&x=a=b");
        assert_eq!(path, "Encounter");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            parameters,
            [
                pair("patient", "Patient/${patient}"),
                pair("code", "http://snomed.info/sct|1,2"),
                pair("_include:A:b", ""),
                pair("x", "a=b")
            ]
        );
    }

    #[test]
    fn pieces_are_literals_and_slots_in_order() {
        assert_eq!(pieces("a${b}c${d:e}"), [Piece::Literal("a"), Piece::Slot("b"), Piece::Literal("c"), Piece::Slot("d:e")]);
        assert_eq!(pieces("a${b"), [Piece::Literal("a${b")]);
    }
}
