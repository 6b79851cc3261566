//! What judging a resource costs: as a process, warm on one core, on all cores,
//! growing with the resource and with the profiles, beside merely parsing the
//! same bytes, and beside the HL7 validator where it can be started.
//! `cargo bench --bench validate` prints it; `docs/performance.md` says what we hold.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use toets::fhir::knowledge::Knowledge;
use toets::fhir::types;
use toets::fhir::validate::Validator;

/// Runs of a process of which the median is told.
const PROCESSES: usize = 15;
/// How long each warm measurement goes on.
const WARM: Duration = Duration::from_secs(3);
const PZP: &str = "https://api.iknl.nl/docs/pzp/r4/StructureDefinition/";

fn main() {
    let texts = examples();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("toets {}, {cores} cores, {} resources\n", env!("CARGO_PKG_VERSION"), texts.len());
    let cold = cold();
    let began = Instant::now();
    let knowledge = Knowledge::built_in(types::r4());
    let validator = Validator::new(Arc::new(knowledge));
    judge_all(&validator, &texts);
    println!("first pass over all resources, profiles made ready: {:.0} ms", ms(began.elapsed()));
    let warm = warm(&validator, &texts);
    all_cores(&validator, &texts, cores, warm);
    bundles(&validator, &texts);
    profiles(&validator, &texts);
    hl7(warm, cold);
}

/// The resources of the PZP examples where they are, else of our own personas.
fn examples() -> Vec<Vec<u8>> {
    let shared = std::env::var("TOETS_SHARED").map_or_else(|_| PathBuf::from("../shared"), PathBuf::from);
    let pzp = shared.join("fhir/examples/iknl.fhir.r4.pzp-0.1.3-beta3");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/full-plan/r4");
    let folder = if pzp.is_dir() { pzp } else { own };
    println!("resources of {}", folder.file_name().unwrap_or_default().to_string_lossy());
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("the folder can be read").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let files = files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.map(|file| to_rc2(&fs::read(file).expect("an example can be read"))).collect()
}

/// The examples are of an older version; the built-in profiles are of this one.
fn to_rc2(text: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(text).replace("https://fhir.iknl.nl/fhir/StructureDefinition/", PZP).into_bytes()
}

fn judge_all(validator: &Validator, texts: &[Vec<u8>]) -> usize {
    texts.iter().map(|text| validator.judge_text(text, &[]).len()).sum()
}

/// One Consent of our own persona.
fn consent() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/full-plan/r4");
    let files = fs::read_dir(&folder).expect("our own persona is here").flatten().map(|entry| entry.path());
    files.filter(|path| path.to_string_lossy().contains("onsent")).min().expect("it has a Consent")
}

/// One Consent as a process: reading the program, the definitions and the resource.
fn cold() -> Cost {
    let file = consent();
    let mut program = Command::new(env!("CARGO_BIN_EXE_toets"));
    program.env("TOETS_CACHE", "none").arg("validate").arg(file);
    let mut runs: Vec<Cost> = (0..PROCESSES).map(|_| process(&mut program)).collect();
    runs.sort();
    let peak = runs.iter().map(|(_, peak)| *peak).max().unwrap_or_default();
    let wall = runs[PROCESSES / 2].0;
    println!("cold, one Consent as a process: {:.1} ms (median of {PROCESSES}), peak {} MB", ms(wall), peak / 1024);
    (wall, peak)
}

/// How long a process took, and the most memory that it had, in kB.
type Cost = (Duration, u64);

fn process(program: &mut Command) -> Cost {
    let began = Instant::now();
    let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    let mut most = 0;
    while child.try_wait().expect("a child can be waited for").is_none() {
        most = peak(child.id()).max(most);
        std::thread::sleep(Duration::from_micros(200));
    }
    (began.elapsed(), most)
}

/// The most memory that a process, or one that it started, has had.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let own = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default();
    let below = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    below.split_whitespace().filter_map(|child| child.parse().ok()).map(peak).fold(own, u64::max)
}

/// Resources a second on one core, beside parsing the same bytes.
fn warm(validator: &Validator, texts: &[Vec<u8>]) -> f64 {
    let judged = per_second(|| {
        judge_all(validator, texts);
        texts.len()
    });
    let parsed = per_second(|| {
        let read = |text: &Vec<u8>| serde_json::from_slice::<serde_json::Value>(text).expect("an example is JSON");
        texts.iter().map(read).filter(serde_json::Value::is_object).count()
    });
    let bytes: usize = texts.iter().map(Vec::len).sum::<usize>() / texts.len().max(1);
    println!("warm, one core: {judged:.0} resources a second ({bytes} bytes each)");
    println!("merely parsing them with serde_json: {parsed:.0} a second; judging costs {:.1} times that", parsed / judged);
    judged
}

fn per_second(mut pass: impl FnMut() -> usize) -> f64 {
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < WARM {
        count += pass();
    }
    ratio(count) / began.elapsed().as_secs_f64()
}

fn all_cores(validator: &Validator, texts: &[Vec<u8>], cores: usize, one: f64) {
    let (count, began) = (AtomicUsize::new(0), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while began.elapsed() < WARM {
                    judge_all(validator, texts);
                    count.fetch_add(texts.len(), Ordering::Relaxed);
                }
            });
        }
    });
    let all = ratio(count.into_inner()) / began.elapsed().as_secs_f64();
    println!("on {cores} cores: {all:.0} a second, {:.2} times one core\n", all / one);
}

/// A bundle with more and more entries: each entry should cost the same.
fn bundles(validator: &Validator, texts: &[Vec<u8>]) {
    println!("growth with the size of a bundle");
    for count in [10, 100, 1_000, 10_000] {
        let entries: Vec<String> = (0..count).map(|index| entry(&texts[index % texts.len()], index)).collect();
        let text = format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#, entries.join(","));
        let began = Instant::now();
        let issues = validator.judge_text(text.as_bytes(), &[]).len();
        let spent = began.elapsed();
        println!(
            "{count:>8} entries: {:>8.1} ms, {:>6.1} us an entry, {issues} issues",
            ms(spent),
            ms(spent) * 1e3 / ratio(count)
        );
    }
    println!();
}

fn entry(text: &[u8], index: usize) -> String {
    let mut resource: serde_json::Value = serde_json::from_slice(text).expect("an example is JSON");
    resource["id"] = format!("example-{index}").into();
    let kind = resource["resourceType"].as_str().unwrap_or_default().to_owned();
    format!(r#"{{"fullUrl":"https://example.org/fhir/{kind}/example-{index}","resource":{resource}}}"#)
}

/// One resource by more and more profiles.
fn profiles(validator: &Validator, texts: &[Vec<u8>]) {
    println!("growth with the number of profiles, one Consent");
    let consent = texts.iter().find(|text| String::from_utf8_lossy(text).contains("\"Consent\"")).expect("there is a Consent");
    let named = [
        format!("{PZP}ACP-TreatmentDirective"),
        "http://nictiz.nl/fhir/StructureDefinition/nl-core-TreatmentDirective2".to_owned(),
        "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective2".to_owned(),
        "http://hl7.org/fhir/StructureDefinition/Consent".to_owned(),
    ];
    for count in 0..=named.len() {
        let profiles: Vec<&str> = named[..count].iter().map(String::as_str).collect();
        let rate = per_second(|| {
            std::hint::black_box(validator.judge_text(consent, &profiles));
            1
        });
        println!("{count:>8} beside its own: {:>8.1} us", 1e6 / rate);
    }
    println!();
}

/// The HL7 validator in the same run, where `TOETS_HL7` names a program that starts
/// it: with a file it judges that, once; without, it prints its resources a second.
fn hl7(ours: f64, (wall, memory): Cost) {
    let Some(program) = std::env::var_os("TOETS_HL7") else {
        println!(
            "the HL7 validator: not measured (set TOETS_HL7 to a program that judges the file it is given, and prints its resources a second when it is given none)"
        );
        return;
    };
    let (their_wall, their_memory) = process(Command::new(&program).arg(consent()));
    println!(
        "the HL7 validator, the same Consent as a process: {:.1} s, peak {} MB; ours takes a {:.0}th of the time and a {:.0}th of the memory",
        their_wall.as_secs_f64(),
        their_memory / 1024,
        their_wall.as_secs_f64() / wall.as_secs_f64(),
        kilobytes(their_memory) / kilobytes(memory.max(1))
    );
    let output = Command::new(program).stderr(Stdio::null()).output().expect("the HL7 validator starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.trim().parse::<f64>() {
        Ok(theirs) => {
            println!("the HL7 validator, one thread, warm: {theirs:.1} a second; ours is {:.0} times that", ours / theirs)
        }
        Err(_) => println!("the HL7 validator printed no number: {text}"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure with three digits")]
fn kilobytes(count: u64) -> f64 {
    count as f64
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a figure with three digits")]
fn ratio(count: usize) -> f64 {
    count as f64
}
