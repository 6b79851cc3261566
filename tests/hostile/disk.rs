//! A disk that takes no more. What cannot be kept is told after the verdict.
#![cfg(unix)]

use std::process::Command;

use crate::program::{Folder, command, end};

/// The reference provider is asked; no file may grow beyond 300 KB (the plan
/// fits, all that happens does not), and what is written beyond that fails as on a full disk.
fn in_little_room(arguments: &[&str]) -> Command {
    let mut limited = Command::new("sh");
    // POSIX counts in blocks of 512 bytes. The signal is ignored, so that the write itself fails.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_toets")]).args(arguments);
    limited.env_remove("TOETS_TOKEN").env_remove("TOETS_LANG").env("TOETS_CACHE", "none");
    limited
}

#[test]
fn a_disk_that_is_full_in_the_middle_keeps_what_came_before() {
    let folder = Folder::new();
    let ended = end(&mut in_little_room(&["run", "--ci", "--out", folder.text()])).with(4);
    assert!(ended.stdout.contains("CONFORMANT"), "the verdict is told all the same: {}", ended.stdout);
    let mut lines = ended.stderr.lines();
    let first = lines.next().unwrap_or_default();
    assert!(first.starts_with("error: `") && first.contains("evidence.ndjson` cannot be written: "), "{first}");
    assert_eq!(lines.next(), Some("  hint: name a folder with room that you may write to, with `--out DIR`"));
    for name in ["report.html", "run.json", "junit.xml"] {
        let path = folder.0.join(name);
        let length = path.metadata().map_or(0, |file| file.len());
        assert!(!path.exists() || (1..600 * 512).contains(&length), "half of {name} was left");
    }
    assert!(folder.read("junit.xml").trim_end().ends_with("</testsuites>"), "a report that fits is written");
    // What is there can be judged.
    let again = Folder::new();
    std::fs::rename(&folder.0, &again.0).expect("it can be moved");
    let judged = end(&mut command(&["judge", again.text(), "--ci"])).with(0);
    judged.tells(&["! The run has no end: Toets was killed, or could not write any more."]);
}
