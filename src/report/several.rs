//! Several runs as one: a line and a row for each, and all their cases in one
//! `junit.xml`. What each found is in its own report.

use super::text::levels;
use super::view::Report;
use super::{html, junit, words};
use crate::text::Language;

/// One of several runs.
#[derive(Debug, Clone)]
pub struct Part<'p> {
    /// Name of its folder.
    pub name: String,
    /// Its report.
    pub report: &'p Report,
}

/// All cases; each suite is called by its run.
#[must_use]
pub fn junit(parts: &[Part<'_>], language: Language) -> String {
    let named: Vec<(&str, &Report)> = parts.iter().map(|part| (part.name.as_str(), part.report)).collect();
    junit::several(&named, language)
}

/// A line for each.
#[must_use]
pub fn text(parts: &[Part<'_>], language: Language) -> String {
    let widest = parts.iter().map(|part| part.name.chars().count()).max().unwrap_or_default();
    let line = |part: &Part<'_>| format!("{:widest$}  {}", part.name, part.report.head.word.get(language));
    parts.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A page that leads to the report of each.
#[must_use]
pub fn page(parts: &[Part<'_>], language: Language) -> String {
    let rows: Vec<html::Row> = parts.iter().map(row).collect();
    html::index(&rows, language)
}

fn row(part: &Part<'_>) -> html::Row {
    let head = &part.report.head;
    html::Row {
        name: part.name.clone(),
        product: head.product.clone(),
        actor: words::actor(head.actor),
        word: head.word.clone(),
        sentence: head.sentence.clone(),
        counts: levels(&part.report.counts).into_iter().map(|(name, counts)| words::counts(name, counts)).collect(),
    }
}
