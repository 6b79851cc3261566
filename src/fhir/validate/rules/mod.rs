//! The rules, a kind a file. Those that a profile has are given its rule as a
//! `Place`; those of FHIR itself are given a node. Each file has the codes of
//! its issues.

#[cfg(test)]
mod asked;
pub(super) mod attachment;
pub(super) mod binding;
pub(super) mod bundle;
pub(super) mod cardinality;
pub(super) mod claims;
pub(super) mod coding;
pub(super) mod contained;
mod context;
pub(super) mod element_type;
pub(super) mod extension;
pub(super) mod identifier;
pub(super) mod ids;
pub(super) mod invariant;
mod meaning;
pub(super) mod named;
pub(super) mod narrative;
pub(super) mod primitive;
pub(super) mod quantity;
pub(super) mod reference;
pub(super) mod shape;
pub(super) mod slicing;
pub(super) mod structure;
pub(super) mod target;
#[cfg(test)]
mod tests;
pub(crate) mod text;
#[cfg(test)]
pub(super) mod trying;
pub(super) mod unreadable;
pub(super) mod value;
pub(crate) mod version;
pub(super) mod vital_signs;
#[cfg(test)]
mod words;

use super::Code;

const RULES: &[&[&Code]] = &[
    attachment::CODES,
    binding::CODES,
    bundle::ALL[0],
    bundle::ALL[1],
    bundle::ALL[2],
    cardinality::CODES,
    claims::CODES,
    coding::CODES,
    contained::CODES,
    super::form::CODES,
    super::issue::CODES,
    element_type::CODES,
    extension::CODES,
    identifier::CODES,
    ids::CODES,
    invariant::CODES,
    narrative::CODES,
    named::CODES,
    primitive::CODES,
    reference::CODES,
    quantity::CODES,
    shape::CODES,
    slicing::CODES,
    structure::CODES,
    target::CODES,
    text::CODES,
    unreadable::CODES,
    value::CODES,
    version::CODES,
];

/// All codes that the judge may give.
pub fn all_codes() -> impl Iterator<Item = &'static Code> {
    RULES.iter().flat_map(|rule| rule.iter().copied())
}
