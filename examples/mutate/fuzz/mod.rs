//! A bounded mutator: inputs by number, each the same for the same seed, each
//! under a watch. Used by the example `mutate` and by `tests/fuzz.rs`.

mod bytes;
mod dice;
mod expressions;
mod seeds;
mod targets;
mod values;
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub(crate) use targets::{Kind, World};
pub(crate) use watch::{Limits, Memory};

/// What to run.
pub(crate) struct Task {
    pub(crate) seed: u64,
    /// Numbers of inputs.
    pub(crate) numbers: std::ops::Range<u64>,
    pub(crate) kinds: Vec<Kind>,
    /// It ends when this time is over, wherever it is.
    pub(crate) time: Duration,
    pub(crate) limits: Limits,
    /// Where inputs are written that failed.
    pub(crate) folder: PathBuf,
}

/// What was seen of a kind.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) inputs: u64,
    pub(crate) readable: u64,
    pub(crate) issues: u64,
    pub(crate) time: Duration,
    pub(crate) slowest: (Duration, u64),
    /// Memory that one input took at most on top of what there was, in KB.
    pub(crate) largest: (u64, u64),
}

/// What came out.
pub(crate) struct Outcome {
    pub(crate) tallies: Vec<(Kind, Tally)>,
    /// Each with its seed and number, and where the input was written.
    pub(crate) failures: Vec<String>,
    /// All inputs were tried.
    pub(crate) complete: bool,
}

/// More failures than that say nothing new.
const MOST_FAILURES: usize = 25;

/// Tries the inputs one after another.
pub(crate) fn run(task: &Task, world: &World) -> Outcome {
    let watch = watch::Watch::start(task.folder.clone(), task.limits);
    let began = Instant::now();
    let mut tallies: Vec<(Kind, Tally)> = task.kinds.iter().map(|kind| (*kind, Tally::default())).collect();
    let (mut failures, mut complete) = (Vec::new(), true);
    for number in task.numbers.clone() {
        let kind = Kind::of(number);
        let Some((_, tally)) = tallies.iter_mut().find(|(of, _)| *of == kind) else { continue };
        if began.elapsed() > task.time || failures.len() >= MOST_FAILURES {
            complete = false;
            break;
        }
        let name = format!("{} seed {} number {number}", kind.name(), task.seed);
        let input = world.make(kind, &mut dice::Dice::of(task.seed, kind as u64, number));
        let before = Memory::read();
        watch.begin(name.clone(), &input.text, before.now);
        let started = Instant::now();
        let seen = catch_unwind(AssertUnwindSafe(|| world.judge(kind, &input)));
        let took = started.elapsed();
        watch.end();
        let after = Memory::read();
        let grown = if after.most > before.most { after.most.saturating_sub(before.now) } else { 0 };
        let failure = match seen {
            Err(_) => Some("panicked".to_owned()),
            Ok(_) if took > task.limits.time => Some(format!("took {:.1} s", took.as_secs_f64())),
            Ok(_) if grown > task.limits.memory => Some(format!("took {} MB", grown / 1024)),
            Ok(_) => None,
        };
        if let Some(failure) = failure {
            failures.push(format!("{name} {failure}: {}", watch.keep(&name, &input.text)));
        }
        tally.take(seen.unwrap_or_default(), (took, number), (grown, number));
    }
    Outcome { tallies, failures, complete }
}

impl Tally {
    fn take(&mut self, seen: targets::Seen, took: (Duration, u64), grown: (u64, u64)) {
        self.inputs += 1;
        self.readable += u64::from(seen.readable);
        self.issues += seen.issues as u64;
        self.time += took.0;
        self.slowest = self.slowest.max(took);
        self.largest = self.largest.max(grown);
    }
}
