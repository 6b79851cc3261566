//! JSON as values with byte offsets: numbers keep their digits, a key may stand
//! once, depth and number of values are bounded. Knows nothing of FHIR.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::fhir::node::Span;
use crate::fhir::reading::{MAX_DEPTH, MAX_NODES, ReadError, utf8};

/// An element in a list takes two levels of JSON.
const MAX_NESTING: usize = 2 * MAX_DEPTH;

/// A value and where it stands.
#[derive(Debug, PartialEq)]
pub(crate) struct Value<'t> {
    pub(crate) content: Content<'t>,
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Debug, PartialEq)]
pub(crate) enum Content<'t> {
    Null,
    Boolean(bool),
    /// The digits as written.
    Number(&'t str),
    String(Cow<'t, str>),
    List(Vec<Value<'t>>),
    Object(Vec<Member<'t>>),
}

/// A key with its value.
#[derive(Debug, PartialEq)]
pub(crate) struct Member<'t> {
    pub(crate) key: Cow<'t, str>,
    /// First byte of the key.
    pub(crate) start: u32,
    pub(crate) value: Value<'t>,
}

/// Reads one JSON value that takes the whole text.
pub(crate) fn parse(text: &[u8]) -> Result<Value<'_>, ReadError> {
    let (text, start) = utf8(text)?;
    let mut lexer = Lexer { text, at: start, depth: 0, values: 0 };
    lexer.skip_space();
    let value = lexer.value()?;
    lexer.skip_space();
    match lexer.at == text.len() {
        true => Ok(value),
        false => Err(lexer.error("more text after the end of the JSON value")),
    }
}

/// Whether a text is a number as JSON writes it.
pub(crate) fn is_number(text: &str) -> bool {
    let mut lexer = Lexer { text, at: 0, depth: 0, values: 0 };
    lexer.number().is_ok() && lexer.at == text.len()
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    values: usize,
}

impl<'t> Lexer<'t> {
    fn error(&self, message: impl Into<String>) -> ReadError {
        ReadError::new(self.at, message)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes the byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), ReadError> {
        match self.take(byte) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{}`", char::from(byte)))),
        }
    }

    fn unexpected(&self, expected: &str) -> ReadError {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => self.error(format!("expected {expected}, found `{}`", found.escape_debug())),
            None => self.error(format!("expected {expected}, found the end of the text")),
        }
    }

    /// The bound on size keeps offsets within 32 bits.
    fn offset(&self) -> u32 {
        u32::try_from(self.at).expect("the text is bounded")
    }

    fn value(&mut self) -> Result<Value<'t>, ReadError> {
        self.values += 1;
        if self.values > MAX_NODES {
            return Err(self.error(format!("more than {MAX_NODES} values")));
        }
        let start = self.offset();
        let content = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Content::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Content::Number(self.number()?),
            Some(b't') => self.word("true", Content::Boolean(true))?,
            Some(b'f') => self.word("false", Content::Boolean(false))?,
            Some(b'n') => self.word("null", Content::Null)?,
            _ => return Err(self.unexpected("a JSON value")),
        };
        Ok(Value { content, span: Span { start, end: self.offset() } })
    }

    fn word(&mut self, word: &str, content: Content<'t>) -> Result<Content<'t>, ReadError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.error(format!("expected `{word}`")));
        }
        self.at += word.len();
        Ok(content)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Content<'t>, ReadError>) -> Result<Content<'t>, ReadError> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.error(format!("nested deeper than {MAX_NESTING} levels")));
        }
        self.at += 1;
        self.skip_space();
        let content = read(self);
        self.depth -= 1;
        content
    }

    fn list(&mut self) -> Result<Content<'t>, ReadError> {
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Content::List(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Content::List(items));
            }
            self.expect(b',')?;
            self.skip_space();
        }
    }

    fn object(&mut self) -> Result<Content<'t>, ReadError> {
        let mut members: Vec<Member<'t>> = Vec::new();
        if self.take(b'}') {
            return Ok(Content::Object(members));
        }
        loop {
            let start = self.offset();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            let value = self.value()?;
            members.push(Member { key, start, value });
            self.skip_space();
            if self.take(b'}') {
                return distinct(&members).map(|()| Content::Object(members));
            }
            self.expect(b',')?;
            self.skip_space();
        }
    }

    fn number(&mut self) -> Result<&'t str, ReadError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        match self.peek() {
            Some(b'0'..=b'9') => Err(ReadError::new(start, "a number with a leading zero")),
            _ => Ok(&self.text[start..self.at]),
        }
    }

    fn digits(&mut self) -> Result<(), ReadError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, ReadError> {
        self.at += 1;
        let mut text = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) else {
                return Err(self.error("a string without closing quote"));
            };
            match text {
                Cow::Borrowed("") => text = Cow::Borrowed(&rest[..length]),
                _ => text.to_mut().push_str(&rest[..length]),
            }
            self.at += length;
            match rest.as_bytes()[length] {
                b'"' => break,
                b'\\' => text.to_mut().push(self.escape()?),
                _ => return Err(self.error("a control character in a string: write it as an escape")),
            }
        }
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self) -> Result<char, ReadError> {
        let start = self.at;
        self.at += 2;
        Ok(match self.text.as_bytes().get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err(ReadError::new(start, "an unknown escape in a string")),
        })
    }

    fn unicode(&mut self, start: usize) -> Result<char, ReadError> {
        let refused = || ReadError::new(start, "an escape `\\u` that is no character");
        let first = self.unit().ok_or_else(refused)?;
        let units = match first {
            0xd800..0xdc00 if self.text[self.at..].starts_with("\\u") => {
                self.at += 2;
                [first, self.unit().ok_or_else(refused)?]
            }
            _ => [first, 0],
        };
        let used = if (0xd800..0xdc00).contains(&first) { &units[..] } else { &units[..1] };
        let character = char::decode_utf16(used.iter().copied()).next().and_then(Result::ok);
        character.ok_or_else(refused)
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    }
}

fn distinct(members: &[Member<'_>]) -> Result<(), ReadError> {
    let mut keys = HashSet::with_capacity(members.len());
    match members.iter().find(|member| !keys.insert(&*member.key)) {
        Some(member) => Err(ReadError::new(member.start as usize, format!("the key `{}` stands twice", member.key))),
        None => Ok(()),
    }
}
