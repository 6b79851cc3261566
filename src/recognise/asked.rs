//! A request as it came, and what it was recognised as.

use std::collections::BTreeSet;

use super::difference::{Difference, What};
use crate::agreements::Dialect;

/// A request, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'r> {
    /// `GET`
    pub method: &'r str,
    /// Path below the base; `None` when it is not below the base.
    pub path: Option<&'r str>,
    /// Query of the URL, as written.
    pub query: &'r str,
    /// The form that was posted, as written.
    pub form: Option<&'r str>,
    /// Base URL of the server that was asked.
    pub base: &'r str,
}

impl<'r> Asked<'r> {
    /// A request for a whole URL.
    #[must_use]
    pub fn at(method: &'r str, url: &'r str, form: Option<&'r str>, base: &'r str) -> Self {
        let base = base.trim_end_matches('/');
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let below = place.strip_prefix(base).filter(|below| below.is_empty() || below.starts_with('/'));
        Self { method, path: below.map(|below| below.trim_matches('/')), query, form, base }
    }

    /// A search or read, written as the agreement writes it: relative to the base.
    #[must_use]
    pub fn get(below: &'r str, base: &'r str) -> Self {
        let (path, query) = below.split_once('?').unwrap_or((below, ""));
        Self { method: "GET", path: Some(path.trim_matches('/')), query, form: None, base }
    }
}

/// What a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// What it asks for.
    pub kind: Kind,
    /// Whom it is about.
    pub patients: Patients,
    /// How it is not as the agreement has it, without being another question; and what is wrong in any question.
    pub findings: Vec<Difference>,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `metadata`
    Capabilities,
    /// A search for the patient.
    Lookup {
        /// The exchange that it is, where it is asked with an identifier as the agreement asks it.
        exchange: Option<String>,
    },
    /// An exchange of the agreement, or some of the codes of its list.
    Exchange(Asks),
    /// No exchange. These are nearest, and each is as near as the others: more than one is ambiguous.
    Near(Vec<Nearby>),
    /// A read.
    Read {
        /// Type.
        resource: String,
        /// Logical id.
        id: String,
    },
    /// A page that we linked to.
    NextPage {
        /// Type.
        resource: String,
    },
    /// Something that changes data.
    Write,
    /// A search that is none of the agreement's, nor near one.
    OtherSearch {
        /// Type.
        resource: String,
    },
    /// The query cannot be read; why.
    Unreadable(String),
    /// There is nothing here.
    Nowhere,
}

/// An exchange that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// Its name.
    pub exchange: String,
    /// Versions of which it is the request, or asks some of the codes (one request a code is right).
    pub dialects: BTreeSet<Dialect>,
    /// Those of which it asks all codes.
    pub whole: BTreeSet<Dialect>,
    /// Versions of which it asks something, be it with codes beside those of the list.
    pub touches: BTreeSet<Dialect>,
    /// The codes that are asked where the agreement has a list, each as `system|code`, those beside it included; empty without a list.
    pub codes: BTreeSet<String>,
    /// It asks all that some version asks, and nothing else.
    pub exact: bool,
}

/// An exchange that is nearly asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearby {
    /// Its name.
    pub exchange: String,
    /// The version that it is nearest to.
    pub dialect: Dialect,
    /// What is not as it should be.
    pub differences: Vec<Difference>,
}

/// Whom a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patients {
    /// It does not say.
    None,
    /// The patient with this logical id.
    One(String),
    /// Several.
    Many(BTreeSet<String>),
    /// The patient with an identifier.
    ByIdentifier,
}

impl Patients {
    /// Logical ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            Self::One(id) => (Some(id), None),
            Self::Many(ids) => (None, Some(ids)),
            Self::None | Self::ByIdentifier => (None, None),
        };
        one.into_iter().chain(many.into_iter().flatten()).map(String::as_str)
    }
}

impl Recognised {
    /// The exchange, as this version has it: all of it, some of its codes, or more codes than it has.
    #[must_use]
    pub fn asks(&self, claimed: Dialect) -> Option<&Asks> {
        match &self.kind {
            Kind::Exchange(asks) => Some(asks).filter(|asks| asks.touches.contains(&claimed)),
            _ => None,
        }
    }

    /// Names of the exchanges that are asked, in whatever version, or nearly asked.
    #[must_use]
    pub fn exchanges(&self) -> BTreeSet<&str> {
        match &self.kind {
            Kind::Exchange(asks) => BTreeSet::from([asks.exchange.as_str()]),
            Kind::Near(nearby) => nearby.iter().map(|near| near.exchange.as_str()).collect(),
            _ => BTreeSet::new(),
        }
    }

    /// All differences: those of an exchange that is asked, of those that are near, and those of any search.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        let nearby = if let Kind::Near(nearby) = &self.kind { nearby.as_slice() } else { &[] };
        nearby.iter().flat_map(|near| &near.differences).chain(&self.findings)
    }

    /// Whether there is a difference of this kind.
    #[must_use]
    pub fn has(&self, what: What) -> bool {
        self.differences().any(|difference| difference.what == what)
    }
}
