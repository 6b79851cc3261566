//! Throws mutated resources, definitions, expressions and queries at the house,
//! and tells which panic, take too long or too much memory:
//!
//! ```text
//! cargo run --release --example mutate -- --seed 1 --count 1000000 --seconds 1200
//! ```
//!
//! `--from N` begins at a number, `--kind json,xml` takes some kinds alone,
//! `--only N` tries one input again. Same seed and seeds, same inputs. What
//! came out is in `docs/fuzzing.md`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool that prints what it finds")]

mod fuzz;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fuzz::{Kind, Limits, Memory, Outcome, Task, World};

fn task(arguments: &[String]) -> Result<Task, String> {
    let value = |name: &str| arguments.windows(2).find(|pair| pair[0] == name).map(|pair| &*pair[1]);
    let number = |name: &str, otherwise: u64| match value(name) {
        Some(text) => text.parse().map_err(|_| format!("`{name}` takes a number, not `{text}`")),
        None => Ok(otherwise),
    };
    let known = ["--seed", "--count", "--seconds", "--from", "--kind", "--only", "--limit-ms", "--limit-mb"];
    if let Some(other) = arguments.iter().step_by(2).find(|argument| !known.contains(&&***argument)) {
        return Err(format!("`{other}` is none of {}", known.join(", ")));
    }
    let kind = |name: &str| Kind::ALL.into_iter().find(|kind| kind.name() == name).ok_or(format!("`{name}` is no kind"));
    let kinds = value("--kind").map_or(Ok(Kind::ALL.to_vec()), |names| names.split(',').map(kind).collect())?;
    let from = number("--from", 0)?;
    let numbers = match value("--only") {
        Some(_) => number("--only", 0)?..number("--only", 0)? + 1,
        None => from..from + number("--count", 100_000)?,
    };
    let limits = Limits { time: Duration::from_millis(number("--limit-ms", 5_000)?), memory: number("--limit-mb", 256)? * 1024 };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/mutate");
    Ok(Task {
        seed: number("--seed", 1)?,
        numbers,
        kinds,
        time: Duration::from_secs(number("--seconds", 3_600)?),
        limits,
        folder,
    })
}

fn tell(outcome: &Outcome, began: Instant) {
    println!("kind           inputs   readable      issues     mean    slowest (number)       most memory (number)");
    for (kind, tally) in outcome.tallies.iter().filter(|(_, tally)| tally.inputs > 0) {
        println!(
            "{:<11} {:>9}  {:>9}  {:>10}  {:>4.0} us  {:>6.0} ms ({:>7})  {:>12} MB ({})",
            kind.name(),
            tally.inputs,
            tally.readable,
            tally.issues,
            tally.time.as_secs_f64() * 1e6 / tally.inputs as f64,
            tally.slowest.0.as_secs_f64() * 1e3,
            tally.slowest.1,
            tally.largest.0 / 1024,
            tally.largest.1
        );
    }
    let all: u64 = outcome.tallies.iter().map(|(_, tally)| tally.inputs).sum();
    println!("{all} inputs in {:.0} s, {} failures", began.elapsed().as_secs_f64(), outcome.failures.len());
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let task = match task(&arguments) {
        Ok(task) => task,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let shared = std::env::var_os("TOETS_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
        .join("fhir");
    let (world, more) = World::new(shared.is_dir().then_some(&*shared));
    println!("seeds: our own{}", if more > 0 { format!(", and {more} of TOETS_SHARED") } else { String::new() });
    let (began, before) = (Instant::now(), Memory::read());
    if before.now == 0 {
        println!("this system does not tell how much memory is used: only time and panics are looked at");
    }
    // The stack of any other thread, not the larger one of `main`.
    let outcome = std::thread::scope(|scope| scope.spawn(|| fuzz::run(&task, &world)).join());
    let outcome = outcome.expect("panics of an input are caught");
    tell(&outcome, began);
    println!(
        "memory: {} MB before, {} MB after, {} MB at most",
        before.now / 1024,
        Memory::read().now / 1024,
        Memory::read().most / 1024
    );
    outcome.failures.iter().for_each(|failure| println!("{failure}"));
    if !outcome.complete {
        println!("not all inputs were tried");
    }
    if outcome.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
