//! Places in a file, and the mistakes that are collected there.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::scenario::files::File;
use crate::shape::list;
use crate::yaml::{Node, Value};

/// A value in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'d> {
    file: &'d File,
    node: &'d Node,
}

impl<'d> Place<'d> {
    pub(super) fn new(file: &'d File, node: &'d Node) -> Self {
        Self { file, node }
    }

    /// The value of a key; the mapping itself where the key is not there.
    pub(super) fn key(self, key: &str) -> Self {
        Self { node: self.node.get(key).unwrap_or(self.node), ..self }
    }

    /// An item of a list, from 0.
    pub(super) fn item(self, index: usize) -> Self {
        Self { node: self.node.items().get(index).unwrap_or(self.node), ..self }
    }

    /// Bytes of the value, or of the first key of a mapping.
    pub(super) fn range(self) -> Range<usize> {
        match &self.node.value {
            Value::Mapping(entries) => entries.first().map_or(self.node.span.clone(), |(key, _)| key.span.clone()),
            Value::Sequence(_) | Value::Scalar(_) => self.node.span.clone(),
        }
    }

    /// Bytes of a key in this mapping.
    pub(super) fn range_of_key(self, key: &str) -> Range<usize> {
        self.node.entries().iter().find(|(known, _)| known.text == key).map_or_else(|| self.range(), |(key, _)| key.span.clone())
    }

    /// Bytes of a part of the text of this scalar, given as bytes of that text. The whole scalar where escapes stand
    /// between the two.
    pub(super) fn range_within(self, part: &Range<usize>) -> Range<usize> {
        let Some(text) = self.node.text() else { return self.range() };
        let start = self.locate(text, part.start);
        let last = text[..part.end.min(text.len())].char_indices().next_back().map_or(0, |(at, _)| at);
        let end = if part.end > part.start { self.locate(text, last).map(|at| at + self.letter(at)) } else { start };
        match (start, end) {
            (Some(start), Some(end)) if start <= end => start..end,
            _ => self.range(),
        }
    }

    fn letter(self, at: usize) -> usize {
        self.file.text[at..].chars().next().map_or(0, char::len_utf8)
    }

    /// Where a byte of the value stands in the file. The value and its source are walked side by side; white space
    /// counts as one, as folding makes it so.
    fn locate(self, text: &str, target: usize) -> Option<usize> {
        let source = &self.file.text[self.node.span.clone()];
        let quote = source.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let mut at = match source.chars().next()? {
            '\'' | '"' => 1,
            // A block begins on the line after its mark.
            '>' | '|' => source.find('\n')? + 1,
            _ => 0,
        };
        at += source[at..].len() - source[at..].trim_start().len();
        let mut letters = text.char_indices().skip_while(|(_, letter)| letter.is_whitespace()).peekable();
        while let Some((byte, letter)) = letters.next() {
            if byte >= target {
                return Some(self.node.span.start + at);
            }
            let rest = &source[at..];
            if letter.is_whitespace() {
                while letters.peek().is_some_and(|(byte, letter)| letter.is_whitespace() && *byte < target) {
                    letters.next();
                }
                at += rest.len() - rest.trim_start().len();
            } else if rest.starts_with(letter) && !(letter == '\\' && quote == Some('"')) {
                at += if letter == '\'' && quote == Some('\'') { 2 } else { letter.len_utf8() };
            } else {
                return None;
            }
        }
        (target >= text.len()).then_some(self.node.span.start + at)
    }
}

/// Mistakes that are being collected.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Diagnostic>);

impl Problems {
    pub(super) fn into_inner(self) -> Vec<Diagnostic> {
        self.0
    }

    /// A mistake that is known whole.
    pub(super) fn push(&mut self, problem: Diagnostic) {
        self.0.push(problem);
    }

    /// A mistake at a value.
    pub(super) fn at(&mut self, place: Place<'_>, code: &'static str, message: impl Into<String>) -> &mut Diagnostic {
        self.within(place, place.range(), code, message)
    }

    /// A mistake at these bytes of the file of a place.
    pub(super) fn within(
        &mut self,
        place: Place<'_>,
        range: Range<usize>,
        code: &'static str,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.0.push(Diagnostic::new(&place.file.path, range, code, message));
        self.0.last_mut().expect("one was just added")
    }

    /// A name that nothing has, with the one that may be meant.
    pub(super) fn unknown<'n>(
        &mut self,
        place: Place<'_>,
        code: &'static str,
        message: impl Into<String>,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let hint = suggest(place.node.text().unwrap_or_default(), &known);
        self.at(place, code, message).hint = hint;
    }
}

/// "Did you mean", or what there is when that is a short list.
pub(super) fn suggest(written: &str, known: &[&str]) -> Option<String> {
    match nearest(written, known.iter().copied()) {
        Some(meant) => Some(format!("did you mean `{meant}`?")),
        None if known.is_empty() => None,
        None if known.len() <= 12 => Some(format!("there is {}", list(known))),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::yaml;

    /// The part of the file that `part` of the value of `a` is found at.
    fn found(text: &'static str, part: &str) -> String {
        let file = File { name: "t.yaml".into(), path: PathBuf::from("t.yaml"), text: Cow::Borrowed(text) };
        let root = yaml::read(Path::new("t.yaml"), text).root.expect("the test's own YAML");
        let place = Place::new(&file, &root).key("a");
        let value = root.get("a").and_then(Node::text).expect("a scalar");
        let start = value.find(part).expect("the part is in the value");
        text[place.range_within(&(start..start + part.len()))].to_owned()
    }

    #[test]
    fn range_within_finds_a_part_in_plain_quoted_and_folded_text() {
        assert_eq!(found("a: name.given\n", "given"), "given");
        assert_eq!(found("a: \"name.given\"\n", "given"), "given");
        assert_eq!(found("a: 'x = ''y'' and given'\n", "given"), "given");
        assert_eq!(found("a: >-\n  name\n  and given = 1\n", "given"), "given");
        assert_eq!(found("a: |\n  één\n  given\n", "given"), "given");
    }

    #[test]
    fn range_within_is_the_whole_text_when_it_is_escaped() {
        assert_eq!(found("a: \"\\u0041 given\"\n", "given"), "\"\\u0041 given\"");
    }
}
