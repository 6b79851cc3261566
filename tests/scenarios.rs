//! Trust: every scenario against the right provider, where nothing may turn
//! red, and every fault, where exactly what it names must turn red.

#[path = "support/definitions.rs"]
mod definitions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};
use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings};
use toets::judge::{ExpectationVerdict, Outcome, Verdicts, judge};
use toets::plan::{Claims, Limits, Plan, Selection, Target, TargetAuth, compile};
use toets::scenario::{Fault, Source, Suite, fits_key, load};
use toets::serve;

const TOKEN: &str = "a-token-of-the-test";

/// A run against the reference provider with these faults.
fn run(suite: &Suite, faults: &[&str]) -> Result<Verdicts, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut config = serve::Config::new(suite, TOKEN);
        config.faults = faults.iter().map(|&fault| fault.to_owned()).collect();
        let provider = serve::start(config).await.map_err(|why| why.to_string())?;
        let plan = plan(suite, &provider.base_url)?;
        let mut secrets = Secrets::new();
        secrets.insert("TOETS_TOKEN", TOKEN).map_err(|why| why.to_string())?;
        let settings = Settings { secrets, tempo: 0.01, ..Settings::plain(Recorder::in_memory()) };
        let finished = engine::run(&plan, suite, settings, |_| ()).await.map_err(|why| why.to_string())?;
        provider.stop().await;
        Ok(judge(&plan, &finished.evidence, suite, definitions::validator()))
    })
}

fn plan(suite: &Suite, base: &str) -> Result<Plan, Failed> {
    let claims = Claims::new(Actor::Provider, Dialect::R4Rc2);
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
fn is_caught(suite: &Suite, fault: &Fault) -> Result<(), Failed> {
    let verdicts = run(suite, &[&fault.fault])?;
    let red: Vec<_> = verdicts.expectations.iter().filter(|verdict| is_red(verdict)).collect();
    let mut wrong = Vec::new();
    for kill in &fault.kills {
        for path in paths(&verdicts, &kill.expect) {
            let fitting =
                |verdict: &&&ExpectationVerdict| fits_key(&kill.expect, &verdict.key) && path == without_variant(&verdict.key);
            let killed = |verdict: &&ExpectationVerdict| verdict.findings.iter().any(|finding| finding.name() == kill.finding);
            if !red.iter().filter(fitting).any(killed) {
                let now: Vec<_> =
                    verdicts.expectations.iter().filter(|verdict| without_variant(&verdict.key) == path).map(shown).collect();
                wrong.push(format!("does not kill {path} with {}:\n    {}", kill.finding, now.join("\n    ")));
            }
        }
        if paths(&verdicts, &kill.expect).is_empty() {
            wrong.push(format!("names {}, which is not in the plan", kill.expect));
        }
    }
    let listed = |key: &str| fault.kills.iter().map(|kill| &kill.expect).chain(&fault.also).any(|pattern| fits_key(pattern, key));
    wrong.extend(
        red.iter().filter(|verdict| !listed(&verdict.key)).map(|verdict| format!("turns red unlisted: {}", shown(verdict))),
    );
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
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
    let right: Arc<OnceLock<Result<Verdicts, String>>> = Arc::default();
    let names: BTreeMap<String, ()> = plan(&suite, "http://127.0.0.1:1/fhir")
        .map(|plan| plan.scenarios.iter().map(|scenario| (format!("{}@{}", scenario.scenario, scenario.variant), ())).collect())
        .expect("the suite compiles");

    let scenarios = names.into_keys().map(|name| {
        let (suite, right) = (Arc::clone(&suite), Arc::clone(&right));
        Trial::test(format!("green: {name}"), move || {
            let verdicts = right.get_or_init(|| run(&suite, &[]).map_err(|why| why.message().unwrap_or_default().to_owned()));
            is_green(verdicts.as_ref().map_err(Clone::clone)?, &name)
        })
    });
    let faults = suite.faults.clone().into_iter().map(|fault| {
        let suite = Arc::clone(&suite);
        Trial::test(format!("red: {}", fault.fault), move || is_caught(&suite, &fault))
    });
    let trials = scenarios.chain(faults).collect();
    libtest_mimic::run(&arguments, trials).exit();
}
