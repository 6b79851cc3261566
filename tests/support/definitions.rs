//! The definitions that tests of the suite judge by: one judge for all in each version
//! of FHIR, who knows what is built in, as a user's machine without packages does.

use std::sync::{Arc, OnceLock};

use toets::agreements::FhirVersion;
use toets::fhir::knowledge::Knowledge;
use toets::fhir::validate::Validator;

/// A judge who knows the agreement.
pub(crate) fn validator(fhir: FhirVersion) -> &'static Validator {
    static R4: OnceLock<Validator> = OnceLock::new();
    static STU3: OnceLock<Validator> = OnceLock::new();
    let own = match fhir {
        FhirVersion::R4 => &R4,
        FhirVersion::Stu3 => &STU3,
    };
    own.get_or_init(|| Validator::new(Arc::new(Knowledge::built_in(fhir.types()))))
}
