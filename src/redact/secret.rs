//! Finding secrets in every spelling in which they may come back: plain,
//! percent-encoded, in JSON, in XML and in base64.

use std::borrow::Cow;

use regex::bytes::{Captures, Regex};

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
        let mut spelled: Vec<(String, String)> = Vec::new();
        for (name, value) in secrets.into_iter().filter(|(_, value)| !value.is_empty()) {
            spelled.extend(spellings(value).into_iter().map(|spelling| (spelling, name.to_owned())));
        }
        // The first alternative that fits wins: a longer secret before one that it holds.
        spelled.sort_by(|left, right| right.0.len().cmp(&left.0.len()).then_with(|| left.cmp(right)));
        spelled.dedup_by(|left, right| left.0 == right.0);
        let alternatives: Vec<String> = spelled.iter().map(|(spelling, _)| format!("({})", regex::escape(spelling))).collect();
        let spellings = (!alternatives.is_empty())
            .then(|| Regex::new(&alternatives.join("|")).expect("escaped texts are an expression, and secrets are short"));
        Self { names: spelled.into_iter().map(|(_, name)| name).collect(), spellings }
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

fn spellings(value: &str) -> Vec<String> {
    let mut all = vec![value.to_owned(), json(value), xml(value), percent(value, Case::Upper), percent(value, Case::Lower)];
    for alphabet in [Alphabet::Standard, Alphabet::Url] {
        let encoded = base64(value.as_bytes(), alphabet);
        all.push(encoded.trim_end_matches('=').to_owned());
    }
    all.sort();
    all.dedup();
    all
}

fn json(value: &str) -> String {
    serde_json::to_string(value).map_or_else(|_| value.to_owned(), |quoted| quoted[1..quoted.len() - 1].to_owned())
}

fn xml(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[derive(Clone, Copy)]
enum Case {
    Upper,
    Lower,
}

fn percent(value: &str, case: Case) -> String {
    let encode = |byte: u8| match case {
        _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
        Case::Upper => format!("%{byte:02X}"),
        Case::Lower => format!("%{byte:02x}"),
    };
    value.bytes().map(encode).collect()
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
