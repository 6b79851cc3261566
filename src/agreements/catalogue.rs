//! The catalogue: every requirement, by id. Reads nothing itself: `scenario`
//! loads the files and hands the rows over.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Actor, Basis, Dialect, Effect, FhirVersion, Level, effect};
use crate::text::Text;

/// One file of `scenarios/requirements/`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequirementFile {
    /// Name of the group; the same as the file's.
    pub group: String,
    /// Title of the group.
    pub title: Text,
    /// The rows, in the order of the agreement.
    pub requirements: Vec<Requirement>,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Requirement {
    /// `PZP-EX-001`
    #[schemars(regex(pattern = r"^PZP-(EX|QRY|CQ|OBL|PRO|QR|SEM|DAT)-[0-9]{3}$"))]
    pub id: String,
    /// How strongly it is put.
    pub level: Level,
    /// Who it is about.
    pub actor: Actor,
    /// Versions of the agreement in which it holds.
    pub versions: Vec<Dialect>,
    /// Where it comes from.
    pub basis: Vec<Basis>,
    /// The choice group it judges ("at least one of"), where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// The requirement in our own words.
    pub statement: Text,
    /// Where it is written.
    pub source: String,
    /// How it is judged.
    pub test: String,
    /// Why no scenario judges it yet; absent when one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
}

/// Why a requirement is not judged yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pending {
    /// Needs a wider suite of exchanges.
    Suite,
    /// Is about coverage of the dataset.
    Dataset,
}

/// A group of requirements, for headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `exchange`
    pub name: String,
    /// Title of the group.
    pub title: Text,
    /// Ids of its requirements in order.
    pub requirements: Vec<String>,
}

/// All requirements.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    groups: Vec<Group>,
    requirements: BTreeMap<String, Requirement>,
}

impl Catalogue {
    /// A catalogue of these files, in the order in which reports show the groups.
    #[must_use]
    pub fn new(files: Vec<RequirementFile>) -> Self {
        let mut catalogue = Self::default();
        for file in files {
            let ids = file.requirements.iter().map(|requirement| requirement.id.clone()).collect();
            catalogue.groups.push(Group { name: file.group, title: file.title, requirements: ids });
            catalogue.requirements.extend(file.requirements.into_iter().map(|requirement| (requirement.id.clone(), requirement)));
        }
        catalogue
    }

    /// The requirement with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.requirements.get(id)
    }

    /// Groups in order.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// All requirements, group by group, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.groups.iter().flat_map(|group| &group.requirements).filter_map(|id| self.requirements.get(id))
    }
}

impl Requirement {
    /// Whether any version of the agreement for this version of FHIR has it.
    #[must_use]
    pub fn is_in(&self, fhir: FhirVersion) -> bool {
        self.versions.iter().any(|dialect| dialect.fhir() == fhir)
    }

    /// Whether somebody who claims this actor and version has to meet it.
    #[must_use]
    pub fn is_claimed(&self, actor: Actor, dialect: Dialect) -> bool {
        self.actor == actor && self.versions.contains(&dialect)
    }

    /// What a finding against it does.
    #[must_use]
    pub fn effect(&self) -> Effect {
        effect(self.level, &self.basis)
    }
}
