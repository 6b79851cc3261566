//! A few thousand mutated inputs, always the same: none may panic, hang or take
//! much memory. The million is `cargo run --release --example mutate`
//! (`docs/fuzzing.md`).

#![allow(clippy::print_stderr, reason = "a run that is given up tells which input it was")]

#[path = "../examples/mutate/fuzz/mod.rs"]
mod fuzz;

use std::path::Path;
use std::time::Duration;

use fuzz::{Kind, Limits, Memory, Task, World};
use libtest_mimic::{Arguments, Failed, Trial};

/// Ten times what a release build may take.
const LIMITS: Limits = Limits { time: Duration::from_secs(30), memory: 256 * 1024 };
const COUNT: u64 = 2_000;
/// All inputs together may leave no more behind, in KB.
const LEFT_BEHIND: u64 = 150 * 1024;

fn trial() -> Result<(), Failed> {
    let (world, _) = World::new(None);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutate");
    let task =
        Task { seed: 1, numbers: 0..COUNT, kinds: Kind::ALL.to_vec(), time: Duration::from_secs(600), limits: LIMITS, folder };
    let before = Memory::read();
    let outcome = fuzz::run(&task, &world);
    let left = Memory::read().now.saturating_sub(before.now);
    if !outcome.failures.is_empty() || !outcome.complete {
        return Err(outcome.failures.join("\n").into());
    }
    for (kind, tally) in &outcome.tallies {
        // A mutator that breaks everything, or nothing, tests nothing.
        if tally.readable == 0 || tally.readable == tally.inputs || tally.issues == 0 {
            return Err(format!("{}: {tally:?}", kind.name()).into());
        }
    }
    if left > LEFT_BEHIND {
        return Err(format!("{} MB are left behind", left / 1024).into());
    }
    Ok(())
}

fn main() {
    let arguments = Arguments::from_args();
    let name = "no_mutant_panics_hangs_or_fills_the_memory";
    libtest_mimic::run(&arguments, vec![Trial::test(name, trial)]).exit();
}
