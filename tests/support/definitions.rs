//! The definitions that tests of the suite judge by: one judge for all, who knows
//! what is built in, as a user's machine without packages does.

use std::sync::{Arc, OnceLock};

use toets::fhir::knowledge::Knowledge;
use toets::fhir::types::r4;
use toets::fhir::validate::Validator;

/// A judge who knows the agreement.
pub(crate) fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| Validator::new(Arc::new(Knowledge::built_in(r4()))))
}
