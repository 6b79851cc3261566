//! The list of noise: each entry once, with what the judge can say, and in a
//! version at least.

use std::collections::BTreeSet;

use super::names::Names;
use super::place::{Place, Problems};
use crate::scenario::NoiseList;
use crate::scenario::document::Document;

/// Reports what is wrong with a list of noise.
pub(super) fn check(document: &Document<NoiseList>, names: &Names<'_>, problems: &mut Problems) {
    let place = Place::new(&document.file, &document.root);
    let mut seen = BTreeSet::new();
    for (index, noise) in document.value.noise.iter().enumerate() {
        let place = place.key("noise").item(index);
        if !seen.insert(noise.id.as_str()) {
            problems.at(place.key("id"), "id-duplicate", format!("`{}` is there twice", noise.id));
        }
        if noise.versions.is_empty() {
            problems.at(place.key("versions"), "value-missing", format!("`{}` holds in no version", noise.id));
        }
        let code = &noise.what.code;
        if !names.findings.is_empty() && !names.findings.contains(&code.as_str()) {
            let message = format!("no finding has the code `{code}`");
            problems.unknown(place.key("match").key("code"), "finding-unknown", message, names.findings.iter().copied());
        }
        // An entry for any element would hide what it was not written for.
        if noise.what.path == "*" && noise.what.invariant.is_none() && noise.what.found.is_empty() {
            let hint = "name the element, the invariant, or the codes that are found";
            problems.at(place.key("match").key("path"), "noise-broad", format!("`{}` takes away too much", noise.id)).hint =
                Some(hint.to_owned());
        }
    }
}
