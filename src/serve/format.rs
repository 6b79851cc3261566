//! How a format is named in `Content-Type`.

use crate::agreements::FhirVersion;
use crate::scenario::Format;

/// The value of `Content-Type`.
pub(super) fn content_type(format: Format, fhir: FhirVersion) -> &'static str {
    match (format, fhir) {
        (Format::Json, FhirVersion::R4) => "application/fhir+json; fhirVersion=4.0",
        (Format::Json, FhirVersion::Stu3) => "application/fhir+json; fhirVersion=3.0",
        (Format::Xml, FhirVersion::R4) => "application/fhir+xml; fhirVersion=4.0",
        (Format::Xml, FhirVersion::Stu3) => "application/fhir+xml; fhirVersion=3.0",
    }
}
