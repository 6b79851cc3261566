//! What the requests of a client mean, each recognised once in a run.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::super::answers::StepRecord;
use super::super::run::Run;
use crate::evidence::Exchange;
use crate::recognise::{Asked, Kind, Recognised, Recogniser};

/// The requests of a run, recognised when they are first asked for.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    recogniser: OnceCell<Recogniser>,
    meanings: RefCell<HashMap<String, Rc<Recognised>>>,
    any: OnceCell<bool>,
    everywhere: OnceCell<BTreeSet<String>>,
}

impl Requests {
    /// Who recognises them.
    pub(super) fn recogniser(&self, run: Run<'_>) -> &Recogniser {
        self.recogniser.get_or_init(|| Recogniser::new(&run.suite.exchanges, run.plan.claims.dialect))
    }

    /// What a request means.
    pub(crate) fn meaning(&self, run: Run<'_>, exchange: &Exchange) -> Rc<Recognised> {
        if let Some(known) = self.meanings.borrow().get(&exchange.id) {
            return Rc::clone(known);
        }
        let request = &exchange.request;
        let asked = Asked::at(&request.method, &request.url, request.form.as_deref(), run.base());
        let meaning = Rc::new(self.recogniser(run).recognise(&asked));
        self.meanings.borrow_mut().insert(exchange.id.clone(), Rc::clone(&meaning));
        meaning
    }

    /// Whether the client sent anything at all in this run.
    pub(super) fn any(&self, run: Run<'_>) -> bool {
        *self.any.get_or_init(|| received(run).next().is_some())
    }

    /// Exchanges that the client asks anywhere in the run, as some version has them: what is only near to one says nothing
    /// of what a client is used to ask.
    pub(super) fn everywhere(&self, run: Run<'_>) -> &BTreeSet<String> {
        let asked = |exchange: &Exchange| match &self.meaning(run, exchange).kind {
            Kind::Exchange(asks) => Some(asks.exchange.clone()),
            _ => None,
        };
        self.everywhere.get_or_init(|| received(run).filter_map(asked).collect())
    }
}

/// All that the client sent, phase by phase.
pub(crate) fn received(run: Run<'_>) -> impl Iterator<Item = &Exchange> {
    let steps = run.plan.scenarios.iter().flat_map(|scenario| scenario.steps.iter().map(move |step| (scenario.name(), &step.id)));
    steps.filter_map(move |(scenario, step)| run.answers.step(&scenario, step)).flat_map(StepRecord::received)
}

/// Exchanges that a request asks, in whatever way.
pub(super) fn touched(meaning: &Recognised) -> BTreeSet<String> {
    meaning.exchanges().into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::judge;
    use super::super::super::testing::Bench;
    use crate::agreements::{Actor, Dialect};
    use crate::evidence::{
        self, Evidence, Exchange, Omitted, OmittedReason, Origin, PhaseEnd, PhaseOver, ProgramEnd, Received, Record, Sent,
    };
    use crate::judge::{Code, ExpectationVerdict, Outcome, Reason};
    use crate::plan::{Claims, Plan, PlannedStep, Selection, Target, TargetAuth, compile};
    use crate::scenario::{Source, Suite, load};

    const BASE: &str = "http://127.0.0.1/fhir";

    fn whole() -> (Suite, Plan) {
        let suite = load(&Source::Embedded).expect("the suite of the house is right");
        let target = Target::new(BASE, TargetAuth::Bearer("TOETS_TOKEN".to_owned()));
        let claims = Claims::new(Actor::Consulter, Dialect::R4Rc2);
        let plan = compile(&suite, claims, target, &Selection::All).expect("it compiles");
        (suite, plan)
    }

    /// Each phase of the suite, gone through by nobody.
    fn nobody(program: Option<ProgramEnd>, stopped_before: bool) -> Vec<(Outcome, Option<Reason>)> {
        let (suite, plan) = whole();
        let bench = Bench::new();
        let mut evidence = Evidence { records: Vec::new(), ..bench.evidence() };
        for scenario in &plan.scenarios {
            let left_out = |step: &PlannedStep| {
                Record::Omitted(Omitted { scenario: scenario.name(), step: step.id.clone(), reason: OmittedReason::Stopped })
            };
            evidence.records.extend(scenario.steps.iter().filter(|_| stopped_before).map(left_out));
            evidence.records.extend(scenario.steps.iter().map(|step| {
                Record::Phase(PhaseOver {
                    scenario: scenario.name(),
                    step: step.id.clone(),
                    started_us: 0,
                    took_us: 0,
                    why: PhaseEnd::Deadline,
                    program: program.clone(),
                    beyond: None,
                })
            }));
        }
        let verdicts = judge(&plan, &evidence, &suite, bench.validator());
        verdicts.expectations.into_iter().map(|verdict| (verdict.outcome, verdict.reason)).collect()
    }

    #[test]
    fn client_that_was_never_there_is_untested_and_nothing_is_found_against_it() {
        for program in [None, Some(ProgramEnd::Code(127)), Some(ProgramEnd::NotStarted("no such file".to_owned()))] {
            let all = nobody(program, false);
            assert!(!all.is_empty() && all.iter().all(|verdict| *verdict == (Outcome::Untested, Some(Reason::NoClient))));
        }
    }

    #[test]
    fn table_that_was_stopped_and_went_on_is_judged_by_what_came_then() {
        assert_eq!(nobody(None, true), nobody(None, false));
    }

    #[test]
    fn more_than_is_kept_leaves_open_all_but_what_was_seen_to_be_wrong() {
        let (suite, plan) = whole();
        let bench = Bench::new();
        let (scenario, step) = (plan.scenarios[0].name(), plan.scenarios[0].steps[0].id.clone());
        let url = format!("{BASE}/Goal/1");
        let request = Sent { method: "DELETE".to_owned(), url, headers: Vec::new(), form: None, patient: None, persona: None };
        let outcome = Received { status: 405, headers: Vec::new(), body: None, bytes: 0 };
        let written = Exchange {
            id: format!("{scenario}/{step}#1"),
            scenario: scenario.clone(),
            step: step.clone(),
            origin: Origin::Client,
            request,
            outcome: evidence::Outcome::Answered(outcome),
            started_us: 1,
            took_us: 1,
            retries: 0,
        };
        let (why, beyond) = (PhaseEnd::Deadline, Some(7));
        let over = PhaseOver { scenario: scenario.clone(), step, started_us: 0, took_us: 2, why, program: None, beyond };
        let records = vec![Record::Exchange(Box::new(written)), Record::Phase(over)];
        let verdicts = judge(&plan, &Evidence { records, ..bench.evidence() }, &suite, bench.validator());
        let first = format!("{}/", plan.scenarios[0].scenario);
        let of_phase = verdicts.expectations.iter().filter(|verdict| verdict.key.starts_with(&first));
        let (wrong, open): (Vec<_>, Vec<_>) = of_phase.partition(|verdict| verdict.outcome == Outcome::Fail);
        let found = |code: Code| wrong.iter().any(|verdict| verdict.findings.iter().any(|finding| finding.code == code));
        assert!(found(Code::CredentialsMissing) && !found(Code::ExchangeNotAsked), "{wrong:?}");
        assert!(open.iter().any(|verdict| verdict.reason == Some(Reason::NotAllKept(7))), "{open:?}");
        let is_left = |verdict: &&ExpectationVerdict| verdict.outcome == Outcome::Untested || verdict.key.contains("no-crash");
        assert!(open.iter().all(is_left), "{open:?}");
    }
}
