//! Broken set-ups with the class of trouble that they are, by label: the right
//! class has to be told for at least nine in ten. Loopback only.

#[path = "../support/definitions.rs"]
mod definitions;
mod stage;
mod table;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};
use toets::agreements::Effect;
use toets::judge::{Class, Outcome};
use toets::report::Report;
use toets::scenario::{Source, load};

use table::{Case, cases};

/// The class that a reader meets first: of one cause, else of most failures, else of what was not tested.
fn told(report: &Report) -> Option<&'static str> {
    let requirements = || report.groups.iter().flat_map(|group| &group.requirements);
    let expectations = || requirements().flat_map(|requirement| &requirement.expectations);
    if expectations().any(|expectation| expectation.outcome == Outcome::Broken) {
        return Some(Class::Harness.name());
    }
    if let Some(root) = report.roots.first() {
        return Some(root.class);
    }
    let most = |outcome: Outcome, effect: Effect| {
        let classes = expectations().filter(move |it| it.outcome == outcome && it.effect == effect).filter_map(|it| it.class);
        let classes: Vec<&'static str> = classes.collect();
        classes.iter().max_by_key(|class| classes.iter().filter(|other| other == class).count()).copied()
    };
    most(Outcome::Fail, Effect::Fail)
        .or_else(|| most(Outcome::Warn, Effect::Warn))
        .or_else(|| most(Outcome::Untested, Effect::Fail))
        .or_else(|| most(Outcome::CantTell, Effect::Fail))
        .or_else(|| most(Outcome::Warn, Effect::Remark))
}

fn nine_in_ten() -> Result<(), Failed> {
    let suite = load(&Source::Embedded).map_err(|mistakes| format!("{} mistakes in the suite", mistakes.len()))?;
    let (cases, next, misses) = (cases(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<(), String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| why.to_string())?;
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let report = runtime.block_on(stage::report(&suite, &case.stage)).map_err(|why| format!("{}: {why:?}", case.name))?;
            if let Some(miss) = miss(case, &report) {
                misses.lock().map_err(|why| why.to_string())?.push(miss);
            }
        }
        Ok(())
    };
    // Most of the time is waiting for servers that never answer.
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..12).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a set-up panicked".to_owned())?)
    })?;
    let misses = misses.into_inner().map_err(|why| why.to_string())?;
    let right = cases.len() - misses.len();
    let is_known = |miss: &String| KNOWN.iter().any(|known| miss.starts_with(known));
    if right * 10 >= cases.len() * 9 && misses.iter().all(is_known) {
        return Ok(());
    }
    Err(format!("{right} of {} right\n{}", cases.len(), misses.join("\n")).into())
}

fn miss(Case { name, class, .. }: &Case, report: &Report) -> Option<String> {
    let told = told(report);
    let root = report.roots.first().map_or("no root", |root| root.code.as_str());
    let told_of = told.unwrap_or("nothing");
    (told != Some(class.name())).then(|| format!("{name}: {} by label, told {told_of} ({root})", class.name()))
}

/// Set-ups of which the class is known to be told wrongly, and why.
const KNOWN: &[&str] = &[
    // A header that is cut cannot be told from something that is no HTTP.
    "cut in the header",
    // Reads still work, so the server is there; that its searches fail is told one by one.
    "500 to all but metadata",
    // The conversations that are found by procedure are gone as well, which looks like a search that fails.
    "no Procedures",
];

fn at_least_sixty() -> Result<(), Failed> {
    let count = cases().len();
    if count >= 60 { Ok(()) } else { Err(format!("{count} set-ups").into()) }
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("at_least_sixty_set_ups_are_labelled", at_least_sixty),
        Trial::test("the_right_class_is_told_for_nine_in_ten", nine_in_ten),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}
