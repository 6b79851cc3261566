//! A request that is nobody's, as it is shown to who it is nearest to.

use serde::Serialize;

use crate::text::Text;

/// A request that is nobody's. Holds nothing of any other client: no headers, no query, and no path of another's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stray {
    /// RFC 3339, UTC.
    pub at: String,
    /// `GET`; empty when there was no whole request.
    pub method: String,
    /// Redacted.
    pub path: String,
    /// Our answer.
    pub status: Option<u16>,
    /// Why it is nobody's, or what was broken.
    pub reasons: Vec<Text>,
}
