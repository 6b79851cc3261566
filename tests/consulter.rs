//! Trust, the other side: every phase with the right consulter at the table,
//! where nothing may turn red, and with each of its faults, where exactly what
//! the fault names must turn red.

#[path = "support/definitions.rs"]
mod definitions;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use toets::agreements::{Actor, Dialect, Effect, FhirVersion, effect};
use toets::cli::table::Reference;
use toets::consult;
use toets::drive::Secrets;
use toets::engine::{self, Driver, Recorder, Seats, Settings, Table};
use toets::judge::{Completeness, ExitCode, ExpectationVerdict, Outcome, Verdicts, exit_code, judge};
use toets::plan::{Claims, Limits, Plan, Selection, Target, TargetAuth, compile};
use toets::recognise::Recogniser;
use toets::scenario::{ConsulterFault, Source, Suite, fits_key, load};
use toets::serve::{self, ListenConfig, Listener};

const TEMPO: f64 = 0.01;

/// Where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:1/fhir";

/// What is slow has to be slower than a busy machine, and two hundred pages have to come in time on one.
const TAKE_TIME: [&str; 2] = ["stops-after-slow", "pages-without-end"];
const TEMPO_OF_SLOW: f64 = 0.05;

/// Milliseconds in which an answer has to be there, whatever the tempo: a busy machine has to make it, and who waits for
/// an answer that never comes waits as long.
const PATIENCE_MS: f64 = 3_000.0;

/// The scenario that takes that long: only faults that it is about go through it.
const SILENCE: &str = "silence";

/// The claims that each version of FHIR is tried with.
fn dialect(fhir: FhirVersion) -> Dialect {
    match fhir {
        FhirVersion::R4 => Dialect::R4Rc2,
        FhirVersion::Stu3 => Dialect::Stu3Rc2,
    }
}

/// A run with the reference consulter at the table, with these faults.
fn run(suite: &Arc<Suite>, fhir: FhirVersion, faults: &[&str], selection: &Selection) -> Result<(Verdicts, ExitCode), Failed> {
    let tempo = if faults.iter().any(|fault| TAKE_TIME.contains(fault)) { TEMPO_OF_SLOW } else { TEMPO };
    // Deadlines shrink with the tempo.
    let patience_ms = (PATIENCE_MS / tempo) as u64;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let seats = serve::Seat::all(["consulter"]).map_err(|why| why.to_string())?;
        let token = seats[0].token.clone();
        let config = ListenConfig { fhir, ..ListenConfig::new(suite, seats) };
        let (listener, arrivals) = Listener::start(config).await.map_err(|why| why.to_string())?;
        let listener = Arc::new(listener);
        let base = listener.base("consulter").expect("the seat is there").to_owned();
        let plan = plan(suite, fhir, &base, selection)?;
        let mut secrets = Secrets::new();
        secrets.insert("TOETS_TOKEN", &token).map_err(|why| why.to_string())?;
        let (tables, mut places) = Seats::new(&listener, tempo);
        let place = places.remove("consulter").expect("the seat is there");
        let (_orders, orders) = tokio::sync::mpsc::channel(1);
        let usual = consult::Settings::new(suite, "", consult::Whom::Id(String::new())).limits;
        let consulter = Reference {
            suite: Arc::clone(suite),
            base,
            token,
            faults: faults.iter().map(|&fault| fault.to_owned()).collect(),
            fhir,
            tempo,
            limits: Some(Limits { deadline_ms: patience_ms, connect_ms: patience_ms, body_bytes: 1 << 20, ..usual }),
        };
        let driver = Some(Driver::BuiltIn(consulter.client()));
        let table = Table { driver, ..Table::new(place.came, orders, place.answers) };
        let settings = Settings { secrets, tempo, ..Settings::plain(Recorder::in_memory()) };
        let recogniser = Recogniser::new(&suite.exchanges, plan.claims.dialect);
        let finished = tokio::select! {
            finished = engine::serve(&plan, suite, settings, table, |_| ()) => finished,
            () = tables.hand_out(arrivals, &recogniser, |_| ()) => return Err("the listener stopped".into()),
        };
        let verdicts = judge(&plan, &finished.evidence, suite, definitions::validator(fhir));
        let exit = exit_code(&verdicts, &finished.evidence, Completeness::Optional);
        Ok((verdicts, exit))
    })
}

fn plan(suite: &Suite, fhir: FhirVersion, base: &str, selection: &Selection) -> Result<Plan, Failed> {
    let claims = Claims::new(Actor::Consulter, dialect(fhir));
    let auth = TargetAuth::Bearer("TOETS_TOKEN".to_owned());
    let target = Target { built_in: true, ..Target::new(base.to_owned(), auth) };
    compile(suite, claims, target, selection).map_err(|why| why.to_string().into())
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
    let (verdicts, exit) = run(suite, fhir, &[&fault.consulter_fault], &chosen(suite, fault))?;
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
    let expected = if fails(fault, &verdicts.expectations) { ExitCode::NotConformant } else { ExitCode::Conformant };
    if exit != expected {
        wrong.push(format!("ends with {exit:?}, and by what `kills` names it should be {expected:?}"));
    }
    let listed = |key: &str| fault.kills.iter().map(|kill| &kill.expect).chain(&fault.also).any(|pattern| fits_key(pattern, key));
    wrong.extend(
        red.iter().filter(|verdict| !listed(&verdict.key)).map(|verdict| format!("turns red unlisted: {}", shown(verdict))),
    );
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Whether something that a fault kills makes the client fail (settled 1).
fn fails(fault: &ConsulterFault, verdicts: &[ExpectationVerdict]) -> bool {
    let killed = |key: &str| fault.kills.iter().any(|kill| fits_key(&kill.expect, key));
    verdicts.iter().any(|verdict| verdict.effect == Effect::Fail && killed(&verdict.key))
}

/// All scenarios, without the one that takes long where a fault has nothing to do with it.
fn chosen(suite: &Suite, fault: &ConsulterFault) -> Selection {
    let patterns = fault.kills.iter().map(|kill| &kill.expect).chain(&fault.also);
    if patterns.filter_map(|pattern| pattern.split('/').next()).any(|scenario| scenario == SILENCE) {
        return Selection::All;
    }
    let of_clients = suite.scenarios.iter().filter(|scenario| scenario.when.actor == Actor::Consulter);
    Selection::Only(of_clients.map(|scenario| scenario.scenario.clone()).filter(|name| name != SILENCE).collect())
}

/// Whether the plan of another version has an expectation that a pattern names.
fn is_of_another_version(suite: &Suite, fhir: FhirVersion, pattern: &str) -> Result<bool, Failed> {
    for other in FhirVersion::ALL.into_iter().filter(|other| *other != fhir) {
        let plan = plan(suite, other, NOWHERE, &Selection::All)?;
        if plan.scenarios.iter().flat_map(|scenario| scenario.expectations()).any(|one| fits_key(pattern, &one.key)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The table of docs/consulter.md: faults that do not end with exit code 1, and why.
fn table_is_true(suite: &Suite) -> Result<(), Failed> {
    const BEGIN: &str = "<!-- made by tests/consulter.rs: begin -->\n";
    const END: &str = "<!-- end -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/consulter.md");
    let text = fs::read_to_string(&path)?.replace("\r\n", "\n");
    let (before, rest) = text.split_once(BEGIN).ok_or("docs/consulter.md has no place for the table")?;
    let (_, after) = rest.split_once(END).ok_or("the table of docs/consulter.md has no end")?;
    let mut rows = String::from("| fault | what the client does | in | what is found is |\n|---|---|---|---|\n");
    for fault in &suite.consulter_faults {
        let versions = FhirVersion::ALL.into_iter().filter(|fhir| fault.is_for(*fhir));
        let why: Vec<_> = versions.map(|fhir| Ok((fhir, mild(suite, fhir, fault)?))).collect::<Result<_, Failed>>()?;
        let mild: Vec<_> = why.into_iter().filter_map(|(fhir, why)| Some((fhir.name(), why?))).collect();
        let Some((_, why)) = mild.first() else { continue };
        let names: Vec<_> = mild.iter().map(|(fhir, _)| *fhir).collect();
        rows += &format!("| `{}` | {} | {} | {why} |\n", fault.consulter_fault, fault.title.en, names.join(", "));
    }
    let right = format!("{before}{BEGIN}{rows}{END}{after}");
    if env::var_os("TOETS_BLESS").is_some() {
        fs::write(&path, &right)?;
    }
    if right == text || env::var_os("TOETS_BLESS").is_some() { Ok(()) } else { Err("make it again with TOETS_BLESS=1".into()) }
}

/// Why a fault fails nothing in this version; nothing when it does.
fn mild(suite: &Suite, fhir: FhirVersion, fault: &ConsulterFault) -> Result<Option<String>, Failed> {
    let plan = plan(suite, fhir, NOWHERE, &Selection::All)?;
    let mut said = BTreeSet::new();
    for expectation in plan.scenarios.iter().flat_map(|scenario| scenario.expectations()) {
        if !fault.kills.iter().any(|kill| fits_key(&kill.expect, &expectation.key)) {
            continue;
        }
        let row = suite.catalogue.get(&expectation.req).ok_or("a requirement that is not in the catalogue")?;
        let word = match effect(row.level, &row.basis) {
            Effect::Fail => return Ok(None),
            Effect::Warn => "a warning",
            Effect::Remark => "a remark",
            Effect::Coverage => "a matter of the dataset",
        };
        let basis: Vec<_> = row.basis.iter().map(|basis| format!("{basis:?}")).collect();
        let level = format!("{:?}", row.level).to_uppercase();
        said.insert(format!("{word}: {} is {level} with basis {}", row.id, basis.join("/")));
    }
    Ok(Some(said.into_iter().collect::<Vec<_>>().join("; ")))
}

fn main() {
    let arguments = Arguments::from_args();
    let suite = Arc::new(load(&Source::Embedded).expect("the suite in the binary has no mistakes"));
    let mut trials = Vec::new();
    for fhir in FhirVersion::ALL {
        let right: Arc<OnceLock<Result<Verdicts, String>>> = Arc::default();
        let plan = plan(&suite, fhir, NOWHERE, &Selection::All).expect("the suite compiles");
        trials.extend(plan.scenarios.iter().map(|scenario| {
            let (suite, right, name) = (Arc::clone(&suite), Arc::clone(&right), scenario.scenario.clone());
            Trial::test(format!("green: {}", scenario.name()), move || {
                let all = || {
                    let (verdicts, exit) = run(&suite, fhir, &[], &Selection::All)?;
                    if exit == ExitCode::Conformant { Ok(verdicts) } else { Err(Failed::from(format!("ends with {exit:?}"))) }
                };
                let all = || all().map_err(|why| why.message().unwrap_or_default().to_owned());
                is_green(right.get_or_init(all).as_ref().map_err(Clone::clone)?, &name)
            })
        }));
        trials.extend(suite.consulter_faults.iter().filter(|fault| fault.is_for(fhir)).cloned().map(|fault| {
            let suite = Arc::clone(&suite);
            Trial::test(format!("red: {} in {}", fault.consulter_fault, fhir.name()), move || is_caught(&suite, fhir, &fault))
        }));
    }
    let all = Arc::clone(&suite);
    trials.push(Trial::test("docs: faults that fail nothing", move || table_is_true(&all)));
    libtest_mimic::run(&arguments, trials).exit();
}
