//! The definitions that tests of the suite judge by: one judge for all.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use toets::fhir::knowledge::{Knowledge, PackageSource};
use toets::fhir::types::r4;
use toets::fhir::validate::Validator;

/// A judge who knows the agreement.
pub fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
        let place = std::env::var_os("TOETS_SHARED").map_or_else(beside, PathBuf::from).join("fhir/packages");
        let named = |id: &str, version: &str| PackageSource::Named { id: id.to_owned(), version: version.to_owned() };
        let sources = [
            named("iknl.fhir.r4.pzp", "1.0.0-rc2-approx"),
            named("hl7.terminology.r4", "7.0.1"),
            named("hl7.fhir.uv.extensions.r4", "5.3.0-ballot-tc1"),
            PackageSource::Place(place.clone()),
        ];
        let sources = if place.is_dir() { &sources[..] } else { &[] };
        Validator::new(Arc::new(Knowledge::load(sources, r4()).expect("the packages load")))
    })
}
