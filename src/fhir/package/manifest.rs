//! `package.json`: what a package says of itself.

use std::path::Path;

use serde_json::Value;

use super::PackageError;

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// `hl7.fhir.r4.core`
    pub id: String,
    /// `4.0.1`
    pub version: String,
    /// Id of what it stands on, and the version or the range that is wanted of it.
    pub dependencies: Vec<(String, String)>,
    /// `4.0.1`; empty when it does not say.
    pub fhir_versions: Vec<String>,
}

impl Manifest {
    /// `hl7.fhir.r4.core#4.0.1`
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}#{}", self.id, self.version)
    }

    /// Whether it is for this version of FHIR: of the same release, or it does not say.
    #[must_use]
    pub fn is_for(&self, version: &str) -> bool {
        let release = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
        self.fhir_versions.is_empty() || self.fhir_versions.iter().any(|found| release(found) == release(version))
    }

    /// Whether it is HL7's own package of code systems, which are the same for every
    /// version of FHIR: there is none for STU3.
    #[must_use]
    pub fn is_terminology(&self) -> bool {
        self.id == "hl7.terminology" || self.id.starts_with("hl7.terminology.")
    }
}

/// Reads a `package.json`. Dependencies of the `@types` kind and the like are
/// not FHIR's, but nothing tells them apart; a name with `/` is never FHIR's.
pub(super) fn read(path: &Path, text: &[u8]) -> Result<Manifest, PackageError> {
    let wrong = |message: String| PackageError::Manifest { path: path.to_owned(), message };
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let value: Value = serde_json::from_slice(text).map_err(|error| wrong(format!("`package.json` is no JSON: {error}")))?;
    let field = |name: &str| {
        let found = value[name].as_str().filter(|text| is_plain(text));
        found.map(str::to_owned).ok_or_else(|| wrong(format!("`package.json` has no `{name}` that can be used")))
    };
    let shown = |letter: &char| !letter.is_control();
    let wanted = |version: &Value| -> String { version.as_str().unwrap_or_default().chars().filter(shown).take(128).collect() };
    let dependencies = value["dependencies"].as_object().into_iter().flatten();
    let dependencies: Vec<(String, String)> = dependencies
        .filter(|(id, _)| is_plain(id))
        // A range is no name of a folder, and is never made one: it is kept as it is written.
        .map(|(id, version)| (id.clone(), wanted(version)))
        .collect();
    let versions = ["fhirVersions", "fhir-version-list"].iter().find_map(|name| value[*name].as_array());
    let versions: Vec<String> = versions.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Manifest {
        id: field("name")?,
        version: field("version")?,
        fhir_versions: if versions.is_empty() { by_core(&dependencies) } else { versions },
        dependencies,
    })
}

/// The versions of FHIR whose core a package stands on, for one that does not say.
fn by_core(dependencies: &[(String, String)]) -> Vec<String> {
    let is_core = |id: &str| id.starts_with("hl7.fhir.r") && id.ends_with(".core");
    dependencies.iter().filter(|(id, _)| is_core(id)).map(|(_, version)| version.clone()).collect()
}

/// Ids and versions become names of folders.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && text.chars().all(is_plain_letter) && !text.starts_with('.')
}

/// Whether a letter may stand in an id.
pub(super) fn is_plain_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "._-+".contains(letter)
}
