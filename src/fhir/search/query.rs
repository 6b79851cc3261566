//! A query string as names and values, decoded; and written back. What a name
//! means for a resource is in `criteria`.

/// A query in the order it was written, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Parameters; a repeated one stands here as often as it was written (AND).
    pub parameters: Vec<Parameter>,
}

/// One `name=value` of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name with modifier and chain: `reason-reference:Procedure.code`.
    pub key: String,
    /// Value, decoded, with FHIR's own escapes (`\,`) still in it.
    pub value: String,
}

/// Why a query string cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A `%` without two hexadecimal digits behind it.
    #[error("`%` is not followed by two hexadecimal digits in parameter {0} of the query")]
    Escape(usize),
    /// The bytes are not UTF-8 once decoded.
    #[error("parameter {0} of the query is not UTF-8 once decoded")]
    Text(usize),
    /// More parameters than anybody needs.
    #[error("the query has more than {0} parameters")]
    TooMany(usize),
}

const MOST_PARAMETERS: usize = 200;

impl Query {
    /// Reads `name=value&name=value`, percent-encoded or raw, `+` for a space.
    ///
    /// # Errors
    /// When an escape is broken, a value is not UTF-8, or there are far too many parameters.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut parameters = Vec::new();
        for (index, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            if index == MOST_PARAMETERS {
                return Err(QueryError::TooMany(MOST_PARAMETERS));
            }
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.push(Parameter { key: decode(key, index + 1)?, value: decode(value, index + 1)? });
        }
        Ok(Self { parameters })
    }

    /// The values of every parameter with exactly this key.
    pub fn values_of<'q>(&'q self, key: &str) -> impl Iterator<Item = &'q str> {
        self.parameters.iter().filter(move |parameter| parameter.key == key).map(|parameter| &*parameter.value)
    }

    /// The value of the first parameter with exactly this key.
    #[must_use]
    pub fn first(&self, key: &str) -> Option<&str> {
        self.values_of(key).next()
    }

    /// The query as text, every character encoded that a URL does not carry as it is.
    #[must_use]
    pub fn write(&self) -> String {
        let pairs = self.parameters.iter().map(|pair| format!("{}={}", encode(&pair.key), encode(&pair.value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

impl Parameter {
    /// A parameter of a key and a value, neither of them encoded.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }

    /// The name alone: `reason-reference` of `reason-reference:Procedure.code`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.link().split(':').next().unwrap_or_default()
    }

    /// What stands between `:` and a chain: `Procedure`, `not`.
    #[must_use]
    pub fn modifier(&self) -> Option<&str> {
        self.link().split_once(':').map(|(_, modifier)| modifier)
    }

    /// What stands behind the first `.`: `code` of `reason-reference:Procedure.code`.
    #[must_use]
    pub fn chain(&self) -> Option<&str> {
        self.key.split_once('.').map(|(_, chain)| chain)
    }

    fn link(&self) -> &str {
        self.key.split('.').next().unwrap_or_default()
    }

    /// The alternatives as tokens: the system, where there is a `|`, and the code; FHIR's escapes taken away.
    #[must_use]
    pub fn tokens(&self) -> Vec<(Option<String>, String)> {
        let token = |value: &str| match *split_unescaped(value, '|') {
            [system, code] => (Some(unescape(system)), unescape(code)),
            // More parts than a token has are no system and no code.
            _ => (None, unescape(value)),
        };
        self.alternatives().into_iter().map(token).collect()
    }

    /// The alternatives between commas, FHIR's escapes taken away.
    #[must_use]
    pub fn plain(&self) -> Vec<String> {
        self.alternatives().into_iter().map(unescape).collect()
    }

    /// The alternatives between commas, FHIR's escapes still in them.
    #[must_use]
    pub fn alternatives(&self) -> Vec<&str> {
        split_unescaped(&self.value, ',')
    }
}

/// Splits at a separator that no backslash stands before.
pub(super) fn split_unescaped(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if letter == separator && !escaped {
            parts.push(&text[start..at]);
            start = at + letter.len_utf8();
        }
        escaped = letter == '\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

/// Takes FHIR's escapes away: `\,`, `\|`, `\$` and `\\`.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.push(letters.next().unwrap_or('\\')),
            _ => plain.push(letter),
        }
    }
    plain
}

fn decode(text: &str, number: usize) -> Result<String, QueryError> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'+' => decoded.push(b' '),
            b'%' => {
                let digits = text.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                decoded.push(byte.ok_or(QueryError::Escape(number))?);
                at += 2;
            }
            byte => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8(decoded).map_err(|_| QueryError::Text(number))
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b',' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
