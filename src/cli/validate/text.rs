//! Judged resources as a terminal shows them: the line that an issue is about,
//! drawn; a verdict for each file; the totals. Issues that say the same are told
//! once.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::diagnostics::{Drawing, Paint, Weight, draw_one, one_line};
use crate::fhir::validate::Severity;
use crate::report::outcome::{Counts, Judged, Shown, Totals, Verdict, word};
use crate::text::Language;

/// Issues that are drawn, of all resources; others get a line.
const DRAWN: usize = 100;
/// Lines for issues that are not drawn, of all resources.
const LINES: usize = 1_000;
/// Places that are named of issues that say the same.
const PLACES: usize = 5;
/// Issues of one element and code that are told apart.
const ALIKE: usize = 3;

/// The format, and how much it has told.
#[derive(Debug)]
pub(crate) struct Text {
    language: Language,
    paint: Paint,
    drawn: usize,
    lines: usize,
}

/// Issues that are told as one: the first, and the places of the others.
struct Group<'g> {
    first: &'g Shown,
    others: Vec<&'g Shown>,
}

impl Text {
    pub(crate) fn new(language: Language, paint: Paint) -> Self {
        Self { language, paint, drawn: 0, lines: 0 }
    }

    fn say<'t>(&self, en: &'t str, nl: &'t str) -> &'t str {
        if self.language == Language::En { en } else { nl }
    }

    /// What is told of a resource. Nothing of one that is valid and was not named, but found in a folder or a line.
    pub(crate) fn resource(&mut self, judged: &Judged, is_named: bool) -> String {
        let mut text = String::new();
        for group in groups(&judged.issues) {
            self.group(judged, &group, &mut text);
        }
        let is_quiet = judged.verdict == Verdict::Valid && !(is_named && judged.line.is_none()) && judged.issues.is_empty();
        if !is_quiet {
            text.push_str(&self.verdict(judged));
        }
        text
    }

    fn group(&mut self, judged: &Judged, group: &Group<'_>, text: &mut String) {
        if self.drawn < DRAWN {
            self.drawn += 1;
            text.push_str(&self.drawing(judged, group));
            text.push_str("\n\n");
        } else if self.lines < LINES {
            self.lines += 1;
            let Shown { line, column, what, code, severity, .. } = group.first;
            let more = if group.others.is_empty() { String::new() } else { format!(" (+{})", group.others.len()) };
            let word = word(*severity, self.language);
            let _ = writeln!(text, "{}:{line}:{column}: {word}[{}]: {}{more}", one_line(&judged.file), code.name, one_line(what));
        } else if self.lines == LINES {
            self.lines += 1;
            text.push_str(self.say(
                "… more issues than are shown here; `--format json` has them all\n",
                "… meer bevindingen dan hier getoond; `--format json` heeft ze alle\n",
            ));
        }
    }

    fn drawing(&self, judged: &Judged, group: &Group<'_>) -> String {
        let first = group.first;
        let profile = first.profile.as_ref().map(|profile| match &first.key {
            Some(key) => format!("{profile} ({key})"),
            None => profile.clone(),
        });
        let notes = [
            (self.say("element", "element"), Some(first.path.clone()).filter(|path| !path.is_empty())),
            (self.say("expected", "verwacht"), unless_told(&first.expected, first)),
            (self.say("found", "gevonden"), unless_told(&first.found, first)),
            (self.say("profile", "profiel"), profile),
            ("HL7", first.code.message_id.map(str::to_owned)),
            (self.say("mend", "herstel"), Some(first.mend.clone())),
            (self.say("also", "ook"), self.also(&group.others)),
        ];
        let drawing = Drawing {
            weight: match first.severity {
                Severity::Error => Weight::Error,
                Severity::Warning | Severity::CantTell => Weight::Warning,
                Severity::Information => Weight::Note,
            },
            word: word(first.severity, self.language),
            code: first.code.name,
            what: &first.what,
            place: (&judged.file, first.line, first.column),
            line: first.excerpt.as_ref().map(|excerpt| (excerpt.text.as_str(), excerpt.mark.clone())),
            notes: notes.into_iter().filter_map(|(word, note)| Some((word, note?))).collect(),
        };
        draw_one(&drawing, self.paint)
    }

    /// `3:5 Patient.name[1], 9:5 Patient.name[2] and 7 more`
    fn also(&self, others: &[&Shown]) -> Option<String> {
        let place = |issue: &&Shown| format!("{}:{} {}", issue.line, issue.column, issue.path);
        let places: Vec<String> = others.iter().take(PLACES).map(place).collect();
        let left = others.len().saturating_sub(PLACES);
        let more = match left {
            0 => String::new(),
            _ => format!(" {} {left} {}", self.say("and", "en"), self.say("more", "meer")),
        };
        (!places.is_empty()).then(|| format!("{}{more}", places.join(", ")))
    }

    /// `invalid      a.json (Patient/a): 2 errors`
    fn verdict(&self, judged: &Judged) -> String {
        let (word, colour) = match judged.verdict {
            Verdict::Valid => (self.say("valid", "geldig"), "32"),
            Verdict::CannotTell => (word(Severity::CantTell, self.language), "33"),
            Verdict::Invalid => (self.say("invalid", "ongeldig"), "31;1"),
            Verdict::Unread(_) => (self.say("unread", "ongelezen"), "31;1"),
        };
        let word = format!("{word:<14}");
        let word = if self.paint == Paint::Colour { format!("\u{1b}[{colour}m{word}\u{1b}[0m") } else { word };
        let resource = judged.resource.as_ref().map(|resource| format!(" ({resource})")).unwrap_or_default();
        let what = match &judged.verdict {
            Verdict::Unread(why) => why.clone(),
            _ => self.counts(judged.counts),
        };
        let what = if what.is_empty() { what } else { format!(": {what}") };
        format!("{word} {}\n", one_line(&format!("{}{resource}{what}", judged.place())))
    }

    fn counts(&self, counts: Counts) -> String {
        let said = [
            (counts.errors, ("error", "errors"), ("fout", "fouten")),
            (counts.cannot_tell, ("not decided", "not decided"), ("niet te zeggen", "niet te zeggen")),
            (counts.warnings, ("warning", "warnings"), ("waarschuwing", "waarschuwingen")),
            (
                counts.open_codes,
                ("code of a weaker binding not decided", "codes of weaker bindings not decided"),
                ("code met een lichtere binding niet te zeggen", "codes met een lichtere binding niet te zeggen"),
            ),
        ];
        let said = said.into_iter().filter(|(count, ..)| *count > 0).map(|(count, en, nl)| {
            let (one, many) = if self.language == Language::En { en } else { nl };
            format!("{count} {}", if count == 1 { one } else { many })
        });
        said.collect::<Vec<_>>().join(", ")
    }

    /// The last lines: how many of what, and by what they were judged.
    pub(crate) fn totals(&self, totals: &Totals, skipped: usize, used: &[String]) -> String {
        let Totals { resources, valid, cannot_tell, invalid, unread, counts } = *totals;
        let noun = if resources == 1 { self.say("resource", "resource") } else { self.say("resources", "resources") };
        let verdicts = [
            (valid, self.say("valid", "geldig")),
            (cannot_tell, self.say("cannot tell", "niet te zeggen")),
            (invalid, self.say("invalid", "ongeldig")),
        ];
        let verdicts = verdicts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let mut line = format!("{resources} {noun}: {}", verdicts.collect::<Vec<_>>().join(", "));
        let issues = self.counts(counts);
        if !issues.is_empty() {
            let _ = write!(line, "; {issues}");
        }
        for (count, word) in [
            (unread, self.say("could not be read", "niet gelezen")),
            (skipped, self.say("skipped as another kind of file", "overgeslagen als ander soort bestand")),
        ] {
            if count > 0 {
                let _ = write!(line, "; {count} {word}");
            }
        }
        std::iter::once(line).chain(used.iter().map(|used| format!("  {used}"))).collect::<Vec<_>>().join("\n")
    }
}

/// A value, unless the sentence has it already.
fn unless_told(value: &Option<String>, issue: &Shown) -> Option<String> {
    value.clone().filter(|value| !issue.what.contains(value.as_str()))
}

/// Issues of one severity, code and element (whatever its index): those with the
/// same words are one, and of too many with other words the rest goes with the last.
fn groups(issues: &[Shown]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
    for issue in issues {
        let key = (issue.code.name, issue.severity, without_indexes(&issue.path), issue.profile.as_deref(), issue.key.as_deref());
        let known = alike.entry(key).or_default();
        let same = known.iter().copied().find(|at| groups[*at].first.what == issue.what);
        match same.or_else(|| known.last().copied().filter(|_| known.len() >= ALIKE)) {
            Some(at) => groups[at].others.push(issue),
            None => {
                known.push(groups.len());
                groups.push(Group { first: issue, others: Vec::new() });
            }
        }
    }
    groups
}

/// `Patient.name.given` for `Patient.name[1].given[0]`
fn without_indexes(path: &str) -> String {
    let mut depth = 0_usize;
    let mut plain = String::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain
}
