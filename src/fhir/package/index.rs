//! The index of a package: what each file holds, in a line.

use std::path::Path;

use serde_json::Value;

use super::{PackageError, skim};

/// What a file of a package holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// `StructureDefinition-Consent.json`
    pub file: Box<str>,
    /// `StructureDefinition`
    pub resource: Box<str>,
    /// Canonical; empty when it has none.
    pub url: Box<str>,
    /// Version of the resource; empty when it has none.
    pub version: Box<str>,
    /// `resource`, `complex-type` of a definition; empty elsewhere.
    pub kind: Box<str>,
    /// Type of a definition; empty elsewhere.
    pub type_name: Box<str>,
}

/// What a file holds; nothing when it is no resource.
pub(super) fn entry(package: &Path, file: &str, text: &[u8]) -> Result<Option<Entry>, PackageError> {
    let members = skim::strings(text).map_err(|message| PackageError::Broken {
        path: package.to_owned(),
        file: file.to_owned(),
        message,
    })?;
    let value = |name: &str| members.iter().find(|(key, _)| *key == name).map(|(_, value)| &**value);
    Ok(make(file, value))
}

/// The index that a package brings, when it speaks of these files and no others.
pub(super) fn brought(text: &[u8], files: &[String]) -> Option<Vec<Entry>> {
    let index: Value = serde_json::from_slice(text).ok()?;
    let listed = index["files"].as_array()?;
    let mut entries: Vec<Entry> =
        listed.iter().filter_map(|line| make(line["filename"].as_str()?, |name| line[name].as_str())).collect();
    entries.sort_by(|left, right| left.file.cmp(&right.file));
    let same = entries.len() == files.len() && entries.iter().zip(files).all(|(entry, file)| *entry.file == **file);
    same.then_some(entries)
}

fn make<'t>(file: &str, value: impl Fn(&str) -> Option<&'t str>) -> Option<Entry> {
    let text = |name: &str| value(name).unwrap_or_default().into();
    let resource = value("resourceType")?;
    let of_definition = |name: &str| if resource == "StructureDefinition" { text(name) } else { "".into() };
    Some(Entry {
        file: file.into(),
        resource: resource.into(),
        url: text("url"),
        version: text("version"),
        kind: of_definition("kind"),
        type_name: of_definition("type"),
    })
}

/// Whether a file of the folder `package` may be a resource.
pub(super) fn is_resource_file(name: &str) -> bool {
    name.ends_with(".json") && !name.starts_with('.') && name != "package.json"
}
