//! The summary of a job in CI, as Markdown. Bounded, and everything that came
//! from a server is text in it: no link, no picture, no heading.

use std::fmt::Write as _;

use super::page::clean;
use super::view::{Cause, Gap, Report};
use super::{spoken, words};
use crate::agreements::Effect;
use crate::text::{Language, Text};

/// Causes that are told with their hint; of the rest the number.
const CAUSES: usize = 20;
/// Reasons why something is not decided.
const GAPS: usize = 12;
/// Requirements that are named of one reason.
const NAMES: usize = 12;
/// Values that are shown of one finding.
const VALUES: usize = 4;
/// Letters of one sentence or value.
const LETTERS: usize = 400;

/// The summary.
#[must_use]
pub fn markdown(report: &Report, language: Language) -> String {
    let mut page = Page { text: String::new(), language };
    page.head(report);
    page.counts(report);
    page.spoken(report);
    page.causes(&report.causes);
    page.gaps(&report.gaps);
    page.text
}

struct Page {
    text: String,
    language: Language,
}

impl Page {
    fn head(&mut self, report: &Report) {
        let head = &report.head;
        let name = head.product.clone().unwrap_or_else(|| head.target.clone());
        self.line(&format!("## Toets: {} · {}", self.inline(&head.word), plain(&name)));
        self.line("");
        self.line(&format!("{} {}", self.inline(&head.sentence), self.inline(&head.change)));
        for warning in &report.warnings {
            self.line("");
            self.line(&format!("> **{}.** {}", self.word("warnings"), self.inline(warning)));
        }
        self.line("");
        self.line(&format!(
            "{} · {} · {} {} · {} {} · {} {} · Toets {}",
            plain(&head.claim),
            code(&head.target),
            head.scenarios,
            self.word("scenarios"),
            head.expectations,
            self.word("expectations"),
            head.exchanges,
            self.word("exchanges"),
            plain(&head.toets),
        ));
    }

    fn counts(&mut self, report: &Report) {
        let levels: Vec<_> = report.counts.iter().filter(|row| row.counts.claimed > 0).collect();
        if levels.is_empty() {
            return;
        }
        let names = ["fail", "broken", "cantTell", "untested", "warn", "remark", "pass"];
        let heads: Vec<String> = names.iter().map(|name| self.inline(&super::page::outcome(name))).collect();
        self.line("");
        self.line(&format!("| | {} | {} |", heads.join(" | "), self.word("claimed")));
        self.line(&format!("|---|{}", "--:|".repeat(names.len() + 1)));
        for level in levels {
            let counts = level.counts;
            let cells = [
                counts.fail,
                counts.broken,
                counts.cant_tell,
                counts.untested,
                counts.warn,
                counts.remark,
                counts.pass,
                counts.claimed,
            ];
            let cells: Vec<String> = cells.iter().map(usize::to_string).collect();
            self.line(&format!("| {} | {} |", words::level(level.level), cells.join(" | ")));
        }
    }

    /// The version that is spoken, with what to change.
    fn spoken(&mut self, report: &Report) {
        let Some(speech) = &report.spoken else { return };
        let lines = spoken::lines(speech);
        self.line("");
        for (mark, text) in lines {
            let lead = if mark.contains('-') { "- " } else { "" };
            self.line(&format!("{lead}{}", self.inline(&text)));
            if lead.is_empty() && !speech.fits {
                self.line("");
            }
        }
    }

    fn causes(&mut self, causes: &[Cause]) {
        if causes.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("### {}", self.word("next-steps")));
        self.line("");
        for cause in causes.iter().take(CAUSES) {
            self.cause(cause);
        }
        if causes.len() > CAUSES {
            self.line("");
            self.line(&format!("{} {}", causes.len() - CAUSES, self.word("causes-left-out")));
        }
    }

    fn cause(&mut self, cause: &Cause) {
        let mark = if cause.effect == Effect::Fail { "✗" } else { "!" };
        let times = if cause.count == 1 { String::new() } else { format!(" ({} {})", cause.count, self.word("seen-times")) };
        let level = words::level(cause.level);
        let (statement, finding) = (self.inline(&cause.statement), self.inline(&cause.first.sentence));
        self.line(&format!("- {mark} **{}** {level} {statement}<br>{finding}{times}", plain(&cause.req)));
        for (name, values) in [("expected", &cause.first.expected), ("actual", &cause.first.actual)] {
            let shown: Vec<String> = values.iter().take(VALUES).map(|value| code(value)).collect();
            if !shown.is_empty() {
                self.line(&format!("  - {}: {}", self.word(name), shown.join(", ")));
            }
        }
        if let Some(hint) = &cause.first.hint {
            self.line(&format!("  - {}: {}", self.word("hint"), self.inline(hint)));
        }
    }

    fn gaps(&mut self, gaps: &[Gap]) {
        if gaps.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("### {}", self.word("gaps")));
        self.line("");
        for gap in gaps.iter().take(GAPS) {
            let reason = Text { en: gap.reason.en.clone(), nl: gap.reason.nl.clone() };
            let outcome = self.inline(&words::outcome(gap.outcome));
            let mut names: Vec<String> = gap.requirements.iter().take(NAMES).map(|id| plain(id)).collect();
            if gap.requirements.len() > NAMES {
                names.push(format!("… {}", gap.requirements.len()));
            }
            self.line(&format!("- {outcome}: {} ({})", self.inline(&reason), names.join(", ")));
        }
        if gaps.len() > GAPS {
            self.line(&format!("- {} {}", gaps.len() - GAPS, self.word("causes-left-out")));
        }
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{text}");
    }

    fn word(&self, name: &str) -> String {
        plain(words::word(name).get(self.language))
    }

    /// A sentence in which what stands in backticks is code.
    fn inline(&self, text: &Text) -> String {
        let text = bounded(text.get(self.language));
        let parts: Vec<&str> = text.split('`').collect();
        let part = |(index, part): (usize, &&str)| match index % 2 {
            1 if index + 1 < parts.len() => code(part),
            _ => plain(part),
        };
        parts.iter().enumerate().map(part).collect()
    }
}

/// One line, at most as long as one wants to read.
fn bounded(text: &str) -> String {
    let mut line: String = clean(&text.chars().take(LETTERS).collect::<String>()).replace(['\n', '\t'], " ");
    if text.chars().nth(LETTERS).is_some() {
        line.push('…');
    }
    line
}

/// Text that no reader of Markdown takes for more.
fn plain(text: &str) -> String {
    let mut escaped = String::new();
    for letter in bounded(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A name or an address in the text of a server is no reason to call somebody or to make a link.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter => escaped.push(letter),
        }
    }
    escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// Text as code. Written as HTML: a span of Markdown would end at a backtick, and a table at a bar.
fn code(text: &str) -> String {
    format!("<code>{}</code>", plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_makes_no_link_and_calls_nobody() {
        assert_eq!(plain("[a](https://b) @c <img> |"), "\\[a\\](https&#58;//b) &#64;c &lt;img&gt; \\|");
    }

    #[test]
    fn code_stays_on_one_line() {
        assert_eq!(code("a\n## b"), "<code>a \\#\\# b</code>");
    }
}
