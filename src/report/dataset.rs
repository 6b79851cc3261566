//! The dataset as a run showed it: a table of concepts, counted and in words.

use serde::Serialize;

use super::words::both;
use crate::judge::{ConceptCoverage, ConceptState, DatasetCounts, DatasetCoverage};
use crate::text::Text;

/// The dataset as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Dataset {
    /// Name of the dataset.
    pub name: String,
    /// What it is.
    pub title: Text,
    /// All of it in a sentence.
    pub sentence: Text,
    /// How many concepts there are of each state.
    pub counts: DatasetCounts,
    /// The concepts, in the order of the dataset.
    pub concepts: Vec<Concept>,
}

/// A concept as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Concept {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// How many groups it is in.
    pub depth: usize,
    /// Whether it is a group.
    pub group: bool,
    /// Where it can stand, in short: elements without conditions, extensions by the last part of their URL.
    pub paths: Vec<String>,
    /// `seen`, `not-shown`, `not-entered`, `not-in-data` or `not-mapped`.
    pub state: &'static str,
    /// The outcome whose colour it is drawn in.
    pub tone: &'static str,
    /// The state in words.
    pub label: Text,
    /// The exchange in which it was first seen.
    pub exchange: Option<String>,
    /// The element there.
    pub path: Option<String>,
}

/// What is shown of a dataset.
pub(super) fn dataset(coverage: &DatasetCoverage) -> Dataset {
    let counts = coverage.counts();
    Dataset {
        name: coverage.dataset.clone(),
        title: coverage.title.clone(),
        sentence: sentence(counts, coverage.known),
        counts,
        concepts: coverage.concepts.iter().map(concept).collect(),
    }
}

fn concept(own: &ConceptCoverage) -> Concept {
    let (state, tone, label) = words(own.state);
    Concept {
        id: own.id,
        name: own.name.clone(),
        depth: own.depth.min(6),
        group: own.group,
        paths: own.paths.iter().map(|path| short(path)).collect(),
        state,
        tone,
        label,
        exchange: own.place.as_ref().and_then(|place| place.exchange.clone()),
        path: own.place.as_ref().and_then(|place| place.path.clone()),
    }
}

/// The elements of a path: what is chosen among them is left out.
fn short(path: &str) -> String {
    let mut shown = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('(') {
        let (head, inside) = rest.split_at(at);
        let (name, argument) = (head.rsplit('.').next().unwrap_or(head), argument(inside));
        rest = &inside[argument.len() + 2..];
        match name {
            "extension" => {
                let url = argument.trim_matches('\'');
                shown.push_str(&format!("{head}({})", url.rsplit('/').next().unwrap_or(url)));
                rest = rest.strip_prefix(".value").unwrap_or(rest);
            }
            "repeat" => shown.push_str(&format!("{head}({argument})")),
            _ => shown.push_str(head.strip_suffix(name).unwrap_or(head).trim_end_matches('.')),
        }
    }
    shown + rest
}

/// What stands in the brackets that a text begins with.
fn argument(text: &str) -> &str {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 1 => return &text[1..at],
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    // Brackets that never close are no FHIRPath, and were never parsed.
    ""
}

fn words(state: ConceptState) -> (&'static str, &'static str, Text) {
    match state {
        ConceptState::Seen => ("seen", "pass", both("seen", "gezien")),
        ConceptState::NotShown => ("not-shown", "warn", both("never shown", "nooit getoond")),
        ConceptState::NotEntered => {
            ("not-entered", "untested", both("cannot be entered (sut.yaml)", "niet in te voeren (sut.yaml)"))
        }
        ConceptState::NotInData => ("not-in-data", "inapplicable", both("not in the data", "niet in de gegevens")),
        ConceptState::NotMapped => ("not-mapped", "inapplicable", both("no place in a resource", "geen plek in een resource")),
    }
}

fn sentence(counts: DatasetCounts, known: bool) -> Text {
    let DatasetCounts { concepts, seen, not_shown, not_entered, not_in_data, not_mapped } = counts;
    let (en, nl) = if known {
        (
            format!(
                "never shown although the data have it: {not_shown}; cannot be entered by the vendor's word: {not_entered}; not in the data: {not_in_data}"
            ),
            format!(
                "nooit getoond terwijl de gegevens het hebben: {not_shown}; volgens de leverancier niet in te voeren: {not_entered}; niet in de gegevens: {not_in_data}"
            ),
        )
    } else {
        (format!("not seen: {not_in_data}"), format!("niet gezien: {not_in_data}"))
    };
    both(
        format!(
            "Of {concepts} concepts {seen} were seen; {en}; without a place in a resource: {not_mapped}. This is no part of the verdict."
        ),
        format!(
            "Van {concepts} concepten zijn er {seen} gezien; {nl}; zonder plek in een resource: {not_mapped}. Dit telt niet mee in het oordeel."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_leaves_conditions_out_and_names_extensions() {
        let full = "Patient.name.where(use.where($this = 'a)').empty()).family.extension('http://x/y-prefix').value";
        assert_eq!(short(full), "Patient.name.family.extension(y-prefix)");
        assert_eq!(short("Consent.source.ofType(Reference).resolve().ofType(Consent)"), "Consent.source");
        assert_eq!(short("Consent.modifierExtension.where(url = 'x').value"), "Consent.modifierExtension.value");
        assert_eq!(short("Encounter.period.start"), "Encounter.period.start");
    }
}
