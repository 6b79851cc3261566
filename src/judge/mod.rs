//! Judging: `judge(plan, evidence, suite, validator) -> Verdicts`, pure and synchronous,
//! the same for a live run and a replay. One kind of check a file.

mod answers;
mod body;
mod case;
mod chain;
mod check;
mod class;
mod client;
mod code;
mod consulted;
mod dataset;
mod difference;
mod exit;
mod expression;
mod finding;
mod form;
mod habit;
mod known;
mod personas;
mod predicate;
mod profiles;
mod reference;
mod replay;
mod requirement;
mod root;
mod ruling;
mod run;
mod semantics;
mod spoken;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod verdict;

pub use class::{Class, Diagnosis};
pub use client::NOT_COME;
pub use code::{Code, Sentences};
pub use dataset::{
    ConceptCoverage, ConceptState, DataCheck, DataDifference, DatasetCounts, DatasetCoverage, DifferenceKind, Line, Sheet, Topic,
};
pub use exit::{Completeness, ExitCode, exit_code};
pub use finding::{Finding, Issue, Place};
pub use known::{KnownState, KnownVerdict, known};
pub use root::{Root, RootKind};
pub use spoken::{OfNoVersion, Speech, UnseenChange, VersionDifference};
pub use verdict::{
    Conclusion, Counts, ExpectationVerdict, Habit, OpenCode, Outcome, ProfileNotes, Reason, RequirementVerdict, Silenced,
    Verdicts, WorthALook,
};

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use answers::Answers;
use case::Case;
use client::Requests;
use personas::Personas;
use profiles::Profiles;
use ruling::{Closed, Ruling};
use run::{Run, Seen};
use semantics::Question as RunQuestion;

use crate::agreements::{Actor, Effect, FhirVersion};
use crate::evidence::Evidence;
use crate::fhir::terminology::{Consulted, Question};
use crate::fhir::validate::{Validator, all_codes};
use crate::plan::{Plan, PlannedExpectation, PlannedScenario, TargetAuth};
use crate::scenario::{Check, Known, Persona, Suite};

/// The requirement that only who may look gets to see (settled 4).
const AUTHENTICATION: &str = "PZP-EX-012";

/// The codes that a finding may have: those of checks, and those of the judge of profiles.
#[must_use]
pub fn finding_names() -> Vec<&'static str> {
    Code::all().iter().map(|code| code.name()).chain(all_codes().map(|code| code.name)).collect()
}

/// What we think of a run. The same evidence and definitions give the same verdicts, byte for byte.
#[must_use]
pub fn judge(plan: &Plan, evidence: &Evidence, suite: &Suite, validator: &Validator) -> Verdicts {
    match consulted::answers(evidence) {
        answers if answers.is_empty() => judged(plan, evidence, suite, validator),
        answers => judged(plan, evidence, suite, &validator.consulting(Arc::new(Consulted::new(answers)))),
    }
}

/// What judging a run would ask a terminology server, beyond what the evidence has an answer to.
#[must_use]
pub fn open_questions(plan: &Plan, evidence: &Evidence, suite: &Suite, validator: &Validator) -> BTreeSet<Question> {
    let consulted = Arc::new(Consulted::new(consulted::answers(evidence)));
    let _ = judged(plan, evidence, suite, &validator.consulting(Arc::clone(&consulted)));
    consulted.take_open()
}

fn judged(plan: &Plan, evidence: &Evidence, suite: &Suite, validator: &Validator) -> Verdicts {
    let answers = Answers::new(evidence, plan.claims.dialect.fhir());
    let personas = Personas::new(suite, plan.claims.dialect.fhir());
    let profiles = Profiles::new(validator, suite, plan.claims.dialect);
    let requests = Requests::default();
    let seen = Seen { answers: &answers, personas: &personas, profiles: &profiles, requests: &requests };
    let run = Run::new(plan, suite, seen, &evidence.start);
    let declared = dataset::declared(run);
    let run = Run { declared: declared.as_ref(), ..run };
    // What the dataset shows is never worth a report; a client shows it to nobody that we can ask.
    let serves = plan.claims.actor == Actor::Provider;
    let coverage = if serves { guarded(|| dataset::coverage(run)).unwrap_or_default() } else { None };
    let run = Run { coverage: coverage.as_ref(), ..run };
    let expectations: Vec<_> = plan.scenarios.iter().flat_map(|scenario| judge_scenario(run, scenario)).collect();
    let requirements = requirement::requirements(plan, suite, &expectations);
    let conclusion = requirement::conclusion(&requirements);
    let profiles = profiles.notes();
    // Which version somebody speaks is worth no more than what the dataset shows.
    let spoken = guarded(|| spoken::heard(run)).unwrap_or_default();
    let habits = guarded(|| habit::noted(run)).unwrap_or_default();
    Verdicts { conclusion, expectations, requirements, profiles, dataset: coverage, spoken, habits }
}

/// What came back of the data of the personas that the plan is about, element by element.
///
/// # Errors
/// When the suite has no dataset for the claimed version, or one that cannot be read.
pub fn check_data(plan: &Plan, evidence: &Evidence, suite: &Suite, validator: &Validator) -> Result<Vec<DataCheck>, String> {
    let answers = Answers::new(evidence, plan.claims.dialect.fhir());
    let personas = Personas::new(suite, plan.claims.dialect.fhir());
    let profiles = Profiles::new(validator, suite, plan.claims.dialect);
    let requests = Requests::default();
    let seen = Seen { answers: &answers, personas: &personas, profiles: &profiles, requests: &requests };
    dataset::check_data(Run::new(plan, suite, seen, &evidence.start))
}

/// What has to be entered for a persona, in the order of the dataset.
///
/// # Errors
/// When the suite has no dataset for that version, or one that cannot be read.
pub fn sheet(suite: &Suite, persona: &Persona, fhir: FhirVersion) -> Result<Sheet, String> {
    dataset::sheet_of(suite, persona, fhir)
}

fn judge_scenario(run: Run<'_>, scenario: &PlannedScenario) -> Vec<ExpectationVerdict> {
    let key = scenario.name();
    let drift = guarded(|| replay::drift(run, scenario, &key)).unwrap_or_else(Some);
    let mut verdicts = Vec::new();
    for step in &scenario.steps {
        for expectation in &step.expect {
            let case = Case { run, scenario, key: &key, step, expectation };
            let unknown = run.plan.lacks_data(scenario, step, expectation).then_some(Reason::DataUnknown);
            verdicts.push(verdict(run, expectation, &Before { drift: drift.clone(), unknown }, || {
                dataset::excused(&case, habit::explained(&case, check::judge(&case)))
            }));
        }
    }
    for expectation in &scenario.over_run {
        let unknown = run.plan.lacks_data_over_run(expectation).then_some(Reason::DataUnknown);
        verdicts.push(verdict(run, expectation, &Before { drift: drift.clone(), unknown }, || match &expectation.check {
            // What only the whole run can judge, no share of it can.
            Check::Run(_) if run.plan.shard.is_some() => Ruling::open(Reason::NotSelected),
            Check::Run(predicate) => {
                let question = RunQuestion { run, scenario, key: &key, expectation };
                let of_answers = semantics::judge(&question, *predicate);
                let of_dataset = || dataset::judge(run, *predicate);
                of_answers.or_else(of_dataset).unwrap_or_else(|| check::judge_run(run, *predicate))
            }
            // The loader lets predicates over the run alone stand here.
            _ => Ruling::default(),
        }));
    }
    verdicts
}

/// What stands in the way before anything is looked at.
struct Before {
    /// The captures of the scenario are not those of the record.
    drift: Option<Reason>,
    /// It needs data that is not known.
    unknown: Option<Reason>,
}

fn verdict(
    run: Run<'_>,
    expectation: &PlannedExpectation,
    before: &Before,
    judge: impl FnOnce() -> Ruling,
) -> ExpectationVerdict {
    let requirement = run.suite.catalogue.get(&expectation.req);
    let effect = requirement.map_or(Effect::Fail, |requirement| requirement.effect());
    let closed = match (requirement, &before.drift) {
        (None, _) => {
            let why = format!("requirement `{}` is not in the catalogue of this suite", expectation.req);
            Closed::because(Outcome::CantTell, Reason::KnowledgeLacking(why))
        }
        (_, Some(reason)) => Closed::because(Outcome::Broken, reason.clone()),
        _ if let Some(own) = excused(run, expectation) => own,
        _ if expectation.req == AUTHENTICATION && run.plan.target.auth == TargetAuth::None => {
            Closed::because(Outcome::Untested, Reason::NoAuthentication)
        }
        _ => match &before.unknown {
            Some(reason) => Closed::because(Outcome::Untested, reason.clone()),
            None => guarded(|| judge().close(effect)).unwrap_or_else(|reason| Closed::because(Outcome::Broken, reason)),
        },
    };
    ExpectationVerdict {
        key: expectation.key.clone(),
        req: expectation.req.clone(),
        effect,
        outcome: closed.outcome,
        reason: closed.reason,
        findings: closed.findings,
        exchanges: closed.exchanges,
    }
}

/// An expectation that the claimed version is not held to; never looked at, so that it neither fails nor passes.
fn excused(run: Run<'_>, expectation: &PlannedExpectation) -> Option<Closed> {
    let own = run.suite.excuse(run.plan.claims.dialect, &expectation.key, &expectation.req)?;
    let outcome = match own.known {
        Known::NotAsked => Outcome::Inapplicable,
        Known::Unknown => Outcome::CantTell,
    };
    Some(Closed::because(outcome, Reason::OtherVersion(own.why.clone())))
}

/// Runs a check such that its panic costs one outcome, not the report.
fn guarded<R>(work: impl FnOnce() -> R) -> Result<R, Reason> {
    // A check reads what is shared and writes only its own ruling, which is lost
    // with it; the bodies that are read lazily are either whole or not there.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Reason::Harness(format!("a check broke: {}", said.unwrap_or("it did not say why")))
    })
}
