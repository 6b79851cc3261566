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

/// What a line means.
#[derive(Debug)]
enum Meant {
    Order(Order),
    Wrong(String),
    Help,
    Nothing,
}

/// Reads lines from the terminal until it ends or the table does.
pub(super) fn listen(orders: mpsc::Sender<Order>, now: Arc<Mutex<Now>>, terminal: Terminal) {
    // A thread of its own: reading a terminal cannot be given up, and ends with the program.
    std::thread::spawn(move || {
        while let Some(line) = terminal.line() {
            let first = lock(&now).questions.first().map(|(key, _)| key.clone());
            match meant(&line, first.as_deref()) {
                Meant::Order(order) => {
                    if let Order::Say(key, _) = &order {
                        lock(&now).questions.retain(|(other, _)| other != key);
                    }
                    if orders.blocking_send(order).is_err() {
                        return;
                    }
                    words::next_question(&terminal, &lock(&now));
                }
                Meant::Wrong(why) => terminal.note(&why),
                Meant::Help => terminal.note(words::keys(terminal.language())),
                Meant::Nothing => {}
            }
        }
    });
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
fn meant(line: &str, question: Option<&str>) -> Meant {
    let (word, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    match word.to_lowercase().as_str() {
        "" => Meant::Nothing,
        ">" | "next" | "verder" => Meant::Order(Order::Next),
        "s" | "skip" | "overslaan" => Meant::Order(Order::Skip),
        "r" | "repeat" | "opnieuw" => Meant::Order(Order::Repeat),
        "?" | "h" | "help" => Meant::Help,
        answer => match (said(answer), question) {
            (None, _) => Meant::Help,
            (Some(_), None) => Meant::Wrong("no question is open / er staat geen vraag open".to_owned()),
            (Some(answer), Some(key)) => match remark(rest) {
                Ok((remark, exhibit)) => {
                    let by = "the terminal".to_owned();
                    Meant::Order(Order::Say(key.to_owned(), Statement { answer, remark, exhibit, by }))
                }
                Err(why) => Meant::Wrong(why.to_string()),
            },
        },
    }
}

type Remark = (Option<String>, Option<(Exhibit, Vec<u8>)>);

/// `@screen.png` is a file; all else is a remark.
fn remark(rest: &str) -> Result<Remark, StatementError> {
    let file = rest.split_whitespace().find_map(|word| word.strip_prefix('@'));
    let exhibit = file.map(|file| exhibit(Path::new(file))).transpose()?;
    let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with('@')).collect();
    Ok((Some(words.join(" ")).filter(|words| !words.is_empty()), exhibit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Said;

    #[test]
    fn meant_takes_an_answer_with_a_remark_for_the_open_question() {
        let Meant::Order(Order::Say(key, statement)) = meant("nee er ontbreken er twee", Some("a/b/c")) else {
            panic!("it is an answer");
        };
        assert_eq!((key.as_str(), statement.answer), ("a/b/c", Said::No));
        assert_eq!(statement.remark.as_deref(), Some("er ontbreken er twee"));
    }

    #[test]
    fn meant_asks_again_when_no_question_is_open_or_the_file_is_not_there() {
        assert!(matches!(meant("yes", None), Meant::Wrong(_)));
        assert!(matches!(meant("yes @/nowhere/at/all.png", Some("a/b/c")), Meant::Wrong(_)));
    }

    #[test]
    fn meant_knows_orders_in_both_languages() {
        assert!(matches!(meant("verder", None), Meant::Order(Order::Next)));
        assert!(matches!(meant("s", None), Meant::Order(Order::Skip)));
        assert!(matches!(meant("bla", None), Meant::Help));
    }
}
