//! Reading: the events of the parser to a tree with bytes. Everything that is
//! not plain YAML, or too much of it, is refused here.

use std::ops::Range;
use std::path::Path;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use crate::diagnostic::Diagnostic;

use super::{Key, MAX_BYTES, MAX_DEPTH, MAX_NODES, Node, Reading, Scalar, Value};

/// Reads a file.
#[must_use]
pub fn read(file: &Path, text: &str) -> Reading {
    let mut problems = refused_as_text(file, text);
    if !problems.is_empty() {
        return Reading { root: None, diagnostics: problems };
    }
    // A byte order mark is no part of the document, but its bytes count.
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offsets = Offsets::new(body, text.len() - body.len());
    let mut builder =
        Builder { file, text, offsets, stack: Vec::new(), root: None, documents: 0, nodes: 0, problems: Vec::new() };
    let mut parser = Parser::new(StrInput::new(body));
    let mut whole = true;
    while let Some(event) = parser.next_event() {
        let go_on = match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => builder.take(event, span),
            Err(error) => builder.syntax(&error),
        };
        if !go_on {
            whole = false;
            break;
        }
    }
    problems.append(&mut builder.problems);
    if whole && builder.root.is_none() && problems.is_empty() {
        problems.push(Diagnostic::new(file, 0..0, "file-empty", "the file holds nothing"));
    }
    Reading { root: builder.root.filter(|_| whole), diagnostics: problems }
}

/// What is refused before the parser sees it.
fn refused_as_text(file: &Path, text: &str) -> Vec<Diagnostic> {
    if text.len() > MAX_BYTES {
        let message = format!("the file is {} bytes long, at most {MAX_BYTES} are read", text.len());
        return vec![Diagnostic::new(file, 0..0, "yaml-size", message)];
    }
    let mut start = 0;
    let mut problems = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(tab) = line.find('\t') {
            let at = start + tab;
            problems.push(
                Diagnostic::new(file, at..at + 1, "yaml-tab", "a tab, which YAML does not indent with")
                    .hint("use spaces; inside quotes a tab is written `\\t`"),
            );
        }
        start += line.len();
    }
    problems.truncate(20);
    problems
}

/// Places of the parser (in characters) as bytes.
struct Offsets {
    base: usize,
    length: usize,
    /// Byte of each character; empty where each is one byte.
    bytes: Vec<usize>,
}

impl Offsets {
    fn new(text: &str, base: usize) -> Self {
        let bytes = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(byte, _)| byte).collect() };
        Self { base, length: text.len(), bytes }
    }

    fn byte(&self, character: usize) -> usize {
        let byte = if self.bytes.is_empty() { character } else { self.bytes.get(character).copied().unwrap_or(self.length) };
        self.base + byte.min(self.length)
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

/// A collection that is being read.
struct Open {
    start: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<(Key, Node)>, key: Option<Key> },
}

struct Builder<'t> {
    file: &'t Path,
    text: &'t str,
    offsets: Offsets,
    stack: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    nodes: usize,
    problems: Vec<Diagnostic>,
}

impl Builder<'_> {
    /// Takes one event in; false where reading on makes no sense.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        let range = self.offsets.range(span);
        match event {
            Event::DocumentStart(_) => return self.document(range),
            Event::Alias(_) => {
                // The tree lacks a value from here on, and a file with one has thousands.
                self.problem(range, "yaml-alias", "an alias (`*name`)", "write the value out: each place says what it means");
                return false;
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(range.clone(), anchor, tag.is_some());
                let quoted = style != ScalarStyle::Plain;
                self.add(Node { span: range, value: Value::Scalar(Scalar { text: text.into_owned(), quoted }) });
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse(range.clone(), anchor, tag.is_some());
                return self.open(range, Content::Sequence(Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse(range.clone(), anchor, tag.is_some());
                return self.open(range, Content::Mapping { entries: Vec::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        self.bounded(span)
    }

    fn bounded(&mut self, span: Span) -> bool {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let range = self.offsets.range(span);
            self.problems.push(Diagnostic::new(
                self.file,
                range,
                "yaml-size",
                format!("more than {MAX_NODES} values in one file"),
            ));
        }
        self.nodes <= MAX_NODES
    }

    fn document(&mut self, range: Range<usize>) -> bool {
        self.documents += 1;
        if self.documents > 1 {
            self.problem(range, "yaml-documents", "a second document in one file", "make it a file of its own");
        }
        self.documents <= 1
    }

    fn refuse(&mut self, range: Range<usize>, anchor: usize, tagged: bool) {
        let place = range.start..range.start.max(range.end.min(range.start + 1));
        if anchor > 0 {
            self.problem(
                place.clone(),
                "yaml-alias",
                "an anchor (`&name`)",
                "write the value out: each place says what it means",
            );
        }
        if tagged {
            self.problem(place, "yaml-tag", "a tag (`!name`)", "leave it out: the key says what its value is");
        }
    }

    fn open(&mut self, range: Range<usize>, content: Content) -> bool {
        if self.stack.len() >= MAX_DEPTH {
            self.too_deep(range);
            return false;
        }
        self.stack.push(Open { start: range.start, content });
        true
    }

    fn too_deep(&mut self, range: Range<usize>) {
        let range = range.start..range.end.min(range.start + 1);
        self.problems.push(Diagnostic::new(self.file, range, "yaml-depth", format!("nested more than {MAX_DEPTH} levels deep")));
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.stack.pop() else { return };
        let (value, last) = match open.content {
            Content::Sequence(items) => {
                let last = items.last().map(|item| item.span.end);
                (Value::Sequence(items), last)
            }
            Content::Mapping { entries, .. } => {
                let last = entries.last().map(|(_, value)| value.span.end);
                (Value::Mapping(entries), last)
            }
        };
        // A block collection ends where the next thing begins; its last value says better where it ends.
        let flow = matches!(self.text.as_bytes().get(open.start), Some(b'{' | b'['));
        let end = if flow { end } else { last.unwrap_or(end) };
        self.add(Node { span: open.start..end.max(open.start), value });
    }

    fn add(&mut self, node: Node) {
        match self.stack.last_mut().map(|open| &mut open.content) {
            None => self.root = self.root.take().or(Some(node)),
            Some(Content::Sequence(items)) => items.push(node),
            Some(Content::Mapping { key, .. }) => match key.take() {
                Some(key) => self.entry(key, node),
                None => {
                    let text = node.text().unwrap_or_default().to_owned();
                    if text.is_empty() {
                        self.problem(node.span.clone(), "key-kind", "a key that is not one word", "give each key a name");
                    }
                    if let Some(Open { content: Content::Mapping { key, .. }, .. }) = self.stack.last_mut() {
                        *key = Some(Key { text, span: node.span });
                    }
                }
            },
        }
    }

    fn entry(&mut self, key: Key, node: Node) {
        let Some(Open { content: Content::Mapping { entries, .. }, .. }) = self.stack.last_mut() else { return };
        if key.text.is_empty() {
            // A key without a name has been reported, and so nothing is known of its value.
        } else if entries.iter().any(|(known, _)| known.text == key.text) {
            let message = format!("the key `{}` is there twice", key.text);
            self.problem(key.span, "key-duplicate", &message, "keep one of them");
        } else {
            entries.push((key, node));
        }
    }

    fn problem(&mut self, range: Range<usize>, code: &'static str, message: &str, hint: &str) {
        self.problems.push(Diagnostic::new(self.file, range, code, message).hint(hint));
    }

    fn syntax(&mut self, error: &ScanError) -> bool {
        let at = self.offsets.byte(error.marker().index());
        if error.info().contains("recursion limit") {
            self.too_deep(at..at + 1);
        } else {
            self.problems.push(Diagnostic::new(self.file, at..at, "yaml-syntax", format!("not YAML: {}", error.info())));
        }
        false
    }
}
