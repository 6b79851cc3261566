//! Looking up codes that nothing here knows, at the end of a run: what judging
//! asks is asked of a terminology server, and what it says is recorded.

use std::collections::BTreeSet;

use super::session::Session;
use crate::drive::{Contents, TerminologyServer};
use crate::evidence::Evidence;
use crate::fhir::terminology::Question;

/// Rounds of questions: an answer may lead to others, but not for long.
const ROUNDS: usize = 4;
/// Most questions of a run.
const MAX_QUESTIONS: usize = 5_000;

/// Who is asked, and what.
pub struct Lookup<'c> {
    /// Who is asked.
    pub server: TerminologyServer,
    /// What judging the evidence so far asks, beyond what it has an answer to.
    pub questions: &'c (dyn Fn(&Evidence) -> BTreeSet<Question> + Sync),
    /// What is in a value set that the server does not have.
    pub contents: &'c Contents<'c>,
}

impl std::fmt::Debug for Lookup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookup").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Asks until nothing is open. When the user stops the run, what was not asked stays open.
pub(super) async fn look_up(session: &Session, Lookup { mut server, questions, contents }: Lookup<'_>) {
    let mut left = MAX_QUESTIONS;
    for _ in 0..ROUNDS {
        if left == 0 || *session.stop.borrow() {
            return;
        }
        let open: Vec<Question> = questions(&session.log.so_far()).into_iter().take(left).collect();
        if open.is_empty() {
            return;
        }
        left -= open.len();
        let answers = tokio::select! {
            answers = server.ask(open, contents) => answers,
            () = session.stopped() => return,
        };
        for (question, answer) in answers {
            session.log.terminology(server.base(), question, answer);
        }
    }
}
