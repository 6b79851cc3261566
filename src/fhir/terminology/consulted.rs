//! What a terminology server said of codes that nobody here knows, and what is
//! still to be asked. Nobody is asked here: questions are collected while judging,
//! answers are handed in, and judging again uses them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use serde::{Deserialize, Serialize};

use super::{Coded, Membership, Reason};

/// Most questions that are collected at a time: a resource may hold a million codes.
const MAX_OPEN: usize = 10_000;
/// Longest text that is sent to a server.
const MAX_TEXT: usize = 2_000;

/// Whether a code is in a value set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Question {
    /// The code system.
    pub system: String,
    /// Its version, where the resource says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The code.
    pub code: String,
    /// Canonical of the value set, with its version where it has one.
    pub value_set: String,
}

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The code is in the value set.
    In,
    /// It is not.
    Out,
    /// Nothing that can be used, and why.
    Unanswered(String),
}

/// Answers by their questions.
pub type Answers = BTreeMap<Question, Answer>;

/// Answers that are here, and the questions that came up without one: each thread
/// has its own.
#[derive(Debug, Default)]
pub struct Consulted {
    answers: Answers,
    open: Mutex<HashMap<ThreadId, BTreeSet<Question>>>,
}

impl Consulted {
    /// With these answers.
    #[must_use]
    pub fn new(answers: Answers) -> Self {
        Self { answers, open: Mutex::default() }
    }

    /// The questions that came up on this thread and have no answer; once.
    #[must_use]
    pub fn take_open(&self) -> BTreeSet<Question> {
        self.open().remove(&thread::current().id()).unwrap_or_default()
    }

    /// What is known of a code that could not be decided for this reason. Only a code with
    /// its system can be asked about.
    pub(crate) fn membership(&self, value_set: &str, coded: &Coded<'_>, reason: Reason) -> Membership {
        let Some(system) = coded.system.filter(|system| !system.is_empty()) else { return Membership::Unknown(reason) };
        let can_be_sent = |text: &str| !text.is_empty() && text.len() <= MAX_TEXT;
        if value_set.starts_with('#') || ![system, coded.code, value_set].into_iter().all(can_be_sent) {
            return Membership::Unknown(reason);
        }
        let question = Question {
            system: system.to_owned(),
            version: coded.version.map(str::to_owned),
            code: coded.code.to_owned(),
            value_set: value_set.to_owned(),
        };
        match self.answers.get(&question) {
            Some(Answer::In) => Membership::In,
            Some(Answer::Out) => Membership::Out,
            Some(Answer::Unanswered(why)) => Membership::Unknown(Reason::Server { reason: Box::new(reason), why: why.clone() }),
            None => {
                let mut open = self.open();
                let own = open.entry(thread::current().id()).or_default();
                if own.len() < MAX_OPEN {
                    own.insert(question);
                }
                Membership::Unknown(reason)
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<ThreadId, BTreeSet<Question>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(consulted: &Consulted, system: Option<&str>, code: &str) -> Membership {
        let reason = Reason::NoContent { canonical: "urn:set".to_owned() };
        consulted.membership("urn:set", &Coded { system, version: None, code }, reason)
    }

    fn question(code: &str) -> Question {
        Question { system: "urn:s".to_owned(), version: None, code: code.to_owned(), value_set: "urn:set".to_owned() }
    }

    #[test]
    fn a_question_is_open_until_it_is_answered() {
        let consulted = Consulted::default();
        assert!(matches!(asked(&consulted, Some("urn:s"), "a"), Membership::Unknown(Reason::NoContent { .. })));
        assert!(matches!(asked(&consulted, Some("urn:s"), "a"), Membership::Unknown(_)));
        assert_eq!(consulted.take_open(), BTreeSet::from([question("a")]));
        assert!(consulted.take_open().is_empty());
        let answers = [("a", Answer::In), ("b", Answer::Out), ("c", Answer::Unanswered("no such set".to_owned()))];
        let consulted = Consulted::new(answers.map(|(code, answer)| (question(code), answer)).into());
        assert_eq!(asked(&consulted, Some("urn:s"), "a"), Membership::In);
        assert_eq!(asked(&consulted, Some("urn:s"), "b"), Membership::Out);
        let Membership::Unknown(why) = asked(&consulted, Some("urn:s"), "c") else { panic!("nobody knows") };
        assert!(why.to_string().contains("no such set"), "{why}");
        assert!(consulted.take_open().is_empty());
    }

    #[test]
    fn what_cannot_be_asked_is_not_collected() {
        let consulted = Consulted::default();
        let long = "x".repeat(MAX_TEXT + 1);
        for (system, code) in [(None, "a"), (Some(""), "a"), (Some("urn:s"), ""), (Some("urn:s"), long.as_str())] {
            assert!(matches!(asked(&consulted, system, code), Membership::Unknown(_)));
        }
        assert!(consulted.take_open().is_empty());
    }

    #[test]
    fn questions_of_another_thread_are_its_own() {
        let consulted = Consulted::default();
        let _ = asked(&consulted, Some("urn:s"), "a");
        let other = thread::scope(|scope| scope.spawn(|| consulted.take_open()).join().expect("it ends"));
        assert!(other.is_empty());
        assert_eq!(consulted.take_open().len(), 1);
    }
}
