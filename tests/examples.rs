//! HL7's own examples: no error on them without a reason. The packages
//! `hl7.fhir.r4.examples` and `hl7.fhir.r3.examples` are looked for in the folder
//! (or as the archive) that `TOETS_EXAMPLES` names, among what is shared, and in
//! the common cache; without them the trials read *ignored*. Definitions are those
//! of the core package where it is there, else what is built in.
//!
//! The kinds of error that remain are listed in `examples.txt`, with their number
//! and the reason. One in ten resources is judged; `TOETS_EXAMPLES_ALL=1` judges
//! them all and holds the numbers, `TOETS_BLESS=1` with it writes them again.

#![allow(clippy::print_stderr, reason = "a test tells its counts where people look")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{env, fs, thread};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::fhir::knowledge::{Knowledge, PackageSource};
use toets::fhir::package::Package;
use toets::fhir::types::{self, Types};
use toets::fhir::validate::{Issue, Severity, Validator};
use toets::text::Language;

/// A version of FHIR with the packages of its examples and of its definitions.
#[derive(Clone, Copy)]
struct Set {
    name: &'static str,
    examples: &'static str,
    core: &'static str,
    types: fn() -> &'static Types,
}

const SETS: [Set; 2] = [
    Set { name: "r4", examples: "hl7.fhir.r4.examples#4.0.1", core: "hl7.fhir.r4.core#4.0.1", types: types::r4 },
    Set { name: "stu3", examples: "hl7.fhir.r3.examples#3.0.2", core: "hl7.fhir.r3.core#3.0.2", types: types::stu3 },
];
/// Without all, one resource of so many.
const EVERY: usize = 10;

/// A kind of error: code, name of the element, invariant or profile whose rule it is.
type Kind = (String, String, String);
/// How many there are, and one of them.
type Found = BTreeMap<Kind, (usize, String)>;

/// Where a package may be.
fn package(name: &str) -> Option<PathBuf> {
    let shared =
        env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let named = env::var_os("TOETS_EXAMPLES").map(PathBuf::from);
    let archive = format!("{}.tgz", name.replace('#', "-"));
    let is_it = |path: &&PathBuf| path.file_name().is_some_and(|file| *file == *archive);
    if let Some(path) = named.iter().find(is_it) {
        return path.is_file().then(|| path.clone());
    }
    let folders = [named, Some(shared.join("fhir/packages")), toets::fhir::package::cache::common_cache()];
    let places = folders.into_iter().flatten().flat_map(|folder| [folder.join(&archive), folder.join(name)]);
    places.into_iter().find(|place| place.exists())
}

/// What is judged by: the core package, else what is built in; and whether it is the package.
fn validator(set: &Set) -> Result<(Validator, bool), Failed> {
    let knowledge = match package(set.core) {
        Some(path) => (Knowledge::load(&[PackageSource::At(path)], (set.types)()).map_err(|error| error.to_string())?, true),
        None => (Knowledge::built_in((set.types)()), false),
    };
    Ok((Validator::new(Arc::new(knowledge.0)), knowledge.1))
}

fn kind(issue: &Issue) -> Kind {
    let name = issue.path.rsplit('.').next().unwrap_or_default();
    let name = name.split('[').next().unwrap_or_default().to_owned();
    let profile = || {
        let canonical = issue.details.iter().find(|(hole, _)| *hole == "profile").map(|(_, profile)| &**profile);
        let canonical = canonical.or(issue.profile.as_deref()).unwrap_or_default();
        canonical.split('|').next()?.rsplit('/').next().map(str::to_owned)
    };
    let about = issue.key.as_ref().map(ToString::to_string).or_else(profile).unwrap_or_default();
    (issue.code.name.to_owned(), name, about)
}

/// Judges them on all cores; the errors by kind, and how many resources had one.
fn judge(validator: &Validator, package: &Package, every: usize) -> (usize, usize, Found) {
    // The manifest and the like are no resources, and no entries of it.
    let places: Vec<usize> = (0..package.entries().len()).step_by(every).collect();
    let (next, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut found = Found::new();
        while let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
            let file = &package.entries()[*place].file;
            let text = package.text(*place).unwrap_or_else(|error| panic!("{file}: {error}"));
            let issues = validator.judge_text(&text, &[]);
            let errors = issues.iter().filter(|issue| issue.severity == Severity::Error);
            wrong.fetch_add(usize::from(errors.clone().next().is_some()), Ordering::Relaxed);
            for issue in errors {
                let example = || format!("{file} at {}: {}", issue.path, issue.message(Language::En));
                found.entry(kind(issue)).or_insert_with(|| (0, example())).0 += 1;
            }
        }
        found
    };
    let cores = thread::available_parallelism().map_or(1, Into::into);
    let all = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("the judge does not panic")).collect::<Vec<_>>()
    });
    let mut found = Found::new();
    for (kind, (count, example)) in all.into_iter().flatten() {
        found.entry(kind).or_insert_with(|| (0, example)).0 += count;
    }
    (places.len(), wrong.into_inner(), found)
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples.txt")
}

/// The list: `set | code | element | invariant or profile | how many => why`.
fn listed(text: &str) -> BTreeMap<(String, Kind), (usize, String)> {
    let one = |line: &str| {
        let (facts, why) = line.split_once(" => ").expect("a kind has a reason, or `?`");
        let parts: Vec<&str> = facts.split('|').map(str::trim).collect();
        let [set, code, element, about, count] = parts[..] else { panic!("a kind has five parts: {line}") };
        let count = count.parse().expect("how many is a number");
        ((set.to_owned(), (code.to_owned(), element.to_owned(), about.to_owned())), (count, why.to_owned()))
    };
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(one).collect()
}

fn bless(set: &str, found: &Found) -> Result<(), Failed> {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let mut known = listed(&text);
    let old = known.clone();
    known.retain(|(of, _), _| of != set);
    for (kind, (count, _)) in found {
        let key = (set.to_owned(), kind.clone());
        let why = old.get(&key).map_or("?".to_owned(), |(_, why)| why.clone());
        known.insert(key, (*count, why));
    }
    let opening: String = text.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let lines = known.iter().map(|((set, (code, element, about)), (count, why))| {
        format!("{set} | {code} | {element} | {about} | {count} => {why}\n")
    });
    Ok(fs::write(path(), opening + &lines.collect::<String>())?)
}

/// Every kind that was found is listed with a reason; with all of them judged, in this number.
fn hold(set: &str, found: &Found, exact: bool) -> Result<(), Failed> {
    let known = listed(&fs::read_to_string(path())?.replace('\r', ""));
    let mut wrong = Vec::new();
    for (kind, (count, example)) in found {
        let (code, element, about) = kind;
        match known.get(&(set.to_owned(), kind.clone())) {
            None => wrong.push(format!("not listed: {code} | {element} | {about} ({count}): {example}")),
            Some((_, why)) if why.trim_matches(['?', ' ']).is_empty() => {
                wrong.push(format!("without a reason: {code} | {element} | {about}: {example}"));
            }
            Some((listed, _)) if exact && listed != count => {
                wrong.push(format!("{code} | {element} | {about}: {count}, listed {listed}: {example}"));
            }
            Some(_) => {}
        }
    }
    let gone = known.keys().filter(|(of, kind)| exact && of == set && !found.contains_key(kind));
    wrong.extend(gone.map(|(_, (code, element, about))| format!("listed, but not found: {code} | {element} | {about}")));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn trial(set: Set) -> Result<Completion, Failed> {
    let Some(path) = package(set.examples) else {
        return Ok(Completion::ignored_with(format!("`{}` is not here: set `TOETS_EXAMPLES`", set.examples)));
    };
    let all = env::var_os("TOETS_EXAMPLES_ALL").is_some();
    let package = Package::open(&path).map_err(|error| error.to_string())?;
    let (validator, is_core) = validator(&set)?;
    let began = Instant::now();
    let (count, wrong, found) = judge(&validator, &package, if all { 1 } else { EVERY });
    let errors: usize = found.values().map(|(count, _)| count).sum();
    let by = if is_core { "the core package" } else { "what is built in" };
    let seconds = began.elapsed().as_secs_f64();
    eprintln!("{}: {count} examples by {by}: {wrong} with errors, {errors} of {} kinds, {seconds:.1} s", set.name, found.len());
    if count == 0 {
        return Err("there are no examples in it".into());
    }
    // What is built in has less to find errors with; numbers are those of the package.
    let exact = all && is_core;
    if exact && env::var_os("TOETS_BLESS").is_some() {
        bless(set.name, &found)?;
    }
    hold(set.name, &found, exact)?;
    Ok(Completion::Completed)
}

fn main() {
    let mut arguments = Arguments::from_args();
    // Both write the same list, and each takes all cores.
    arguments.test_threads = Some(1);
    let trials = SETS.into_iter().map(|set| Trial::ignorable_test(set.name, move || trial(set))).collect();
    libtest_mimic::run(&arguments, trials).exit();
}
