//! Diagnostics as a terminal shows them: the file with line and column, the line
//! itself with the wrong part underlined, and how to mend it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::Diagnostic;
use crate::text::steers;

/// Whether the drawing has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Letters only.
    Plain,
    /// With the escape sequences of a terminal.
    Colour,
}

/// Diagnostics that are drawn; a hostile file can have any number.
const MAX_DRAWN: usize = 100;

/// Draws diagnostics one after another, and says at the end how many there are. `sources` gives the text of a file.
#[must_use]
pub fn draw(diagnostics: &[Diagnostic], sources: &dyn Fn(&Path) -> Option<String>, paint: Paint) -> String {
    let renderer = renderer(paint);
    let mut texts: BTreeMap<&PathBuf, String> = BTreeMap::new();
    let mut drawn = String::new();
    for diagnostic in diagnostics.iter().take(MAX_DRAWN) {
        let text = texts.entry(&diagnostic.file).or_insert_with(|| sources(&diagnostic.file).unwrap_or_default());
        drawn.push_str(&renderer.render(&[group(diagnostic, text)]));
        drawn.push_str("\n\n");
    }
    if !diagnostics.is_empty() {
        drawn.push_str(&summary(diagnostics));
    }
    drawn
}

fn group<'a>(diagnostic: &'a Diagnostic, text: &'a str) -> Group<'a> {
    let path = diagnostic.file.display().to_string().replace('\\', "/");
    let group = Group::with_title(Level::ERROR.primary_title(one_line(&diagnostic.message)).id(diagnostic.code));
    // A folder, or a file that could not be read, has no line to show.
    let group = if text.is_empty() {
        group.element(Origin::path(path))
    } else {
        let annotation = AnnotationKind::Primary.span(first_line(text, diagnostic));
        group.element(Snippet::source(text).path(path).annotation(annotation))
    };
    match &diagnostic.hint {
        Some(hint) => group.element(Level::HELP.with_name("hint").message(one_line(hint))),
        None => group,
    }
}

/// Something that is said of one place in a file.
#[derive(Debug)]
pub(crate) struct Drawing<'d> {
    /// How much it weighs.
    pub(crate) weight: Weight,
    /// The word for its weight: `error`.
    pub(crate) word: &'d str,
    /// Stable code.
    pub(crate) code: &'d str,
    /// What is wrong.
    pub(crate) what: &'d str,
    /// File, line and column.
    pub(crate) place: (&'d str, usize, usize),
    /// A part of the line, with what is marked in it.
    pub(crate) line: Option<(&'d str, Range<usize>)>,
    /// Word and text of what stands below.
    pub(crate) notes: Vec<(&'d str, String)>,
}

/// How much a drawing weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Red.
    Error,
    /// Yellow.
    Warning,
    /// Green.
    Note,
}

/// Draws one thing.
pub(crate) fn draw_one(drawing: &Drawing<'_>, paint: Paint) -> String {
    let level = match drawing.weight {
        Weight::Error => Level::ERROR,
        Weight::Warning => Level::WARNING,
        Weight::Note => Level::NOTE,
    };
    let title = level.with_name(drawing.word).primary_title(one_line(drawing.what)).id(drawing.code);
    let (file, line, column) = (one_line(drawing.place.0), drawing.place.1, drawing.place.2);
    let mut group = match &drawing.line {
        None => Group::with_title(title).element(Origin::path(&file).line(line).char_column(column)),
        Some((text, mark)) => {
            let annotation = AnnotationKind::Primary.span(mark.clone());
            Group::with_title(title).element(Snippet::source(*text).path(&file).line_start(line).annotation(annotation))
        }
    };
    for (word, text) in &drawing.notes {
        group = group.element(Level::NOTE.with_name(*word).message(one_line(text)));
    }
    let drawn = renderer(paint).render(&[group]);
    let Some((text, mark)) = &drawing.line else { return drawn };
    // The column of a line that is cut on the left is not the one in what is shown of it.
    let shown = text[..mark.start].chars().count() + 1;
    match drawn.split_once('\n') {
        Some((title, rest)) if shown != column => {
            let place = format!("{file}:{line}:");
            format!("{title}\n{}", rest.replacen(&format!("{place}{shown}"), &format!("{place}{column}"), 1))
        }
        _ => drawn,
    }
}

fn renderer(paint: Paint) -> Renderer {
    match paint {
        Paint::Plain => Renderer::plain(),
        Paint::Colour => Renderer::styled(),
    }
}

/// The wrong bytes as far as the end of their first line, on whole characters of the text.
fn first_line(text: &str, diagnostic: &Diagnostic) -> Range<usize> {
    let whole = |at: &usize| text.is_char_boundary(*at);
    let start = (0..=diagnostic.start.min(text.len())).rev().find(whole).unwrap_or(0);
    let end = (diagnostic.end.clamp(start, text.len())..=text.len()).find(whole).unwrap_or(text.len());
    let line = text[start..end].find(['\n', '\r']).map_or(end, |length| start + length);
    start..line
}

/// A message quotes what somebody wrote; a line break, an escape or a change of direction in it must not draw anything.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if steers(letter) { '\u{fffd}' } else { letter }).collect()
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let files: BTreeSet<_> = diagnostics.iter().map(|diagnostic| &diagnostic.file).collect();
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let left = diagnostics.len().saturating_sub(MAX_DRAWN);
    let shown = if left > 0 { format!("; the last {left} are not shown") } else { String::new() };
    format!("{} in {}{shown}\n", count(diagnostics.len(), "mistake"), count(files.len(), "file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, range: Range<usize>, message: &str) -> String {
        let diagnostic = Diagnostic::new(Path::new("a.yaml"), range, "key-unknown", message).hint("did you mean `b`?");
        draw(&[diagnostic], &|_| Some(text.to_owned()), Paint::Plain)
    }

    #[test]
    fn draw_shows_file_line_column_the_line_a_caret_and_the_hint() {
        let lines = [
            "error[key-unknown]: unknown key `c`",
            " --> a.yaml:2:3",
            "  |",
            "2 |   c: 1",
            "  |   ^",
            "  |",
            "  = hint: did you mean `b`?",
            "",
            "1 mistake in 1 file",
            "",
        ];
        assert_eq!(drawn("a:\n  c: 1\n", 5..6, "unknown key `c`"), lines.join("\n"));
    }

    #[test]
    fn draw_underlines_only_the_first_line_of_a_block() {
        assert_eq!(drawn("a: >-\n  b\n  c\n", 3..13, "wrong").matches('^').count(), 2);
    }

    #[test]
    fn draw_takes_ranges_that_lie_outside_the_text_or_within_a_letter() {
        assert!(drawn("é", 1..99, "wrong").contains("a.yaml:1:1"));
        assert!(drawn("", 5..9, "wrong").contains("a.yaml"));
    }

    #[test]
    fn draw_lets_no_escape_sequence_through() {
        assert!(!drawn("a: \u{1b}[31m\n", 0..1, "wrong \u{1b}[2J").contains('\u{1b}'));
    }

    #[test]
    fn draw_lets_no_change_of_direction_through() {
        assert!(!drawn("a: \u{202e}b\n", 0..1, "wrong \u{202e}b").contains('\u{202e}'));
    }

    #[test]
    fn draw_shows_a_hundred_and_says_how_many_are_left() {
        let diagnostic = Diagnostic::new(Path::new("a.yaml"), 0..1, "key-unknown", "unknown key `a`");
        let text = draw(&vec![diagnostic; 103], &|_| Some("a: 1".to_owned()), Paint::Plain);
        assert_eq!(text.matches("error[").count(), 100);
        assert!(text.ends_with("103 mistakes in 1 file; the last 3 are not shown\n"));
    }

    #[test]
    fn draw_one_names_the_column_in_the_file_of_a_line_that_is_cut() {
        let notes = vec![("mend", "take it out".to_owned())];
        let drawing = Drawing {
            weight: Weight::Error,
            word: "error",
            code: "element-unknown",
            what: "wrong at a.json:3:2",
            place: ("a.json", 3, 71),
            line: Some(("…ab", 3..4)),
            notes,
        };
        let lines = [
            "error[element-unknown]: wrong at a.json:3:2",
            " --> a.json:3:71",
            "  |",
            "3 | …ab",
            "  |  ^",
            "  |",
            "  = mend: take it out",
        ];
        assert_eq!(draw_one(&drawing, Paint::Plain), lines.join("\n"));
    }

    #[test]
    fn draw_uses_colour_only_when_asked() {
        let diagnostic = Diagnostic::new(Path::new("a.yaml"), 0..1, "key-unknown", "unknown key `a`");
        assert!(draw(&[diagnostic], &|_| Some("a: 1".to_owned()), Paint::Colour).contains('\u{1b}'));
    }
}
