//! Finding secrets in every spelling in which they may come back: plain,
//! percent-encoded, in JSON, in XML, in hex, and in base64 of themselves or of a
//! text around them.

use std::borrow::Cow;
use std::cmp::Reverse;

use regex::bytes::{Captures, Regex, RegexBuilder};

use crate::encoding::{Alphabet, base64};

/// Bytes that the expression may take when it is built.
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
            spelled.extend(spellings(value).into_iter().map(|spelling| (value.len(), spelling, name.to_owned())));
        }
        // The first alternative that fits wins: a longer secret before one that it holds, a longer spelling before a part of it.
        spelled.sort_by_key(|(length, spelling, name)| Reverse((*length, spelling.len(), spelling.clone(), name.clone())));
        spelled.dedup_by(|left, right| left.1 == right.1);
        let alternatives: Vec<String> = spelled.iter().map(|(_, spelling, _)| format!("({spelling})")).collect();
        let spellings = (!alternatives.is_empty()).then(|| build(&alternatives.join("|")));
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

/// An expression over bytes, large enough for a secret of which every letter may be escaped.
fn build(alternatives: &str) -> Regex {
    let regex = RegexBuilder::new(alternatives).unicode(false).size_limit(LARGEST).build();
    regex.expect("spellings are expressions, and secrets are short")
}

/// Letters of the longest secret of which every letter may be spelled in its own way. Of longer ones only the signs,
/// as programs do: an expression has its bounds.
const SPELLED_FREELY: usize = 512;

/// Expressions for the spellings of a secret.
fn spellings(value: &str) -> Vec<String> {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut texts = vec![hex.to_uppercase(), hex];
    for alphabet in [Alphabet::Standard, Alphabet::Url] {
        texts.push(base64(value.as_bytes(), alphabet).trim_end_matches('=').to_owned());
        texts.extend((0..3).map(|before| within(value, before, alphabet)));
    }
    let freely = value.len() <= SPELLED_FREELY;
    let mut all: Vec<String> = texts.iter().map(|text| signs(text)).collect();
    all.push(if freely { value.bytes().map(letter).collect() } else { signs(value) });
    all.sort();
    all.dedup();
    all
}

/// A text of which all but letters and digits may be escaped.
fn signs(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { letter(byte) }).collect()
}

/// One letter in all ways in which programs write it: as it is, in a URL, in JSON, in XML.
fn letter(byte: u8) -> String {
    // Of what is no letter or digit, each server escapes what it likes: backslashes may stand before it.
    let own = if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!(r"\\{{0,3}}\x{byte:02x}") };
    let named = match byte {
        b'"' => "|&quot;",
        b'&' => "|&amp;",
        b'\'' => "|&apos;",
        b'<' => "|&lt;",
        b'>' => "|&gt;",
        b' ' => r"|\+",
        _ => "",
    };
    format!("(?:{own}{named}|%(?:25)?(?i:{byte:02x})|\\\\u00(?i:{byte:02x})|&#0*{byte};|&#[xX]0*(?i:{byte:x});)")
}

/// The base64 of a secret that stands in a longer text after so many letters (modulo three), without the letters
/// that its neighbours have a share in: `user:secret` of basic authentication.
fn within(value: &str, before: usize, alphabet: Alphabet) -> String {
    let mut text = vec![0; before];
    text.extend_from_slice(value.as_bytes());
    let shared = usize::from(!text.len().is_multiple_of(3));
    let encoded = base64(&text, alphabet);
    let encoded = encoded.trim_end_matches('=');
    let first = [0, 2, 3][before];
    encoded[first..encoded.len() - shared].to_owned()
}
