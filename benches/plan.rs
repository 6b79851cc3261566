//! What the plan costs against the reference provider, and how the cost grows
//! with personas and with pages. `cargo bench --bench plan` prints it; nothing
//! here decides whether it is good enough (`docs/performance.md` says what we hold).
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings};
use toets::evidence::{Evidence, Outcome, Record};
use toets::fhir::knowledge::Knowledge;
use toets::fhir::validate::Validator;
use toets::fhir::{json, types, xml};
use toets::judge::judge;
use toets::plan::{Claims, Plan, Selection, Target, TargetAuth, compile};
use toets::redact::is_elfproof;
use toets::report::{Report, html, json as machine, junit};
use toets::scenario::{Persona, Scenario, Source, Suite, load};
use toets::serve::{self, Config};
use toets::text::Language;
use tokio::runtime::Runtime;

const TOKEN: &str = "TOETS_TOKEN";
/// Runs of which the median is told.
const RUNS: usize = 5;
/// Matches on a page while pages are counted, and how many pages the baseline has.
const PAGE: usize = 10;
const PAGES: usize = 5;

/// What all runs share.
struct Bench {
    runtime: Runtime,
    folders: Folders,
}

/// What is measured.
struct Case {
    suite: Suite,
    selection: Selection,
    page_size: usize,
}

/// What one run cost.
#[derive(Clone, Copy, Default)]
struct Cost {
    exchanges: usize,
    bytes: usize,
    expectations: usize,
    findings: usize,
    wall: Duration,
    /// Of all threads, to ten milliseconds, where the system tells it: what else runs is not in it.
    cpu: Duration,
    /// Serving, asking and recording.
    asked: Duration,
    judged: Duration,
    reported: Duration,
    /// Merely reading every different body into a tree: part of `judged`.
    read: Duration,
    /// Peak of the whole process, where the system tells it.
    peak: Option<u64>,
}

impl Bench {
    fn run(&self, case: &Case) -> Cost {
        self.runtime.block_on(measured(case, &self.folders.next()))
    }
}

fn main() {
    let began = Instant::now();
    let suite = load(&Source::Embedded).expect("the built-in suite has no mistakes");
    let loaded = began.elapsed();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("there are threads");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bench = Bench { runtime, folders: Folders::new() };
    println!("toets {}, {cores} cores, median of {RUNS} runs, milliseconds\n", env!("CARGO_PKG_VERSION"));

    let whole = Case { suite: suite.clone(), selection: Selection::All, page_size: 100 };
    let base = median(&(0..RUNS).map(|_| bench.run(&whole)).collect::<Vec<_>>());
    println!("the plan against the reference provider (loading the suite: {} ms)", ms(loaded));
    head("");
    row("whole plan", &base);
    let ratio = base.judged.as_secs_f64() / base.read.as_secs_f64().max(f64::EPSILON);
    println!("judging takes {ratio:.1} times as long as reading the bodies once\n");

    // The larger of the two comes last: what the allocator keeps of it counts in every peak after it.
    // `cargo bench --bench plan -- pages` measures that growth only.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    if is_chosen("pages") {
        growth(&bench, "pages", |factor| Case {
            suite: with_pages(&suite, factor * PAGES),
            selection: Selection::Only(vec!["treatment-directives".to_owned()]),
            page_size: PAGE,
        });
    }
    if is_chosen("personas") {
        growth(&bench, "personas", |factor| Case { suite: with_personas(&suite, factor), ..copy(&whole) });
    }
}

fn copy(case: &Case) -> Case {
    Case { suite: case.suite.clone(), selection: case.selection.clone(), page_size: case.page_size }
}

/// The same once, twice, four and eight times as large, against the first. They
/// take turns, so that what else the machine does falls on all of them alike.
fn growth(bench: &Bench, of: &str, case: impl Fn(usize) -> Case) {
    println!("growth with {of}: times the first row in brackets");
    head(of);
    let factors = [1, 2, 4, 8];
    let cases = factors.map(case);
    let rounds: Vec<[Cost; 4]> = (0..RUNS).map(|_| std::array::from_fn(|index| bench.run(&cases[index]))).collect();
    let mut first = None;
    for (index, factor) in factors.into_iter().enumerate() {
        let cost = median(&rounds.iter().map(|round| round[index]).collect::<Vec<_>>());
        row(&format!("{factor}x"), &cost);
        ratios(&cost, first.get_or_insert(cost));
    }
    println!();
}

fn ratios(cost: &Cost, base: &Cost) {
    let times = |part: fn(&Cost) -> Duration| format!("[{:.1}]", part(cost).as_secs_f64() / part(base).as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "a ratio with one digit")]
    let exchanges = format!("[{:.1}]", cost.exchanges as f64 / base.exchanges as f64);
    let [wall, cpu, asked, judged, reported, read] = PARTS.map(times);
    println!("{:>12} {exchanges:>9} {:>8} {wall:>7} {cpu:>7} {asked:>8} {judged:>8} {reported:>8} {read:>8}", "", "");
}

fn head(what: &str) {
    println!(
        "{what:>12} {:>9} {:>8} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>12} {:>8}",
        "exchanges", "KB", "wall", "cpu", "asking", "judging", "reports", "reading", "peak MB", "expectations", "findings"
    );
}

fn row(name: &str, cost: &Cost) {
    let peak = cost.peak.map_or_else(|| "-".to_owned(), |kilobytes| (kilobytes / 1024).to_string());
    println!(
        "{name:>12} {:>9} {:>8} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {peak:>8} {:>12} {:>8}",
        cost.exchanges,
        cost.bytes / 1024,
        ms(cost.wall),
        ms(cost.cpu),
        ms(cost.asked),
        ms(cost.judged),
        ms(cost.reported),
        ms(cost.read),
        cost.expectations,
        cost.findings
    );
}

fn ms(duration: Duration) -> String {
    format!("{:.0}", duration.as_secs_f64() * 1_000.0)
}

/// Of each part the run in the middle; the peak is that of the first.
fn median(costs: &[Cost]) -> Cost {
    let of = |part: fn(&Cost) -> Duration| {
        let mut parts: Vec<Duration> = costs.iter().map(part).collect();
        parts.sort();
        parts[parts.len() / 2]
    };
    let [wall, cpu, asked, judged, reported, read] = PARTS.map(of);
    Cost { wall, cpu, asked, judged, reported, read, ..costs[0] }
}

/// Wall, processor, asking, judging, reports, reading.
const PARTS: [fn(&Cost) -> Duration; 6] =
    [|cost| cost.wall, |cost| cost.cpu, |cost| cost.asked, |cost| cost.judged, |cost| cost.reported, |cost| cost.read];

/// One run as `toets run` does it: a provider, evidence and reports in a folder of its own.
async fn measured(case: &Case, folder: &Path) -> Cost {
    forget_peak();
    let (start, busy) = (Instant::now(), processor());
    let began = Instant::now();
    let mut config = Config::new(&case.suite, "a-token-of-the-bench");
    config.page_size = case.page_size;
    let running = serve::start(config).await.expect("the provider starts");
    let plan = plan(case, &running.base_url);
    let mut secrets = Secrets::new();
    secrets.insert(TOKEN, "a-token-of-the-bench").expect("it can be sent");
    let settings = Settings { secrets, ..Settings::plain(Recorder::in_folder(folder)) };
    let finished = engine::run(&plan, &case.suite, settings, |_| ()).await.expect("the plan can be run");
    running.stop().await;
    finished.stored.expect("the disk took it");
    let evidence = finished.evidence;
    let asked = began.elapsed();

    let began = Instant::now();
    // Profiles are made ready in each run anew, as a process does.
    let validator = Validator::new(Arc::new(Knowledge::built_in(types::r4())));
    let verdicts = judge(&plan, &evidence, &case.suite, &validator);
    let judged = began.elapsed();

    let began = Instant::now();
    let report = Report::new(&plan, &evidence, &verdicts, &case.suite);
    let texts = [
        ("run.json", machine::json(&report)),
        ("junit.xml", junit::junit(&report, Language::En)),
        ("report.html", html::html(&report, Language::En, "reports/<run>")),
    ];
    for (name, text) in texts {
        fs::write(folder.join(name), text).expect("the report can be written");
    }
    let reported = began.elapsed();
    Cost {
        wall: start.elapsed(),
        cpu: processor().saturating_sub(busy),
        peak: peak(),
        exchanges: answers(&evidence).count(),
        bytes: answers(&evidence).sum(),
        expectations: verdicts.expectations.len(),
        findings: verdicts.expectations.iter().map(|expectation| expectation.findings.len()).sum(),
        asked,
        judged,
        reported,
        read: read(&evidence),
    }
}

fn plan(case: &Case, base: &str) -> Plan {
    let claims = Claims::new(Actor::Provider, Dialect::R4Rc2);
    let auth = TargetAuth::Bearer(TOKEN.to_owned());
    let target = Target { built_in: true, ..Target::new(base.to_owned(), auth) };
    compile(&case.suite, claims, target, &case.selection).expect("the suite is consistent")
}

/// Bytes of every answer.
fn answers(evidence: &Evidence) -> impl Iterator<Item = usize> {
    evidence.records.iter().filter_map(|record| match record {
        Record::Exchange(exchange) => match &exchange.outcome {
            Outcome::Answered(received) => usize::try_from(received.bytes).ok(),
            Outcome::Broken(broken) => panic!("{}: {broken:?}", exchange.id),
        },
        _ => None,
    })
}

fn read(evidence: &Evidence) -> Duration {
    let began = Instant::now();
    for body in evidence.blobs.values() {
        let tree = if body.first() == Some(&b'{') { json::read(body, types::r4()) } else { xml::read(body, types::r4()) };
        std::hint::black_box(tree).expect("the provider sends FHIR");
    }
    began.elapsed()
}

/// A suite with this many times the personas, each with all scenarios of its own.
fn with_personas(suite: &Suite, factor: usize) -> Suite {
    let mut grown = suite.clone();
    let mut numbers = numbers(suite);
    for copy in 1..factor {
        let other = |name: &str| format!("{name}-x{copy}");
        for persona in &suite.personas {
            let bsn = numbers.next().expect("there are enough test numbers");
            grown.personas.push(renamed(persona, &other(&persona.persona), &bsn));
        }
        grown.scenarios.extend(suite.scenarios.iter().filter(|scenario| scenario.persona.is_some()).map(|scenario| {
            let mut steps = scenario.steps.clone();
            for step in &mut steps {
                if let Some(with) = &mut step.with {
                    with.persona = with.persona.as_deref().map(other);
                }
            }
            let persona = scenario.persona.as_deref().map(other);
            Scenario { scenario: other(&scenario.scenario), persona, steps, ..scenario.clone() }
        }));
    }
    grown
}

/// BSNs of the test range that no persona has.
fn numbers(suite: &Suite) -> impl Iterator<Item = String> + use<> {
    let taken: Vec<String> = suite.personas.iter().map(|persona| persona.bsn.clone()).collect();
    (999_900_000_u32..999_999_999)
        .map(|number| number.to_string())
        .filter(move |number| is_elfproof(number.as_bytes()) && !taken.contains(number))
}

fn renamed(persona: &Persona, name: &str, bsn: &str) -> Persona {
    let change = |text: &str| text.replace(&persona.persona, name).replace(&persona.bsn, bsn);
    let mut other = persona.clone();
    other.resources = persona.resources.iter().map(|(key, text)| (change(key), change(text))).collect();
    for exchange in other.exchanges.values_mut() {
        exchange.matches.iter_mut().chain(&mut exchange.include).for_each(|id| *id = change(id));
    }
    other.decoys = persona.decoys.iter().map(|(id, why)| (change(id), why.clone())).collect();
    other.reachable.iter_mut().for_each(|id| *id = change(id));
    other.patient = change(&persona.patient);
    other.persona = name.to_owned();
    other.bsn = bsn.to_owned();
    other
}

/// A suite whose persona has as many treatment directives as fill this many pages.
fn with_pages(suite: &Suite, pages: usize) -> Suite {
    let mut grown = suite.clone();
    let persona = grown.personas.iter_mut().find(|persona| persona.persona == "full-plan").expect("there is a full plan");
    let listed = &mut persona.exchanges.get_mut("treatment-directives").expect("it has directives").matches;
    let (id, date) = ("full-plan-consent-blood", "\"2024-03-12\"");
    let one = persona.resources[&format!("Consent/{id}")].clone();
    assert!(one.contains(date), "the directive that is copied has this date");
    for number in listed.len()..pages * PAGE {
        let (other, day) = (format!("full-plan-consent-more-{number:05}"), number % 28 + 1);
        let other_date = format!("\"{}-{:02}-{day:02}\"", 1990 + number / 336, number / 28 % 12 + 1);
        persona.resources.insert(format!("Consent/{other}"), one.replace(id, &other).replace(date, &other_date));
        listed.push(format!("Consent/{other}"));
    }
    grown
}

/// Asks Linux to count the peak anew; elsewhere there is none to count.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Processor time of this process: fields 14 and 15 of its line, in hundredths of a second.
fn processor() -> Duration {
    let line = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = line.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
    Duration::from_millis(fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Folders of all runs. They go away together at the end: a file system that is
/// busy forgetting files is slow to make new ones, which is no cost of ours.
struct Folders(PathBuf);

impl Folders {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("toets-bench-{}", std::process::id())))
    }

    fn next(&self) -> PathBuf {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        self.0.join(NUMBER.fetch_add(1, Ordering::Relaxed).to_string())
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
