//! Requirements: whether ids are unique and the groups are those of the
//! catalogue.

use std::collections::BTreeMap;

use super::place::{Place, Problems, suggest};
use crate::agreements::RequirementFile;
use crate::scenario::document::{Document, Kind};
use crate::scenario::load::GROUPS;

pub(super) fn check(documents: &[Document<RequirementFile>], problems: &mut Problems) {
    super::named(documents, Kind::Requirements, |value| &value.group, problems);
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for document in documents {
        let place = Place::new(&document.file, &document.root);
        let file = &document.value;
        if !GROUPS.contains(&file.group.as_str()) {
            let message = format!("the catalogue has no group `{}`", file.group);
            problems.at(place.key("group"), "group-unknown", message).hint = suggest(&file.group, &GROUPS);
        }
        for (index, row) in file.requirements.iter().enumerate() {
            let place = place.key("requirements").item(index);
            if let Some(first) = seen.insert(&row.id, &document.file.name) {
                problems.at(place.key("id"), "id-duplicate", format!("`{}` is there twice", row.id)).hint =
                    Some(format!("the other is in `{first}`"));
            }
            if row.basis.is_empty() {
                problems.at(
                    place.key("basis"),
                    "value-missing",
                    format!("`{}` has no basis, so a finding has no effect", row.id),
                );
            }
            if row.versions.is_empty() {
                problems.at(place.key("versions"), "value-missing", format!("`{}` holds in no version", row.id));
            }
        }
    }
}
