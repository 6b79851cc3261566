//! What each version publishes beside its requests, as published: capability
//! tables, search parameters of its own, and what its texts name. Read by the
//! lint of the agreements only; nothing is judged by it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Actor, Dialect, Level};
use crate::text::Text;
use crate::yaml;

/// The file of each version, in the order in which they came out.
const FILES: [(&str, &str); 6] = [
    ("agreements/r4-beta3.yaml", include_str!("../../agreements/r4-beta3.yaml")),
    ("agreements/r4-rc1.yaml", include_str!("../../agreements/r4-rc1.yaml")),
    ("agreements/r4-rc2.yaml", include_str!("../../agreements/r4-rc2.yaml")),
    ("agreements/r4-rc3-dev.yaml", include_str!("../../agreements/r4-rc3-dev.yaml")),
    ("agreements/stu3-rc1.yaml", include_str!("../../agreements/stu3-rc1.yaml")),
    ("agreements/stu3-rc2.yaml", include_str!("../../agreements/stu3-rc2.yaml")),
];

/// One file of `agreements/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Published {
    /// The version.
    pub version: Dialect,
    /// Where it is written.
    pub source: String,
    /// A table for each actor.
    #[serde(default)]
    pub capability: Vec<Capability>,
    /// Search parameters that FHIR itself does not have.
    #[serde(default)]
    pub parameters: Vec<OwnParameter>,
    /// What texts and artefacts name.
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// Invariants that no package at hand holds as they were published.
    #[serde(default)]
    pub invariants: Vec<Invariant>,
    /// What examples do not have.
    #[serde(default)]
    pub examples: Vec<Example>,
    /// Defects that people saw, and that no rule can find.
    #[serde(default)]
    pub noted: Vec<Noted>,
}

/// A defect as it is told, because nothing that a program compares shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    /// Where.
    #[serde(rename = "where")]
    pub place: String,
    /// What is published there.
    pub published: String,
    /// Why it cannot work.
    pub why: Text,
    /// What would mend it.
    pub mend: Text,
    /// What makes it wrong: a page of FHIR, or another part of the agreement.
    pub source: String,
}

/// What a capability statement asks of an actor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// Of whom.
    pub actor: Actor,
    /// One for each type of resource.
    pub rows: Vec<Row>,
}

/// What is asked for a type of resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its type.
    pub resource: String,
    /// Names of profiles.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Search parameters with their modifiers and chains, and how strongly each is asked.
    #[serde(default)]
    pub parameters: BTreeMap<String, Level>,
    /// Values of `_include`.
    #[serde(default)]
    pub includes: Vec<String>,
}

/// A search parameter of the version's own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnParameter {
    /// Its name in a URL.
    pub code: String,
    /// Type of resource.
    pub base: String,
    /// `token`, `reference`
    #[serde(rename = "type")]
    pub kind: String,
    /// FHIRPath of what is searched.
    pub expression: String,
    /// Its canonical; absent where it was borrowed.
    pub url: Option<String>,
}

/// Something that a text or artefact names: one of these.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mention {
    /// Where.
    #[serde(rename = "where")]
    pub place: String,
    /// Path of an element.
    pub element: Option<String>,
    /// Type of resource.
    pub resource: Option<String>,
    /// Canonical.
    pub canonical: Option<String>,
}

/// An invariant as it was published.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invariant {
    /// Name of the profile.
    pub profile: String,
    /// `ACP-Patient-1`
    pub key: String,
    /// FHIRPath.
    pub expression: String,
}

/// Examples of the guide that lack an element.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Which.
    pub id: String,
    /// Type of resource.
    pub resource: String,
    /// Elements that they do not have.
    pub lacks: Vec<String>,
    /// The element that says it in their place.
    pub has: Option<String>,
}

/// What every version publishes.
///
/// # Errors
/// With the name of a file of ours and what is wrong with it.
pub fn published() -> Result<Vec<Published>, String> {
    FILES.iter().map(|(name, text)| read(name, text)).collect()
}

fn read(name: &str, text: &str) -> Result<Published, String> {
    let reading = yaml::read(Path::new(name), text);
    if let Some(problem) = reading.diagnostics.first() {
        return Err(format!("{name}: {}", problem.message));
    }
    let root = reading.root.ok_or_else(|| format!("{name}: the file is empty"))?;
    serde_json::from_value(root.json()).map_err(|error| format!("{name}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_is_there_for_every_version_once() {
        let versions: Vec<Dialect> = published().expect("our own files").iter().map(|file| file.version).collect();
        assert_eq!(
            versions,
            [Dialect::R4Beta3, Dialect::R4Rc1, Dialect::R4Rc2, Dialect::R4Rc3Dev, Dialect::Stu3Rc1, Dialect::Stu3Rc2]
        );
    }

    #[test]
    fn published_says_where_a_file_is_wrong() {
        let error = read("agreements/x.yaml", "version: r4-rc9\nsource: x").expect_err("no such version");
        assert!(error.starts_with("agreements/x.yaml: ") && error.contains("r4-rc9"), "{error}");
    }
}
