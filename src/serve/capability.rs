//! The CapabilityStatement of the reference provider (agreement 2.2), made of
//! the table below: what it says is what it does. STU3 has no table of its own in
//! the agreement; there it is what the queries need.

use serde_json::{Value, json};

use super::answer::read;
use crate::agreements::{Dialect, FhirVersion};
use crate::fhir::node::Tree;
use crate::fhir::types::{ParameterKind, Types};

/// What is supported of one resource type.
struct Supported {
    resource: &'static str,
    /// Names of the profiles.
    profiles: &'static [&'static str],
    parameters: &'static [&'static str],
    includes: &'static [&'static str],
    /// The same in STU3, where that is something else.
    stu3: Option<(&'static [&'static str], &'static [&'static str])>,
}

const REQUIREMENTS: &str = "https://api.iknl.nl/docs/pzp/r4/CapabilityStatement/ACP-CapabilityStatementProvider";

const SUPPORTED: [Supported; 13] = [
    Supported {
        resource: "CommunicationRequest",
        profiles: &["ACP-InformRelativesRequest"],
        parameters: &["patient", "category"],
        includes: &[],
        stu3: None,
    },
    Supported {
        resource: "Consent",
        profiles: &["ACP-TreatmentDirective", "ACP-AdvanceDirective"],
        parameters: &["patient", "scope", "category"],
        includes: &["Consent:actor"],
        stu3: Some((&["patient", "category"], &["Consent:actor", "Consent:consentor"])),
    },
    Supported {
        resource: "Device",
        profiles: &["ACP-MedicalDevice.Product-ICD"],
        parameters: &["type"],
        includes: &[],
        stu3: None,
    },
    Supported {
        resource: "DeviceUseStatement",
        profiles: &["ACP-MedicalDevice"],
        parameters: &["patient", "device"],
        includes: &["DeviceUseStatement:device"],
        stu3: None,
    },
    Supported {
        resource: "Encounter",
        profiles: &["ACP-Encounter"],
        parameters: &["patient", "reason-reference"],
        includes: &["Encounter:reason-reference"],
        stu3: Some((&["patient", "reason", "diagnosis"], &["Encounter:diagnosis"])),
    },
    Supported {
        resource: "Goal",
        profiles: &["ACP-MedicalPolicyGoal"],
        parameters: &["patient", "category"],
        includes: &[],
        stu3: None,
    },
    Supported {
        resource: "Observation",
        profiles: &[
            "ACP-SpecificCareWishes",
            "ACP-PreferredPlaceOfDeath",
            "ACP-PositionRegardingEuthanasia",
            "ACP-OrganDonationChoiceRegistration",
            "ACP-SenseOfPurpose",
        ],
        parameters: &["patient", "code"],
        includes: &[],
        stu3: None,
    },
    Supported { resource: "Patient", profiles: &["ACP-Patient"], parameters: &["identifier"], includes: &[], stu3: None },
    Supported {
        resource: "Practitioner",
        profiles: &["ACP-HealthProfessional-Practitioner"],
        parameters: &["identifier"],
        includes: &[],
        stu3: None,
    },
    Supported {
        resource: "PractitionerRole",
        profiles: &["ACP-HealthProfessional-PractitionerRole"],
        parameters: &["practitioner"],
        includes: &[],
        stu3: None,
    },
    Supported {
        resource: "Procedure",
        profiles: &["ACP-Procedure"],
        parameters: &["patient", "code"],
        includes: &["Procedure:encounter"],
        stu3: None,
    },
    Supported {
        resource: "QuestionnaireResponse",
        profiles: &[],
        parameters: &["patient", "subject", "questionnaire"],
        includes: &[],
        stu3: None,
    },
    Supported {
        resource: "RelatedPerson",
        profiles: &["ACP-ContactPerson"],
        parameters: &["patient"],
        includes: &[],
        stu3: None,
    },
];

/// The statement of a server at this address.
pub(super) fn statement(base: &str, fhir: FhirVersion) -> Tree {
    let resources: Vec<Value> = SUPPORTED.iter().map(|supported| resource(supported, fhir)).collect();
    let mut statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-03-03",
        "kind": "instance",
        "software": { "name": "Toets reference provider", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Reference provider for PZP 1.0.0-rc2, with synthetic people", "url": base },
        "fhirVersion": fhir.number(),
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "rest": [{
            "mode": "server",
            "security": { "description": "Every request is authenticated and authorised: send a bearer token in the header Authorization." },
            "resource": resources,
        }],
    });
    match fhir {
        FhirVersion::R4 => statement["instantiates"] = json!([REQUIREMENTS]),
        // There profiles are named once, for the whole server.
        FhirVersion::Stu3 => {
            let named = SUPPORTED.iter().flat_map(|supported| profiles(supported, fhir));
            statement["acceptUnknown"] = json!("both");
            statement["profile"] = named.map(|profile| json!({ "reference": profile })).collect();
        }
    }
    read(&statement, fhir.types())
}

fn profiles(supported: &Supported, fhir: FhirVersion) -> Vec<String> {
    let dialect = match fhir {
        FhirVersion::R4 => Dialect::R4Rc2,
        FhirVersion::Stu3 => Dialect::Stu3Rc2,
    };
    supported.profiles.iter().filter_map(|name| dialect.profile(name)).collect()
}

fn resource(supported: &Supported, fhir: FhirVersion) -> Value {
    let (codes, includes) = match (fhir, supported.stu3) {
        (FhirVersion::Stu3, Some(own)) => own,
        _ => (supported.parameters, supported.includes),
    };
    let parameters: Vec<Value> = codes.iter().map(|code| parameter(supported.resource, code, fhir.types())).collect();
    let mut resource = json!({
        "type": supported.resource,
        "interaction": [{ "code": "read" }, { "code": "search-type" }],
        "referencePolicy": ["resolves"],
        "searchInclude": includes,
        "searchParam": parameters,
    });
    if fhir == FhirVersion::R4 {
        resource["supportedProfile"] = json!(profiles(supported, fhir));
    }
    // FHIR has no empty lists.
    if let Some(members) = resource.as_object_mut() {
        members.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    }
    resource
}

fn parameter(resource: &str, code: &str, types: &'static Types) -> Value {
    let kind = match types.search_parameter(resource, code).map(|known| known.kind) {
        Some(ParameterKind::Reference) => "reference",
        Some(ParameterKind::Date) => "date",
        Some(ParameterKind::String) => "string",
        Some(ParameterKind::Uri) => "uri",
        _ => "token",
    };
    json!({ "name": code, "type": kind })
}
