//! What is asked of a client, and what a session needs beside it.

use std::collections::BTreeSet;
use std::path::Path;

use tokio::sync::watch;

use super::super::failure::Failure;
use super::super::{address, definitions, output, run};
use crate::agreements::{Actor, Dialect};
use crate::drive::{Access, Secrets};
use crate::engine::{Recorder, Settings};
use crate::fhir::validate::Validator;
use crate::plan::{Claims, Plan, Selection, Target, TargetAuth, compile};
use crate::scenario::{Check, ClientPredicate, Suite};

/// The plan for a client that asks at this address.
pub(crate) fn plan(
    suite: &Suite,
    (product, dialect): (Option<String>, Dialect),
    base: &str,
    selection: &Selection,
) -> Result<Plan, Failure> {
    let claims = Claims { product, ..Claims::new(Actor::Consulter, dialect) };
    let target = Target::new(base.to_owned(), TargetAuth::Bearer(address::TOKEN.to_owned()));
    compile(suite, claims, target, selection).map_err(|why| Failure::usage(why.to_string()))
}

/// The settings of a session: the token that was given out is its only secret.
pub(crate) fn settings(
    recorder: Recorder,
    token: &str,
    (tempo, validator): (f64, &Validator),
    stop: watch::Receiver<bool>,
) -> Result<Settings, Failure> {
    let mut secrets = Secrets::new();
    secrets.insert(address::TOKEN, token).map_err(|why| Failure::usage(why.to_string()))?;
    let definitions = definitions::definitions(validator);
    Ok(Settings { recorder, secrets, access: Access::default(), tempo, seed: None, definitions, stop })
}

/// Where a table keeps what comes in. Nothing is answered that is not kept, so that without it nobody sits down.
pub(crate) fn recorder(folder: &Path) -> Result<Recorder, Failure> {
    let recorder = run::recorder(folder)?;
    match recorder.trouble() {
        Some(trouble) => Err(Failure::harness(trouble.to_string()).hint(output::ROOM)),
        None => Ok(recorder),
    }
}

/// The keys of everything that only a person can see: `scenario/step/expectation`.
pub(crate) fn questions(suite: &Suite) -> BTreeSet<String> {
    let steps = suite.scenarios.iter().flat_map(|scenario| scenario.steps.iter().map(move |step| (scenario, step)));
    let all = steps.flat_map(|(scenario, step)| step.expect.iter().map(move |expectation| (scenario, step, expectation)));
    let is_asked = |check: &Check| matches!(check, Check::Attest(_) | Check::Client(ClientPredicate::NoCrash));
    let attested = all.filter(|(_, _, expectation)| is_asked(&expectation.check));
    attested.map(|(scenario, step, expectation)| format!("{}/{}/{}", scenario.scenario, step.id, expectation.id)).collect()
}

/// What questions are called, for who wrote a key that none has: those of its scenario, or else where there are any.
pub(crate) fn called(unknown: &str, questions: &BTreeSet<String>) -> String {
    let scenario = |key: &str| key.split('/').next().unwrap_or_default().to_owned();
    let own: Vec<&str> = questions.iter().map(String::as_str).filter(|key| scenario(key) == scenario(unknown)).collect();
    if !own.is_empty() {
        return format!("the questions of `{}` are {}", scenario(unknown), own.join(", "));
    }
    let example = questions.first().map(String::as_str).unwrap_or_default();
    let scenarios: BTreeSet<String> = questions.iter().map(|key| scenario(key)).collect();
    let scenarios = scenarios.into_iter().collect::<Vec<_>>().join(", ");
    format!("a question is called `scenario/step/expectation`, such as `{example}`; the scenarios are {scenarios}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn called_lists_what_is_near_and_never_everything() {
        let questions = BTreeSet::from(["errors/slow/no-crash", "errors/html/shown", "pages/paged/shown"].map(str::to_owned));
        assert_eq!(called("errors/quick/x", &questions), "the questions of `errors` are errors/html/shown, errors/slow/no-crash");
        assert_eq!(
            called("screens", &questions),
            "a question is called `scenario/step/expectation`, such as `errors/html/shown`; the scenarios are errors, pages"
        );
    }
}
