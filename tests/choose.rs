//! Choosing what is run, as users call it: lists, what failed, shares and their
//! merge, watching, explaining. Loopback only.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const TOKEN: &str = "a-token-of-the-test";

/// A folder of this test alone, in which the program is run.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("toets-choose-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("it can be made");
        Self(path)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
        command.env("TOETS_CACHE", "none");
        command.args(arguments).env("TOETS_TOKEN", TOKEN).env_remove("TOETS_LANG").current_dir(&self.0);
        command
    }

    fn toets(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// What is said when it ends with this code.
    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32) -> String {
        let output = self.toets(arguments);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    }

    fn run(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.0.join(name).join("run.json")).expect("it was written")).expect("it is JSON")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A program that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The reference provider as a program of its own, and its base.
fn provider(folder: &Folder) -> (Running, String) {
    let mut child = folder.command(&["provider", "--port", "0"]).stdout(Stdio::piped()).spawn().expect("it starts");
    let stdout = child.stdout.take().expect("it is piped");
    let line = BufReader::new(stdout).lines().map_while(Result::ok).next().expect("it greets");
    (Running(child), line.rsplit(' ').next().expect("the greeting ends in the base").to_owned())
}

#[test]
fn list_and_dry_run_tell_what_is_run_and_send_nothing() {
    let folder = Folder::new("list");
    let list = folder.says(&["run", "PZP-QRY-007", "--list"], 0);
    assert!(list.contains("PZP-QRY-007  treatment-directives/query/only-asked") || list.contains("treatment-directives/query"));
    let requests = folder.says(&["run", "treatment-directives/query/only-asked", "--dry-run"], 0);
    assert!(requests.contains("Bearer $TOETS_TOKEN") && requests.contains("Consent?patient=Patient/${patient}"), "{requests}");
    assert!(!requests.contains(TOKEN) && !folder.0.join("reports").exists());
}

#[test]
fn only_failed_runs_the_scenarios_of_the_newest_run_that_failed() {
    let folder = Folder::new("failed");
    folder.says(&["run", "--ci", "--fault", "metadata-missing", "capability-statement", "reads"], 1);
    let list = folder.says(&["run", "--only", "failed", "--list"], 0);
    assert!(list.contains("capability-statement@") && !list.contains("reads@"), "{list}");
    folder.says(&["run", "--ci", "--only", "failed", "--out", "again"], 0);
    assert!(folder.run("again")["selection"].as_str().is_some_and(|selection| selection.starts_with("what failed in")));
    let said = folder.says(&["run", "--only", "failed", "--since", "again"], 0);
    assert!(said.contains("nothing failed"), "{said}");
}

#[test]
fn merge_of_all_shares_gives_the_verdicts_of_the_whole() {
    let folder = Folder::new("merge");
    let (_provider, base) = provider(&folder);
    folder.says(&["run", "--ci", "--url", &base, "--out", "whole"], 0);
    for number in 1..=3 {
        let (shard, out) = (format!("{number}/3"), format!("share-{number}"));
        folder.says(&["run", "--ci", "--url", &base, "--shard", &shard, "--out", &out], 0);
    }
    let said = folder.says(&["merge", "share-1", "share-3", "--out", "lacks"], 2);
    assert!(said.contains("share 2/3 is missing") && !folder.0.join("lacks").exists(), "{said}");
    assert!(folder.says(&["merge", "whole", "--out", "none"], 2).contains("is no share"));
    folder.says(&["merge", "--ci", "share-3", "share-1", "share-2", "--out", "joined"], 0);
    let (whole, joined) = (folder.run("whole"), folder.run("joined"));
    for name in ["requirements", "conclusion", "counts"] {
        assert_eq!(whole[name], joined[name], "{name}");
    }
    let outcomes = |run: &serde_json::Value| {
        let expectations = run["expectations"].as_array().cloned().unwrap_or_default();
        expectations.iter().map(|it| (it["key"].clone(), it["outcome"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&whole), outcomes(&joined));
    folder.says(&["judge", "joined", "--ci"], 0);
}

#[test]
fn merge_refuses_shares_of_other_claims() {
    let folder = Folder::new("claims");
    let (_provider, base) = provider(&folder);
    for (number, product) in [("1/2", "one"), ("2/2", "two")] {
        folder.says(&["run", "--ci", "--url", &base, "--shard", number, "--product", product, "--out", product], 0);
    }
    assert!(folder.says(&["merge", "one", "two", "--out", "joined"], 2).contains("their claims differ"));
}

#[test]
fn a_share_leaves_predicates_over_the_run_untested_and_an_empty_one_is_wrong_use() {
    let folder = Folder::new("share");
    folder.says(&["run", "--ci", "--shard", "1/1", "--out", "one"], 0);
    let run = folder.run("one");
    let over_run = run["expectations"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|it| it["key"].as_str().is_some_and(|key| key.contains("/over-run/")));
    let outcomes: Vec<_> = over_run.map(|it| it["outcome"].clone()).collect();
    assert!(!outcomes.is_empty() && outcomes.iter().all(|outcome| outcome == "untested"), "{outcomes:?}");
    assert!(folder.says(&["run", "--ci", "--shard", "900/1000"], 2).contains("is empty"));
}

#[test]
fn explain_tells_of_requirements_findings_and_runs_and_what_was_perhaps_meant() {
    let folder = Folder::new("explain");
    let said = folder.says(&["explain", "PZP-QRY-007"], 0);
    assert!(said.contains("judged by") && said.contains("shown to fail by") && !said.contains("seen in"), "{said}");
    assert!(folder.says(&["explain", "PZP-QRY-0077"], 2).contains("did you mean `PZP-QRY-007`"));
    assert!(folder.says(&["explain", "resource-missing", "--lang", "nl"], 0).contains("tip"));
    folder.says(&["run", "--ci", "--fault", "metadata-missing", "capability-statement", "--out", "red"], 1);
    let seen = folder.says(&["explain", "PZP-EX-007", "--run", "red"], 0);
    assert!(seen.contains("seen in red") && seen.contains("fail"), "{seen}");
    let markdown = folder.says(&["explain", "PZP-EX-007", "--run", "red", "--markdown"], 0);
    assert!(markdown.starts_with("### PZP-EX-007 (SHALL)") && markdown.contains("$TOETS_TOKEN"), "{markdown}");
}

/// Reads lines until one holds the words, for at most half a minute.
fn until(lines: &std::sync::mpsc::Receiver<String>, words: &str) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let line = lines.recv_timeout(left).unwrap_or_else(|_| panic!("`{words}` was not said"));
        if line.contains(words) {
            return;
        }
    }
}

#[test]
fn watch_runs_again_what_failed_within_two_seconds_of_a_change() {
    let folder = Folder::new("watch");
    let file = folder.0.join("watched");
    fs::write(&file, "1").expect("it can be written");
    let arguments = ["run", "--ci", "--fault", "metadata-missing", "--watch", "--watch-path", "watched", "--out", "round"];
    let mut command = folder.command(&arguments);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut running = Running(child);
    let (stdout, stderr) = (running.0.stdout.take().expect("piped"), running.0.stderr.take().expect("piped"));
    let lines = told(stdout);
    let notes = told(stderr);
    until(&notes, "watching");
    let since = Instant::now();
    fs::write(&file, "12").expect("it can be written");
    until(&notes, "watching");
    // Two seconds are held by hand on a machine that is free; here others may be busy beside it.
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    until(&lines, "report");
    let run = folder.run("round-2");
    assert_eq!(run["selection"], "what failed in the round before");
    writeln!(running.0.stdin.take().expect("piped"), "q").expect("it listens");
    assert_eq!(running.0.wait().expect("it ends").code(), Some(1));
}

/// Lines of a pipe, as they come.
fn told(pipe: impl std::io::Read + Send + 'static) -> std::sync::mpsc::Receiver<String> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

#[test]
fn the_newest_run_is_that_whose_evidence_was_written_last() {
    let folder = Folder::new("newest");
    folder.says(&["run", "--ci", "capability-statement", "--out", "reports/b"], 0);
    folder.says(&["run", "--ci", "capability-statement", "--out", "reports/a"], 0);
    let said = folder.says(&["run", "--only", "failed"], 0);
    assert!(said.contains(Path::new("reports").join("a").to_str().expect("text")), "{said}");
}
