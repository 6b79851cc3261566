//! What a terminology server said in a run, out of the evidence: a replay uses the
//! same answers, and asks nobody.

use crate::evidence::{Evidence, Record};
use crate::fhir::terminology::{Answer, Answers};

/// The answers of a run. Shares of a run may each have asked: an answer goes before none, and
/// two that differ are none.
pub(super) fn answers(evidence: &Evidence) -> Answers {
    let mut answers = Answers::new();
    for record in &evidence.records {
        let Record::Terminology(asked) = record else { continue };
        let joined = match (answers.get(&asked.question), &asked.answer) {
            (None, said) | (Some(Answer::Unanswered(_)), said @ (Answer::In | Answer::Out)) => said.clone(),
            (Some(known), said) if known == said => continue,
            (Some(_), Answer::Unanswered(_)) => continue,
            (Some(_), _) => Answer::Unanswered("it says yes and no".to_owned()),
        };
        answers.insert(asked.question.clone(), joined);
    }
    answers
}
