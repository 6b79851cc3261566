//! Files that are no suite: told where, what and how to mend it, nothing run.

use std::fs;

use crate::program::{Folder, command, end};

/// A folder with this as its one scenario.
fn suite(text: &[u8]) -> Folder {
    let folder = Folder::new();
    let scenarios = folder.0.join("scenarios/provider");
    fs::create_dir_all(&scenarios).expect("it can be made");
    fs::write(scenarios.join("bad.yaml"), text).expect("it can be written");
    folder
}

fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let bomb = (1..30).map(|level| format!("a{level}: &a{level} [{0}, {0}, {0}, {0}]\n", format!("*a{}", level - 1)));
    vec![
        ("a colon too many", b"scenario: bad: worse\n".to_vec()),
        ("a tab", b"scenario:\n\t- bad\n".to_vec()),
        ("no UTF-8", b"scenario: \xff\xfe\n".to_vec()),
        ("a binary", vec![0; 4096]),
        ("nothing", Vec::new()),
        ("a list without end", b"[".repeat(100_000)),
        ("a block without end", b"- ".repeat(100_000)),
        ("aliases", format!("a0: &a0 lol\n{}", bomb.collect::<String>()).into_bytes()),
        ("a key of control characters", b"\"\\u001b[31m\": 1\n".to_vec()),
    ]
}

#[test]
fn a_bad_yaml_is_told_by_lint_and_by_run() {
    for (what, text) in hostile() {
        let folder = suite(&text);
        let file = folder.0.join("scenarios/provider/bad.yaml");
        let linted = end(&mut command(&["lint", file.to_str().expect("text")])).with(2);
        assert!(linted.stdout.contains("bad.yaml"), "{what}: {}{}", linted.stdout, linted.stderr);
        assert!(!linted.stdout.contains('\u{1b}'), "{what}: {:?}", linted.stdout);
        let out = Folder::new();
        let ran = end(&mut command(&["run", "--ci", "--suite", folder.text(), "--out", out.text()])).with(2);
        assert!(ran.stderr.contains("bad.yaml"), "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nerror: the suite has ") && ran.stderr.contains("\n  hint: mend the files"), "{what}");
        assert!(!out.0.exists(), "{what}: nothing is run");
    }
}

#[test]
fn a_drawing_points_at_the_place() {
    let folder = suite(b"scenario: bad\nsteps: [\n");
    let out = Folder::new();
    let ran = end(&mut command(&["run", "--ci", "--suite", folder.text(), "--out", out.text()])).with(2);
    ran.tells(&["bad.yaml:", "^", "hint: "]);
}
