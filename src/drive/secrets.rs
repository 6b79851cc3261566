//! Secrets: values by name. Plan and evidence hold the names; the values are
//! filled in when a request is sent, here and nowhere else.

use std::collections::BTreeMap;

use thiserror::Error;

/// Letters of the shortest secret: what is shorter would be found everywhere when it is redacted.
const SHORTEST: usize = 6;

/// Letters of the longest secret: servers take no longer header.
const LONGEST: usize = 8 << 10;

/// Secrets by name. Its debug form shows the names only.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Why a text cannot be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SecretError {
    /// Too short to be told from other text.
    #[error("the value of `{0}` has fewer than {SHORTEST} letters, so it cannot be kept out of the reports")]
    TooShort(String),
    /// Too long to be sent.
    #[error("the value of `{0}` has more than {LONGEST} letters, which no server takes in a header")]
    TooLong(String),
    /// It cannot be sent.
    #[error("the value of `{0}` holds a line break or another character that a header cannot hold")]
    Unsendable(String),
}

impl Secrets {
    /// No secrets.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret. White space around it (the line end of a file) is dropped.
    ///
    /// # Errors
    /// When it cannot be sent in a header or cannot be redacted.
    pub fn insert(&mut self, name: &str, value: &str) -> Result<(), SecretError> {
        let value = value.trim();
        if value.len() < SHORTEST {
            return Err(SecretError::TooShort(name.to_owned()));
        }
        if value.len() > LONGEST {
            return Err(SecretError::TooLong(name.to_owned()));
        }
        if !value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return Err(SecretError::Unsendable(name.to_owned()));
        }
        self.0.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    /// Names and values, for redaction.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insert_refuses_what_cannot_be_redacted_or_sent() {
        let mut secrets = Secrets::new();
        assert_eq!(secrets.insert("A", "abc"), Err(SecretError::TooShort("A".to_owned())));
        assert_eq!(secrets.insert("A", "abcdef\nghi"), Err(SecretError::Unsendable("A".to_owned())));
        assert_eq!(secrets.insert("A", "abcdef\n"), Ok(()));
        assert_eq!(secrets.get("A"), Some("abcdef"));
    }

    #[test]
    fn debug_shows_no_value() {
        let mut secrets = Secrets::new();
        secrets.insert("TOKEN", "very-secret").expect("it is long enough");
        assert_eq!(format!("{secrets:?}"), r#"{"TOKEN"}"#);
    }
}
