//! The CapabilityStatement of the reference provider (agreement 2.2), made of
//! the table below: what it says is what it does.

use serde_json::{Value, json};

use super::answer::read;
use crate::fhir::node::Tree;
use crate::fhir::types::{ParameterKind, Types};

/// What is supported of one resource type.
struct Supported {
    resource: &'static str,
    /// Names of the profiles behind `PROFILES`.
    profiles: &'static [&'static str],
    parameters: &'static [&'static str],
    includes: &'static [&'static str],
}

const PROFILES: &str = "https://api.iknl.nl/docs/pzp/r4/StructureDefinition/";
const REQUIREMENTS: &str = "https://api.iknl.nl/docs/pzp/r4/CapabilityStatement/ACP-CapabilityStatementProvider";

const SUPPORTED: [Supported; 13] = [
    Supported {
        resource: "CommunicationRequest",
        profiles: &["ACP-InformRelativesRequest"],
        parameters: &["patient", "category"],
        includes: &[],
    },
    Supported {
        resource: "Consent",
        profiles: &["ACP-TreatmentDirective", "ACP-AdvanceDirective"],
        parameters: &["patient", "scope", "category"],
        includes: &["Consent:actor"],
    },
    Supported { resource: "Device", profiles: &["ACP-MedicalDevice.Product-ICD"], parameters: &["type"], includes: &[] },
    Supported {
        resource: "DeviceUseStatement",
        profiles: &["ACP-MedicalDevice"],
        parameters: &["patient", "device"],
        includes: &["DeviceUseStatement:device"],
    },
    Supported {
        resource: "Encounter",
        profiles: &["ACP-Encounter"],
        parameters: &["patient", "reason-reference"],
        includes: &["Encounter:reason-reference"],
    },
    Supported { resource: "Goal", profiles: &["ACP-MedicalPolicyGoal"], parameters: &["patient", "category"], includes: &[] },
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
    },
    Supported { resource: "Patient", profiles: &["ACP-Patient"], parameters: &["identifier"], includes: &[] },
    Supported {
        resource: "Practitioner",
        profiles: &["ACP-HealthProfessional-Practitioner"],
        parameters: &["identifier"],
        includes: &[],
    },
    Supported {
        resource: "PractitionerRole",
        profiles: &["ACP-HealthProfessional-PractitionerRole"],
        parameters: &["practitioner"],
        includes: &[],
    },
    Supported {
        resource: "Procedure",
        profiles: &["ACP-Procedure"],
        parameters: &["patient", "code"],
        includes: &["Procedure:encounter"],
    },
    Supported {
        resource: "QuestionnaireResponse",
        profiles: &[],
        parameters: &["patient", "subject", "questionnaire"],
        includes: &[],
    },
    Supported { resource: "RelatedPerson", profiles: &["ACP-ContactPerson"], parameters: &["patient"], includes: &[] },
];

/// The statement of a server at this address.
pub(super) fn statement(base: &str, types: &'static Types) -> Tree {
    let resources: Vec<Value> = SUPPORTED.iter().map(|supported| resource(supported, types)).collect();
    let statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-03-03",
        "kind": "instance",
        "instantiates": [REQUIREMENTS],
        "software": { "name": "Toets reference provider", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Reference provider for PZP 1.0.0-rc2, with synthetic people", "url": base },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "rest": [{
            "mode": "server",
            "security": { "description": "Every request is authenticated and authorised: send a bearer token in the header Authorization." },
            "resource": resources,
        }],
    });
    read(&statement, types)
}

fn resource(supported: &Supported, types: &'static Types) -> Value {
    let profiles: Vec<String> = supported.profiles.iter().map(|name| format!("{PROFILES}{name}")).collect();
    let parameters: Vec<Value> = supported.parameters.iter().map(|code| parameter(supported.resource, code, types)).collect();
    let mut resource = json!({
        "type": supported.resource,
        "supportedProfile": profiles,
        "interaction": [{ "code": "read" }, { "code": "search-type" }],
        "referencePolicy": ["resolves"],
        "searchInclude": supported.includes,
        "searchParam": parameters,
    });
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
