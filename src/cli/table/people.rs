//! People at the table: what they type at a terminal and press on the page
//! becomes orders. Whole lines are read, so that it works everywhere.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;

use super::super::terminal::Terminal;
use super::{lock, words};
use crate::engine::{Order, Statement, StatementError, exhibit, media_type, said};
use crate::evidence::Exhibit;
use crate::report::live::Now;
use crate::serve::Pressed;
use crate::text::Language;

/// What a line means.
#[derive(Debug)]
enum Meant {
    Order(Order),
    Wrong(String),
    Help,
    /// How the phase stands.
    List,
    Nothing,
}

/// Reads lines from the terminal until it ends or the table does.
pub(super) fn listen(orders: mpsc::Sender<Order>, now: Arc<Mutex<Now>>, terminal: Terminal) {
    // A thread of its own: reading a terminal cannot be given up, and ends with the program.
    std::thread::spawn(move || {
        while let Some(line) = terminal.line() {
            match typed(&line, &now, terminal.language()) {
                Meant::Order(order) => {
                    if matches!(order, Order::Note(..)) {
                        terminal.note(words::noted(terminal.language()));
                    }
                    if orders.blocking_send(order).is_err() {
                        return;
                    }
                    words::next_question(&terminal, &lock(&now));
                }
                Meant::Wrong(why) => terminal.note(&why),
                Meant::List => terminal.note(&listed(&lock(&now), terminal.language())),
                Meant::Help => terminal.note(words::keys(terminal.language())),
                Meant::Nothing => {}
            }
        }
    });
}

/// How the phase stands that goes on.
fn listed(now: &Now, language: Language) -> String {
    match &now.standing {
        Some(standing) if now.phase.is_some() => words::standing(standing, language),
        _ => words::no_phase(language).to_owned(),
    }
}

/// What a line means now; a question that it answers is open no longer.
fn typed(line: &str, now: &Mutex<Now>, language: Language) -> Meant {
    let mut now = lock(now);
    let meant = meant(line, now.questions.first().map(|(key, _)| key.as_str()), language);
    if let Meant::Order(Order::Say(key, _)) = &meant {
        now.questions.retain(|(other, _)| other != key);
    }
    meant
}

/// Takes what is pressed on the page.
pub(super) fn pressed(mut pressed: mpsc::Receiver<Pressed>, orders: mpsc::Sender<Order>, now: Arc<Mutex<Now>>) {
    tokio::spawn(async move {
        while let Some(pressed) = pressed.recv().await {
            let Some(order) = ordered(pressed) else { continue };
            if let Order::Say(key, _) = &order {
                lock(&now).questions.retain(|(other, _)| other != key);
            }
            if orders.send(order).await.is_err() {
                return;
            }
        }
    });
}

fn ordered(pressed: Pressed) -> Option<Order> {
    match pressed {
        Pressed::Order(order) => match order.as_str() {
            "next" => Some(Order::Next),
            "skip" => Some(Order::Skip),
            "repeat" => Some(Order::Repeat),
            _ => None,
        },
        Pressed::Note(text) => Some(Order::Note(text, "the live page".to_owned())),
        Pressed::Answer { key, answer, remark, name, content } => {
            let exhibit = (!content.is_empty()).then(|| {
                let media_type = media_type(&content).to_owned();
                (Exhibit { name, media_type, digest: String::new() }, content)
            });
            let remark = Some(remark).filter(|remark| !remark.trim().is_empty());
            Some(Order::Say(key, Statement { answer: said(&answer)?, remark, exhibit, by: "the live page".to_owned() }))
        }
    }
}

/// What a line means: a letter for an order, or an answer to the first open question with a remark and a file behind it.
fn meant(line: &str, question: Option<&str>, language: Language) -> Meant {
    let (word, rest) = split(line.trim(), 1);
    match word.to_lowercase().as_str() {
        "" => Meant::Nothing,
        ">" | "next" | "verder" => Meant::Order(Order::Next),
        "s" | "skip" | "overslaan" => Meant::Order(Order::Skip),
        "r" | "repeat" | "opnieuw" => Meant::Order(Order::Repeat),
        // A bare `n` answers a question that is open; with a text behind it, it is a note.
        "n" | "note" | "notitie" if !rest.is_empty() => Meant::Order(Order::Note(rest.to_owned(), "the terminal".to_owned())),
        "note" | "notitie" => Meant::Wrong(words::empty_note(language).to_owned()),
        "l" | "list" | "lijst" => Meant::List,
        "?" | "h" | "help" => Meant::Help,
        _ => answered(line.trim(), question, language),
    }
}

/// An answer of two words (`kan niet`) or of one.
fn answered(line: &str, question: Option<&str>, language: Language) -> Meant {
    let answer = [2, 1].into_iter().map(|words| split(line, words)).find_map(|(word, rest)| Some((said(&word)?, rest)));
    match (answer, question) {
        (None, _) => Meant::Help,
        (Some(_), None) => Meant::Wrong(words::no_question(language).to_owned()),
        (Some((answer, rest)), Some(key)) => match remark(rest) {
            Ok((remark, exhibit)) => {
                let by = "the terminal".to_owned();
                Meant::Order(Order::Say(key.to_owned(), Statement { answer, remark, exhibit, by }))
            }
            Err(why) => Meant::Wrong(why.text().get(language).to_owned()),
        },
    }
}

/// The first words, with one space between them, and what comes after.
fn split(line: &str, words: usize) -> (String, &str) {
    let mut rest = line;
    let mut first = Vec::new();
    while first.len() < words && !rest.is_empty() {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        first.push(word);
        rest = after.trim_start();
    }
    (first.join(" "), rest)
}

type Remark = (Option<String>, Option<(Exhibit, Vec<u8>)>);

/// `@screen.png` is a file; all else is a remark. A name with spaces stands between quotes, or is all that comes after `@`.
fn remark(rest: &str) -> Result<Remark, StatementError> {
    let at =
        rest.char_indices().find(|(at, letter)| *letter == '@' && rest[..*at].chars().last().is_none_or(char::is_whitespace));
    let Some((at, _)) = at else { return Ok((words(rest), None)) };
    let (before, after) = (&rest[..at], &rest[at + 1..]);
    let quoted = after.strip_prefix('"').and_then(|inner| inner.split_once('"'));
    let (file, behind) = match quoted {
        Some(parts) => parts,
        None if Path::new(after.trim_end()).is_file() => (after.trim_end(), ""),
        None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
    };
    let exhibit = exhibit(Path::new(file))?;
    Ok((words(&format!("{before} {behind}")), Some(exhibit)))
}

/// With one space between them; nothing when there are none.
fn words(text: &str) -> Option<String> {
    Some(text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Said;

    fn said_of(line: &str) -> (Said, Option<String>) {
        match meant(line, Some("a/b/c"), Language::Nl) {
            Meant::Order(Order::Say(key, statement)) if key == "a/b/c" => (statement.answer, statement.remark),
            other => panic!("`{line}` is no answer: {other:?}"),
        }
    }

    #[test]
    fn remark_takes_a_file_whose_name_has_spaces() {
        let folder = std::env::temp_dir().join(format!("toets-remark-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("my screen.png");
        std::fs::write(&file, b"a picture").expect("a file");
        let name = file.display().to_string();
        for (line, wanted) in [
            (format!("two lack @{name}"), Some("two lack")),
            (format!("@{name}"), None),
            (format!("@\"{name}\" two lack"), Some("two lack")),
        ] {
            let (words, exhibit) = remark(&line).expect("the file is there");
            assert_eq!((words.as_deref(), exhibit.map(|(exhibit, _)| exhibit.name).as_deref()), (wanted, Some("my screen.png")));
        }
        assert_eq!(remark("mail a@b.example").expect("no file").0.as_deref(), Some("mail a@b.example"));
        assert!(remark("@not there.png").is_err());
        let _ = std::fs::remove_dir_all(&folder);
    }

    #[test]
    fn meant_takes_an_answer_of_one_word_or_two_with_a_remark_for_the_open_question() {
        assert_eq!(said_of("nee er ontbreken er twee"), (Said::No, Some("er ontbreken er twee".to_owned())));
        assert_eq!(said_of("ja"), (Said::Yes, None));
        for word in ["kan niet", "Kan  Niet", "cannot show", "cannot-show", "c"] {
            assert_eq!(said_of(word), (Said::CannotShow, None));
            assert_eq!(said_of(&format!("{word} geen scherm")), (Said::CannotShow, Some("geen scherm".to_owned())));
        }
    }

    #[test]
    fn meant_asks_again_in_the_language_of_the_user() {
        for (language, none, unread) in
            [(Language::En, "no question is open", "cannot be read"), (Language::Nl, "er staat geen vraag open", "niet te lezen")]
        {
            assert!(matches!(meant("yes", None, language), Meant::Wrong(why) if why == none));
            let missing = meant("yes @/nowhere/at/all.png", Some("a/b/c"), language);
            assert!(matches!(missing, Meant::Wrong(why) if why.contains(unread)));
        }
    }

    #[test]
    fn meant_knows_orders_in_both_languages() {
        assert!(matches!(meant("verder", None, Language::En), Meant::Order(Order::Next)));
        assert!(matches!(meant("s", None, Language::Nl), Meant::Order(Order::Skip)));
        assert!(matches!(meant("bla", None, Language::Nl), Meant::Help));
        assert!(matches!(meant("kan wel", Some("a/b/c"), Language::Nl), Meant::Help));
    }

    #[test]
    fn n_with_a_text_is_a_note_and_alone_it_answers() {
        for line in ["n de lijst was traag", "note de lijst was traag", "notitie  de lijst was traag"] {
            let meant = meant(line, Some("a/b/c"), Language::Nl);
            assert!(matches!(meant, Meant::Order(Order::Note(text, by)) if text == "de lijst was traag" && by == "the terminal"));
        }
        assert_eq!(said_of("n"), (Said::No, None));
        assert!(matches!(meant("note", None, Language::En), Meant::Wrong(why) if why.contains("behind it")));
        assert!(matches!(meant("l", None, Language::En), Meant::List));
    }

    #[test]
    fn list_tells_how_the_phase_stands_and_only_while_one_goes_on() {
        let standing = crate::text::Text { en: "1 of 2; missing: goals".to_owned(), nl: "1 van 2; ontbreekt: goals".to_owned() };
        let mut now = Now { standing: Some(standing), phase: Some("a/b".to_owned()), ..Now::default() };
        assert_eq!(listed(&now, Language::Nl), "  = 1 van 2; ontbreekt: goals");
        now.phase = None;
        assert_eq!(listed(&now, Language::En), "  no phase goes on");
    }

    #[test]
    fn answers_go_to_the_questions_that_are_open_one_after_the_other() {
        let ask = crate::text::Text { en: "?".to_owned(), nl: "?".to_owned() };
        let now =
            Mutex::new(Now { questions: vec![("a/b/c".to_owned(), ask.clone()), ("a/b/d".to_owned(), ask)], ..Now::default() });
        let keys: Vec<String> = ["ja", "kan niet nog niet gebouwd"]
            .into_iter()
            .map(|line| match typed(line, &now, Language::Nl) {
                Meant::Order(Order::Say(key, _)) => key,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(keys, ["a/b/c", "a/b/d"]);
        assert!(matches!(typed("nee", &now, Language::Nl), Meant::Wrong(_)));
    }
}
