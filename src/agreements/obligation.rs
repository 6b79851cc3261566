//! Obligations: the elements that a Provider fills whenever the value is known
//! (`SHALL:populate-if-known`), by profile. Facts of the implementation guide;
//! no package that is to be had holds them.

/// A profile and the elements that carry an obligation, as FHIRPath in the context of the resource.
type Row = (&'static str, &'static [&'static str]);

/// What every observation fills.
const OBSERVATION: &[&str] = &["code", "subject", "performer", "effective", "value", "dataAbsentReason", "method", "note.text"];

const OBLIGATIONS: &[Row] = &[
    (
        "ACP-Patient",
        &[
            "extension.where(url.contains('LegallyCapable')).extension.where(url = 'legallyCapable').value",
            "extension.where(url.contains('LegallyCapable')).extension.where(url = 'legallyCapableComment').value",
            "identifier",
            "name.family",
            "name.given",
            "telecom",
            "gender",
            "birthDate",
            "address",
            "contact.extension.where(url = 'http://hl7.org/fhir/StructureDefinition/patient-relatedPerson').value",
        ],
    ),
    ("ACP-ContactPerson", &["relationship", "name.family", "name.given", "telecom", "address"]),
    ("ACP-HealthProfessional-Practitioner", &["identifier", "name"]),
    ("ACP-HealthProfessional-PractitionerRole", &["practitioner", "specialty"]),
    (
        "ACP-Encounter",
        &[
            "subject",
            "participant",
            "period.start",
            "reasonReference",
            "reasonReference.extension.where(url = 'http://nictiz.nl/fhir/StructureDefinition/ext-Comment').value",
        ],
    ),
    ("ACP-Procedure", &["code", "subject", "encounter"]),
    (
        "ACP-TreatmentDirective",
        &[
            "patient",
            "dateTime",
            "extension.where(url = 'http://nictiz.nl/fhir/StructureDefinition/ext-Comment').value",
            "extension.where(url = 'http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.AdvanceDirective').value",
            "source",
            "modifierExtension.where(url = 'http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther').value",
            "provision.type",
            "provision.code",
            "provision.code.text",
            "provision.actor",
            "provision.period.end",
            "provision.extension.where(url = 'http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.ReasonForEnding').value",
        ],
    ),
    (
        "ACP-AdvanceDirective",
        &[
            "patient",
            "dateTime",
            "extension.where(url = 'http://nictiz.nl/fhir/StructureDefinition/ext-AdvanceDirective.Disorder').value",
            "extension.where(url = 'http://nictiz.nl/fhir/StructureDefinition/ext-Comment').value",
            "source",
            "provision.actor",
            "provision.code",
        ],
    ),
    ("ACP-MedicalPolicyGoal", &["category", "description", "subject", "start", "note.text"]),
    ("ACP-SpecificCareWishes", OBSERVATION),
    ("ACP-PreferredPlaceOfDeath", OBSERVATION),
    ("ACP-PositionRegardingEuthanasia", OBSERVATION),
    ("ACP-OrganDonationChoiceRegistration", OBSERVATION),
    ("ACP-SenseOfPurpose", OBSERVATION),
    (
        "ACP-InformRelativesRequest",
        &["category", "subject", "encounter", "authoredOn", "requester", "sender", "recipient", "reasonCode"],
    ),
    ("ACP-MedicalDevice", &["subject", "device", "timing", "reasonReference", "bodySite", "note"]),
    ("ACP-MedicalDevice.Product-ICD", &["type"]),
];

/// The elements of a profile that carry an obligation; none for a profile without any.
#[must_use]
pub fn obligations(profile: &str) -> &'static [&'static str] {
    OBLIGATIONS.iter().find(|(name, _)| *name == profile).map_or(&[], |(_, elements)| elements)
}

#[cfg(test)]
mod tests {
    use super::super::{profile_names, profile_type};
    use super::*;
    use crate::fhir::fhirpath::{Variables, parse};
    use crate::fhir::types::r4;

    #[test]
    fn obligations_are_on_elements_that_there_are() {
        for (profile, elements) in OBLIGATIONS {
            let resource = profile_type(profile).expect("the profile is one of the agreement");
            for element in *elements {
                let expression = parse(element).expect("FHIRPath");
                assert_eq!(expression.check(resource, &Variables::default(), r4()), [], "{profile}: {element}");
            }
        }
    }

    #[test]
    fn obligations_are_there_for_each_profile_of_the_agreement() {
        let without: Vec<_> = profile_names().filter(|name| name.starts_with("ACP-") && obligations(name).is_empty()).collect();
        assert_eq!(without, Vec::<&str>::new());
    }
}
