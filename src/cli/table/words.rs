//! What is told at the terminal while a client is at the table.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::super::terminal::Terminal;
use super::lock;
use crate::engine::Event;
use crate::evidence::PhaseEnd;
use crate::plan::without_variant;
use crate::report::live::Now;
use crate::text::{Language, Text};

/// Tells events, and keeps where the table is.
pub(super) struct Teller {
    pub(super) terminal: Terminal,
    pub(super) now: Arc<Mutex<Now>>,
    pub(super) attended: bool,
}

impl Teller {
    pub(super) fn tell(&self, event: &Event) {
        let language = self.terminal.language();
        match event {
            Event::PhaseStarted { scenario, step, instruct } => {
                let key = key(scenario, step);
                if self.attended {
                    let keys = if lock(&self.now).over.is_empty() { keys(language) } else { "" };
                    self.terminal.note(&format!("\n▸ {key}\n  {}\n{keys}", instruct.get(language)));
                }
                let mut now = lock(&self.now);
                (now.phase, now.instruct) = (Some(key), Some(instruct.clone()));
                now.questions.clear();
                now.standing = None;
                (now.since, now.silent) = (Some(Instant::now()), false);
            }
            Event::Received { method, url, asks, remarks, .. } => {
                let mut now = lock(&self.now);
                (now.since, now.silent) = (None, false);
                if self.attended {
                    self.terminal.note(&received((method, url), asks.as_deref(), remarks, language));
                }
            }
            Event::Question { key, ask } => {
                let mut now = lock(&self.now);
                now.questions.push((key.clone(), ask.clone()));
                if self.attended && now.questions.len() == 1 {
                    next_question(&self.terminal, &now);
                }
            }
            Event::PhaseOver { scenario, step, why } => {
                let key = key(scenario, step);
                if self.attended {
                    self.terminal.note(&format!("  {}", over(*why, language)));
                }
                let mut now = lock(&self.now);
                now.over.push((key, *why == PhaseEnd::Skipped));
                (now.phase, now.instruct, now.silent) = (None, None, false);
            }
            Event::Unanswered(keys) => {
                let mut now = lock(&self.now);
                now.questions.retain(|(key, _)| !keys.contains(key));
                if self.attended {
                    self.terminal.note(unanswered(language));
                }
            }
            Event::WasOver { scenario, step, why } => {
                lock(&self.now).over.push((key(scenario, step), *why == PhaseEnd::Skipped));
            }
            Event::Trouble(why) => self.terminal.note(&format!("! {}", why.get(language))),
            Event::NotKept(why) => self.terminal.note(&not_kept(why, language)),
            Event::RealDataSuspected => self.terminal.note(real(language)),
            _ => {}
        }
    }
}

/// A request as a line, and below it how it is not as the agreement has it.
fn received((method, url): (&str, &str), asks: Option<&str>, remarks: &[Text], language: Language) -> String {
    let asks = asks.map_or_else(String::new, |asks| format!("  → {asks}"));
    let remarks = remarks.iter().map(|remark| format!("\n      {}", remark.get(language)));
    format!("  {method} {url}{asks}{}", remarks.collect::<String>())
}

/// Shows the first question that is open.
pub(super) fn next_question(terminal: &Terminal, now: &Now) {
    if let Some((_, ask)) = now.questions.first() {
        let answers = match terminal.language() {
            Language::En => "[yes|no|cannot-show] and a remark, @file for a screenshot",
            Language::Nl => "[ja|nee|kan niet] en een opmerking, @bestand voor een schermafdruk",
        };
        terminal.note(&format!("  ? {}\n    {answers}", ask.get(terminal.language())));
    }
}

/// What may be typed.
pub(super) fn keys(language: Language) -> &'static str {
    match language {
        Language::En => {
            "  [>] go on  [s] skip  [r] again  [l] list  [n TEXT] note  [yes|no|cannot-show …] answer  [?] this  Ctrl-C stops"
        }
        Language::Nl => {
            "  [>] verder  [s] overslaan  [r] opnieuw  [l] lijst  [n TEKST] notitie  [ja|nee|kan niet …] antwoord  [?] dit  Ctrl-C stopt"
        }
    }
}

/// Somebody answers what nobody asked.
pub(super) fn no_question(language: Language) -> &'static str {
    match language {
        Language::En => "no question is open",
        Language::Nl => "er staat geen vraag open",
    }
}

/// Nobody answered in time.
fn unanswered(language: Language) -> &'static str {
    match language {
        Language::En => "  nobody answered in time: these questions stay untested",
        Language::Nl => "  niemand antwoordde op tijd: deze vragen blijven ongetest",
    }
}

/// How a phase stands.
pub(super) fn standing(standing: &Text, language: Language) -> String {
    format!("  = {}", standing.get(language))
}

/// Somebody asks how a phase stands and none goes on.
pub(super) fn no_phase(language: Language) -> &'static str {
    match language {
        Language::En => "  no phase goes on",
        Language::Nl => "  er loopt geen fase",
    }
}

/// A note is kept.
pub(super) fn noted(language: Language) -> &'static str {
    match language {
        Language::En => "  noted",
        Language::Nl => "  genoteerd",
    }
}

/// A note without a text.
pub(super) fn empty_note(language: Language) -> &'static str {
    match language {
        Language::En => "write what is to be noted behind it: `n the list was slow`",
        Language::Nl => "schrijf erachter wat er te noteren is: `n de lijst was traag`",
    }
}

/// There is no live page, and why.
pub(crate) fn no_page(language: Language, why: &std::io::Error) -> String {
    match language {
        Language::En => format!("no live page: its address or port cannot be used ({why})"),
        Language::Nl => format!("geen livepagina: het adres of de poort is niet te gebruiken ({why})"),
    }
}

fn over(why: PhaseEnd, language: Language) -> &'static str {
    match (why, language) {
        (PhaseEnd::Asked, Language::En) => "all was asked",
        (PhaseEnd::Asked, Language::Nl) => "alles is opgevraagd",
        (PhaseEnd::Program, Language::En) => "the client has ended",
        (PhaseEnd::Program, Language::Nl) => "de client is klaar",
        (PhaseEnd::Deadline, Language::En) => "the time is over",
        (PhaseEnd::Deadline, Language::Nl) => "de tijd is om",
        (PhaseEnd::Next, Language::En) => "on to the next",
        (PhaseEnd::Next, Language::Nl) => "verder met de volgende",
        (PhaseEnd::Skipped, Language::En) => "left out",
        (PhaseEnd::Skipped, Language::Nl) => "overgeslagen",
        (PhaseEnd::Stopped, Language::En) => "stopped",
        (PhaseEnd::Stopped, Language::Nl) => "gestopt",
    }
}

fn not_kept(why: &str, language: Language) -> String {
    match language {
        Language::En => format!(
            "STOPPED: what comes in here cannot be kept, so that nothing more is answered: {why}. When that is mended, `--resume` goes on"
        ),
        Language::Nl => format!(
            "GESTOPT: wat hier binnenkomt kan niet bewaard worden, dus er wordt niets meer beantwoord: {why}. Is dat verholpen, dan gaat `--resume` verder"
        ),
    }
}

fn real(language: Language) -> &'static str {
    match language {
        Language::En => "WARNING: a BSN outside the test range came in; it was replaced. Use test persons only.",
        Language::Nl => "LET OP: er kwam een BSN van buiten de testreeks binnen; het is vervangen. Gebruik alleen testpersonen.",
    }
}

/// `scenario/step` of `scenario@variant` and a step.
fn key(scenario: &str, step: &str) -> String {
    format!("{}/{step}", without_variant(scenario))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn received_tells_below_the_line_how_it_differs_in_the_language_of_the_user() {
        let remarks = [Text { en: "`code` is missing".to_owned(), nl: "`code` ontbreekt".to_owned() }];
        let told = received(("GET", "http://h/fhir/Goal"), None, &remarks, Language::Nl);
        assert_eq!(told, "  GET http://h/fhir/Goal\n      `code` ontbreekt");
        assert_eq!(received(("GET", "http://h/a"), Some("goals"), &[], Language::En), "  GET http://h/a  → goals");
    }
}
