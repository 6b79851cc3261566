//! Captures evaluated again: when they differ from the record, what was asked
//! hangs on values that we cannot account for (settled 19).

use super::answers::StepRecord;
use super::run::Run;
use super::verdict::Reason;
use crate::engine::{Variables, captured};
use crate::plan::PlannedScenario;

/// Why the captures of a scenario are not those of the record; nothing when they are.
pub(crate) fn drift(run: Run<'_>, scenario: &PlannedScenario, key: &str) -> Option<Reason> {
    for (index, capture) in run.answers.captures(key).iter().enumerate() {
        let step = scenario.steps.iter().find(|step| step.id == capture.step);
        let expression = step.and_then(|step| step.capture.get(&capture.name));
        let (Some(expression), Some(record)) = (expression, run.answers.step(key, &capture.step)) else { continue };
        let again = again(run, record, expression, &variables(run, scenario, (key, index)));
        if again != capture.values {
            return Some(Reason::Harness(format!(
                "capture `{}` of step `{}` was [{}] when it was recorded and is [{}] now",
                capture.name,
                capture.step,
                capture.values.join(", "),
                again.join(", ")
            )));
        }
    }
    None
}

/// The values of a capture over all answers of its step, as the engine takes them.
fn again(run: Run<'_>, record: &StepRecord<'_>, expression: &str, variables: &Variables) -> Vec<String> {
    let exchanges = record.chains.iter().flat_map(|chain| std::iter::once(chain.first).chain(chain.next.iter().copied()));
    let roots = exchanges.filter_map(|exchange| run.answers.answer(exchange)?.root());
    roots.flat_map(|root| captured(root, expression, variables, run.fhir())).collect()
}

/// What `%name` stood for: the captures of the steps before, and the scenario's persona.
fn variables(run: Run<'_>, scenario: &PlannedScenario, (key, index): (&str, usize)) -> Variables {
    let captures = run.answers.captures(key);
    let step = captures.get(index).map(|capture| capture.step.as_str());
    let before = captures.iter().take(index).filter(|capture| Some(capture.step.as_str()) != step);
    let mut variables: Variables = before.map(|capture| (capture.name.clone(), capture.values.clone())).collect();
    if let Some(persona) = &scenario.persona {
        let patient = run.answers.persona(persona).and_then(|found| found.patient.clone());
        let bsn = run.plan.persona(persona).and_then(|persona| persona.known_bsn().map(str::to_owned));
        variables.insert(String::from("patient"), patient.into_iter().collect());
        variables.insert(String::from("bsn"), bsn.into_iter().collect());
    }
    variables
}
