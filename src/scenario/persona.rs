//! Personas: synthetic people with their resources, and by hand the ids that
//! each exchange must return (settled 14 to 16).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// The resources: `Type/id` to the JSON text. Filled in while loading.
    #[serde(skip)]
    pub resources: BTreeMap<String, String>,
}

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
