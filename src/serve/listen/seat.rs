//! A vendor's place at the table: an address and credentials of their own.

use std::collections::BTreeSet;
use std::fmt;

use crate::clock;
use crate::digest;

/// Letters of a name.
const LONGEST_NAME: usize = 40;
/// Random bytes in an address, and in a token.
const PATH_BYTES: usize = 8;
const TOKEN_BYTES: usize = 24;

/// A certificate, by its digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a certificate in DER.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        Self(digest::sha256_hex(certificate))
    }

    /// SHA-256 in lower case hexadecimal.
    #[must_use]
    pub fn as_hex(&self) -> &str {
        &self.0
    }
}

/// A vendor's place.
#[derive(Clone, PartialEq, Eq)]
pub struct Seat {
    /// Name: small letters, digits and `-`.
    pub name: String,
    /// Path of the FHIR base, with a part that nobody guesses: `/example-hgkaclmdbeifnjgp/fhir`.
    pub path: String,
    /// Bearer token.
    pub token: String,
    /// The certificate that its client shows, where certificates are used.
    pub client_certificate: Option<Fingerprint>,
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the token nor the path, which is half a secret.
        f.debug_struct("Seat").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why there is no place for somebody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeatError {
    /// Nothing is left of the name.
    #[error("`{0}` has no letter a to z and no digit to make a name of")]
    NoName(String),
    /// Two have the same.
    #[error("there are two vendors `{0}`: names count without capitals and punctuation")]
    Twice(String),
    /// Two have the same address or token, or one lies below the other.
    #[error("`{0}` and `{1}` have the same token, or addresses of which one lies below the other")]
    Mixed(String, String),
    /// There is nobody.
    #[error("there is no vendor")]
    Nobody,
}

impl Seat {
    /// A place with a new address and a new token.
    ///
    /// # Errors
    /// When the name has no letters or digits.
    pub fn new(name: &str) -> Result<Self, SeatError> {
        let clean = clean(name);
        if clean.is_empty() {
            return Err(SeatError::NoName(name.to_owned()));
        }
        let path = format!("/{clean}-{}/fhir", digest::in_letters(&clock::random_hex(PATH_BYTES)));
        Ok(Self { name: clean, path, token: clock::random_hex(TOKEN_BYTES), client_certificate: None })
    }

    /// A new place for each name.
    ///
    /// # Errors
    /// When a name cannot be used, or two are the same.
    pub fn all<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Vec<Self>, SeatError> {
        let seats = names.into_iter().map(Self::new).collect::<Result<Vec<_>, _>>()?;
        check(&seats)?;
        Ok(seats)
    }
}

/// Whether no request can fit two of them.
pub(super) fn check(seats: &[Seat]) -> Result<(), SeatError> {
    if seats.is_empty() {
        return Err(SeatError::Nobody);
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = seats.iter().find(|seat| !names.insert(&seat.name)) {
        return Err(SeatError::Twice(twice.name.clone()));
    }
    for (at, seat) in seats.iter().enumerate() {
        let mixed =
            |other: &&Seat| seat.token == other.token || is_below(&seat.path, &other.path) || is_below(&other.path, &seat.path);
        if let Some(other) = seats[at + 1..].iter().find(mixed) {
            return Err(SeatError::Mixed(seat.name.clone(), other.name.clone()));
        }
    }
    Ok(())
}

/// Whether a path is this base, or lies below it. Nothing is decoded or tidied: `..` and `%2f` are letters like any.
pub(super) fn is_below(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn clean(name: &str) -> String {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let clean = parts.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    clean.chars().take(LONGEST_NAME).collect::<String>().trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_told_apart() {
        let seats = Seat::all(["Example B.V. (EPD)", "other"]).expect("two names");
        assert_eq!(seats[0].name, "example-b-v-epd");
        assert!(seats[0].path.starts_with("/example-b-v-epd-") && seats[0].path.ends_with("/fhir"));
        assert_ne!(seats[0].token, seats[1].token);
        assert_eq!(Seat::all(["A", "a!"]), Err(SeatError::Twice("a".to_owned())));
        assert_eq!(Seat::all(["é / é"]), Err(SeatError::NoName("é / é".to_owned())));
        assert_eq!(Seat::all([]), Err(SeatError::Nobody));
    }

    #[test]
    fn no_address_has_digits_that_could_pass_for_a_bsn() {
        let seat = Seat::new("example").expect("a name");
        let random =
            seat.path.strip_prefix("/example-").and_then(|rest| rest.strip_suffix("/fhir")).expect("the shape of an address");
        assert!(random.len() == 2 * PATH_BYTES && random.bytes().all(|letter| letter.is_ascii_lowercase()), "{random}");
    }

    #[test]
    fn places_that_a_request_could_fit_both_of_are_refused() {
        let mut seats = Seat::all(["a", "b"]).expect("two names");
        seats[1].path = format!("{}/below", seats[0].path);
        assert!(matches!(check(&seats), Err(SeatError::Mixed(..))));
    }

    #[test]
    fn secrets_do_not_show_when_a_place_is_printed() {
        let seat = Seat::new("a").expect("a name");
        let shown = format!("{seat:?}");
        assert!(!shown.contains(&seat.token) && !shown.contains(&seat.path), "{shown}");
    }
}
