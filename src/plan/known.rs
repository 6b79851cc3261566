//! Failures that a vendor knows: which, why, and until when. What became of
//! them is for `judge`.

use serde::{Deserialize, Serialize};

use crate::scenario::fits_key;

/// A failure that the vendor knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KnownFailure {
    /// What fails.
    pub subject: KnownSubject,
    /// Why.
    pub reason: String,
    /// The last day on which it is known: `2027-01-31`.
    pub until: String,
}

/// What is known to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownSubject {
    /// Expectations by their key, with `*` for anything within a part.
    Expectation(String),
    /// Every expectation of a requirement.
    Requirement(String),
}

impl KnownFailure {
    /// Whether it is about the expectation with this key, which judges this requirement.
    #[must_use]
    pub fn is_about(&self, key: &str, requirement: &str) -> bool {
        match &self.subject {
            KnownSubject::Expectation(pattern) => fits_key(pattern, key),
            KnownSubject::Requirement(id) => id == requirement,
        }
    }

    /// Whether it still holds on a day: `2026-11-25`.
    #[must_use]
    pub fn holds_on(&self, day: &str) -> bool {
        self.until.as_str() >= day
    }
}

impl KnownSubject {
    /// As the vendor wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Expectation(name) | Self::Requirement(name) => name,
        }
    }
}
