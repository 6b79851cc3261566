//! The summary for a terminal: failures first, each with what to mend and how to
//! send the request again. Understandable without colour.

use super::lines::{clean, wrap};
use super::view::{Cause, Finding, Gap, Known, LevelCounts, Report, Root};
use super::{defects, habits, spoken, words};
use crate::agreements::{Effect, Level};
use crate::judge::{Conclusion, Counts, Outcome};
use crate::text::{Language, Text};

/// Values shown of one finding.
const VALUES: usize = 8;
/// Causes shown with everything; the rest is one line each.
const WHOLE: usize = 12;
/// Remarks and reasons shown.
const SHORT: usize = 8;

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colour.
    pub colour: Colour,
    /// Letters.
    pub letters: Letters,
    /// Columns.
    pub width: usize,
    /// Language.
    pub language: Language,
}

/// Whether there is colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    None,
    /// ANSI escapes.
    Ansi,
}

/// Which letters can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// All.
    Unicode,
    /// Those of ASCII.
    Ascii,
}

/// The summary.
#[must_use]
pub fn text(report: &Report, style: Style) -> String {
    let mut page = Page { text: String::new(), style };
    page.head(report);
    for warning in &report.warnings {
        let warning = page.pick(warning).to_owned();
        page.paragraph("! ", &warning);
    }
    if !report.warnings.is_empty() {
        page.text.push('\n');
    }
    report.roots.iter().for_each(|root| page.root(root));
    page.causes(&report.causes);
    page.more(&report.causes);
    page.gaps(&report.gaps);
    page.known(&report.known);
    page.remarks(&report.remarks);
    let notes = [report.profiles.as_ref().map(|own| &own.sentence), report.dataset.as_ref().map(|own| &own.sentence)];
    notes.into_iter().flatten().for_each(|note| page.told([("= ", note.clone())]));
    if let Some(spoken) = &report.spoken {
        page.told(spoken::lines(spoken));
    }
    if !report.habits.is_empty() {
        page.told(report.habits.iter().map(|habit| ("~ ", habits::line(habit))));
    }
    if !report.defects.is_empty() {
        let told = report.defects.iter().map(|defect| ("- ", defects::sentence(defect)));
        page.told(std::iter::once(("", defects::lead())).chain(told));
    }
    page.counts(report);
    page.text
}

struct Page {
    text: String,
    style: Style,
}

/// ANSI codes of what is marked.
#[derive(Clone, Copy)]
enum Mark {
    Red,
    Yellow,
    Green,
    Bold,
    Dim,
}

impl Page {
    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.style.language)
    }

    fn say<'t>(&self, en: &'t str, nl: &'t str) -> &'t str {
        match self.style.language {
            Language::En => en,
            Language::Nl => nl,
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn marked(&self, text: &str, mark: Mark) -> String {
        if self.style.colour == Colour::None {
            return text.to_owned();
        }
        let code = match mark {
            Mark::Red => "31;1",
            Mark::Yellow => "33",
            Mark::Green => "32",
            Mark::Bold => "1",
            Mark::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    fn letter<'t>(&self, unicode: &'t str, ascii: &'t str) -> &'t str {
        match self.style.letters {
            Letters::Unicode => unicode,
            Letters::Ascii => ascii,
        }
    }

    /// Text over as many lines as it needs, the first after a lead, the others below it.
    fn paragraph(&mut self, lead: &str, text: &str) {
        let indent = " ".repeat(lead.chars().count());
        let room = self.style.width.saturating_sub(indent.len()).max(20);
        for (index, line) in wrap(&clean(text), room).iter().enumerate() {
            self.line(&format!("{}{line}", if index == 0 { lead } else { &indent }));
        }
    }

    /// Sentences, each after its mark, and an empty line.
    fn told(&mut self, lines: impl IntoIterator<Item = (&'static str, Text)>) {
        for (mark, text) in lines {
            let text = self.pick(&text).to_owned();
            self.paragraph(mark, &text);
        }
        self.text.push('\n');
    }

    fn head(&mut self, report: &Report) {
        let head = &report.head;
        let dot = self.letter("·", "-");
        let seed: String = head.seed.chars().take(8).collect();
        let actor = words::actor(head.actor);
        let product = head.product.as_deref().map(|product| format!(" {dot} {}", clean(product))).unwrap_or_default();
        let first = format!(
            "Toets {}{product} {dot} {} {dot} {} {dot} {}",
            head.toets,
            self.pick(&actor),
            head.claim,
            clean(&head.target)
        );
        let seconds = format!("{:.1} s", head.took_us as f64 / 1e6);
        let second = format!(
            "  {} {} {dot} {} {} {dot} {} {} {dot} {seconds} {dot} seed {seed}",
            head.scenarios,
            self.say("scenarios", "scenario's"),
            head.expectations,
            self.say("expectations", "verwachtingen"),
            head.exchanges,
            self.say("exchanges", "uitwisselingen"),
        );
        let first = self.marked(&first, Mark::Bold);
        self.line(&first);
        self.line(&second);
        self.text.push('\n');
    }

    fn causes(&mut self, causes: &[Cause]) {
        for cause in causes.iter().take(WHOLE) {
            self.cause(cause);
            self.finding(&cause.first);
            self.text.push('\n');
        }
        for cause in causes.iter().skip(WHOLE) {
            self.cause(cause);
        }
        if causes.len() > WHOLE {
            self.text.push('\n');
        }
    }

    /// One cause of many findings: `✗ configuration  the token is not accepted   (57 requests)`
    fn root(&mut self, root: &Root) {
        let class = self.pick(&words::class(root.class)).to_owned();
        let lead = self.marked(&format!("{} {class}", self.letter("✗", "x")), Mark::Red);
        let requests = self.say("requests", "verzoeken");
        let sentence = format!("{} ({} {requests})", clean(self.pick(&root.sentence)), root.exchanges);
        let indent = " ".repeat(class.chars().count() + 4);
        for (index, line) in wrap(&sentence, self.style.width.saturating_sub(indent.len()).max(20)).iter().enumerate() {
            self.line(&format!("{}{line}", if index == 0 { format!("{lead}  ") } else { indent.clone() }));
        }
        if root.findings > 0 {
            let count = root.requirements.len();
            let ids = root.requirements.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
            let more = if count > 4 { ", …" } else { "" };
            let (en, nl) = ("explains {n} findings against {c} requirements", "verklaart {n} bevindingen tegen {c} eisen");
            let explains = self.say(en, nl).replace("{n}", &root.findings.to_string()).replace("{c}", &count.to_string());
            self.paragraph("    ", &format!("{explains}: {ids}{more}"));
        }
        let hint = self.pick(&root.hint).to_owned();
        self.paragraph(self.say("    hint: ", "    tip: "), &hint);
        if let Some(curl) = &root.curl {
            let lead = self.say("    again: ", "    opnieuw: ");
            self.line(&format!("{lead}{}", clean(curl)));
        }
        self.text.push('\n');
    }

    /// Where more is told of the first.
    fn more(&mut self, causes: &[Cause]) {
        if let Some(cause) = causes.first() {
            let line = format!("{}: toets explain {}", self.say("more", "meer"), cause.req);
            let line = self.marked(&line, Mark::Dim);
            self.line(&line);
            self.text.push('\n');
        }
    }

    /// `✗ PZP-QRY-023  SHALL   the finding   (2 places)`
    fn cause(&mut self, cause: &Cause) {
        let (sign, mark) = match cause.effect {
            Effect::Fail => (self.letter("✗", "x"), Mark::Red),
            Effect::Warn => ("!", Mark::Yellow),
            Effect::Remark | Effect::Coverage => (self.letter("·", "-"), Mark::Dim),
        };
        let id = self.marked(&format!("{sign} {}", cause.req), mark);
        let places =
            if cause.count > 1 { format!(" ({} {})", cause.count, self.say("places", "plaatsen")) } else { String::new() };
        let class = match cause.effect {
            Effect::Fail | Effect::Warn => format!(" [{}]", self.pick(&words::class(cause.first.class))),
            Effect::Remark | Effect::Coverage => String::new(),
        };
        let sentence = format!("{}{places}{class}", clean(self.pick(&cause.first.sentence)));
        let indent = " ".repeat(cause.req.len() + 12);
        for (index, line) in wrap(&sentence, self.style.width.saturating_sub(indent.len()).max(20)).iter().enumerate() {
            match index {
                0 => self.line(&format!("{id}  {:<7} {line}", words::level(cause.level))),
                _ => self.line(&format!("{indent}{line}")),
            }
        }
        if let Some(known) = &cause.known {
            let sentence = self.pick(&known.sentence).to_owned();
            self.paragraph(&indent, &sentence);
        }
    }

    fn finding(&mut self, finding: &Finding) {
        if let Some(place) = place(finding, self.say("line", "regel")) {
            let place = self.marked(&place, Mark::Dim);
            self.line(&format!("    {place}"));
        }
        let (expected, actual) = (self.say("expected  ", "verwacht  "), self.say("actual    ", "gekregen  "));
        self.values(expected, &finding.expected);
        self.values(actual, &finding.actual);
        if let Some(hint) = &finding.hint {
            let (lead, hint) = (self.say("    hint: ", "    tip: "), self.pick(hint).to_owned());
            self.paragraph(lead, &hint);
        }
        if let Some(curl) = &finding.curl {
            let lead = self.say("    again: ", "    opnieuw: ");
            self.line(&format!("{lead}{}", clean(curl)));
        }
    }

    fn values(&mut self, name: &str, values: &[String]) {
        let indent = " ".repeat(name.chars().count());
        for (index, value) in values.iter().take(VALUES).enumerate() {
            let lead = format!("      {}", if index == 0 { name } else { &indent });
            self.paragraph(&lead, value);
        }
        if values.len() > VALUES {
            let more = self.say("more", "meer");
            self.line(&format!("      {indent}… {} {more}", values.len() - VALUES));
        }
    }

    fn gaps(&mut self, gaps: &[Gap]) {
        let open: Vec<&Gap> = gaps.iter().filter(|gap| gap.outcome != Outcome::Inapplicable).collect();
        for gap in open.iter().take(SHORT) {
            let outcome = words::outcome(gap.outcome);
            let count = gap.requirements.len();
            let ids = gap.requirements.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let more = if count > 3 { format!(", … ({count})") } else { String::new() };
            let why = match self.style.language {
                Language::En => &gap.reason.en,
                Language::Nl => &gap.reason.nl,
            };
            let sentence = format!("{}: {why}: {ids}{more}", self.pick(&outcome));
            self.paragraph("? ", &sentence);
        }
        if !open.is_empty() {
            self.text.push('\n');
        }
    }

    fn known(&mut self, known: &[Known]) {
        // What needs a hand is among the warnings.
        for known in known.iter().filter(|known| matches!(known.state, "failing" | "undecided")) {
            let sentence = format!("{} {}", self.pick(&known.sentence), known.reason);
            self.paragraph("= ", &sentence);
        }
        if !known.is_empty() {
            self.text.push('\n');
        }
    }

    fn remarks(&mut self, remarks: &[Cause]) {
        let (expected, actual) = (self.say("expected  ", "verwacht  "), self.say("actual    ", "gekregen  "));
        for remark in remarks.iter().take(SHORT) {
            self.cause(remark);
            // A remark is short: its values are shown where they are as short.
            if remark.first.expected.len() <= 1 && remark.first.actual.len() <= 1 {
                self.values(expected, &remark.first.expected);
                self.values(actual, &remark.first.actual);
            }
        }
        if remarks.len() > SHORT {
            let more = self.say("more remarks in the report", "opmerkingen meer in het rapport");
            self.line(&format!("  … {} {more}", remarks.len() - SHORT));
        }
        if !remarks.is_empty() {
            self.text.push('\n');
        }
    }

    fn counts(&mut self, report: &Report) {
        let rows: Vec<String> = levels(&report.counts).iter().map(|(name, counts)| self.count(name, *counts)).collect();
        for row in rows {
            self.line(&row);
        }
        let mark = match report.head.conclusion {
            Conclusion::Conformant => Mark::Green,
            Conclusion::Incomplete => Mark::Yellow,
            Conclusion::NotConformant => Mark::Red,
        };
        let word = self.marked(self.pick(&report.head.word), mark);
        self.text.push('\n');
        self.line(&word);
        for sentence in [Some(&report.head.sentence), report.head.known.as_ref(), Some(&report.head.change)].into_iter().flatten()
        {
            let sentence = self.pick(sentence).to_owned();
            self.paragraph("  ", &sentence);
        }
    }

    /// `71 SHALL and MUST   60 pass · 1 fail · 2 cannot tell · 8 not tested`
    fn count(&self, name: &str, counts: Counts) -> String {
        let parts = [
            (counts.pass, words::outcome(Outcome::Pass)),
            (counts.warn, words::outcome(Outcome::Warn)),
            (counts.remark, words::remark()),
            (counts.fail, words::outcome(Outcome::Fail)),
            (counts.broken, words::outcome(Outcome::Broken)),
            (counts.cant_tell, words::outcome(Outcome::CantTell)),
            (counts.untested, words::outcome(Outcome::Untested)),
            (counts.inapplicable, words::outcome(Outcome::Inapplicable)),
        ];
        let dot = format!(" {} ", self.letter("·", "-"));
        let said = parts.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> = said.map(|(count, word)| format!("{count} {}", self.pick(word))).collect();
        let name = name.replace('&', self.say("and", "en"));
        format!("{:>4} {name:<16} {}", counts.claimed, said.join(&dot))
    }
}

/// SHALL and MUST are one row: a claim hangs on both alike.
pub(super) fn levels(counts: &[LevelCounts]) -> Vec<(&'static str, Counts)> {
    let of = |level: Level| counts.iter().find(|counts| counts.level == level).map(|counts| counts.counts).unwrap_or_default();
    let rows = [
        ("SHALL & MUST", super::head::sum(of(Level::Shall), of(Level::Must))),
        ("SHOULD", of(Level::Should)),
        ("MAY", of(Level::May)),
    ];
    rows.into_iter().filter(|(_, counts)| counts.claimed > 0).collect()
}

fn place(finding: &Finding, line: &str) -> Option<String> {
    let exchange = clean(finding.exchange.as_deref()?);
    let path = finding.path.as_deref().map(|path| format!(", {}", clean(path))).unwrap_or_default();
    // All of a body that is one line is on line 1: that says nothing.
    let line = finding.line.filter(|number| *number > 1).map(|number| format!(", {line} {number}")).unwrap_or_default();
    Some(format!("{exchange}{path}{line}"))
}
