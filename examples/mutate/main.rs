//! Throws mutated resources, definitions and expressions at the judge, and stops
//! at the first that panics, takes too long or too much memory:
//! `cargo run --release --example mutate -- 1000000 [seed]`. What came out is in
//! `docs/fuzzing.md`. The same seed gives the same mutants.
#![allow(clippy::print_stdout, reason = "a tool that prints what it finds")]

mod dice;
mod mutants;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dice::Dice;
use toets::fhir::definition::Definition;
use toets::fhir::fhirpath::{self, Environment};
use toets::fhir::knowledge::Knowledge;
use toets::fhir::validate::Validator;
use toets::fhir::{json, snapshot, types, xml};

/// Longest that one mutant may take.
const DEADLINE: Duration = Duration::from_secs(20);
/// Most memory of the whole process, in MB.
const MEMORY: u64 = 1_000;

/// What the mutants are made from.
struct Seeds {
    resources: Vec<Vec<u8>>,
    definitions: Vec<Vec<u8>>,
    expressions: Vec<String>,
}

/// What was seen.
#[derive(Default)]
struct Tally {
    resources: usize,
    readable: usize,
    issues: usize,
    definitions: usize,
    snapshots: usize,
    expressions: usize,
    parsed: usize,
    slowest: Duration,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let seed: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let knowledge = Arc::new(Knowledge::built_in(types::r4()).expect("the built-in set can be read"));
    let validator = Validator::new(Arc::clone(&knowledge));
    let seeds = seeds(&knowledge);
    let running: Mutex<Option<(Instant, usize)>> = Mutex::new(None);
    let mut tally = Tally::default();
    let broken = std::thread::scope(|scope| {
        let watch = scope.spawn(|| watch(&running));
        let broken = (0..count).find(|index| {
            *running.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), *index));
            let mut dice = Dice::new(seed.wrapping_add(*index as u64));
            let began = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| one(&mut dice, &seeds, &validator, &mut tally)));
            tally.slowest = tally.slowest.max(began.elapsed());
            outcome.is_err()
        });
        *running.lock().unwrap_or_else(PoisonError::into_inner) = None;
        watch.thread().unpark();
        broken
    });
    println!(
        "resources {} ({} readable, {} issues), definitions {} ({} snapshots), expressions {} ({} parsed); slowest {:.0} ms; peak {} MB",
        tally.resources,
        tally.readable,
        tally.issues,
        tally.definitions,
        tally.snapshots,
        tally.expressions,
        tally.parsed,
        tally.slowest.as_secs_f64() * 1e3,
        peak()
    );
    match broken {
        Some(index) => {
            println!("mutant {index} of seed {seed} panicked");
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

/// Ends the program when a mutant takes too long or the memory grows.
fn watch(running: &Mutex<Option<(Instant, usize)>>) {
    loop {
        std::thread::park_timeout(Duration::from_millis(500));
        let Some((since, index)) = *running.lock().unwrap_or_else(PoisonError::into_inner) else { return };
        if since.elapsed() > DEADLINE || peak() > MEMORY {
            println!("mutant {index} takes {:.1} s, peak {} MB", since.elapsed().as_secs_f64(), peak());
            std::process::exit(1);
        }
    }
}

fn one(dice: &mut Dice, seeds: &Seeds, validator: &Validator, tally: &mut Tally) {
    match dice.below(10) {
        0..=6 => resource(dice, seeds, validator, tally),
        7 => definition(dice, seeds, validator, tally),
        _ => expression(dice, seeds, tally),
    }
}

fn resource(dice: &mut Dice, seeds: &Seeds, validator: &Validator, tally: &mut Tally) {
    let mut text = mutants::text(dice, dice_pick(dice, &seeds.resources), &seeds.resources);
    tally.resources += 1;
    if let Ok(tree) = json::read(&text, types::r4()) {
        tally.readable += 1;
        // A third goes the other way: as XML, broken once more.
        if dice.below(3) == 0 {
            text = mutants::bytes(dice, xml::write(tree.root(), types::r4()).into_bytes());
        }
    }
    tally.issues += validator.judge_text(&text, &[]).len();
}

fn definition(dice: &mut Dice, seeds: &Seeds, validator: &Validator, tally: &mut Tally) {
    let text = mutants::text(dice, dice_pick(dice, &seeds.definitions), &seeds.definitions);
    tally.definitions += 1;
    let Ok(tree) = json::read(&text, types::r4()) else { return };
    let Ok(mut definition) = Definition::read(&tree) else { return };
    definition.snapshot.clear();
    let find = |canonical: &str| validator.knowledge().find_definition(canonical).map_err(|lack| lack.to_string());
    if snapshot::build(&definition, &find).is_ok() {
        tally.snapshots += 1;
    }
}

fn expression(dice: &mut Dice, seeds: &Seeds, tally: &mut Tally) {
    let text = mutants::expression(dice, &seeds.expressions);
    tally.expressions += 1;
    let Ok(expression) = fhirpath::parse(&text) else { return };
    tally.parsed += 1;
    let Ok(tree) = json::read(dice_pick(dice, &seeds.resources), types::r4()) else { return };
    let environment = Environment { work: 1_000_000, ..Environment::new(types::r4()) };
    expression.test(tree.root(), &environment);
}

fn dice_pick<'a>(dice: &mut Dice, from: &'a [Vec<u8>]) -> &'a [u8] {
    &from[dice.below(from.len())]
}

/// Our own personas, the definitions in `tests`, and the invariants of the built-in set.
fn seeds(knowledge: &Knowledge) -> Seeds {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["fixtures/full-plan/r4", "fixtures/sparse-plan/r4", "fixtures/no-plan/r4"];
    let resources: Vec<Vec<u8>> = folders.iter().flat_map(|folder| files(&root.join(folder))).collect();
    let names = ["Patient", "Consent", "Observation", "Goal", "Extension", "HumanName"];
    let constraints = names.iter().filter_map(|name| knowledge.type_definition(name));
    let expressions = constraints.flat_map(|definition| {
        let elements = definition.snapshot.iter().flat_map(|element| element.constraints.clone());
        elements.filter_map(|constraint| constraint.expression.map(|text| text.to_string())).collect::<Vec<_>>()
    });
    Seeds { resources, definitions: files(&root.join("examples/mutate/definitions")), expressions: expressions.collect() }
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let found = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = found.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    found.sort();
    found.iter().filter_map(|path| fs::read(path).ok()).collect()
}

/// Peak of the process in MB, where the system tells it.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}
