//! Faults of bodies as mutants of stored evidence: the right provider is asked
//! once, each fault is applied to what it said, and the judge has to see it. No
//! network, so each takes milliseconds.

#[path = "support/definitions.rs"]
mod definitions;

use std::collections::BTreeSet;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::agreements::{Actor, Dialect, FhirVersion};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings, Variables, captured};
use toets::evidence::{Evidence, Exchange, Outcome, Record};
use toets::fhir::{json, xml};
use toets::judge::{Verdicts, judge};
use toets::plan::{Claims, Limits, Selection, Target, TargetAuth, compile};
use toets::scenario::{Fault, Source, Suite, fits_key, load};
use toets::serve::{self, Mutant, MutantError};

const TOKEN: &str = "a-token-of-the-test";

/// The claims that each version of FHIR is tried with.
fn dialect(fhir: FhirVersion) -> Dialect {
    match fhir {
        FhirVersion::R4 => Dialect::R4Rc2,
        FhirVersion::Stu3 => Dialect::Stu3Rc2,
    }
}

/// What the right provider of a version said.
fn recorded(suite: &Suite, fhir: FhirVersion) -> Result<Evidence, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let config = serve::Config { fhir, ..serve::Config::new(suite, TOKEN) };
        let provider = serve::start(config).await.map_err(|why| why.to_string())?;
        let claims = Claims::new(Actor::Provider, dialect(fhir));
        let auth = TargetAuth::Bearer("TOETS_TOKEN".to_owned());
        let limits = Limits { deadline_ms: 1_000_000, connect_ms: 500_000, ..Limits::default() };
        let target = Target { built_in: true, limits, ..Target::new(provider.base_url.clone(), auth) };
        let plan = compile(suite, claims, target, &Selection::All).map_err(|why| why.to_string())?;
        let mut secrets = Secrets::new();
        secrets.insert("TOETS_TOKEN", TOKEN).map_err(|why| why.to_string())?;
        let settings = Settings { secrets, tempo: 0.01, ..Settings::plain(Recorder::in_memory()) };
        let finished = engine::run(&plan, suite, settings, |_| ()).await.map_err(|why| why.to_string())?;
        provider.stop().await;
        Ok(finished.evidence)
    })
}

/// The scenarios that a fault speaks of; all when it speaks of the whole run.
fn concerned(right: &Evidence, fault: &Fault) -> Evidence {
    let mut evidence = right.clone();
    let named = |name: &str| fault.kills.iter().any(|kill| fits_key(&format!("{name}/*/*"), kill.expect.as_str()));
    let of_the_whole = ["*", "groups/", "dataset/"];
    let is_wide = |kill: &toets::scenario::Kill| of_the_whole.iter().any(|start| kill.expect.starts_with(start));
    // A habit is of the whole run as well.
    if fault.notes.is_empty() && !fault.kills.iter().any(is_wide) {
        evidence.start.plan.scenarios.retain(|scenario| named(&scenario.scenario));
        let kept: BTreeSet<String> = evidence.start.plan.scenarios.iter().map(toets::plan::PlannedScenario::name).collect();
        evidence.records.retain(|record| match record {
            Record::Exchange(exchange) => kept.contains(&exchange.scenario),
            Record::Capture(capture) => kept.contains(&capture.scenario),
            _ => true,
        });
    }
    evidence
}

/// The evidence as it would have been with the fault.
fn mutated(right: &Evidence, mutant: &Mutant) -> Evidence {
    let mut evidence = right.clone();
    for (index, record) in evidence.records.iter_mut().enumerate() {
        let Record::Exchange(exchange) = record else { continue };
        let Outcome::Answered(received) = &exchange.outcome else { continue };
        let Some(body) = received.body.as_ref().and_then(|digest| right.blobs.get(digest)) else { continue };
        let Some(other) = mutant.apply(exchange, received, body) else { continue };
        let digest = format!("mutant-{index}");
        let mut received = received.clone();
        received.headers = other.headers;
        received.bytes = other.body.len() as u64;
        received.body = Some(digest.clone());
        evidence.blobs.insert(digest, Arc::from(other.body));
        exchange.outcome = Outcome::Answered(received);
    }
    recapture(&mut evidence);
    evidence
}

/// Takes the captures again, so that only the fault differs and no record contradicts another.
fn recapture(evidence: &mut Evidence) {
    for index in 0..evidence.records.len() {
        let Record::Capture(capture) = &evidence.records[index] else { continue };
        let scenario = evidence.start.plan.scenarios.iter().find(|scenario| scenario.name() == capture.scenario);
        let step = scenario.and_then(|scenario| scenario.steps.iter().find(|step| step.id == capture.step));
        let Some(expression) = step.and_then(|step| step.capture.get(&capture.name)) else { continue };
        let variables = variables(&evidence.records[..index], (&capture.scenario, &capture.step));
        let of_step = |record: &Record| match record {
            Record::Exchange(exchange) if exchange.scenario == capture.scenario && exchange.step == capture.step => {
                Some(values(evidence, exchange, expression, &variables))
            }
            _ => None,
        };
        let values = evidence.records.iter().filter_map(of_step).flatten().collect();
        if let Record::Capture(capture) = &mut evidence.records[index] {
            capture.values = values;
        }
    }
}

fn variables(before: &[Record], (scenario, step): (&str, &str)) -> Variables {
    let of = |record: &Record| match record {
        Record::Capture(capture) if capture.scenario == scenario && capture.step != step => {
            Some((capture.name.clone(), capture.values.clone()))
        }
        _ => None,
    };
    before.iter().filter_map(of).collect()
}

fn values(evidence: &Evidence, exchange: &Exchange, expression: &str, variables: &Variables) -> Vec<String> {
    let Outcome::Answered(received) = &exchange.outcome else { return Vec::new() };
    let Some(body) = received.body.as_ref().and_then(|digest| evidence.blobs.get(digest)) else { return Vec::new() };
    let fhir = evidence.start.plan.claims.dialect.fhir();
    let types = fhir.types();
    let tree = if body.starts_with(b"<") { xml::read(body, types) } else { json::read(body, types) };
    tree.map(|tree| captured(tree.root(), expression, variables, fhir)).unwrap_or_default()
}

fn without_variant(key: &str) -> &str {
    key.split_once('@').map_or(key, |(path, _)| path)
}

/// Every expectation that the fault names turns red, with the finding that it names, and every habit is noted.
fn is_seen(verdicts: &Verdicts, fault: &Fault) -> Result<(), Failed> {
    let noted = |note: &&String| verdicts.habits.iter().any(|habit| habit.finding.name() == note.as_str());
    let mut wrong: Vec<_> =
        fault.notes.iter().filter(|note| !noted(note)).map(|note| format!("is not noted as {note}")).collect();
    let mut killed_any = false;
    for kill in &fault.kills {
        let fitting: Vec<_> = verdicts.expectations.iter().filter(|verdict| fits_key(&kill.expect, &verdict.key)).collect();
        let paths: BTreeSet<_> = fitting.iter().map(|verdict| without_variant(&verdict.key)).collect();
        killed_any |= !paths.is_empty();
        for path in paths {
            let of_path = fitting.iter().filter(|verdict| without_variant(&verdict.key) == path);
            let mut findings = of_path.clone().flat_map(|verdict| &verdict.findings);
            if !findings.any(|finding| finding.name() == kill.finding) {
                let now: Vec<_> = of_path.map(|verdict| format!("{:?} {:?}", verdict.outcome, verdict.reason)).collect();
                wrong.push(format!("does not kill {path} with {}: {}", kill.finding, now.join(", ")));
            }
        }
    }
    if !killed_any && fault.notes.is_empty() {
        wrong.push("names nothing that is in this plan".to_owned());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Of these less is asked than of the right provider, which no change of what that one said can show.
const ASKED_LESS: [&str; 1] = ["form-hidden"];

fn trial(suite: &Arc<Suite>, right: &Arc<Evidence>, fault: Fault) -> Trial {
    let (suite, right) = (Arc::clone(suite), Arc::clone(right));
    let fhir = right.start.plan.claims.dialect.fhir();
    Trial::ignorable_test(format!("mutant: {} in {}", fault.fault, fhir.name()), move || {
        if ASKED_LESS.contains(&fault.fault.as_str()) {
            return Ok(Completion::ignored_with("of a server with this fault less is read; `scenarios` runs it"));
        }
        let mutant = match Mutant::prepare(&suite, &fault.fault, fhir, &right.start.plan.target.base) {
            Ok(mutant) => mutant,
            Err(why @ MutantError::NotOfAnswers(_)) => return Ok(Completion::ignored_with(why.to_string())),
            Err(why) => return Err(why.to_string().into()),
        };
        let evidence = mutated(&concerned(&right, &fault), &mutant);
        is_seen(&judge(&evidence.start.plan, &evidence, &suite, definitions::validator(fhir)), &fault)?;
        Ok(Completion::Completed)
    })
}

fn main() {
    let arguments = Arguments::from_args();
    let suite = Arc::new(load(&Source::Embedded).expect("the suite in the binary has no mistakes"));
    let mut trials = Vec::new();
    for fhir in FhirVersion::ALL {
        let right = Arc::new(recorded(&suite, fhir).expect("the right provider answers"));
        // What is caught where another version is claimed is asked for other things.
        let faults = suite.faults.iter().filter(|fault| fault.fhir.is_none_or(|only| only == fhir) && fault.version.is_none());
        trials.extend(faults.map(|fault| trial(&suite, &right, fault.clone())));
    }
    libtest_mimic::run(&arguments, trials).exit();
}
