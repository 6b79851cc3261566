//! The dataset of the information standard as data: which concepts there are,
//! and where each stands in the resources of a version of FHIR. Another zib
//! edition is another file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agreements::FhirVersion;
use crate::text::Text;

/// `scenarios/dataset/*.yaml`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dataset {
    /// Name of the edition: `zib2020`.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub dataset: String,
    /// The version of FHIR whose resources its paths are of.
    pub fhir: FhirVersion,
    /// What it is.
    pub title: Text,
    /// Where that is written.
    pub source: String,
    /// What concepts are of: resources of a kind, or what these lead to.
    pub subjects: BTreeMap<String, Subject>,
    /// The concepts, each after the group that it is in.
    pub concepts: Vec<Concept>,
}

/// What concepts are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Subject {
    /// Type of the resource that is looked at.
    pub resource: String,
    /// Only resources for which this FHIRPath is true.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// FHIRPath from the resource to what the concepts are of; the resource itself when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// Type of what `through` leads to.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl Subject {
    /// Type of what its concepts are of.
    #[must_use]
    pub fn of_type(&self) -> &str {
        self.kind.as_deref().unwrap_or(&self.resource)
    }
}

/// A concept of the dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Concept {
    /// The last part of its OID.
    pub id: u32,
    /// Its name in the dataset.
    pub name: String,
    /// A group of concepts, or an item with a value.
    pub kind: ConceptKind,
    /// How often the dataset has it: `1..1`, `0..*`.
    #[schemars(regex(pattern = r"^[0-9]+\.\.([0-9]+|\*)$"))]
    pub card: String,
    /// The group that it is in.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub group: Option<u32>,
    /// Whether its cardinality holds under a condition only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conditional: bool,
    /// The subject that has it; when left out the mapping does not have the concept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// FHIRPath from the subject to it; there where any of these finds something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<String>,
}

/// What a concept is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConceptKind {
    /// A group of concepts.
    Group,
    /// An item with a value.
    Item,
}

impl Concept {
    /// How often it is there at least.
    #[must_use]
    pub fn min(&self) -> usize {
        self.card.split("..").next().and_then(|min| min.parse().ok()).unwrap_or_default()
    }

    /// Whether it is the subject itself.
    #[must_use]
    pub fn is_subject(&self) -> bool {
        self.at.iter().any(|path| path == "$this")
    }
}

impl Dataset {
    /// How many groups a concept is in.
    #[must_use]
    pub fn depth(&self, concept: &Concept) -> usize {
        let mut depth = 0;
        let mut within = concept.group;
        // A group stands before what is in it, so this ends; the bound is for files that were never linted.
        while let Some(group) = within.filter(|_| depth < self.concepts.len()) {
            depth += 1;
            within = self.concept(group).and_then(|group| group.group);
        }
        depth
    }

    /// The concept with this id.
    #[must_use]
    pub fn concept(&self, id: u32) -> Option<&Concept> {
        self.concepts.iter().find(|concept| concept.id == id)
    }

    /// Whether a concept is another one, or in it.
    #[must_use]
    pub fn is_within(&self, concept: &Concept, outer: u32) -> bool {
        let mut now = Some(concept.id);
        for _ in 0..self.concepts.len() {
            match now {
                None => return false,
                Some(id) if id == outer => return true,
                Some(id) => now = self.concept(id).and_then(|concept| concept.group),
            }
        }
        false
    }
}
