//! What is told at the terminal while a client is at the table.

use std::sync::{Arc, Mutex};

use super::super::terminal::Terminal;
use super::lock;
use crate::engine::Event;
use crate::evidence::PhaseEnd;
use crate::report::live::Now;
use crate::text::Language;

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
            }
            Event::Received { exchange, method, url, asks } => {
                if self.attended {
                    let asks = asks.as_ref().map_or_else(String::new, |asks| format!("  → {asks}"));
                    self.terminal.note(&format!("  {method} {url}{asks}"));
                }
                if let Some(asks) = asks {
                    lock(&self.now).asks.insert(exchange.clone(), asks.clone());
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
                (now.phase, now.instruct) = (None, None);
            }
            Event::WasOver { scenario, step, why } => {
                lock(&self.now).over.push((key(scenario, step), *why == PhaseEnd::Skipped));
            }
            Event::NotKept(why) => self.terminal.note(&not_kept(why, language)),
            Event::RealDataSuspected => self.terminal.note(real(language)),
            _ => {}
        }
    }
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
        Language::En => "  [>] go on  [s] skip  [r] again  [yes|no|cannot-show …] answer  [?] this  Ctrl-C stops",
        Language::Nl => "  [>] verder  [s] overslaan  [r] opnieuw  [ja|nee|kan niet …] antwoord  [?] dit  Ctrl-C stopt",
    }
}

/// Where the live page is.
pub(super) fn page(language: Language, url: &str) -> String {
    match language {
        Language::En => format!("live page  {url}"),
        Language::Nl => format!("livepagina {url}"),
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
    format!("{}/{step}", scenario.split('@').next().unwrap_or(scenario))
}
