//! What came back of the data of personas, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::reason;
use crate::judge::{DataCheck, DataDifference, DifferenceKind};
use crate::text::{Language, Text};

/// Values that are shown of one difference.
const VALUES: usize = 4;

/// Whether everything of a persona came back as it is, but for what cannot be entered.
#[must_use]
pub fn is_whole(check: &DataCheck) -> bool {
    check.patient.is_some() && check.open.is_empty() && !check.differences.iter().any(counts)
}

/// More in an element that is there is no loss; another resource is another answer to a query.
fn counts(own: &DataDifference) -> bool {
    match own.kind {
        DifferenceKind::Missing | DifferenceKind::Changed => true,
        DifferenceKind::Extra => own.concept.is_none(),
        DifferenceKind::NotEntered => false,
    }
}

/// The comparison for people.
#[must_use]
pub fn text(checks: &[DataCheck], language: Language) -> String {
    let say = |en: &'static str, nl: &'static str| if language == Language::En { en } else { nl };
    let mut text = String::new();
    for check in checks {
        let (found, of, name) = (check.found, check.of, &check.persona);
        let _ = match &check.patient {
            None => writeln!(text, "{name}: {}", say("not found on the server", "niet gevonden op de server")),
            Some(patient) => {
                let what = say("resources came back", "resources kwamen terug");
                writeln!(text, "{name} (Patient/{patient}): {found}/{of} {what}")
            }
        };
        let mut by_resource: BTreeMap<&str, Vec<&DataDifference>> = BTreeMap::new();
        for own in &check.differences {
            by_resource.entry(&own.resource).or_default().push(own);
        }
        for (resource, differences) in by_resource {
            let _ = writeln!(text, "  {resource}");
            differences.iter().for_each(|own| difference(&mut text, own, language));
        }
        for open in check.open.iter().filter(|_| check.patient.is_some()) {
            let reason = reason::reason(open);
            let _ = writeln!(
                text,
                "  ? {}",
                say("not compared: ", "niet vergeleken: ").to_owned() + pick(&reason.en, &reason.nl, language)
            );
        }
        if is_whole(check) {
            let _ = writeln!(text, "  {}", say("all of the data is there", "alle gegevens zijn er"));
        }
        text.push('\n');
    }
    text
}

fn pick<'t>(en: &'t str, nl: &'t str, language: Language) -> &'t str {
    if language == Language::En { en } else { nl }
}

fn difference(text: &mut String, own: &DataDifference, language: Language) {
    let Text { en, nl } = word(own.kind);
    let mark = if counts(own) { "!" } else { "-" };
    let concept = own.concept.as_ref().map(|(id, name)| format!("{id} {name}"));
    let concept = concept.unwrap_or_else(|| pick("the resource as a whole", "de resource als geheel", language).to_owned());
    let _ = writeln!(text, "    {mark} {concept}: {}", pick(&en, &nl, language));
    for (label, values) in [(("persona", "persona"), &own.expected), (("server", "server"), &own.actual)] {
        if !values.is_empty() {
            let more = if values.len() > VALUES { ", …" } else { "" };
            let values = values.iter().take(VALUES).map(|value| clip(value)).collect::<Vec<_>>().join(", ");
            let _ = writeln!(text, "        {:<8} {values}{more}", pick(label.0, label.1, language));
        }
    }
    if let Some(path) = &own.place.path {
        let _ = writeln!(text, "        {:<8} {path}", pick("at", "op", language));
    }
    if let Some(reason) = &own.reason {
        let _ = writeln!(text, "        {:<8} {}", pick("reason", "reden", language), clip(reason));
    }
}

/// A value on one line, in a few letters: what a server says may be anything.
fn clip(value: &str) -> String {
    let mut clean: String = value.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if let Some((at, _)) = clean.char_indices().nth(120) {
        clean.truncate(at);
        clean.push('…');
    }
    clean
}

fn word(kind: DifferenceKind) -> Text {
    let (en, nl) = match kind {
        DifferenceKind::Missing => ("not there", "niet aanwezig"),
        DifferenceKind::Changed => ("another value", "een andere waarde"),
        DifferenceKind::Extra => ("more than the persona has", "meer dan de persona heeft"),
        DifferenceKind::NotEntered => ("not shown: it cannot be entered", "niet getoond: niet in te voeren"),
    };
    super::words::both(en, nl)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Check<'c> {
    persona: &'c str,
    patient: Option<&'c str>,
    whole: bool,
    found: usize,
    of: usize,
    differences: Vec<Difference<'c>>,
    open: Vec<Open>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Difference<'c> {
    kind: &'static str,
    counts: bool,
    resource: &'c str,
    concept: Option<u32>,
    name: Option<&'c str>,
    expected: &'c [String],
    actual: &'c [String],
    exchange: Option<&'c str>,
    path: Option<&'c str>,
    reason: Option<&'c str>,
}

#[derive(Serialize)]
struct Open {
    code: String,
    en: String,
    nl: String,
}

/// The comparison for programs.
///
/// # Panics
/// Never: every key of the format is a string.
#[must_use]
pub fn json(checks: &[DataCheck]) -> String {
    let all: Vec<Check<'_>> = checks.iter().map(check).collect();
    serde_json::to_string_pretty(&all).expect("every key of the format is a string")
}

fn check(own: &DataCheck) -> Check<'_> {
    let open = own.open.iter().map(reason::reason).map(|reason| Open { code: reason.code, en: reason.en, nl: reason.nl });
    Check {
        persona: &own.persona,
        patient: own.patient.as_deref(),
        whole: is_whole(own),
        found: own.found,
        of: own.of,
        differences: own.differences.iter().map(one).collect(),
        open: open.collect(),
    }
}

fn one(own: &DataDifference) -> Difference<'_> {
    Difference {
        kind: match own.kind {
            DifferenceKind::Missing => "missing",
            DifferenceKind::Changed => "changed",
            DifferenceKind::Extra => "extra",
            DifferenceKind::NotEntered => "notEntered",
        },
        counts: counts(own),
        resource: &own.resource,
        concept: own.concept.as_ref().map(|(id, _)| *id),
        name: own.concept.as_ref().map(|(_, name)| name.as_str()),
        expected: &own.expected,
        actual: &own.actual,
        exchange: own.place.exchange.as_deref(),
        path: own.place.path.as_deref(),
        reason: own.reason.as_deref(),
    }
}
