//! URI parameters and references by canonical.

use super::query::unescape;
use crate::fhir::node::Node;

/// One value of a URI parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uri(String);

impl Uri {
    pub(super) fn parse(value: &str) -> Self {
        Self(unescape(value))
    }

    pub(super) fn matches(&self, node: Node<'_>) -> bool {
        node.value().is_some_and(|value| same_canonical(&self.0, value))
    }
}

/// Whether a canonical in a resource is the one asked for: without a version in
/// the question, every version is (the form is stored as `…|1.0.0-rc2`).
pub(super) fn same_canonical(wanted: &str, stored: &str) -> bool {
    stored.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || (rest.starts_with('|') && !wanted.contains('|')))
}
