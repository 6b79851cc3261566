//! Every R4 example in `../shared/fhir/examples` reads to a tree and writes back
//! the same. Needs `../shared` (or `TOETS_SHARED`); without it the trial reads
//! *ignored*.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::fhir::json;
use toets::fhir::types::r4;

fn examples() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/examples")
}

/// The text without white space between values: what a compact writer gives.
fn compact(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |letter: &char| {
        let within = quoted;
        match letter {
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && *letter == '\\' && !escaped;
        within || !letter.is_ascii_whitespace()
    };
    text.chars().filter(keep).collect()
}

fn json_survives(text: &str) -> Result<(), String> {
    let tree = json::read(text.as_bytes(), r4()).map_err(|error| error.to_string())?;
    let (expected, actual) = (compact(text), json::write(tree.root()));
    if expected == actual { Ok(()) } else { Err(difference(&expected, &actual)) }
}

fn difference(expected: &str, actual: &str) -> String {
    let same = expected.bytes().zip(actual.bytes()).take_while(|(left, right)| left == right).count();
    let cut =
        |text: &str| String::from_utf8_lossy(&text.as_bytes()[same.saturating_sub(40)..text.len().min(same + 60)]).into_owned();
    format!("\n    expected: …{}\n    actual:   …{}", cut(expected), cut(actual))
}

fn each_file(folder: &Path, check: fn(&str) -> Result<(), String>) -> Result<Completion, Failed> {
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            count += 1;
            if let Err(error) = check(&std::fs::read_to_string(&path)?) {
                failures.push(format!("  {}: {error}", path.file_name().unwrap_or_default().display()));
            }
        }
    }
    if failures.is_empty() {
        return Ok(Completion::Completed);
    }
    Err(format!("{} of {count} examples\n{}", failures.len(), failures.join("\n")).into())
}

fn trials() -> std::io::Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(examples())? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.contains(".r4.") {
            trials.push(Trial::ignorable_test(format!("json_survives_reading_and_writing::{name}"), move || {
                each_file(&folder, json_survives)
            }));
        }
    }
    Ok(trials)
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = trials().unwrap_or_else(|_| {
        let reason = || Ok(Completion::ignored_with("the FHIR examples are not here: set `TOETS_SHARED`"));
        vec![Trial::ignorable_test("json_survives_reading_and_writing", reason)]
    });
    libtest_mimic::run(&arguments, trials).exit();
}
