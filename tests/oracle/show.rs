//! For working differences down: the differences of a set by kind, and all of a
//! single case.

use std::collections::{BTreeMap, BTreeSet};

use toets::fhir::validate::Severity;
use toets::text::Language;

use super::cases::Case;
use super::measure::{Compared, Measure};
use super::place::Place;
use super::run::Outcome;

/// How many cases have a kind of error that the other judge has not at that
/// element, the most frequent first.
pub(crate) fn alone(compared: &[Compared<'_>]) -> String {
    let (mut theirs, mut ours) = (Tally::new(), Tally::new());
    for one in compared {
        for said in one.theirs.iter().filter(|said| !one.ours.iter().any(|issue| said.is_at(&issue.path))) {
            theirs.entry(format!("{}@{}", short(&said.code), last(&said.place))).or_default().insert(&one.case.id);
        }
        for issue in one.ours.iter().filter(|issue| !one.theirs.iter().any(|said| said.is_at(&issue.path))) {
            let key = issue.key.as_ref().map_or(String::new(), |key| format!(" {key}"));
            ours.entry(format!("{}{key}@{}", issue.code.name, last(&issue.path))).or_default().insert(&one.case.id);
        }
    }
    format!("errors that only HL7 has there:\n{}errors that only we have there:\n{}", told(theirs), told(ours))
}

type Tally<'c> = BTreeMap<String, BTreeSet<&'c str>>;

fn told(tally: Tally<'_>) -> String {
    let mut sorted: Vec<_> = tally.into_iter().collect();
    sorted.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    let line = |(kind, ids): &(String, BTreeSet<&str>)| {
        format!("  {:4} {kind}: {}\n", ids.len(), ids.iter().take(3).copied().collect::<Vec<_>>().join(" "))
    };
    sorted.iter().take(60).map(line).collect()
}

fn short(code: &str) -> &str {
    code.rsplit('/').next().unwrap_or_default()
}

/// The last two steps of a place.
fn last(path: &str) -> String {
    let general = Place::read(path).general();
    let steps: Vec<&str> = general.rsplitn(3, '.').collect();
    steps.iter().take(2).rev().copied().collect::<Vec<_>>().join(".")
}

/// Differences of a measure by message and element, the most frequent first.
pub(crate) fn differences(measure: Measure, compared: &[Compared<'_>]) -> String {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in compared.iter().filter(|one| one.case.apart == compared[0].case.apart) {
        let Some(Err(kind)) = one.measured(measure) else { continue };
        let kind = if measure == Measure::Verdict { kind.split(": ").next().unwrap_or_default() } else { "" };
        groups.entry(format!("{kind}: {}", summary(one, measure))).or_default().push(&one.case.id);
    }
    let mut sorted: Vec<_> = groups.into_iter().collect();
    sorted.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    let line = |(kind, ids): &(String, Vec<&str>)| {
        let named = ids.iter().take(3).copied().collect::<Vec<_>>().join(" ");
        format!("  {:4} {kind}\n         {named}\n", ids.len())
    };
    format!(
        "{}: {} differ\n{}",
        measure.name(),
        sorted.iter().map(|(_, ids)| ids.len()).sum::<usize>(),
        sorted.iter().map(line).collect::<String>()
    )
}

fn summary(one: &Compared<'_>, measure: Measure) -> String {
    if measure == Measure::Xml {
        let lines = one.outcome.xml.iter().flatten();
        return lines.take(3).cloned().collect::<Vec<_>>().join("; ");
    }
    let theirs: BTreeSet<String> = one.theirs.iter().map(|said| format!("{}@{}", short(&said.code), last(&said.place))).collect();
    let ours: BTreeSet<String> = one
        .ours
        .iter()
        .map(|issue| {
            format!(
                "{}{}@{}",
                issue.code.name,
                issue.key.as_ref().map_or(String::new(), |key| format!(" {key}")),
                last(&issue.path)
            )
        })
        .collect();
    let joined = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(", ");
    format!("{} | {}", joined(theirs), joined(ours))
}

/// All of one case.
pub(crate) fn case(case: &Case, outcome: &Outcome) -> String {
    let mut text =
        format!("{}\nprofile: {:?}, packages: {:?}, supporting: {:?}\n", case.id, case.profile, case.packages, case.supporting);
    let source = String::from_utf8_lossy(&case.text);
    let pretty = serde_json::from_str::<serde_json::Value>(&source).and_then(|value| serde_json::to_string_pretty(&value));
    text += &pretty.unwrap_or_else(|_| source.into_owned());
    text += "\n\nHL7:\n";
    for said in &case.said {
        let old = case.before.iter().any(|before| before.code == said.code && before.place == said.place);
        text += &format!(
            "  {}{} {} {}: {}\n",
            if said.error { "ERROR " } else { "      " },
            if old { "(of the example)" } else { "" },
            said.code,
            said.place,
            said.message
        );
    }
    text += "ours:\n";
    if outcome.panic {
        text += "  a panic\n";
    }
    for issue in &outcome.issues {
        let sign = if issue.severity == Severity::Error { "ERROR" } else { "     " };
        let of = issue.profile.as_ref().map_or("", |profile| profile);
        text += &format!(
            "  {sign} {:?} {} {}: {} ({of})\n",
            issue.severity,
            issue.code.name,
            issue.path,
            issue.message(Language::En)
        );
    }
    text += &outcome.xml.iter().flatten().map(|line| format!("  {line}\n")).collect::<String>();
    text
}
