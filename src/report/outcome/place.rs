//! Where an issue stands in a text: line, column, and the part of the line that
//! is shown. Linear in the text when asked in its order.

use std::ops::Range;

use super::view::Excerpt;

/// Characters before the mark that are shown.
const BEFORE: usize = 40;
/// Characters from the start of the mark that are shown.
const AFTER: usize = 80;
/// Bytes of a character, at most.
const WIDEST: usize = 4;

/// A text, and how far it was read.
pub(super) struct Places<'t> {
    text: &'t [u8],
    at: usize,
    line: usize,
    line_start: usize,
    column: usize,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: usize,
    pub(super) line: usize,
    pub(super) line_start: usize,
    pub(super) column: usize,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, line: 1, line_start: 0, column: 1 }
    }

    /// The place of an offset. Going back starts again from the first line.
    pub(super) fn of(&mut self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        if offset < self.at {
            *self = Self::new(self.text);
        }
        for at in self.at..offset {
            match self.text[at] {
                b'\n' => (self.line, self.line_start, self.column) = (self.line + 1, at + 1, 1),
                byte if is_first(byte) && !is_mark(self.text, at) => self.column += 1,
                _ => {}
            }
        }
        self.at = offset;
        Place { offset, line: self.line, line_start: self.line_start, column: self.column }
    }
}

/// Whether a byte begins a character.
fn is_first(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// The byte order mark takes no column.
fn is_mark(text: &[u8], at: usize) -> bool {
    at == 0 && text.starts_with(b"\xef\xbb\xbf")
}

/// What is marked: as far as the end of the first line, and of what is shown.
pub(super) fn marked(text: &[u8], place: Place, end: usize) -> Range<usize> {
    let most = end.max(place.offset + 1).min(text.len()).min(place.offset + AFTER * WIDEST);
    let marked = &text[place.offset..most.max(place.offset)];
    let length = marked.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(marked.len());
    place.offset..place.offset + length
}

/// Characters in a range.
pub(super) fn characters(text: &[u8], range: &Range<usize>) -> usize {
    text[range.clone()].iter().filter(|byte| is_first(**byte)).count().min(AFTER)
}

/// The line around a mark, cut on both sides where it is long.
pub(super) fn excerpt(text: &[u8], place: Place, mark: &Range<usize>) -> Excerpt {
    let from = place.line_start.max(place.offset.saturating_sub(BEFORE * WIDEST));
    let most = text.len().min(place.offset + AFTER * WIDEST);
    let rest = &text[place.offset..most];
    let to = place.offset + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    let before: String = String::from_utf8_lossy(&text[from..place.offset]).trim_start_matches(is_cut).to_owned();
    let skipped = before.chars().count().saturating_sub(BEFORE);
    let is_cut_before = skipped > 0 || from > place.line_start;
    let mut shown = String::new();
    if is_cut_before {
        shown.push('…');
    }
    shown.extend(before.chars().skip(skipped).map(plain));
    let start = shown.len();
    let marked = String::from_utf8_lossy(&text[mark.clone()]);
    shown.extend(marked.trim_end_matches(is_cut).chars().take(AFTER).map(plain));
    let end = shown.len();
    let room = AFTER.saturating_sub(marked.chars().count());
    let behind = String::from_utf8_lossy(&text[mark.end.min(to)..to]);
    let behind = behind.trim_end_matches(is_cut);
    shown.extend(behind.chars().take(room).map(plain));
    let is_whole = to < most || to == text.len();
    if !is_whole || behind.chars().count() > room || marked.chars().count() > AFTER {
        shown.push('…');
    }
    Excerpt { text: shown, mark: start..end }
}

/// What a character becomes that was cut through.
fn is_cut(letter: char) -> bool {
    letter == '\u{fffd}'
}

/// A control character or a change of direction must not draw anything.
fn plain(letter: char) -> char {
    match letter {
        '\t' => ' ',
        letter if letter.is_control() => '\u{fffd}',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, part: &str) -> String {
        let start = text.find(part).expect("it is in the text");
        let place = Places::new(text.as_bytes()).of(start);
        let mark = marked(text.as_bytes(), place, start + part.len());
        let Excerpt { text, mark } = excerpt(text.as_bytes(), place, &mark);
        format!("{}[{}]{}", &text[..mark.start], &text[mark.clone()], &text[mark.end..])
    }

    #[test]
    fn places_count_characters_and_no_byte_order_mark() {
        let text = "\u{feff}é1\nab".as_bytes();
        let mut places = Places::new(text);
        let place = places.of(5);
        assert_eq!((place.line, place.column), (1, 2));
        assert_eq!((places.of(8).line, places.of(8).column), (2, 2));
        assert_eq!((places.of(3).line, places.of(3).column), (1, 1));
    }

    #[test]
    fn excerpt_is_the_whole_of_a_short_line() {
        assert_eq!(shown("a\n  \"b\": 1,\nc", "\"b\": 1"), "  [\"b\": 1],");
    }

    #[test]
    fn excerpt_marks_as_far_as_the_first_line() {
        assert_eq!(shown("a: {\n b\n}", "{\n b\n}"), "a: [{]");
    }

    #[test]
    fn excerpt_cuts_a_long_line_on_both_sides() {
        let text = format!("{}HERE{}", "é".repeat(300), "ü".repeat(300));
        let shown = shown(&text, "HERE");
        assert!(shown.starts_with("…é") && shown.contains("é[HERE]ü") && shown.ends_with("ü…"), "{shown}");
        assert_eq!(shown.chars().count(), 1 + BEFORE + 2 + AFTER + 1);
    }

    #[test]
    fn excerpt_lets_nothing_draw() {
        assert_eq!(shown("a\u{1b}[2J\tx\u{202e}", "x"), "a\u{fffd}[2J [x]\u{fffd}");
    }
}
