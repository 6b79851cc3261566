//! The definitions that resources were judged by, named for people and machines.

use crate::fhir::knowledge::{DefinitionSource, Knowledge};

/// Digits of a digest that are shown to people.
const DIGITS: usize = 12;

/// A package of definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// Version of FHIR: `4.0.1`
    pub fhir: &'static str,
    /// What it is, and what it stands for.
    pub source: DefinitionSource,
}

impl Used {
    /// What this knowledge answers from, in the order in which it is asked. What a
    /// package has that is built in as well, the package answers for.
    #[must_use]
    pub fn of(knowledge: &Knowledge) -> Vec<Self> {
        let fhir = knowledge.types().definition().version;
        let all = knowledge.sources();
        let is_loaded = |source: &DefinitionSource| {
            let same = |other: &&DefinitionSource| (&other.id, &other.version) == (&source.id, &source.version);
            source.place.is_none() && all.iter().filter(same).any(|other| other.place.is_some())
        };
        all.iter().filter(|source| !is_loaded(source)).map(|source| Self { fhir, source: source.clone() }).collect()
    }

    /// `id#version (0123456789ab, stands for 1.0.0)`
    #[must_use]
    pub fn name(&self) -> String {
        let DefinitionSource { id, version, digest, approximates, .. } = &self.source;
        let digest = digest.as_deref().map(|digest| digest.rsplit(':').next().unwrap_or_default());
        let digest = digest.map(|digest| digest.get(..DIGITS).unwrap_or(digest).to_owned());
        let stands_for = approximates.as_ref().map(|published| format!("stands for {published}"));
        let beside: Vec<String> = digest.into_iter().chain(stands_for).collect();
        let beside = if beside.is_empty() { String::new() } else { format!(" ({})", beside.join(", ")) };
        format!("{id}#{version}{beside}")
    }

    /// `FHIR 4.0.1: a#1.0.0, b#2.0.0`, a line for each version of FHIR.
    #[must_use]
    pub fn lines(all: &[Self]) -> String {
        let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
        for one in all {
            match lines.last_mut() {
                Some((fhir, names)) if *fhir == one.fhir => names.push(one.name()),
                _ => lines.push((one.fhir, vec![one.name()])),
            }
        }
        lines.iter().map(|(fhir, names)| format!("FHIR {fhir}: {}", names.join(", "))).collect::<Vec<_>>().join("\n")
    }
}
