//! Noise: what a judge of profiles says of right resources all the same,
//! because of a defect in a definition or of what nobody can know offline. Data,
//! so that what is taken away can be seen, argued with and taken out again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agreements::Dialect;
use crate::text::Text;

/// `scenarios/noise.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NoiseList {
    /// What is taken away.
    pub noise: Vec<Noise>,
}

/// One thing that is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Noise {
    /// Its name in the list of the agreement: `S01`.
    #[schemars(regex(pattern = r"^S\d{2}[a-z]?$"))]
    pub id: String,
    /// What it takes away: all that is named here together.
    #[serde(rename = "match")]
    pub what: NoiseMatch,
    /// Versions of the agreement in which it does.
    pub versions: Vec<Dialect>,
    /// Why it says nothing about the product.
    pub reason: Text,
    /// Where that is written.
    pub source: String,
    /// When it can go.
    pub until: Text,
}

/// Which issues of the judge are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NoiseMatch {
    /// Code of the issue: `code-undecided`.
    pub code: String,
    /// Key of the invariant: `dom-6`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invariant: Option<String>,
    /// Path of the element, without indexes: `Procedure.code`. `*` stands for anything.
    pub path: String,
    /// Only where one of these is found: codes, or canonicals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
}

impl Noise {
    /// Whether it is about an issue with this code and invariant, at this element, in which this was found.
    #[must_use]
    pub fn fits(&self, code: &str, invariant: Option<&str>, path: &str, found: &str) -> bool {
        let what = &self.what;
        what.code == code
            && what.invariant.as_deref().is_none_or(|key| invariant == Some(key))
            && super::fault::fits(&what.path, path)
            && (what.found.is_empty() || what.found.iter().any(|wanted| holds_word(found, wanted)))
    }
}

/// Whether a text holds another that stands by itself: `7136` is not in `713603004`.
fn holds_word(text: &str, wanted: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.match_indices(wanted)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + wanted.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(what: NoiseMatch) -> Noise {
        let text = Text { en: String::from("x"), nl: String::from("x") };
        Noise { id: String::from("S00"), what, versions: vec![], reason: text.clone(), source: String::new(), until: text }
    }

    #[test]
    fn noise_fits_all_that_it_names_together() {
        let what = NoiseMatch {
            code: String::from("code-undecided"),
            path: String::from("*.identifier.type"),
            found: vec![String::from("713603004")],
            ..NoiseMatch::default()
        };
        let noise = noise(what);
        assert!(noise.fits("code-undecided", None, "Patient.identifier.type", "`http://snomed.info/sct#713603004`"));
        assert!(!noise.fits("code-undecided", None, "Patient.identifier.type", "`http://snomed.info/sct#7136030041`"));
        assert!(!noise.fits("code-undecided", None, "Patient.identifier", "713603004"));
        assert!(!noise.fits("code-not-in-value-set", None, "Patient.identifier.type", "713603004"));
    }

    #[test]
    fn noise_of_an_invariant_is_about_that_one_alone() {
        let noise = noise(NoiseMatch {
            code: String::from("invariant-failed"),
            invariant: Some(String::from("dom-6")),
            path: String::from("*"),
            ..NoiseMatch::default()
        });
        assert!(noise.fits("invariant-failed", Some("dom-6"), "Consent", ""));
        assert!(!noise.fits("invariant-failed", Some("ppc-1"), "Consent", ""));
        assert!(!noise.fits("invariant-failed", None, "Consent", ""));
    }
}
