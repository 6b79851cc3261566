//! Trust: every scenario against the right provider, where nothing may turn
//! red, and every fault, where exactly what it names must turn red.

#[path = "support/definitions.rs"]
mod definitions;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};
use toets::agreements::{Actor, Dialect, FhirVersion};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings};
use toets::judge::{ExpectationVerdict, Outcome, Verdicts, judge};
use toets::plan::{Claims, Limits, Plan, Selection, Target, TargetAuth, compile};
use toets::scenario::{Fault, Source, Suite, fits_key, load};
use toets::serve;

const TOKEN: &str = "a-token-of-the-test";

/// The claims that each version of FHIR is tried with.
fn dialect(fhir: FhirVersion) -> Dialect {
    match fhir {
        FhirVersion::R4 => Dialect::R4Rc2,
        FhirVersion::Stu3 => Dialect::Stu3Rc2,
    }
}

/// A run against the reference provider with these faults.
fn run(suite: &Suite, dialect: Dialect, faults: &[&str]) -> Result<Verdicts, Failed> {
    let fhir = dialect.fhir();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut config = serve::Config::new(suite, TOKEN);
        config.fhir = fhir;
        config.faults = faults.iter().map(|&fault| fault.to_owned()).collect();
        let provider = serve::start(config).await.map_err(|why| why.to_string())?;
        let plan = plan(suite, dialect, &provider.base_url)?;
        let mut secrets = Secrets::new();
        secrets.insert("TOETS_TOKEN", TOKEN).map_err(|why| why.to_string())?;
        let settings = Settings { secrets, tempo: 0.01, ..Settings::plain(Recorder::in_memory()) };
        let finished = engine::run(&plan, suite, settings, |_| ()).await.map_err(|why| why.to_string())?;
        provider.stop().await;
        Ok(judge(&plan, &finished.evidence, suite, definitions::validator(fhir)))
    })
}

fn plan(suite: &Suite, dialect: Dialect, base: &str) -> Result<Plan, Failed> {
    let claims = Claims::new(Actor::Provider, dialect);
    let auth = TargetAuth::Bearer("TOETS_TOKEN".to_owned());
    // Deadlines shrink with the tempo; a busy machine still has to answer in time.
    let limits = Limits { deadline_ms: 1_000_000, connect_ms: 500_000, ..Limits::default() };
    let target = Target { built_in: true, limits, ..Target::new(base.to_owned(), auth) };
    compile(suite, claims, target, &Selection::All).map_err(|why| why.to_string().into())
}

/// Whether an expectation turned red: a finding, whatever it does to the verdict.
fn is_red(verdict: &ExpectationVerdict) -> bool {
    !verdict.findings.is_empty() || matches!(verdict.outcome, Outcome::Fail | Outcome::Warn | Outcome::Broken)
}

fn shown(verdict: &ExpectationVerdict) -> String {
    let codes: BTreeSet<_> = verdict.findings.iter().map(|finding| finding.name()).collect();
    format!("{}  {:?} {codes:?} {:?}", verdict.key, verdict.outcome, verdict.reason)
}

/// On the right provider every expectation of a scenario is met, or there is nothing to hold it against.
fn is_green(verdicts: &Verdicts, scenario: &str) -> Result<(), Failed> {
    if let Some(habit) = verdicts.habits.first() {
        return Err(format!("the right provider has a habit: {habit:?}").into());
    }
    let own: Vec<_> = verdicts.expectations.iter().filter(|verdict| in_scenario(&verdict.key, scenario)).collect();
    let wrong: Vec<_> = own
        .iter()
        .filter(|verdict| !matches!(verdict.outcome, Outcome::Pass | Outcome::Inapplicable))
        .map(|verdict| shown(verdict))
        .collect();
    let passed = own.iter().any(|verdict| verdict.outcome == Outcome::Pass);
    match (wrong.is_empty(), passed) {
        (true, true) => Ok(()),
        (true, false) => Err("no expectation was met".into()),
        (false, _) => Err(wrong.join("\n").into()),
    }
}

/// `scenario/step/expectation@variant` belongs to `scenario@variant`.
fn in_scenario(key: &str, scenario: &str) -> bool {
    let (path, variant) = key.split_once('@').unwrap_or((key, ""));
    let (name, theirs) = scenario.split_once('@').unwrap_or((scenario, ""));
    path.split('/').next() == Some(name) && variant == theirs
}

/// A fault turns red what it says it kills, with the finding it names, and nothing that it does not list.
fn is_caught(suite: &Suite, fhir: FhirVersion, fault: &Fault) -> Result<(), Failed> {
    let claimed = fault.version.unwrap_or_else(|| dialect(fhir));
    let verdicts = run(suite, claimed, &[&fault.fault])?;
    let red: Vec<_> = verdicts.expectations.iter().filter(|verdict| is_red(verdict)).collect();
    let mut wrong = Vec::new();
    let mut killed_any = false;
    for kill in &fault.kills {
        let all = paths(&verdicts, &kill.expect);
        for path in &all {
            let fitting =
                |verdict: &&&ExpectationVerdict| fits_key(&kill.expect, &verdict.key) && *path == without_variant(&verdict.key);
            let killed = |verdict: &&ExpectationVerdict| verdict.findings.iter().any(|finding| finding.name() == kill.finding);
            if !red.iter().filter(fitting).any(killed) {
                let now: Vec<_> =
                    verdicts.expectations.iter().filter(|verdict| without_variant(&verdict.key) == *path).map(shown).collect();
                wrong.push(format!("does not kill {path} with {}:\n    {}", kill.finding, now.join("\n    ")));
            }
        }
        killed_any |= !all.is_empty();
        // What only the other version asks cannot turn red in this one.
        if all.is_empty() && !is_of_another_version(suite, fhir, &kill.expect)? {
            wrong.push(format!("names {}, which is not in the plan", kill.expect));
        }
    }
    let noted: BTreeSet<_> = verdicts.habits.iter().map(|habit| habit.finding.name()).collect();
    wrong.extend(fault.notes.iter().filter(|note| !noted.contains(note.as_str())).map(|note| format!("is not noted as {note}")));
    if !killed_any && fault.notes.is_empty() {
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
        let plan = plan(suite, dialect(other), "http://127.0.0.1:1/fhir")?;
        let mut expectations = plan.scenarios.iter().flat_map(|scenario| scenario.expectations());
        if expectations.any(|expectation| fits_key(pattern, &expectation.key)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn without_variant(key: &str) -> &str {
    key.split_once('@').map_or(key, |(path, _)| path)
}

/// Expectations, without variant, that a pattern names.
fn paths<'v>(verdicts: &'v Verdicts, pattern: &str) -> BTreeSet<&'v str> {
    let fitting = verdicts.expectations.iter().filter(|verdict| fits_key(pattern, &verdict.key));
    fitting.map(|verdict| without_variant(&verdict.key)).collect()
}

fn main() {
    let arguments = Arguments::from_args();
    let suite = Arc::new(load(&Source::Embedded).expect("the suite in the binary has no mistakes"));
    let mut trials = Vec::new();
    for fhir in FhirVersion::ALL {
        let right: Arc<OnceLock<Result<Verdicts, String>>> = Arc::default();
        let plan = plan(&suite, dialect(fhir), "http://127.0.0.1:1/fhir").expect("the suite compiles");
        let names: BTreeSet<String> = plan.scenarios.iter().map(|scenario| scenario.name()).collect();
        trials.extend(names.into_iter().map(|name| {
            let (suite, right) = (Arc::clone(&suite), Arc::clone(&right));
            Trial::test(format!("green: {name}"), move || {
                let all = || run(&suite, dialect(fhir), &[]).map_err(|why| why.message().unwrap_or_default().to_owned());
                is_green(right.get_or_init(all).as_ref().map_err(Clone::clone)?, &name)
            })
        }));
        let faults = suite.faults.iter().filter(|fault| fault.fhir.is_none_or(|only| only == fhir)).cloned();
        trials.extend(faults.map(|fault| {
            let suite = Arc::clone(&suite);
            Trial::test(format!("red: {} in {}", fault.fault, fhir.name()), move || is_caught(&suite, fhir, &fault))
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}
