//! Personas: synthetic people with their resources, and by hand the ids that
//! each exchange must return (settled 14 to 16).

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agreements::{Dialect, FhirVersion};
use crate::text::Text;

/// `fixtures/<persona>/persona.yaml`, with the resources beside it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Persona {
    /// Name; the same as its folder's.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub persona: String,
    /// Who it is, in a few words.
    pub title: Text,
    /// What the persona shows.
    pub why: Text,
    /// Test BSN, in quotes.
    #[schemars(regex(pattern = r"^9999[0-9]{5}$"))]
    pub bsn: String,
    /// Logical id of the Patient in the fixtures.
    pub patient: String,
    /// The date on which the data is as it should be.
    pub clock: String,
    /// What each exchange returns, by name; ids are `Type/id`.
    pub exchanges: BTreeMap<String, PersonaExchange>,
    /// Resources that no exchange returns, with the reason why they are there.
    #[serde(default)]
    pub decoys: BTreeMap<String, String>,
    /// Resources that are found by following references only.
    #[serde(default)]
    pub reachable: Vec<String>,
    /// The resources in R4: `Type/id` to the JSON text. Filled in while loading.
    #[serde(skip)]
    pub resources: BTreeMap<String, String>,
    /// The same person in STU3: what lies in the folder `stu3`, and what of it each exchange returns. The lists above
    /// are those of R4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stu3: Option<PersonaLists>,
    /// What the person has in another version of the agreement only, in the folder of that name: `Type/id` with the
    /// reason why it is there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<Dialect, BTreeMap<String, String>>,
    /// The resources of those versions: `Type/id` to the JSON text. Filled in while loading.
    #[serde(skip)]
    pub version_resources: BTreeMap<Dialect, BTreeMap<String, String>>,
}

/// A persona in another version of FHIR.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PersonaLists {
    /// What each exchange returns, by name; ids are `Type/id`.
    pub exchanges: BTreeMap<String, PersonaExchange>,
    /// Resources that no exchange returns, with the reason why they are there.
    #[serde(default)]
    pub decoys: BTreeMap<String, String>,
    /// Resources that are found by following references only.
    #[serde(default)]
    pub reachable: Vec<String>,
    /// The resources: `Type/id` to the JSON text. Filled in while loading.
    #[serde(skip)]
    pub resources: BTreeMap<String, String>,
}

/// A persona that has nothing in a version.
static NO_RESOURCES: BTreeMap<String, String> = BTreeMap::new();

impl Persona {
    /// The name of the person as the fixtures write it; the name of the persona when they do not.
    #[must_use]
    pub fn name(&self) -> String {
        let patient = self.resources.get(&format!("Patient/{}", self.patient));
        let patient: Option<serde_json::Value> = patient.and_then(|text| serde_json::from_str(text).ok());
        let name = patient.as_ref().and_then(|patient| patient.pointer("/name/0"));
        let text = |key: &str| name.and_then(|name| name.get(key)?.as_str().map(str::to_owned));
        let given = name.and_then(|name| name.pointer("/given/0")?.as_str());
        let whole = text("text").or_else(|| Some(format!("{} {}", given.unwrap_or_default(), text("family")?).trim().to_owned()));
        whole.unwrap_or_else(|| self.persona.clone())
    }

    /// What an exchange returns in a version of FHIR; nothing when nobody said so.
    #[must_use]
    pub fn exchange(&self, fhir: FhirVersion, name: &str) -> Option<&PersonaExchange> {
        match fhir {
            FhirVersion::R4 => self.exchanges.get(name),
            FhirVersion::Stu3 => self.stu3.as_ref()?.exchanges.get(name),
        }
    }

    /// What all exchanges return in a version of FHIR.
    pub fn exchanges(&self, fhir: FhirVersion) -> impl Iterator<Item = &PersonaExchange> {
        let stu3 = self.stu3.as_ref().map(|lists| &lists.exchanges);
        let exchanges = if fhir == FhirVersion::R4 { Some(&self.exchanges) } else { stu3 };
        exchanges.into_iter().flat_map(BTreeMap::values)
    }

    /// Resources that are found in a version of FHIR by following references only.
    #[must_use]
    pub fn reachable(&self, fhir: FhirVersion) -> &[String] {
        let stu3 = self.stu3.as_ref().map(|lists| &lists.reachable);
        let reachable = if fhir == FhirVersion::R4 { Some(&self.reachable) } else { stu3 };
        reachable.map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether no exchange returns a resource in a version of FHIR.
    #[must_use]
    pub fn is_decoy(&self, fhir: FhirVersion, name: &str) -> bool {
        let stu3 = self.stu3.as_ref().map(|lists| &lists.decoys);
        let decoys = if fhir == FhirVersion::R4 { Some(&self.decoys) } else { stu3 };
        decoys.is_some_and(|decoys| decoys.contains_key(name))
    }

    /// The person with what only a version of the agreement has.
    #[must_use]
    pub fn in_version(&self, dialect: Dialect) -> Cow<'_, Self> {
        let Some(more) = self.version_resources.get(&dialect) else { return Cow::Borrowed(self) };
        let mut own = self.clone();
        let resources = match dialect.fhir() {
            FhirVersion::R4 => &mut own.resources,
            FhirVersion::Stu3 => &mut own.stu3.get_or_insert_default().resources,
        };
        resources.extend(more.clone());
        Cow::Owned(own)
    }

    /// The resources in a version of FHIR.
    #[must_use]
    pub fn resources(&self, fhir: FhirVersion) -> &BTreeMap<String, String> {
        match (fhir, &self.stu3) {
            (FhirVersion::R4, _) => &self.resources,
            (FhirVersion::Stu3, Some(lists)) => &lists.resources,
            (FhirVersion::Stu3, None) => &NO_RESOURCES,
        }
    }
}

/// What an exchange returns for a persona.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PersonaExchange {
    /// Matches.
    #[serde(rename = "match", default)]
    pub matches: Vec<String>,
    /// What comes along by `_include`.
    #[serde(default)]
    pub include: Vec<String>,
}
