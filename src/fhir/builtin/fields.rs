//! Lines of a table: words parted by spaces, the last of which may be any text.
//! The tables are ours, so what does not fit is a mistake in the generator.

use std::sync::Arc;

const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// The lines of an entry: how deep each stands, its keyword, and the rest.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    text.lines().map(|line| {
        let words = line.trim_start_matches(' ');
        let (key, rest) = words.split_once(' ').unwrap_or((words, ""));
        (line.len() - words.len(), key, rest)
    })
}

/// A text as it was before the table put it on one line.
pub(super) fn unescaped(text: &str) -> Arc<str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                other => other.expect("a text does not end inside a sign"),
            },
            letter => letter,
        });
    }
    plain.into()
}

/// A canonical: `~` stands for where FHIR keeps its own definitions.
pub(super) fn canonical(text: &str) -> Arc<str> {
    text.strip_prefix('~').map_or_else(|| text.into(), |name| format!("{STRUCTURE}{name}").into())
}

/// A number, where there is one.
pub(super) fn number(text: &str) -> Option<u32> {
    (!text.is_empty()).then(|| text.parse().expect("the table has a number"))
}

/// The first word, and what is behind it.
pub(super) fn word(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}
