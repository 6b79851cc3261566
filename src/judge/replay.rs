//! Captures evaluated again: when they differ from the record, what was asked
//! hangs on values that we cannot account for (settled 19).

use std::collections::BTreeMap;

use super::case::{Case, Need, Run};
use super::expression::{Scope, parse};
use super::ruling::Ruling;
use super::verdict::Reason;
use crate::plan::{PlannedExpectation, PlannedScenario, PlannedStep};
use crate::scenario::{AnswerPredicate, Check};

/// Why the captures of a scenario are not those of the record; nothing when they are.
pub(crate) fn drift(run: Run<'_>, scenario: &PlannedScenario, key: &str) -> Option<Reason> {
    let recorded: BTreeMap<(&str, &str), &Vec<String>> = run
        .answers
        .captures(key)
        .iter()
        .map(|capture| ((capture.step.as_str(), capture.name.as_str()), &capture.values))
        .collect();
    for step in &scenario.steps {
        for (name, expression) in &step.capture {
            let Some(recorded) = recorded.get(&(step.id.as_str(), name.as_str())) else { continue };
            let again = again(run, scenario, (key, step), expression);
            if again.as_ref().is_some_and(|again| again != *recorded) {
                return Some(Reason::Harness(format!(
                    "capture `{name}` of step `{}` was [{}] when it was recorded and is [{}] now",
                    step.id,
                    recorded.join(", "),
                    again.unwrap_or_default().join(", ")
                )));
            }
        }
    }
    None
}

/// The values of a capture as they are now; nothing when we cannot tell.
fn again(run: Run<'_>, scenario: &PlannedScenario, (key, step): (&str, &PlannedStep), text: &str) -> Option<Vec<String>> {
    let expression = parse(text).ok()?;
    let expectation = PlannedExpectation {
        key: String::new(),
        req: String::new(),
        title: None,
        check: Check::Answer(AnswerPredicate::NoServerError),
    };
    let case = Case { run, scenario, key, step, expectation: &expectation };
    let mut values = Vec::new();
    for answer in case.firsts(&mut Ruling::default(), Need::Success) {
        let scope = Scope::of(&case, answer, None);
        let found =
            scope.evaluate(&expression, answer.root()?, |items| items.iter().filter_map(|item| item.text()).collect::<Vec<_>>());
        values.extend(found.ok()?);
    }
    Some(values)
}
