//! Finding secrets in every spelling in which they may come back: plain,
//! percent-encoded, escaped in JSON, HTML or XML, and in base64.

use std::borrow::Cow;

use regex::bytes::{Captures, Regex, RegexBuilder};

/// Bytes of the expression that the longest secrets, all of it escapable, stay within.
const LARGEST: usize = 256 << 20;

/// Secrets and one expression that finds all of their spellings.
#[derive(Debug)]
pub(super) struct Secrets {
    /// Name of each alternative of the expression, in order.
    names: Vec<String>,
    /// Absent when there is no secret.
    spellings: Option<Regex>,
}

impl Secrets {
    /// Secrets as name and value.
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut spelled: Vec<(usize, String, String)> = Vec::new();
        for (name, value) in secrets.into_iter().filter(|(_, value)| !value.is_empty()) {
            let encoded = [Alphabet::Standard, Alphabet::Url].map(|alphabet| base64(value.as_bytes(), alphabet));
            let texts = std::iter::once(value).chain(encoded.iter().map(|text| text.trim_end_matches('=')));
            spelled.extend(texts.map(|text| (text.len(), spellings(text), name.to_owned())));
        }
        // The first alternative that fits wins: a longer secret before one that it holds.
        spelled.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.cmp(right)));
        spelled.dedup_by(|left, right| left.1 == right.1);
        let alternatives: Vec<String> = spelled.iter().map(|(_, expression, _)| format!("({expression})")).collect();
        let build = || RegexBuilder::new(&alternatives.join("|")).unicode(false).size_limit(LARGEST).build();
        let spellings = (!alternatives.is_empty()).then(|| build().expect("bytes and their escapes are an expression"));
        Self { names: spelled.into_iter().map(|(_, _, name)| name).collect(), spellings }
    }

    /// The bytes with every secret as `${NAME}`.
    pub(super) fn replace<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let Some(spellings) = &self.spellings else { return Cow::Borrowed(bytes) };
        spellings.replace_all(bytes, |captures: &Captures<'_>| {
            let found = (0..self.names.len()).find(|index| captures.get(index + 1).is_some());
            format!("${{{}}}", found.map_or("", |index| &self.names[index])).into_bytes()
        })
    }
}

/// An expression for every way in which a text may be written. Letters and
/// digits are left alone by all; of the rest each server escapes what it likes.
fn spellings(text: &str) -> String {
    text.bytes().map(spelling).collect()
}

fn spelling(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() {
        return char::from(byte).to_string();
    }
    let named = match byte {
        b'&' => "|&amp;",
        b'<' => "|&lt;",
        b'>' => "|&gt;",
        b'"' => "|&quot;",
        b'\'' => "|&apos;",
        b' ' => "|\\+",
        _ => "",
    };
    // As it is or behind the backslashes of JSON, then as URLs, JSON, HTML and XML write a byte by its number.
    format!(
        r"(?:\\{{0,3}}\x{byte:02x}|%(?:25)?(?i:{byte:02x})|\\{{1,2}}u00(?i:{byte:02x})|&#0*{byte};|&#[xX]0*(?i:{byte:02x});{named})"
    )
}

#[derive(Clone, Copy)]
enum Alphabet {
    Standard,
    Url,
}

fn base64(bytes: &[u8], alphabet: Alphabet) -> String {
    let last = match alphabet {
        Alphabet::Standard => b"+/",
        Alphabet::Url => b"-_",
    };
    let letter = |index: u32| {
        char::from(match u8::try_from(index & 63).expect("six bits") {
            index @ 0..26 => b'A' + index,
            index @ 26..52 => b'a' + index - 26,
            index @ 52..62 => b'0' + index - 52,
            index => last[usize::from(index - 62)],
        })
    };
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for position in 0..4 {
            text.push(if position <= group.len() { letter(bits >> (18 - 6 * position)) } else { '=' });
        }
    }
    text
}
