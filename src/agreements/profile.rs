//! The profiles of the agreement by the names that people use, with where each
//! version publishes them. What a profile asks is in its definition.

use super::{Dialect, FhirVersion};

/// A profile and the type of resource that it is about.
type Row = (&'static str, &'static str);

/// The profiles that a Provider for R4 serves.
const PZP: &[Row] = &[
    ("ACP-AdvanceDirective", "Consent"),
    ("ACP-ContactPerson", "RelatedPerson"),
    ("ACP-Encounter", "Encounter"),
    ("ACP-HealthProfessional-Practitioner", "Practitioner"),
    ("ACP-HealthProfessional-PractitionerRole", "PractitionerRole"),
    ("ACP-InformRelativesRequest", "CommunicationRequest"),
    ("ACP-MedicalDevice", "DeviceUseStatement"),
    ("ACP-MedicalDevice.Product-ICD", "Device"),
    ("ACP-MedicalPolicyGoal", "Goal"),
    ("ACP-OrganDonationChoiceRegistration", "Observation"),
    ("ACP-Patient", "Patient"),
    ("ACP-PositionRegardingEuthanasia", "Observation"),
    ("ACP-PreferredPlaceOfDeath", "Observation"),
    ("ACP-Procedure", "Procedure"),
    ("ACP-SenseOfPurpose", "Observation"),
    ("ACP-SpecificCareWishes", "Observation"),
    ("ACP-TreatmentDirective", "Consent"),
];

/// Profiles of nl-core for what may come along, and the agreement has no profile of its own for.
const NL_CORE: &[Row] = &[
    ("nl-core-HealthcareProvider", "Location"),
    ("nl-core-HealthcareProvider-Organization", "Organization"),
    ("nl-core-Problem", "Condition"),
];

/// Where nl-core publishes its profiles.
const NICTIZ: &str = "http://nictiz.nl/fhir/StructureDefinition/";

/// The names of all profiles, those of the agreement first.
pub fn profile_names() -> impl Iterator<Item = &'static str> {
    PZP.iter().chain(NL_CORE).map(|(name, _)| *name)
}

/// The type of resource that a profile is about.
#[must_use]
pub fn profile_type(name: &str) -> Option<&'static str> {
    PZP.iter().chain(NL_CORE).find(|(known, _)| *known == name).map(|(_, resource)| *resource)
}

impl Dialect {
    /// Where a version of the agreement publishes what it defines.
    #[must_use]
    pub fn canonical(self) -> &'static str {
        match self {
            Self::R4Beta3 => "https://fhir.iknl.nl/fhir",
            Self::R4Rc1 | Self::R4Rc2 | Self::R4Rc3Dev => "https://api.iknl.nl/docs/pzp/r4",
            Self::Stu3Rc1 | Self::Stu3Rc2 => "https://api.iknl.nl/docs/pzp/stu3",
        }
    }

    /// The canonical of a profile in this version; nothing when no profile has this name.
    #[must_use]
    pub fn profile(self, name: &str) -> Option<String> {
        let is_in = |rows: &[Row]| rows.iter().any(|(known, _)| *known == name);
        let own = || is_in(PZP).then(|| format!("{}/StructureDefinition/{name}", self.canonical()));
        own().or_else(|| is_in(NL_CORE).then(|| nl_core(name, self.fhir())))
    }
}

/// The profile of nl-core with this name in R4, or that of the zibs of 2017 for the same.
fn nl_core(name: &str, fhir: FhirVersion) -> String {
    match (fhir, name) {
        (FhirVersion::R4, _) => format!("{NICTIZ}{name}"),
        (FhirVersion::Stu3, "nl-core-Problem") => format!("{NICTIZ}zib-Problem"),
        (FhirVersion::Stu3, "nl-core-HealthcareProvider") => {
            String::from("http://fhir.nl/fhir/StructureDefinition/nl-core-location")
        }
        (FhirVersion::Stu3, _) => String::from("http://fhir.nl/fhir/StructureDefinition/nl-core-organization"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profile_is_published_by_the_version_that_is_claimed() {
        let name = "ACP-Patient";
        let rc2 = Dialect::R4Rc2.profile(name);
        assert_eq!(rc2.as_deref(), Some("https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ACP-Patient"));
        assert_eq!(Dialect::R4Beta3.profile(name).as_deref(), Some("https://fhir.iknl.nl/fhir/StructureDefinition/ACP-Patient"));
        assert_eq!(Dialect::R4Rc2.profile("nl-core-Problem"), Dialect::R4Rc1.profile("nl-core-Problem"));
        assert_eq!(Dialect::R4Rc2.profile("ACP-Patients"), None);
        let zib = Dialect::Stu3Rc2.profile("nl-core-Problem");
        assert_eq!(zib.as_deref(), Some("http://nictiz.nl/fhir/StructureDefinition/zib-Problem"));
    }
}
