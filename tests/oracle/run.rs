//! Runs the judge over cases, on all cores; what a set of packages needs is
//! loaded once.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use toets::fhir::knowledge::{Knowledge, PackageSource};
use toets::fhir::node::Node;
use toets::fhir::package::Package;
use toets::fhir::validate::{Issue, Refused, Validator};
use toets::fhir::{json, types, xml};
use toets::text::Language;

use super::cases::{Case, shared};

/// What our judge made of a case.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) issues: Vec<Issue>,
    /// The same resource as XML: what differs; `None` when XML cannot hold it.
    pub(crate) xml: Option<Vec<String>>,
    /// Instead of an answer.
    pub(crate) panic: bool,
}

/// Packages, files of definitions, and what is refused.
type Key = (Vec<String>, Vec<PathBuf>, Refused);
type Loading<T> = Arc<OnceLock<Result<T, String>>>;

static KNOWLEDGE: OnceLock<Mutex<HashMap<Key, Loading<Arc<Knowledge>>>>> = OnceLock::new();
static VALIDATORS: OnceLock<Mutex<HashMap<Key, Loading<Arc<Validator>>>>> = OnceLock::new();

type Known<T> = OnceLock<Mutex<HashMap<Key, Loading<T>>>>;

/// Makes a thing once; others wait for it without holding up what they do not need.
fn once<T: Clone>(known: &Known<T>, key: &Key, make: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let cell = {
        let mut map = known.get_or_init(Mutex::default).lock().expect("no one panics with the map");
        Arc::clone(map.entry(key.clone()).or_default())
    };
    cell.get_or_init(make).clone()
}

fn knowledge(packages: &[String], stu3: bool) -> Result<Arc<Knowledge>, String> {
    once(&KNOWLEDGE, &(packages.to_vec(), Vec::new(), Refused::default()), || {
        let place = shared().join("packages");
        let mut sources: Vec<PackageSource> = packages.iter().map(|file| PackageSource::At(place.join(file))).collect();
        sources.push(PackageSource::Place(place));
        let types = if stu3 { types::stu3() } else { types::r4() };
        Knowledge::load(&sources, types).map(Arc::new).map_err(|error| error.to_string())
    })
}

fn validator(case: &Case) -> Result<Arc<Validator>, String> {
    once(&VALIDATORS, &(case.packages.clone(), case.supporting.clone(), case.refused), || {
        let knowledge = knowledge(&case.packages, case.stu3)?;
        if case.supporting.is_empty() {
            return Ok(Arc::new(Validator::new(knowledge).refusing(case.refused)));
        }
        let text = |path: &PathBuf| std::fs::read(path).map(|text| (path.display().to_string(), text));
        let texts = case.supporting.iter().map(text).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        let package = Package::held("supporting", "0", texts).map_err(|error| error.to_string())?;
        Ok(Arc::new(Validator::new(Arc::new(knowledge.with(package))).refusing(case.refused)))
    })
}

/// Judges all cases.
pub(crate) fn judge(cases: &[Case]) -> Result<Vec<Outcome>, String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(at) else { return done };
            done.push((at, one(case)));
        }
    };
    let mut outcomes = thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, Into::into);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("panics of the judge are caught")).collect::<Vec<_>>()
    });
    outcomes.sort_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn one(case: &Case) -> Result<Outcome, String> {
    let validator = validator(case).map_err(|error| format!("{}: {error}", case.id))?;
    let profiles: Vec<&str> = case.profile.as_deref().into_iter().collect();
    let both = || {
        let issues = validator.judge_text(&case.text, &profiles);
        let xml = as_xml(case, &validator).map(|document| {
            let other = validator.judge_text(document.as_bytes(), &profiles);
            differences(&issues, &other)
        });
        Outcome { issues, xml, panic: false }
    };
    Ok(catch_unwind(AssertUnwindSafe(both)).unwrap_or_else(|_| Outcome { panic: true, ..Outcome::default() }))
}

/// The case as XML, when all of it can be said there.
fn as_xml(case: &Case, validator: &Validator) -> Option<String> {
    let types = validator.knowledge().types();
    let tree = (!case.raw).then(|| json::read(&case.text, types).ok()).flatten()?;
    let document = xml::write(tree.root(), types);
    let again = xml::read(document.as_bytes(), types).ok()?;
    same(tree.root(), again.root()).then_some(document)
}

/// XML follows the order of the table, so siblings are compared by name.
fn same(left: Node<'_>, right: Node<'_>) -> bool {
    let facts = |one: Node<'_>, other: Node<'_>| {
        one.written_name() == other.written_name()
            && one.type_name() == other.type_name()
            && one.literal() == other.literal()
            && one.is_list() == other.is_list()
    };
    let sorted = |node: Node<'_>| {
        let mut children: Vec<_> = node.children().map(Node::id).collect();
        children.sort_by(|left, right| node.tree().node(*left).name().cmp(node.tree().node(*right).name()));
        children
    };
    let (lefts, rights) = (sorted(left), sorted(right));
    facts(left, right)
        && lefts.len() == rights.len()
        && lefts.iter().zip(&rights).all(|(one, other)| same(left.tree().node(*one), right.tree().node(*other)))
}

fn differences(json: &[Issue], xml: &[Issue]) -> Vec<String> {
    let told = |issue: &Issue| {
        let of = issue.key.as_ref().or(issue.profile.as_ref()).map_or("", |of| of);
        format!("{:?} {} at {}: {} ({of})", issue.severity, issue.code.name, issue.path, issue.message(Language::En))
    };
    let mut rest: Vec<String> = xml.iter().map(told).collect();
    let mut found = Vec::new();
    for issue in json.iter().map(told) {
        match rest.iter().position(|other| *other == issue) {
            Some(at) => drop(rest.swap_remove(at)),
            None => found.push(format!("only as JSON: {issue}")),
        }
    }
    found.extend(rest.into_iter().map(|issue| format!("only as XML: {issue}")));
    found
}
