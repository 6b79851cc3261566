//! Mistakes in files and what is said of them: each file (or persona) below
//! `tests/lint` has the drawing beside it. `TOETS_BLESS=1` draws them again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use toets::cli::diagnostics::{Paint, draw};
use toets::diagnostic::{CODES, Diagnostic};
use toets::scenario::lint;

/// Codes of findings that the faults here may name.
const FINDINGS: [&str; 3] = ["include-missing", "resource-unexpected", "status-unexpected"];

/// Codes that no file of reasonable size has, with the test that has them instead.
const ELSEWHERE: [(&str, &str); 5] = [
    ("key-unclaimed", "tests/sut.rs: only a vendor's file claims to play a part"),
    ("secret-literal", "tests/sut.rs: only a vendor's file has secrets"),
    ("yaml-size", "a_file_of_a_hundred_megabytes_is_refused"),
    ("file-unreadable", "a_file_that_is_not_there_is_a_diagnostic"),
    ("decode-failed", "no file reaches it: a defect of Toets"),
];

/// Files and personas below `tests/lint`, as paths relative to the package so that drawings are the same everywhere.
fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir("tests/lint")
        .expect("tests run in the folder of the package")
        .flatten()
        .map(|entry| entry.path())
        .filter_map(|path| match path.is_dir() {
            true => Some(path.join("persona.yaml")),
            false => path.extension().is_some_and(|ending| ending == "yaml").then_some(path),
        })
        .collect();
    cases.sort();
    cases
}

/// Name of a case: of the file, or of the folder of a persona.
fn name(case: &Path) -> String {
    let named = if case.ends_with("persona.yaml") { case.parent().expect("a persona has a folder") } else { case };
    named.file_stem().expect("a case has a name").to_string_lossy().into_owned()
}

fn drawn(diagnostics: &[Diagnostic]) -> String {
    draw(diagnostics, &|path| fs::read_to_string(path).ok(), Paint::Plain)
}

#[test]
fn each_mistake_is_drawn_as_its_golden_file() {
    let mut differ = Vec::new();
    for case in cases() {
        let text = drawn(&lint(&case, &FINDINGS));
        let golden = Path::new("tests/lint").join(format!("{}.txt", name(&case)));
        if env::var_os("TOETS_BLESS").is_some() {
            fs::write(&golden, &text).expect("a golden file can be written");
        }
        if fs::read_to_string(&golden).unwrap_or_default().replace("\r\n", "\n") != text {
            differ.push(format!("{}:\n{text}", golden.display()));
        }
    }
    assert!(
        differ.is_empty(),
        "drawings differ from their golden files (TOETS_BLESS=1 draws them again):\n{}",
        differ.join("\n")
    );
}

#[test]
fn each_file_has_the_one_mistake_that_it_is_named_after() {
    let mut wrong = Vec::new();
    for case in cases().into_iter().filter(|case| name(case) != "all-at-once") {
        let codes: BTreeSet<_> = lint(&case, &FINDINGS).iter().map(|diagnostic| diagnostic.code).collect();
        if codes.len() != 1 || !codes.iter().all(|code| name(&case).starts_with(code)) {
            wrong.push(format!("{}: {codes:?}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_code_has_a_file_that_has_it() {
    let seen: BTreeSet<_> = cases().iter().flat_map(|case| lint(case, &FINDINGS)).map(|diagnostic| diagnostic.code).collect();
    let unseen: Vec<_> = CODES
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| !seen.contains(code) && ELSEWHERE.iter().all(|(known, _)| known != code))
        .collect();
    assert!(unseen.is_empty(), "no file below tests/lint has {unseen:?}");
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused() {
    let folder = env::temp_dir().join(format!("toets-lint-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    for (length, code) in [(100 << 20, "file-unreadable"), (3 << 19, "yaml-size")] {
        let file = folder.join("long.yaml");
        fs::write(&file, format!("scenario: \"{}\"", "x".repeat(length))).expect("the test's own file");
        let codes: Vec<_> = lint(&file, &[]).iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, [code], "{length} bytes");
    }
    fs::remove_dir_all(&folder).expect("the test's own folder");
}

#[test]
fn a_file_that_is_not_there_is_a_diagnostic() {
    let diagnostics = lint(Path::new("tests/lint/not-there.yaml"), &[]);
    assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["file-unreadable"]);
}

/// The program with these arguments: exit code and standard output.
fn toets(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_toets"))
        .env("TOETS_CACHE", "none")
        .args(arguments)
        .output()
        .expect("the program starts");
    (output.status.code(), String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn lint_of_the_built_in_suite_finds_nothing_and_exits_with_0() {
    assert_eq!(toets(&["lint"]), (Some(0), "no mistakes in the built-in suite\n".to_owned()));
}

#[test]
fn lint_of_a_file_with_a_mistake_draws_it_and_exits_with_2() {
    let (code, text) = toets(&["lint", "tests/lint/key-unknown.yaml"]);
    let golden = fs::read_to_string("tests/lint/key-unknown.txt").expect("the golden file").replace("\r\n", "\n");
    assert_eq!((code, text), (Some(2), golden));
}

#[test]
fn lint_of_what_is_not_there_exits_with_2() {
    assert_eq!(toets(&["lint", "not-there"]), (Some(2), String::new()));
}
