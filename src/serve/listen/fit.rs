//! Whose is a request? By path, token and client certificate together; what
//! fits nobody or two is a stray with its nearest fit and the reason. Nothing is
//! guessed, and nothing here answers.

use std::collections::BTreeSet;

use super::seat::{Fingerprint, Seat, is_below};
use crate::digest;
use crate::nearest;
use crate::serve::request::bearer;
use crate::text::Text;

/// What a request shows of who sent it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'r> {
    /// As it was sent.
    pub(super) path: &'r str,
    pub(super) headers: &'r [(String, String)],
    pub(super) certificate: Option<&'r Fingerprint>,
}

/// Whose a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    /// Of the vendor with this number.
    Seat(usize, Credential),
    /// Of nobody.
    Stray(Stray),
}

/// What credentials a vendor's request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Its own token.
    Right,
    /// No `Authorization` at all.
    Missing,
    /// A token that is nobody's.
    Unknown,
    /// Something else than one bearer token.
    Malformed,
}

/// A request of nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Name of the vendor that it fits best.
    pub nearest: Option<String>,
    /// Name of the vendor that it fits as well.
    pub other: Option<String>,
    /// Why it is nobody's.
    pub reason: Reason,
}

/// Why a request is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The path of one vendor with the token of another.
    TokenOfAnother,
    /// Tokens of two vendors.
    TwoTokens,
    /// The path or token of one vendor with the client certificate of another.
    CertificateOfAnother,
    /// A client certificate that was given to nobody here.
    CertificateUnknown,
    /// A right token, or client certificate, at an address that is nobody's.
    PathUnknown,
    /// The address is almost that of a vendor.
    PathAlmost,
    /// It lacks the end of a vendor's base path.
    PathShort,
    /// Neither the address nor the credentials are known.
    NothingKnown,
}

/// Whose is it?
pub(super) fn fit(seats: &[Seat], shown: Shown<'_>) -> Fit {
    let path = seats.iter().position(|seat| is_below(shown.path, &seat.path));
    let tokens = Tokens::of(seats, shown.headers);
    let certificate = shown.certificate.map(|shown| by_certificate(seats, shown));
    let named: BTreeSet<usize> = path.into_iter().chain(tokens.seats.iter().copied()).collect();
    let stray = |nearest: Option<usize>, other: Option<usize>, reason| {
        let name = |at: usize| seats[at].name.clone();
        Fit::Stray(Stray { nearest: nearest.map(name), other: other.map(name), reason })
    };
    let other = |than: Option<usize>| named.iter().copied().find(|at| Some(*at) != than);
    match certificate {
        Some(None) => return stray(path.or(other(path)), None, Reason::CertificateUnknown),
        Some(Some(of)) if named.iter().any(|at| *at != of) => {
            return stray(Some(of), other(Some(of)), Reason::CertificateOfAnother);
        }
        _ => {}
    }
    if tokens.seats.len() > 1 {
        let nearest = path.or(tokens.seats.first().copied());
        return stray(nearest, tokens.seats.iter().copied().find(|at| Some(*at) != nearest), Reason::TwoTokens);
    }
    let token = tokens.seats.first().copied();
    match (path, token) {
        (Some(seat), None) => Fit::Seat(seat, tokens.credential),
        (Some(seat), Some(of)) if seat == of => Fit::Seat(seat, tokens.credential),
        (Some(seat), Some(of)) => stray(Some(seat), Some(of), Reason::TokenOfAnother),
        (None, None) => match certificate.flatten() {
            Some(of) => stray(Some(of), None, almost(&seats[of..=of], shown.path).map_or(Reason::PathUnknown, |near| near.1)),
            None => almost(seats, shown.path)
                .map_or_else(|| stray(None, None, Reason::NothingKnown), |(near, reason)| stray(Some(near), None, reason)),
        },
        (None, Some(of)) => stray(Some(of), None, almost(&seats[of..=of], shown.path).map_or(Reason::PathUnknown, |near| near.1)),
    }
}

/// Whose is it, at the other origin? There nobody needs an address: who brings a
/// token, or comes by a path that was handed out, is known by it.
pub(super) fn fit_elsewhere(seats: &[Seat], shown: Shown<'_>) -> Fit {
    let path = seats.iter().position(|seat| is_below(shown.path, &seat.path));
    let tokens = Tokens::of(seats, shown.headers);
    let named: BTreeSet<usize> = path.into_iter().chain(tokens.seats.iter().copied()).collect();
    let mut named = named.into_iter();
    match (named.next(), named.next()) {
        (Some(seat), None) => Fit::Seat(seat, tokens.credential),
        (None, _) => Fit::Stray(Stray { nearest: None, other: None, reason: Reason::NothingKnown }),
        (Some(one), Some(two)) => {
            let (nearest, other) = (path.unwrap_or(one), if path == Some(two) { one } else { two });
            let reason = if tokens.seats.len() > 1 { Reason::TwoTokens } else { Reason::TokenOfAnother };
            Fit::Stray(Stray { nearest: Some(seats[nearest].name.clone()), other: Some(seats[other].name.clone()), reason })
        }
    }
}

/// The tokens that a request carries.
struct Tokens {
    /// Whose they are, those of nobody left out.
    seats: Vec<usize>,
    credential: Credential,
}

impl Tokens {
    fn of(seats: &[Seat], headers: &[(String, String)]) -> Self {
        let written: Vec<&str> = headers.iter().filter(|(name, _)| name == "authorization").map(|(_, value)| &**value).collect();
        let mut found = BTreeSet::new();
        for token in written.iter().filter_map(|value| bearer(value)) {
            // All are looked at, whichever fits: how long it takes tells nothing.
            let fitting = seats.iter().enumerate().filter(|(_, seat)| digest::is_same_secret(&seat.token, token));
            found.extend(fitting.map(|(at, _)| at));
        }
        let credential = match *written {
            [] => Credential::Missing,
            [one] if bearer(one).is_none() => Credential::Malformed,
            [_] if found.is_empty() => Credential::Unknown,
            [_] => Credential::Right,
            _ => Credential::Malformed,
        };
        Self { seats: found.into_iter().collect(), credential }
    }
}

fn by_certificate(seats: &[Seat], shown: &Fingerprint) -> Option<usize> {
    seats.iter().position(|seat| seat.client_certificate.as_ref() == Some(shown))
}

/// The vendor whose address a path is almost below.
fn almost(seats: &[Seat], path: &str) -> Option<(usize, Reason)> {
    let first = |path: &str| path.trim_start_matches('/').split('/').next().unwrap_or_default().to_ascii_lowercase();
    let written = first(path);
    if written.is_empty() || written.len() > 2 * LONGEST_SEGMENT {
        return None;
    }
    let firsts: Vec<String> = seats.iter().map(|seat| first(&seat.path)).collect();
    if let Some(at) = firsts.iter().position(|segment| *segment == written) {
        let only_capitals = is_below(&path.to_ascii_lowercase(), &seats[at].path);
        return Some((at, if only_capitals { Reason::PathAlmost } else { Reason::PathShort }));
    }
    let near = nearest::nearest(&written, firsts.iter().map(String::as_str))?;
    firsts.iter().position(|segment| segment == near).map(|at| (at, Reason::PathAlmost))
}

/// Letters of the longest first segment of an address: a name, `-` and the random part.
const LONGEST_SEGMENT: usize = 64;

impl Reason {
    /// For whoever runs the table; a client is told nothing of it.
    #[must_use]
    pub fn text(self) -> Text {
        let (en, nl) = match self {
            Self::TokenOfAnother => {
                ("right address, but the token of another vendor", "juist adres, maar het token van een andere leverancier")
            }
            Self::TwoTokens => ("it carries the tokens of two vendors", "er staan tokens van twee leveranciers in"),
            Self::CertificateOfAnother => {
                ("its client certificate is that of another vendor", "het clientcertificaat is dat van een andere leverancier")
            }
            Self::CertificateUnknown => {
                ("its client certificate was given to nobody here", "het clientcertificaat is hier aan niemand gegeven")
            }
            Self::PathUnknown => (
                "right credentials, but an address that is nobody's: use the base URL as it was given",
                "juiste inloggegevens, maar een adres van niemand: gebruik de base-URL zoals die gegeven is",
            ),
            Self::PathAlmost => (
                "the address is almost that of a vendor: copy the base URL again, letter for letter",
                "het adres is bijna dat van een leverancier: kopieer de base-URL opnieuw, letter voor letter",
            ),
            Self::PathShort => (
                "the base URL is not whole: it ends in `/fhir`, and what is asked comes after that",
                "de base-URL is niet heel: die eindigt op `/fhir`, en wat gevraagd wordt komt daarna",
            ),
            Self::NothingKnown => {
                ("neither its address nor its credentials are known here", "adres noch inloggegevens zijn hier bekend")
            }
        };
        Text { en: en.to_owned(), nl: nl.to_owned() }
    }
}

impl Credential {
    /// What is said of it beside a request.
    #[must_use]
    pub fn text(self) -> Text {
        let (en, nl) = match self {
            Self::Right => ("right token", "juist token"),
            Self::Missing => ("no credentials", "geen inloggegevens"),
            Self::Unknown => ("wrong token", "verkeerd token"),
            Self::Malformed => ("no single bearer token in `Authorization`", "geen enkelvoudig bearer-token in `Authorization`"),
        };
        Text { en: en.to_owned(), nl: nl.to_owned() }
    }
}
