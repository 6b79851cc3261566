//! The terminology server that the user names, and looking up for `toets validate`
//! what nothing here knows.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::failure::Failure;
use super::runtime;
use crate::drive::{Contents, Secrets, TERMINOLOGY_TOKEN, TerminologyServer};
use crate::fhir::terminology::{Answer, Answers, Consulted, Question};
use crate::fhir::validate::Validator;
use crate::redact::Redactor;

/// Rounds of questions about one resource: an answer may lead to others, but not for long.
const ROUNDS: usize = 4;
/// Concepts of nine digits that pass for a BSN are codes where this is the system.
const SNOMED: &str = "http://snomed.info/sct";

/// Where codes are looked up.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct TerminologyArguments {
    /// FHIR terminology server that is asked about codes that nothing here knows; a bearer token is read from TOETS_TERMINOLOGY_TOKEN
    #[arg(long, value_name = "URL")]
    pub(crate) terminology: Option<String>,
}

impl TerminologyArguments {
    /// The server, where one is named; its token becomes a secret.
    pub(crate) fn server(&self, secrets: &mut Secrets) -> Result<Option<TerminologyServer>, Failure> {
        let Some(url) = &self.terminology else { return Ok(None) };
        if let Some(token) = std::env::var(TERMINOLOGY_TOKEN).ok().filter(|token| !token.trim().is_empty()) {
            secrets.insert(TERMINOLOGY_TOKEN, &token).map_err(|why| Failure::usage(why.to_string()))?;
            if is_open(url) {
                let what = format!(
                    "{TERMINOLOGY_TOKEN} would go over the network unprotected, as the terminology server is asked over plain http"
                );
                return Err(Failure::usage(what).hint("name it with https, or unset the token"));
            }
        }
        let hint = "name the base of a FHIR terminology server: `--terminology https://tx.example.org/r4`";
        TerminologyServer::new(url.trim(), secrets).map(Some).map_err(|why| Failure::usage(why.to_string()).hint(hint))
    }
}

/// Looks codes up while resources are judged. Each question is asked once.
pub(crate) struct Lookup {
    runtime: tokio::runtime::Runtime,
    base: String,
    asked: Mutex<(TerminologyServer, Answers)>,
}

impl Lookup {
    /// Lookups at a server.
    pub(crate) fn new(server: TerminologyServer) -> Result<Self, Failure> {
        let base = server.base().to_owned();
        Ok(Self { runtime: runtime::made()?, base, asked: Mutex::new((server, Answers::new())) })
    }

    /// What comes of judging, with what the server says.
    pub(crate) fn judged<T>(&self, judge: &Validator, redactor: &Redactor, act: impl Fn(&Validator) -> T) -> T {
        let mut answers = Answers::new();
        for _ in 0..ROUNDS {
            let consulted = Arc::new(Consulted::new(answers.clone()));
            let done = act(&judge.consulting(Arc::clone(&consulted)));
            let open = consulted.take_open();
            if open.is_empty() {
                return done;
            }
            let contents = |canonical: &str| judge.knowledge().written_value_set(canonical);
            answers.extend(self.answers(open, redactor, &contents));
        }
        act(&judge.consulting(Arc::new(Consulted::new(answers))))
    }

    fn answers(&self, open: BTreeSet<Question>, redactor: &Redactor, contents: &Contents<'_>) -> Answers {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let (server, known) = &mut *asked;
        let fresh: Vec<Question> = open.iter().filter(|question| !known.contains_key(*question)).cloned().collect();
        let (fresh, kept): (Vec<_>, Vec<_>) = fresh.into_iter().partition(|question| may_be_sent(question, redactor));
        let why = "the code may be a number of a person, and is not sent".to_owned();
        known.extend(kept.into_iter().map(|question| (question, Answer::Unanswered(why.clone()))));
        if !fresh.is_empty() {
            known.extend(self.runtime.block_on(server.ask(fresh, contents)));
        }
        open.into_iter().filter_map(|question| known.get_key_value(&question).map(|(q, a)| (q.clone(), a.clone()))).collect()
    }

    /// Begins anew with what was not answered: the server may be there now.
    pub(crate) fn again(&self) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.0.forgive();
        asked.1.retain(|_, answer| !matches!(answer, Answer::Unanswered(_)));
    }

    /// What was asked, in a line.
    pub(crate) fn used(&self) -> String {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let open = asked.1.values().filter(|answer| matches!(answer, Answer::Unanswered(_))).count();
        format!("terminology server {}: {} codes asked, {open} without an answer", self.base, asked.1.len())
    }
}

/// A number of a person may have got where a code belongs, and is nobody else's business.
fn may_be_sent(question: &Question, redactor: &Redactor) -> bool {
    question.system == SNOMED || redactor.text(&question.code) == question.code
}

/// Whether others can read what goes to this address.
fn is_open(url: &str) -> bool {
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let url = url.trim().to_lowercase();
    url.starts_with("http://") && !loopback.iter().any(|start| url.strip_prefix(start).is_some_and(is_end_of_host))
}

fn is_end_of_host(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([':', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_open_to_all_but_this_machine() {
        for url in ["http://tx.example.org", "http://localhost.example.org/fhir", "HTTP://127.0.0.10"] {
            assert!(is_open(url), "{url}");
        }
        for url in ["https://tx.example.org", "http://localhost:80/fhir", "http://127.0.0.1", "http://[::1]/r4"] {
            assert!(!is_open(url), "{url}");
        }
    }
}
