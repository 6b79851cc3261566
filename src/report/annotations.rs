//! Failures as the commands that GitHub reads from a log and shows beside a
//! job. GitHub keeps ten of a step, so the rest is counted.

use super::page::clean;
use super::view::{Cause, Report};
use super::words;
use crate::agreements::Effect;
use crate::text::Language;

/// Failures that are told one by one.
const MOST: usize = 10;
/// Letters of one message.
const LETTERS: usize = 600;

/// A line for each cause of failure, and one that counts those that do not fit.
#[must_use]
pub fn annotations(report: &Report, language: Language) -> String {
    let failures: Vec<&Cause> = report.causes.iter().filter(|cause| cause.effect == Effect::Fail).collect();
    let mut lines: Vec<String> = failures.iter().take(MOST).map(|cause| annotation(cause, language)).collect();
    if failures.len() > MOST {
        let word = words::word("causes-left-out");
        let message = format!("{} {}", failures.len() - MOST, word.get(language));
        lines.push(format!("::notice title={}::{}", property("Toets"), message_of(&message)));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn annotation(cause: &Cause, language: Language) -> String {
    let title = format!("{} {}: {}", cause.req, words::level(cause.level), cause.statement.get(language));
    let mut message = cause.first.sentence.get(language).to_owned();
    if cause.count > 1 {
        message.push_str(&format!(" ({} {})", cause.count, words::word("seen-times").get(language)));
    }
    if let Some(hint) = &cause.first.hint {
        message.push_str(&format!("\n{}: {}", words::word("hint").get(language), hint.get(language)));
    }
    format!("::error title={}::{}", property(&title), message_of(&message))
}

fn message_of(text: &str) -> String {
    bounded(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property ends at a comma or a colon.
fn property(text: &str) -> String {
    message_of(text).replace(':', "%3A").replace(',', "%2C")
}

fn bounded(text: &str) -> String {
    let mut bounded = clean(&text.chars().take(LETTERS).collect::<String>());
    if text.chars().nth(LETTERS).is_some() {
        bounded.push('…');
    }
    bounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn property_cannot_end_early() {
        assert_eq!(property("a::b, c%\n"), "a%3A%3Ab%2C c%25%0A");
    }
}
