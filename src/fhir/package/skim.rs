//! Skims the text of a resource for the few values at its top that an index
//! needs, without making a tree of it. Brackets and strings have to be sound;
//! the rest is looked at when the resource is read.

use std::borrow::Cow;

/// The strings among the top members of a JSON object, by key.
pub(super) fn strings(text: &[u8]) -> Result<Vec<(&str, Cow<'_, str>)>, String> {
    let text = std::str::from_utf8(text).map_err(|error| format!("byte {} is no UTF-8", error.valid_up_to()))?;
    let mut skimmer = Skimmer { bytes: text.as_bytes(), at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    let found = skimmer.object(text)?;
    skimmer.space();
    match skimmer.at == text.len() {
        true => Ok(found),
        false => Err(skimmer.wrong("more text after the end of the JSON value")),
    }
}

struct Skimmer<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Skimmer<'t> {
    fn wrong(&self, message: &str) -> String {
        format!("is no JSON resource: {message} (byte {})", self.at)
    }

    fn space(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len());
    }

    fn peek(&mut self) -> Option<u8> {
        self.space();
        self.bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.peek() != Some(byte) {
            return Err(self.wrong(&format!("expected `{}`", char::from(byte))));
        }
        self.at += 1;
        Ok(())
    }

    fn object(&mut self, text: &'t str) -> Result<Vec<(&'t str, Cow<'t, str>)>, String> {
        let mut found = Vec::new();
        self.expect(b'{')?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(found);
        }
        loop {
            self.space();
            let key = self.string(text)?;
            self.expect(b':')?;
            if self.peek() == Some(b'"') {
                let value = self.string(text)?;
                let value = if value.contains('\\') { unescape(value) } else { Some(Cow::Borrowed(value)) };
                found.push((key, value.ok_or_else(|| self.wrong("a string with an escape that JSON does not have"))?));
            } else {
                self.value()?;
            }
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.wrong("expected `,` or `}`")),
            }
        }
        self.at += 1;
        Ok(found)
    }

    /// The characters of a string as they are written.
    fn string(&mut self, text: &'t str) -> Result<&'t str, String> {
        let start = self.at + 1;
        self.skip_string()?;
        Ok(&text[start..self.at - 1])
    }

    fn skip_string(&mut self) -> Result<(), String> {
        if self.bytes.get(self.at) != Some(&b'"') {
            return Err(self.wrong("expected a string"));
        }
        self.at += 1;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) else {
                return Err(self.wrong("a string that does not end"));
            };
            self.at += end + 1;
            if rest[end] == b'"' {
                return Ok(());
            }
            // Whatever is escaped, it is not the end of the string.
            self.at = (self.at + 1).min(self.bytes.len());
        }
    }

    /// Skips any value but a string, brackets matched.
    fn value(&mut self) -> Result<(), String> {
        let mut open = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => self.skip_string()?,
                Some(byte @ (b'{' | b'[')) => {
                    open.push(byte);
                    self.at += 1;
                }
                Some(byte @ (b'}' | b']')) => {
                    if open.pop() != Some(if byte == b'}' { b'{' } else { b'[' }) {
                        return Err(self.wrong("a bracket that was not opened"));
                    }
                    self.at += 1;
                }
                Some(_) => self.plain(),
                None => return Err(self.wrong("the text ends inside a value")),
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    /// Numbers, words, commas and colons.
    fn plain(&mut self) {
        let rest = &self.bytes[self.at + 1..];
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b','));
        self.at += 1 + end.unwrap_or(rest.len());
    }
}

fn unescape(written: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str(&format!("\"{written}\"")).ok().map(Cow::Owned)
}
