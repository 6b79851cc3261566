//! The part of a body that a finding is about. Bodies are hostile: everything
//! is bounded, and text that is not what it says it is still gives lines.

use super::view::{Excerpt, ExcerptLine};

/// Lines shown before the one that a finding is about.
const BEFORE: usize = 4;
/// Lines shown after it: what begins on a line is told below it.
const AFTER: usize = 12;
/// Bytes of a body that are looked at.
const LOOKED_AT: usize = 4 << 20;
/// Letters of a line that are shown.
const LINE: usize = 240;

/// Where in a body a finding is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'a> {
    /// Line, from 1.
    pub(super) line: Option<u32>,
    /// Element path: `Bundle.entry[3].resource.status`.
    pub(super) path: Option<&'a str>,
}

/// The lines around a spot; the first lines when the spot is not in the body.
#[must_use]
pub(super) fn excerpt(body: &[u8], spot: Spot<'_>) -> Option<Excerpt> {
    let looked_at = &body[..body.len().min(LOOKED_AT)];
    let text = String::from_utf8_lossy(looked_at);
    if text.trim().is_empty() {
        return None;
    }
    let long_line = text.lines().any(|line| line.len() > LINE);
    if long_line && text.trim_start().starts_with(['{', '[']) {
        let lines = lay_out(&text);
        let marked = spot.path.and_then(|path| find(&lines, path));
        let lines: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        return Some(around(&lines, marked, Layout::LaidOut));
    }
    let lines: Vec<&str> = text.lines().collect();
    let marked = spot.line.map(|line| (line as usize).saturating_sub(1)).filter(|line| *line < lines.len());
    Some(around(&lines, marked, Layout::AsReceived))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    AsReceived,
    LaidOut,
}

fn around(lines: &[&str], marked: Option<usize>, layout: Layout) -> Excerpt {
    let middle = marked.unwrap_or(0);
    let first = middle.saturating_sub(BEFORE);
    let last = (middle + AFTER + 1).min(lines.len());
    let shown = lines[first..last].iter().enumerate().map(|(index, text)| ExcerptLine {
        number: first + index + 1,
        text: cut(text),
        marked: marked == Some(first + index),
    });
    Excerpt { lines: shown.collect(), left_out: lines.len() - (last - first), laid_out: layout == Layout::LaidOut }
}

/// A line that can be shown: bounded, without control characters.
fn cut(line: &str) -> String {
    let mut shown: String =
        line.chars().take(LINE).map(|letter| if letter.is_control() && letter != '\t' { '\u{fffd}' } else { letter }).collect();
    if line.chars().nth(LINE).is_some() {
        shown.push('…');
    }
    shown
}

/// A line of JSON that was laid out, with the path of what begins on it.
struct LaidOut {
    text: String,
    path: Vec<Segment>,
}

#[derive(Clone, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(usize),
}

/// JSON laid out one member a line. Never fails: what is no JSON comes out as some lines.
fn lay_out(text: &str) -> Vec<LaidOut> {
    let mut layout = Layouter::default();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                let string = read_string(&mut letters);
                layout.string(&string);
            }
            '{' | '[' => {
                layout.open(letter);
                while letters.peek().is_some_and(|next| next.is_whitespace()) {
                    letters.next();
                }
            }
            '}' | ']' => layout.close(letter),
            ',' => layout.comma(),
            ':' => layout.colon(),
            letter if letter.is_whitespace() => {}
            letter => layout.line.push(letter),
        }
    }
    layout.end_line();
    layout.lines
}

/// The rest of a string after its opening quote, both quotes included, as it is written.
fn read_string(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut string = String::from('"');
    while let Some(letter) = letters.next() {
        string.push(letter);
        match letter {
            '\\' => string.extend(letters.next()),
            '"' => break,
            _ => {}
        }
    }
    string
}

#[derive(Default)]
struct Layouter {
    lines: Vec<LaidOut>,
    line: String,
    path: Vec<Segment>,
    last_string: String,
}

impl Layouter {
    fn string(&mut self, string: &str) {
        self.line.push_str(string);
        string.trim_matches('"').clone_into(&mut self.last_string);
    }

    fn colon(&mut self) {
        self.line.push_str(": ");
        if let Some(Segment::Key(key)) = self.path.last_mut() {
            self.last_string.clone_into(key);
        }
    }

    fn open(&mut self, letter: char) {
        self.line.push(letter);
        self.end_line();
        self.path.push(if letter == '{' { Segment::Key(String::new()) } else { Segment::Index(0) });
    }

    fn close(&mut self, letter: char) {
        self.end_line();
        self.path.pop();
        self.line.push(letter);
    }

    fn comma(&mut self) {
        self.line.push(',');
        self.end_line();
        if let Some(Segment::Index(index)) = self.path.last_mut() {
            *index += 1;
        }
    }

    fn end_line(&mut self) {
        if self.line.is_empty() {
            return;
        }
        let closes = self.line.starts_with(['}', ']']);
        let depth = self.path.len();
        let text = format!("{:width$}{}", "", self.line, width = 2 * depth.min(40));
        let path = if closes { Vec::new() } else { self.path.clone() };
        self.lines.push(LaidOut { text, path });
        self.line.clear();
    }
}

/// The line on which an element begins, or the nearest element around it that is there.
fn find(lines: &[LaidOut], path: &str) -> Option<usize> {
    let mut wanted = segments(path);
    while !wanted.is_empty() {
        if let Some(line) = lines.iter().position(|line| is_at(&line.path, &wanted)) {
            return Some(line);
        }
        wanted.pop();
    }
    None
}

/// `Bundle.entry[3].resource` without the type that it begins with.
fn segments(path: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    for part in path.split('.').skip(1) {
        let (name, index) = part.split_once('[').unwrap_or((part, ""));
        segments.push(Segment::Key(name.to_owned()));
        if let Ok(index) = index.trim_end_matches(']').parse() {
            segments.push(Segment::Index(index));
        }
    }
    segments
}

fn is_at(path: &[Segment], wanted: &[Segment]) -> bool {
    path.len() == wanted.len() && path.iter().zip(wanted).all(|(have, want)| have == want || is_choice(have, want))
}

/// `value[x]` is `value` in a path and `valueString` in JSON.
fn is_choice(have: &Segment, want: &Segment) -> bool {
    match (have, want) {
        (Segment::Key(have), Segment::Key(want)) => {
            have.strip_prefix(want.as_str()).is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(body: &str) -> Vec<u8> {
        format!("{body}{}", " ".repeat(300)).into_bytes()
    }

    #[test]
    fn json_on_one_line_is_laid_out_and_the_element_marked() {
        let body =
            long(r#"{"resourceType":"Bundle","entry":[{"resource":{"status":"a"}},{"resource":{"status":"b","note":[]}}]}"#);
        let excerpt = excerpt(&body, Spot { line: Some(1), path: Some("Bundle.entry[1].resource.status") })
            .expect("a body with text has an excerpt");
        let marked: Vec<&str> = excerpt.lines.iter().filter(|line| line.marked).map(|line| line.text.trim()).collect();
        assert_eq!(marked, [r#""status": "b","#]);
        assert!(excerpt.laid_out);
    }

    #[test]
    fn an_element_that_is_not_there_marks_the_one_around_it() {
        let body = long(r#"{"resourceType":"Consent","provision":{"type":"deny"}}"#);
        let excerpt =
            excerpt(&body, Spot { line: None, path: Some("Consent.provision.code") }).expect("a body with text has an excerpt");
        assert!(excerpt.lines.iter().any(|line| line.marked && line.text.contains("provision")));
    }

    #[test]
    fn lines_as_received_keep_their_numbers() {
        let body = (1..=40).map(|line| format!("line {line}\n")).collect::<String>();
        let excerpt = excerpt(body.as_bytes(), Spot { line: Some(20), path: None }).expect("a body with text has an excerpt");
        assert_eq!(excerpt.lines.iter().find(|line| line.marked).map(|line| line.number), Some(20));
        assert_eq!(excerpt.left_out, 40 - excerpt.lines.len());
    }

    #[test]
    fn bytes_that_are_no_text_do_not_break_it() {
        assert!(excerpt(&[0, 255, b'{', b'"', 7], Spot { line: Some(9), path: Some("X.y") }).is_some());
        assert!(excerpt(b"  ", Spot { line: None, path: None }).is_none());
    }
}
