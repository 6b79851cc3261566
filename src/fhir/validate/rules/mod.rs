//! The rules, a kind a file. Those that a profile has are given its rule as a
//! `Place`; those of FHIR itself are given a node. Each file has the codes of
//! its issues.

pub(super) mod binding;
pub(super) mod cardinality;
pub(super) mod claims;
pub(super) mod element_type;
pub(super) mod invariant;
pub(super) mod primitive;
pub(super) mod shape;
pub(super) mod slicing;
pub(super) mod structure;
pub(super) mod unreadable;
pub(super) mod value;
pub(super) mod vital_signs;

use super::Code;

const RULES: &[&[&Code]] = &[
    binding::CODES,
    cardinality::CODES,
    claims::CODES,
    super::form::CODES,
    element_type::CODES,
    invariant::CODES,
    primitive::CODES,
    shape::CODES,
    slicing::CODES,
    structure::CODES,
    unreadable::CODES,
    value::CODES,
];

/// All codes that the judge may give.
pub fn all_codes() -> impl Iterator<Item = &'static Code> {
    RULES.iter().flat_map(|rule| rule.iter().copied())
}
