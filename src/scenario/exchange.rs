//! An exchange: one transaction of the agreement, described once for both sides
//! (driver, reference provider, and later the consulter's side).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agreements::{Dialect, FhirVersion};
use crate::text::Text;

/// One file of `scenarios/exchanges/`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exchange {
    /// Name by which scenarios, personas and faults speak of it.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub exchange: String,
    /// Its number in the agreement: `1a`, `2`, `M2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// What is asked, in words.
    pub title: Text,
    /// The transaction group it belongs to.
    pub group: TransactionGroup,
    /// Where the agreement writes it.
    pub source: String,
    /// The requirement that alone asks for this search. A clean refusal (4xx, 501) is judged there
    /// and nowhere else: every other expectation on this exchange is then inapplicable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optional: Option<String>,
    /// The request per version, as published: a URL relative to the base, with
    /// `${patient}` for the logical id of the patient.
    #[schemars(schema_with = "crate::shape::keyed::<Dialect, String>")]
    pub request: BTreeMap<Dialect, String>,
    /// What is wrong with the request as published: told to the owners of the agreement, never held against a product.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
    /// What a right answer holds, per FHIR version.
    #[schemars(schema_with = "crate::shape::keyed::<FhirVersion, Answer>")]
    pub answer: BTreeMap<FhirVersion, Answer>,
}

impl Exchange {
    /// The number of its query without the letter: 1a and 1b ask the same, and one of them is enough.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        Some(self.query.as_deref()?.trim_end_matches(char::is_lowercase))
    }
}

/// A defect of the agreement itself, with its fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Defect {
    /// Versions that have it.
    pub versions: Vec<Dialect>,
    /// What is wrong.
    pub what: Text,
    /// What the owners could write instead.
    pub fix: Text,
    /// The request as Toets sends it instead of the published one, where that could not be answered rightly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// The request with the fix, where Toets itself sends another one: a client that asks so asks the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended: Option<String>,
}

/// The groups of which a provider supports at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransactionGroup {
    /// Finding the patient; part of neither group.
    Lookup,
    /// Method 1.
    IndividualResources,
    /// Method 2.
    Form,
}

/// What a right answer holds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answer {
    /// Resource type of the matches.
    pub resource: String,
    /// Element of a match that refers to the patient (`subject`, `patient`); absent where the match is the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// FHIRPath that every match fulfils, in the context of the match.
    pub each: String,
    /// References of which the targets come along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Include>,
    /// FHIRPath expressions that together make the business key of a match (settled 14).
    pub key: Vec<String>,
}

/// A reference of which the target comes along.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Include {
    /// FHIRPath to the references, in the context of a match.
    pub reference: String,
    /// Types that the targets may have.
    pub types: Vec<String>,
}

impl Exchange {
    /// What a right answer holds in this version of FHIR.
    #[must_use]
    pub fn answer(&self, fhir: FhirVersion) -> Option<&Answer> {
        self.answer.get(&fhir)
    }

    /// What a match is, in any version.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.answer.values().next().map(|answer| answer.resource.as_str())
    }

    /// Defects of the agreement in this version.
    pub fn defects(&self, dialect: Dialect) -> impl Iterator<Item = &Defect> {
        self.defects.iter().filter(move |defect| defect.versions.contains(&dialect))
    }

    /// The request as it is sent to a system that claims this version: as published, but for what is mended.
    #[must_use]
    pub fn sent(&self, dialect: Dialect) -> Option<&str> {
        let mended = self.defects(dialect).find_map(|defect| defect.send.as_deref());
        mended.or_else(|| self.request.get(&dialect).map(String::as_str))
    }

    /// Requests with the fix of a defect, each with the versions that have the defect.
    pub fn mended(&self) -> impl Iterator<Item = (Dialect, &str)> {
        self.defects.iter().flat_map(|defect| {
            let requests = [defect.send.as_deref(), defect.mended.as_deref()];
            let of = |dialect: &Dialect| requests.into_iter().flatten().map(|request| (*dialect, request)).collect::<Vec<_>>();
            defect.versions.iter().flat_map(of).collect::<Vec<_>>()
        })
    }
}
