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

/// The claims that each version of FHIR is tried with.
fn dialect(fhir: FhirVersion) -> Dialect {
    match fhir {
        FhirVersion::R4 => Dialect::R4Rc2,
        FhirVersion::Stu3 => Dialect::Stu3Rc2,
    }
}

/// A run with the reference consulter at the table, with these faults.
fn run(suite: &Arc<Suite>, fhir: FhirVersion, faults: &[&str]) -> Result<Verdicts, Failed> {
    let tempo = if faults.contains(&"stops-after-slow") { TEMPO_OF_SLOW } else { TEMPO };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let seats = serve::Seat::all(["consulter"]).map_err(|why| why.to_string())?;
        let token = seats[0].token.clone();
        let config = ListenConfig { fhir, ..ListenConfig::new(suite, seats) };
        let (listener, arrivals) = Listener::start(config).await.map_err(|why| why.to_string())?;
        let listener = Arc::new(listener);
        let base = listener.base("consulter").expect("the seat is there").to_owned();
        let plan = plan(suite, fhir, &base)?;
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
            fhir,
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
        Ok(judge(&plan, &finished.evidence, suite, definitions::validator(fhir)))
    })
}

fn plan(suite: &Suite, fhir: FhirVersion, base: &str) -> Result<Plan, Failed> {
    let claims = Claims::new(Actor::Consulter, dialect(fhir));
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
fn is_caught(suite: &Arc<Suite>, fhir: FhirVersion, fault: &ConsulterFault) -> Result<(), Failed> {
    let verdicts = run(suite, fhir, &[&fault.consulter_fault])?;
    let red: Vec<_> = verdicts.expectations.iter().filter(|verdict| is_red(verdict)).collect();
    let mut wrong = Vec::new();
    let mut killed_any = false;
    for kill in &fault.kills {
        let fitting: Vec<_> = verdicts.expectations.iter().filter(|verdict| fits_key(&kill.expect, &verdict.key)).collect();
        killed_any |= !fitting.is_empty();
        // What only the other version asks cannot turn red in this one.
        if fitting.is_empty() && !is_of_another_version(suite, fhir, &kill.expect)? {
            wrong.push(format!("names {}, which is not in the plan", kill.expect));
        }
        let killed = |verdict: &&&ExpectationVerdict| verdict.findings.iter().any(|finding| finding.name() == kill.finding);
        let alive = fitting.iter().filter(|verdict| !killed(verdict));
        wrong.extend(alive.map(|verdict| format!("does not kill with {}: {}", kill.finding, shown(verdict))));
    }
    if !killed_any {
        wrong.push(format!("kills nothing in {}: say for which version it is, with `fhir`", fhir.name()));
    }
    let listed = |key: &str| fault.kills.iter().map(|kill| &kill.expect).chain(&fault.also).any(|pattern| fits_key(pattern, key));
    wrong.extend(
        red.iter().filter(|verdict| !listed(&verdict.key)).map(|verdict| format!("turns red unlisted: {}", shown(verdict))),
    );
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Whether the plan of another version has an expectation that a pattern names.
fn is_of_another_version(suite: &Suite, fhir: FhirVersion, pattern: &str) -> Result<bool, Failed> {
    for other in FhirVersion::ALL.into_iter().filter(|other| *other != fhir) {
        let plan = plan(suite, other, "http://127.0.0.1:1/fhir")?;
        if plan.scenarios.iter().flat_map(|scenario| scenario.expectations()).any(|one| fits_key(pattern, &one.key)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn main() {
    let arguments = Arguments::from_args();
    let suite = Arc::new(load(&Source::Embedded).expect("the suite in the binary has no mistakes"));
    let mut trials = Vec::new();
    for fhir in FhirVersion::ALL {
        let right: Arc<OnceLock<Result<Verdicts, String>>> = Arc::default();
        let plan = plan(&suite, fhir, "http://127.0.0.1:1/fhir").expect("the suite compiles");
        trials.extend(plan.scenarios.iter().map(|scenario| {
            let (suite, right, name) = (Arc::clone(&suite), Arc::clone(&right), scenario.scenario.clone());
            Trial::test(format!("green: {}", scenario.name()), move || {
                let all = || run(&suite, fhir, &[]).map_err(|why| why.message().unwrap_or_default().to_owned());
                is_green(right.get_or_init(all).as_ref().map_err(Clone::clone)?, &name)
            })
        }));
        trials.extend(suite.consulter_faults.iter().filter(|fault| fault.is_for(fhir)).cloned().map(|fault| {
            let suite = Arc::clone(&suite);
            Trial::test(format!("red: {} in {}", fault.consulter_fault, fhir.name()), move || is_caught(&suite, fhir, &fault))
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}
