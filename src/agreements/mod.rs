//! The agreements as data: which requirements there are, for whom, and what a
//! finding against one of them does to a verdict.
//!
//! The rows themselves live in `scenarios/requirements/*.yaml`.

mod bsn;
mod catalogue;
mod effect;
pub mod form;
pub mod lint;
mod obligation;
mod profile;
pub mod published;

pub use bsn::{BSN, bsns};
pub use catalogue::{Catalogue, Group, Pending, Requirement, RequirementFile};
pub use effect::{Effect, effect};
pub use obligation::obligations;
pub use profile::{profile_names, profile_type};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fhir::types::{self, Types};

/// How strongly the agreement puts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Absolute.
    Shall,
    /// Absolute, in security sections.
    Must,
    /// Recommended.
    Should,
    /// Allowed.
    May,
}

/// Where a requirement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Basis {
    /// Written in the implementation guide.
    N,
    /// Enforced by a PZP profile.
    P,
    /// Inherited from FHIR, nl-core or a zib.
    F,
    /// Asserted by the official test scripts only.
    T,
    /// Only in the dataset.
    D,
    /// A proposal of this harness.
    X,
}

/// Who a requirement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// ACP Actor Provider: the server.
    Provider,
    /// ACP Actor Consulter: the client.
    Consulter,
    /// This harness.
    Harness,
}

/// A version of the agreement; the name is the one that `sut.yaml` claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// R4 0.1.3-beta3
    R4Beta3,
    /// R4 1.0.0-rc1
    R4Rc1,
    /// R4 1.0.0-rc2, the current one.
    R4Rc2,
    /// R4 after rc2, on its way to rc3.
    R4Rc3Dev,
    /// STU3 1.0.0-rc1
    Stu3Rc1,
    /// STU3 1.0.0-rc2, the current one.
    Stu3Rc2,
}

/// A version of FHIR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum FhirVersion {
    /// 4.0.1
    R4,
    /// 3.0.2
    #[serde(rename = "STU3")]
    Stu3,
}

impl Dialect {
    /// The FHIR version a dialect speaks.
    #[must_use]
    pub fn fhir(self) -> FhirVersion {
        match self {
            Self::R4Beta3 | Self::R4Rc1 | Self::R4Rc2 | Self::R4Rc3Dev => FhirVersion::R4,
            Self::Stu3Rc1 | Self::Stu3Rc2 => FhirVersion::Stu3,
        }
    }

    /// All of them, older ones first.
    pub const ALL: [Self; 6] = [Self::R4Beta3, Self::R4Rc1, Self::R4Rc2, Self::R4Rc3Dev, Self::Stu3Rc1, Self::Stu3Rc2];

    /// The word that `sut.yaml` claims it by, and files name it by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::R4Beta3 => "r4-beta3",
            Self::R4Rc1 => "r4-rc1",
            Self::R4Rc2 => "r4-rc2",
            Self::R4Rc3Dev => "r4-rc3-dev",
            Self::Stu3Rc1 => "stu3-rc1",
            Self::Stu3Rc2 => "stu3-rc2",
        }
    }

    /// The version of the information standard, as the field writes it.
    #[must_use]
    pub fn version(self) -> &'static str {
        match self {
            Self::R4Beta3 => "0.1.3-beta3",
            Self::R4Rc1 | Self::Stu3Rc1 => "1.0.0-rc1",
            Self::R4Rc2 | Self::Stu3Rc2 => "1.0.0-rc2",
            Self::R4Rc3Dev => "1.0.0-rc3-dev",
        }
    }
}

impl FhirVersion {
    /// Every version.
    pub const ALL: [Self; 2] = [Self::R4, Self::Stu3];

    /// The number in `CapabilityStatement.fhirVersion`.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::R4 => "4.0.1",
            Self::Stu3 => "3.0.2",
        }
    }

    /// The name that people use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::R4 => "R4",
            Self::Stu3 => "STU3",
        }
    }

    /// The number as a media type has it: `fhirVersion=4.0`.
    #[must_use]
    pub fn short(self) -> &'static str {
        match self {
            Self::R4 => "4.0",
            Self::Stu3 => "3.0",
        }
    }

    /// The name that variants and folders of fixtures have.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::R4 => "r4",
            Self::Stu3 => "stu3",
        }
    }

    /// The types and search parameters of this version.
    #[must_use]
    pub fn types(self) -> &'static Types {
        match self {
            Self::R4 => types::r4(),
            Self::Stu3 => types::stu3(),
        }
    }
}
