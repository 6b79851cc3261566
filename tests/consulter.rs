//! Trust, the other side: every phase with the right consulter at the table,
//! where nothing may turn red, and with each of its faults, where exactly what
//! the fault names must turn red.

#[path = "support/definitions.rs"]
mod definitions;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};
use toets::agreements::{Actor, Dialect, FhirVersion};
use toets::cli::table::Reference;
use toets::consult;
use toets::drive::Secrets;
use toets::engine::{self, Driver, Recorder, Seats, Settings, Statements, Table};
use toets::judge::{ExpectationVerdict, Outcome, Verdicts, judge};
use toets::plan::{Claims, Limits, Plan, Selection, Target, TargetAuth, compile};
use toets::recognise::Recogniser;
use toets::scenario::{ConsulterFault, Source, Suite, fits_key, load};
use toets::serve::{self, ListenConfig, Listener};

const TEMPO: f64 = 0.01;

/// What is slow has to be slower than a busy machine.
const TEMPO_OF_SLOW: f64 = 0.05;

/// A run with the reference consulter at the table, with these faults.
fn run(suite: &Arc<Suite>, faults: &[&str]) -> Result<Verdicts, Failed> {
    let tempo = if faults.contains(&"stops-after-slow") { TEMPO_OF_SLOW } else { TEMPO };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let seats = serve::Seat::all(["consulter"]).map_err(|why| why.to_string())?;
        let token = seats[0].token.clone();
        let config = ListenConfig::new(suite, seats);
        let (listener, arrivals) = Listener::start(config).await.map_err(|why| why.to_string())?;
        let listener = Arc::new(listener);
        let base = listener.base("consulter").expect("the seat is there").to_owned();
        let plan = plan(suite, &base)?;
        let mut secrets = Secrets::new();
        secrets.insert("TOETS_TOKEN", &token).map_err(|why| why.to_string())?;
        let (tables, mut places) = Seats::new(&listener, tempo);
        let place = places.remove("consulter").expect("the seat is there");
        let (_orders, orders) = tokio::sync::mpsc::channel(1);
        // Deadlines shrink with the tempo; a busy machine still has to answer in time.
        let usual = consult::Settings::new(suite, "", consult::Whom::Id(String::new())).limits;
        let consulter = Reference {
            suite: Arc::clone(suite),
            base,
            token,
            faults: faults.iter().map(|&fault| fault.to_owned()).collect(),
            fhir: FhirVersion::R4,
            tempo,
            limits: Some(Limits { deadline_ms: 1_000_000, connect_ms: 500_000, ..usual }),
        };
        let table = Table {
            came: place.came,
            orders,
            attended: false,
            answers: place.answers,
            driver: Some(Driver::BuiltIn(consulter.client())),
            statements: Statements::new(),
            resumed: None,
            look: None,
        };
        let settings = Settings { secrets, tempo, ..Settings::plain(Recorder::in_memory()) };
        let recogniser = Recogniser::new(&suite.exchanges, plan.claims.dialect);
        let finished = tokio::select! {
            finished = engine::serve(&plan, suite, settings, table, |_| ()) => finished,
            () = tables.hand_out(arrivals, &recogniser, |_| ()) => return Err("the listener stopped".into()),
        };
        Ok(judge(&plan, &finished.evidence, suite, definitions::validator(FhirVersion::R4)))
    })
}

fn plan(suite: &Suite, base: &str) -> Result<Plan, Failed> {
    let claims = Claims::new(Actor::Consulter, Dialect::R4Rc2);
    let auth = TargetAuth::Bearer("TOETS_TOKEN".to_owned());
    let target = Target { built_in: true, ..Target::new(base.to_owned(), auth) };
    compile(suite, claims, target, &Selection::All).map_err(|why| why.to_string().into())
}

/// Whether an expectation turned red: a finding, whatever it does to the verdict.
fn is_red(verdict: &ExpectationVerdict) -> bool {
    !verdict.findings.is_empty() || matches!(verdict.outcome, Outcome::Fail | Outcome::Warn | Outcome::Broken)
}

fn shown(verdict: &ExpectationVerdict) -> String {
    let codes: BTreeSet<_> = verdict.findings.iter().map(|finding| finding.name()).collect();
    let first = verdict.findings.first().map(|finding| (&finding.subject, &finding.expected, &finding.actual));
    format!("{}  {:?} {codes:?} {first:?} {:?}", verdict.key, verdict.outcome, verdict.reason)
}

/// With the right consulter every expectation of a scenario is met, or there is nothing to hold it against.
fn is_green(verdicts: &Verdicts, scenario: &str) -> Result<(), Failed> {
    let own: Vec<_> = verdicts.expectations.iter().filter(|verdict| verdict.key.split('/').next() == Some(scenario)).collect();
    let wrong: Vec<_> = own.iter().filter(|verdict| verdict.outcome != Outcome::Pass).map(|verdict| shown(verdict)).collect();
    if wrong.is_empty() && !own.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// A fault turns red what it says it kills, with the finding it names, and nothing that it does not list.
fn is_caught(suite: &Arc<Suite>, fault: &ConsulterFault) -> Result<(), Failed> {
    let verdicts = run(suite, &[&fault.consulter_fault])?;
    let red: Vec<_> = verdicts.expectations.iter().filter(|verdict| is_red(verdict)).collect();
    let mut wrong = Vec::new();
    for kill in &fault.kills {
        let mut fitting = verdicts.expectations.iter().filter(|verdict| fits_key(&kill.expect, &verdict.key)).peekable();
        if fitting.peek().is_none() {
            wrong.push(format!("names {}, which is not in the plan", kill.expect));
        }
        let killed = |verdict: &&ExpectationVerdict| verdict.findings.iter().any(|finding| finding.name() == kill.finding);
        wrong.extend(
            fitting
                .filter(|verdict| !killed(verdict))
                .map(|verdict| format!("does not kill with {}: {}", kill.finding, shown(verdict))),
        );
    }
    let listed = |key: &str| fault.kills.iter().map(|kill| &kill.expect).chain(&fault.also).any(|pattern| fits_key(pattern, key));
    wrong.extend(
        red.iter().filter(|verdict| !listed(&verdict.key)).map(|verdict| format!("turns red unlisted: {}", shown(verdict))),
    );
    if fault.kills.is_empty() {
        wrong.push("kills nothing".to_owned());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Every expectation of a consulter has a fault that turns it red.
fn all_are_killed(suite: &Suite) -> Result<(), Failed> {
    let plan = plan(suite, "http://127.0.0.1:1/fhir")?;
    let keys = plan.scenarios.iter().flat_map(|scenario| scenario.expectations().map(|expectation| expectation.key.clone()));
    let kills: Vec<_> = suite.consulter_faults.iter().flat_map(|fault| &fault.kills).collect();
    let alive: Vec<String> = keys.filter(|key| !kills.iter().any(|kill| fits_key(&kill.expect, key))).collect();
    if alive.is_empty() { Ok(()) } else { Err(alive.join("\n").into()) }
}

fn main() {
    let arguments = Arguments::from_args();
    let suite = Arc::new(load(&Source::Embedded).expect("the suite in the binary has no mistakes"));
    let right: Arc<OnceLock<Result<Verdicts, String>>> = Arc::default();
    let plan = plan(&suite, "http://127.0.0.1:1/fhir").expect("the suite compiles");
    let mut trials: Vec<Trial> = plan
        .scenarios
        .iter()
        .map(|scenario| {
            let (suite, right, name) = (Arc::clone(&suite), Arc::clone(&right), scenario.scenario.clone());
            Trial::test(format!("green: {name}"), move || {
                let verdicts = right.get_or_init(|| run(&suite, &[]).map_err(|why| why.message().unwrap_or_default().to_owned()));
                is_green(verdicts.as_ref().map_err(Clone::clone)?, &name)
            })
        })
        .collect();
    trials.extend(suite.consulter_faults.clone().into_iter().map(|fault| {
        let suite = Arc::clone(&suite);
        Trial::test(format!("red: {}", fault.consulter_fault), move || is_caught(&suite, &fault))
    }));
    let of_all = Arc::clone(&suite);
    trials.push(Trial::test("every expectation is killed by a fault", move || all_are_killed(&of_all)));
    libtest_mimic::run(&arguments, trials).exit();
}
