//! Addresses: the base of a server, requests below it, and what of an answer's
//! links may be followed. Percent-encoding of parameters lives here.

use thiserror::Error;
use url::Url;

use super::connect::is_loopback;
use crate::scenario::Encoding;

/// The base of a FHIR server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    base: Url,
}

/// Why a text is no base of a FHIR server.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It is no URL.
    #[error("`{0}` is no URL: {1}")]
    Unreadable(String, String),
    /// It is a URL of another kind.
    #[error("`{0}` is no address of a FHIR server: it starts with neither `http://` nor `https://`")]
    Scheme(String),
    /// It holds what belongs elsewhere.
    #[error("`{0}` holds {1}, which a FHIR base URL does not have")]
    Surplus(String, &'static str),
}

impl Address {
    /// The base at this URL, with or without a final slash.
    ///
    /// # Errors
    /// When it is no plain http or https URL. Credentials belong in a secret.
    pub fn new(base: &str) -> Result<Self, AddressError> {
        let mut url = Url::parse(base).map_err(|error| AddressError::Unreadable(base.to_owned(), error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme(base.to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // The text is not repeated: it may hold a password.
            return Err(AddressError::Surplus(url.host_str().unwrap_or_default().to_owned(), "a user name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Surplus(base.to_owned(), "a query or fragment"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { base: url })
    }

    /// The base without a final slash.
    #[must_use]
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Whether it is an address of this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base)
    }

    /// The base as a URL.
    pub(super) fn url(&self) -> &Url {
        &self.base
    }

    /// The URL of a request: a path below the base (or an absolute URL taken
    /// from an answer) and encoded parameters. Not yet held against the base.
    #[must_use]
    pub fn request(&self, path: &str, query: &str) -> String {
        let absolute = path.starts_with("http://") || path.starts_with("https://");
        let mut url = if absolute { path.to_owned() } else { format!("{}/{}", self.base(), path.trim_start_matches('/')) };
        if !query.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(query);
        }
        url
    }

    /// The URL of a link in an answer: absolute, or relative to the base.
    #[must_use]
    pub fn link(&self, link: &str) -> String {
        match Url::parse(link) {
            Ok(_) => link.to_owned(),
            Err(_) => {
                let folder = Url::parse(&format!("{}/", self.base())).ok();
                folder.and_then(|folder| folder.join(link).ok()).map_or_else(|| self.request(link, ""), |url| url.to_string())
            }
        }
    }

    /// What stands below the base in this URL: `Patient/1`; nothing when it is elsewhere.
    #[must_use]
    pub fn below<'u>(&self, url: &'u str) -> Option<&'u str> {
        url.strip_prefix(self.base())?.strip_prefix('/')
    }

    /// Reads a URL that may be asked: the same origin (scheme, host and port),
    /// at or below the base, without credentials of its own.
    ///
    /// # Errors
    /// With the reason in words when it may not.
    pub fn allowed(&self, url: &str) -> Result<Url, String> {
        let parsed = Url::parse(url).map_err(|error| format!("not a URL: {error}"))?;
        if parsed.origin() != self.base.origin() {
            return Err(format!("another origin than `{}`", self.base.origin().ascii_serialization()));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err("credentials in the URL".to_owned());
        }
        let base = self.base.path().trim_end_matches('/');
        let below = parsed.path().strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if below { Ok(parsed) } else { Err(format!("not below `{}`", self.base())) }
    }
}

/// Parameters as a query or a form. Only what RFC 3986 does not let stand in a
/// query, or what would be read as another parameter, is encoded: `:`, `/`, `,`
/// and `$` stay readable. A name without a value is written without `=`.
#[must_use]
pub fn encode(parameters: &[(String, String)]) -> String {
    written(parameters, encoded)
}

/// The same, with `|`, `,` and `:` in values all written in this way.
#[must_use]
pub fn encode_as(parameters: &[(String, String)], encoding: Encoding) -> String {
    written(parameters, |byte| match (byte, encoding) {
        (b'|' | b',' | b':', Encoding::Raw) => char::from(byte).to_string(),
        (b'|' | b',' | b':', Encoding::Percent) => format!("%{byte:02X}"),
        _ => encoded(byte),
    })
}

fn written(parameters: &[(String, String)], value_byte: impl Fn(u8) -> String) -> String {
    let mut query = String::new();
    for (name, value) in parameters {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(name.bytes().map(|byte| if byte == b'=' { "%3D".to_owned() } else { encoded(byte) }));
        if !value.is_empty() {
            query.push('=');
            query.extend(value.bytes().map(&value_byte));
        }
    }
    query
}

/// A value that is filled into a path: `/` stays, so that `Patient/1` may be one.
#[must_use]
pub fn encode_path(value: &str) -> String {
    value.bytes().map(|byte| if byte == b'?' { "%3F".to_owned() } else { encoded(byte) }).collect()
}

fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~:/,$@!*()=?".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address::new("https://example.nl/fhir/").expect("it is a base")
    }

    #[test]
    fn encode_keeps_readable_what_may_stand_in_a_query() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let query = encode(&[pair("code", "http://snomed.info/sct|1,2"), pair("_include:A:b", ""), pair("x", "a&b +%#é'\"")]);
        assert_eq!(query, "code=http://snomed.info/sct%7C1,2&_include:A:b&x=a%26b%20%2B%25%23%C3%A9%27%22");
    }

    #[test]
    fn encode_as_writes_separators_in_values_in_one_way() {
        let parameters = [("a:in".to_owned(), "http://s|1,2 3".to_owned())];
        assert_eq!(encode_as(&parameters, Encoding::Raw), "a:in=http://s|1,2%203");
        assert_eq!(encode_as(&parameters, Encoding::Percent), "a:in=http%3A//s%7C1%2C2%203");
    }

    #[test]
    fn raw_separators_are_not_changed_by_the_url() {
        let url = address().request("Procedure", "code=http://snomed.info/sct|1,2");
        assert_eq!(address().allowed(&url).expect("it is below the base").as_str(), url);
    }

    #[test]
    fn encoded_query_is_not_changed_by_the_url() {
        let url = address().request("Procedure", "code=http://snomed.info/sct%7C1,2&a=%27$");
        assert_eq!(address().allowed(&url).expect("it is below the base").as_str(), url);
    }

    #[test]
    fn allowed_is_the_same_origin_at_or_below_the_base() {
        for url in ["https://example.nl/fhir", "https://example.nl/fhir?page=2", "https://EXAMPLE.nl:443/fhir/Patient/1"] {
            assert!(address().allowed(url).is_ok(), "{url}");
        }
        for url in [
            "http://example.nl/fhir/Patient/1",
            "https://example.nl:8443/fhir/Patient/1",
            "https://example.nl.evil.org/fhir/x",
            "https://example.nl/fhir2/x",
            "https://example.nl/fhir/../admin",
            "https://example.nl/fhir/%2e%2e/admin",
            "https://user:pass@example.nl/fhir/x",
            "file:///etc/passwd",
            "Patient/1",
        ] {
            assert!(address().allowed(url).is_err(), "{url}");
        }
    }

    #[test]
    fn link_is_absolute_or_relative_to_the_base() {
        assert_eq!(address().link("Patient?page=2"), "https://example.nl/fhir/Patient?page=2");
        assert_eq!(address().link("?page=2"), "https://example.nl/fhir/?page=2");
        assert_eq!(address().link("https://other.nl/x"), "https://other.nl/x");
    }

    #[test]
    fn base_refuses_credentials_without_repeating_them() {
        let error = Address::new("https://user:hunter2@example.nl/fhir").expect_err("it has a password");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
