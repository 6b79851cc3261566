//! Placeholders in strings: `${patient}`, `${bsn}`, `${patient:PERSONA}` and the
//! names of captures.

use std::collections::BTreeSet;
use std::ops::Range;

use super::place::{Place, Problems, suggest};

/// Names that every request has a value for.
pub(super) const BUILT_IN: [&str; 3] = ["patient", "bsn", "unknown"];

/// Names that a capture cannot have: they mean something already, now or in the next version.
pub(super) const RESERVED: [&str; 13] = [
    "patient",
    "bsn",
    "canonical",
    "unknown",
    "exchange",
    "base",
    "today",
    "context",
    "resource",
    "rootResource",
    "ucum",
    "sct",
    "loinc",
];

/// A placeholder with its bytes in the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placeholder<'t> {
    /// What stands between the braces, up to a colon.
    pub(super) name: &'t str,
    /// What stands behind the colon.
    pub(super) argument: Option<&'t str>,
    /// Bytes of the whole.
    pub(super) range: Range<usize>,
}

/// The placeholders of a text. One that is not closed reaches to the end.
pub(super) fn placeholders(text: &str) -> Vec<Placeholder<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("${").map(|found| at + found) {
        let end = text[start..].find('}').map_or(text.len(), |found| start + found + 1);
        let inside = text[start + 2..end].trim_end_matches('}');
        let (name, argument) = inside.split_once(':').map_or((inside, None), |(name, argument)| (name, Some(argument)));
        found.push(Placeholder { name, argument, range: start..end });
        at = end;
    }
    found
}

/// What a placeholder may name at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed<'s> {
    /// Names beside the built-in ones.
    pub(super) names: &'s [&'s str],
    /// Personas for `${patient:PERSONA}`.
    pub(super) personas: &'s BTreeSet<&'s str>,
    /// Whether there is a patient to speak of.
    pub(super) persona: bool,
}

/// Reports placeholders that name nothing.
pub(super) fn check(place: Place<'_>, text: &str, allowed: Allowed<'_>, problems: &mut Problems) {
    for placeholder in placeholders(text) {
        let range = place.range_within(&placeholder.range);
        let name = placeholder.name;
        if !text[placeholder.range.clone()].ends_with('}') {
            problems.within(place, range, "placeholder-unknown", "a placeholder that is not closed").hint =
                Some("write `${name}`".to_owned());
        } else if let Some(persona) = placeholder.argument {
            of_persona(place, range, name, persona, allowed, problems);
        } else if BUILT_IN.contains(&name) {
            if name != "unknown" && !allowed.persona {
                let message = format!("`${{{name}}}` needs a patient, and the scenario has no persona");
                problems.within(place, range, "persona-missing", message).hint = Some("give the scenario a `persona`".to_owned());
            }
        } else if !allowed.names.contains(&name) {
            let known: Vec<&str> = BUILT_IN.iter().chain(allowed.names).copied().collect();
            problems.within(place, range, "placeholder-unknown", format!("nothing gives `${{{name}}}` a value here")).hint =
                suggest(name, &known);
        }
    }
}

fn of_persona(place: Place<'_>, range: Range<usize>, name: &str, persona: &str, allowed: Allowed<'_>, problems: &mut Problems) {
    if name != "patient" {
        problems.within(place, range, "placeholder-unknown", format!("`${{{name}:{persona}}}` means nothing")).hint =
            Some(format!("a colon follows `patient` only: `${{patient:{persona}}}`"));
    } else if !allowed.personas.contains(persona) {
        let known: Vec<&str> = allowed.personas.iter().copied().collect();
        problems.within(place, range, "persona-unknown", format!("no persona `{persona}`")).hint = suggest(persona, &known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_with_name_argument_and_bytes() {
        let found = placeholders("Patient/${patient:no-plan}?x=${a}&y=${open");
        assert_eq!(
            found,
            [
                Placeholder { name: "patient", argument: Some("no-plan"), range: 8..26 },
                Placeholder { name: "a", argument: None, range: 29..33 },
                Placeholder { name: "open", argument: None, range: 36..42 },
            ]
        );
    }
}
