//! Keeps the house as `docs/architecture.md` draws it: imports run downward, a
//! dependency has one door, files can be seen whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toets::diagnostic::CODES;

/// Floors from the ground up. A file may import rooms of lower floors, and its own.
const FLOORS: &[&[&str]] = &[
    &["text", "diagnostic", "digest", "encoding", "clock", "nearest", "yaml", "shape"],
    &["fhir"],
    &["agreements"],
    &["scenario"],
    &["sut"],
    &["plan", "recognise"],
    &["evidence"],
    &["redact"],
    &["drive", "serve"],
    &["engine", "load", "consult"],
    &["judge"],
    &["report"],
    &["cli"],
];

/// The one file or room that may name a crate.
const DOORS: &[(&str, &str)] = &[
    ("reqwest", "src/drive/"),
    ("rustls", "src/drive/"),
    ("axum", "src/serve/"),
    ("futures_core", "src/serve/live.rs"),
    ("tokio_rustls", "src/serve/"),
    ("rcgen", "src/serve/listen/tls.rs"),
    ("saphyr_parser", "src/yaml"),
    ("junit_report", "src/report/junit.rs"),
    ("similar", "src/report/diff.rs"),
    ("minijinja", "src/report/html"),
    ("annotate_snippets", "src/cli/diagnostics.rs"),
    ("indicatif", "src/cli/progress.rs"),
    ("clap", "src/cli/"),
    ("clap_complete", "src/cli/"),
    ("clap_mangen", "src/cli/shell.rs"),
    ("quick_xml", "src/fhir/xml"),
    ("bigdecimal", "src/fhir/"),
    ("ring", "src/digest.rs"),
    ("jiff", "src/clock.rs"),
];

/// Calls that make a diagnostic, and which of their arguments is its code. Those that begin with a point mean that only
/// in the rooms below.
const DIAGNOSED: [(&str, usize); 8] = [
    ("Diagnostic::new(", 2),
    (".within(", 2),
    (".at(", 1),
    (".unknown(", 1),
    (".add(", 1),
    (".problem(", 1),
    (".report(", 1),
    (".hinted(", 1),
];

/// Rooms that look for mistakes in files.
const DIAGNOSING: [&str; 4] = ["yaml", "shape", "scenario", "sut"];

/// Files that are longer than 600 lines for a reason: tables of facts or words.
const LONG_WITH_REASON: &[&str] = &[];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("src can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(path).expect("a source is text"))
        })
        .collect()
}

/// The room a file belongs to: `src/judge/check/status.rs` is of `judge`.
fn room(file: &str) -> &str {
    let below = file.trim_start_matches("src/");
    below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// Lines of code: no comments, and nothing of a test module at the end of a file.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]" || !line.starts_with('#'))
        .filter(|line| !line.trim_start().starts_with("//"))
}

fn imported_rooms(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for line in code(text) {
        for (at, _) in line.match_indices("crate::") {
            let name: String = line[at + 7..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            if !name.is_empty() {
                rooms.insert(name);
            }
        }
    }
    rooms
}

#[test]
fn every_room_is_on_a_floor() {
    let rooms: BTreeSet<String> =
        sources().iter().map(|(file, _)| room(file).to_owned()).filter(|room| room != "lib" && room != "main").collect();
    let unknown: Vec<_> = rooms.iter().filter(|room| floor(room).is_none()).collect();
    assert!(unknown.is_empty(), "rooms without a floor (add them to FLOORS and to docs/architecture.md): {unknown:?}");
}

#[test]
fn imports_run_downward() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let Some(own) = floor(room(&file)) else { continue };
        for other in imported_rooms(&text) {
            let Some(theirs) = floor(&other) else { continue };
            if theirs > own || (theirs == own && other != room(&file) && own > 0) {
                wrong.push(format!("{file} imports {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that run upward:\n{}", wrong.join("\n"));
}

#[test]
fn no_two_rooms_import_each_other() {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in sources() {
        imports.entry(room(&file).to_owned()).or_default().extend(imported_rooms(&text));
    }
    for (room, others) in &imports {
        for other in others.iter().filter(|other| *other != room) {
            let back = imports.get(other).is_some_and(|theirs| theirs.contains(room));
            assert!(!back, "{room} and {other} import each other");
        }
    }
}

#[test]
fn each_dependency_has_one_door() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        for (name, door) in DOORS {
            let names = |line: &str| {
                line.match_indices(&format!("{name}::")).any(|(at, _)| {
                    !line[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':')
                })
            };
            if !file.starts_with(door) && code(&text).any(names) {
                wrong.push(format!("{file} names {name}; its door is {door}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_file_says_what_lives_in_it_and_can_be_seen_whole() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if !text.starts_with("//!") {
            wrong.push(format!("{file} does not open with `//!`"));
        }
        let lines = text.lines().count();
        if lines > 600 && !LONG_WITH_REASON.contains(&file.as_str()) {
            wrong.push(format!("{file} has {lines} lines; 600 are held, 400 wished"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_terminal_prints_and_nothing_unwraps() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        for line in code(&text) {
            if line.contains(".unwrap()") {
                wrong.push(format!("{file} unwraps: {}", line.trim()));
            }
            if ["println!", "print!(", "eprint!("].iter().any(|word| line.contains(word)) && file != "src/cli/terminal.rs" {
                wrong.push(format!("{file} prints: {}", line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whoever starts the program says which cache it has: else the packages of a developer would judge.
#[test]
fn no_test_reads_the_packages_of_its_user() {
    let mut folders = vec![root().join("tests"), root().join("benches")];
    let (mut starting, mut careless) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let starts = text.matches(concat!("env!(\"CARGO_BIN_EXE_", "toets\")")).count();
            starting += starts;
            if text.matches("\"TOETS_CACHE\"").count() < starts {
                careless.push(path);
            }
        }
    }
    assert!(starting > 10, "{starting}");
    assert!(careless.is_empty(), "{careless:?}");
}

#[test]
fn weight_stays_within_its_bounds() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is there");
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file is there");
    let direct = manifest
        .split("\n[")
        .filter(|section| {
            ["dependencies]", "dev-dependencies]", "build-dependencies]"].iter().any(|head| section.starts_with(head))
        })
        .flat_map(str::lines)
        .filter(|line| line.contains(" = ") && !line.starts_with('#'))
        .map(|line| line.split(' ').next().unwrap_or_default())
        .collect::<BTreeSet<_>>();
    let locked = lock.matches("[[package]]").count();
    assert!(direct.len() <= 30, "{} direct dependencies; 30 are held", direct.len());
    assert!(locked <= 280, "{locked} packages in the lock file; 280 are held");
}

#[test]
fn the_top_level_holds_only_what_the_architecture_names() {
    let allowed = [
        ".ci",
        ".git",
        ".github",
        "agreements",
        "benches",
        "build",
        "docs",
        "examples",
        "fixtures",
        "reports",
        "scenarios",
        "src",
        "target",
        "tests",
    ];
    for entry in fs::read_dir(root()).expect("the root can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!entry.path().is_dir() || allowed.contains(&name.as_str()), "{name}/ is no room of this house");
    }
}

/// What stands between the brackets of a call, split at its commas; `text` begins behind the opening bracket.
fn arguments(text: &str) -> Vec<String> {
    let (mut found, mut depth, mut quoted) = (vec![String::new()], 0_usize, false);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            ')' | ']' | '}' if depth == 0 => break,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        let last = found.last_mut().expect("one is there from the start");
        last.push(letter);
        if quoted && letter == '\\' {
            last.extend(letters.next());
        }
    }
    found.iter().map(|argument| argument.trim().to_owned()).filter(|argument| !argument.is_empty()).collect()
}

/// Words between quotes that may be a code: `key-unknown`.
fn quoted(argument: &str) -> impl Iterator<Item = &str> {
    let is_code = |word: &&str| word.contains('-') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    argument.split('"').skip(1).step_by(2).filter(is_code)
}

#[test]
fn each_code_of_a_diagnostic_that_src_uses_is_in_codes() {
    let (mut used, mut wrong) = (BTreeSet::new(), Vec::new());
    for (file, text) in sources() {
        let here = DIAGNOSED.iter().filter(|(call, _)| !call.starts_with('.') || DIAGNOSING.contains(&room(&file)));
        for (call, place) in here {
            let calls = text.match_indices(call).map(|(at, _)| arguments(&text[at + call.len()..]));
            for argument in calls.filter(|found| found.len() >= 3).map(|found| found[*place].clone()) {
                if argument != "code" && quoted(&argument).next().is_none() {
                    wrong.push(format!("{file}: `{call}…)` does not tell its code as a literal: {argument}"));
                }
                used.extend(quoted(&argument).map(|code| (code.to_owned(), file.clone())));
            }
        }
    }
    let unlisted = used.iter().filter(|(code, _)| CODES.iter().all(|(known, _)| known != code));
    wrong.extend(unlisted.map(|(code, file)| format!("{file}: `{code}` is not in CODES")));
    wrong.extend(
        CODES
            .iter()
            .filter(|(code, _)| used.iter().all(|(known, _)| known != code))
            .map(|(code, _)| format!("nothing in src uses `{code}`")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
