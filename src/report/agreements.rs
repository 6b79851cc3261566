//! Defects of the agreements as text, as Markdown for an issue, and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::agreements::Dialect;
use crate::agreements::lint::Defect;
use crate::text::Language;

/// What was looked at in one version, and what was found.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The version.
    pub version: Dialect,
    /// The definitions of this version that were here: `iknl.fhir.r4.pzp#1.0.0-rc2-approx`; none: its texts only.
    pub definitions: Vec<String>,
    /// What was found.
    pub defects: Vec<Defect>,
}

struct Words {
    total: &'static str,
    none: &'static str,
    by: &'static str,
    texts: &'static str,
    heads: [&'static str; 5],
}

fn words(language: Language) -> Words {
    match language {
        Language::En => Words {
            total: "defects in the agreements",
            none: "no defects found",
            by: "looked at",
            texts: "requests and tables only: no definitions of this version are here",
            heads: ["where", "published", "why it cannot work", "mend", "source"],
        },
        Language::Nl => Words {
            total: "fouten in de afspraken",
            none: "geen fouten gevonden",
            by: "bekeken",
            texts: "alleen verzoeken en tabellen: er zijn hier geen definities van deze versie",
            heads: ["waar", "gepubliceerd", "waarom het niet kan werken", "herstel", "bron"],
        },
    }
}

/// The name of a version, as the user writes it.
fn name(version: Dialect) -> String {
    serde_json::to_value(version).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn title(defect: &Defect, language: Language) -> &'static str {
    match language {
        Language::En => defect.rule.title[0],
        Language::Nl => defect.rule.title[1],
    }
}

fn basis(looked: &Looked, words: &Words) -> String {
    if looked.definitions.is_empty() {
        words.texts.to_owned()
    } else {
        format!("{}: {}", words.by, looked.definitions.join(", "))
    }
}

/// Defects for people at a terminal.
#[must_use]
pub fn text(versions: &[Looked], language: Language) -> String {
    let words = words(language);
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    for looked in versions {
        line(format!("{}  {}  ({})", name(looked.version), looked.defects.len(), basis(looked, &words)));
        for defect in &looked.defects {
            line(format!("  {}  {}  [{}]", defect.place, title(defect, language), defect.rule.code));
            for (head, said) in words.heads[1..].iter().zip([
                defect.published.as_str(),
                defect.why.get(language),
                defect.mend.get(language),
                defect.source.as_str(),
            ]) {
                line(format!("      {head}: {said}"));
            }
        }
        if looked.defects.is_empty() {
            line(format!("  {}", words.none));
        }
        line(String::new());
    }
    let total: usize = versions.iter().map(|looked| looked.defects.len()).sum();
    line(format!("{total} {}", words.total));
    out.trim_end().to_owned()
}

/// Defects as an issue for the owners.
#[must_use]
pub fn markdown(versions: &[Looked], language: Language) -> String {
    let words = words(language);
    let mut out = String::new();
    for looked in versions {
        // A String takes all that is written to it.
        let _ = writeln!(out, "## {}\n\n{}.\n", name(looked.version), basis(looked, &words));
        if looked.defects.is_empty() {
            let _ = writeln!(out, "{}.\n", words.none);
        }
        for defect in &looked.defects {
            let _ = writeln!(out, "### {}: {} (`{}`)\n", cell(&defect.place), title(defect, language), defect.rule.code);
            let _ = writeln!(out, "- **{}**: {}", words.heads[1], code(&defect.published));
            let _ = writeln!(out, "- **{}**: {}", words.heads[2], defect.why.get(language));
            let _ = writeln!(out, "- **{}**: {}", words.heads[3], defect.mend.get(language));
            let _ = writeln!(out, "- **{}**: {}\n", words.heads[4], defect.source);
        }
    }
    out.trim_end().to_owned() + "\n"
}

/// One row a defect, for the documentation.
#[must_use]
pub fn table(versions: &[Looked], language: Language) -> String {
    let words = words(language);
    let mut out = String::new();
    for looked in versions {
        let _ = writeln!(out, "### {} ({})\n\n{}.\n", name(looked.version), looked.defects.len(), basis(looked, &words));
        let _ = writeln!(out, "| rule | {} | {} | {} |\n|---|---|---|---|", words.heads[0], words.heads[1], words.heads[2]);
        for defect in &looked.defects {
            let why = cell(defect.why.get(language));
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {why} |",
                defect.rule.code,
                cell(&defect.place),
                cell(&code(&defect.published))
            );
        }
        out.push('\n');
    }
    out
}

/// Text between more backticks than it has itself.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Defects for programs: both languages, in a stable order.
#[must_use]
pub fn json(versions: &[Looked]) -> String {
    let defect = |defect: &Defect| -> Value {
        json!({
            "rule": defect.rule.code,
            "title": { "en": defect.rule.title[0], "nl": defect.rule.title[1] },
            "where": defect.place,
            "published": defect.published,
            "why": defect.why,
            "mend": defect.mend,
            "source": defect.source,
        })
    };
    let version = |looked: &Looked| -> Value {
        json!({
            "version": name(looked.version),
            "definitions": looked.definitions,
            "count": looked.defects.len(),
            "defects": looked.defects.iter().map(defect).collect::<Vec<_>>(),
        })
    };
    format!("{:#}", json!({ "versions": versions.iter().map(version).collect::<Vec<_>>() }))
}
