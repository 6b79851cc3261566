//! The program as its users call it: exit codes, what is written, and that what
//! goes wrong is told. Loopback only.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A scenario that is quick, and that the reference provider meets.
const SCENARIO: &str = "capability-statement";

/// A folder of this test alone, which goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("toets-cli-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn text(&self) -> &str {
        self.0.to_str().expect("the folder for temporary files is named in text")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn toets(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none");
    command.args(arguments).env_remove("TOETS_TOKEN").env_remove("TOETS_LANG").current_dir(std::env::temp_dir());
    command.output().expect("the program starts")
}

#[track_caller]
fn ends_with(output: &Output, code: i32) {
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{told}");
}

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).expect("the report was written")
}

#[test]
fn run_of_the_built_in_consulter_writes_every_report_and_its_fault_ends_with_1() {
    let (folder, wrong) = (Folder::new("consulter"), Folder::new("consulter-wrong"));
    let run = ["run", "PZP-EX-002", "--actor", "consulter", "--ci", "--tempo", "0.05", "--out"];
    ends_with(&toets(&[&run[..], &[folder.text()]].concat()), 0);
    for name in ["report.html", "junit.xml", "run.json", "evidence.ndjson"] {
        assert!(folder.0.join(name).is_file(), "{name} is missing");
    }
    ends_with(&toets(&[&run[..], &[wrong.text(), "--fault", "skips-form"]].concat()), 1);
}

#[test]
fn question_that_was_answered_no_names_who_it_is_about_in_both_languages() {
    let folder = Folder::new("question");
    let run = ["run", "empty", "--actor", "consulter", "--fault", "hides-nothing", "--ci", "--tempo", "0.05", "--out"];
    ends_with(&toets(&[&run[..], &[folder.text()]].concat()), 1);
    let report = String::from_utf8(bytes(&folder.0, "report.html")).expect("text");
    for told in [
        "looked at the client said no: Does the screen say that nothing is known of Geertje",
        "zei nee: Zegt het scherm dat van Geertje",
    ] {
        assert!(report.contains(told), "{told}");
    }
    assert!(!report.contains("${name}"));
}

const BOTH: [&str; 8] = ["run", "--actor", "both", "capability-statement", "one-group", "--ci", "--tempo", "0.05"];

#[test]
fn run_of_both_actors_has_one_folder_and_one_exit_code_and_is_judged_again() {
    let folder = Folder::new("both");
    let output = toets(&[&BOTH[..], &["--out", folder.text()]].concat());
    ends_with(&output, 0);
    assert!(String::from_utf8_lossy(&output.stdout).trim_end().ends_with("index.html"));
    for part in ["provider", "consulter"] {
        for name in ["report.html", "junit.xml", "run.json", "evidence.ndjson"] {
            assert!(folder.0.join(part).join(name).is_file(), "{part}/{name} is missing");
        }
    }
    let page = String::from_utf8(bytes(&folder.0, "index.html")).expect("text");
    assert!(page.contains("href=\"provider/report.html\"") && page.contains("href=\"consulter/report.html\""), "{page}");
    let tests = String::from_utf8(bytes(&folder.0, "junit.xml")).expect("text");
    assert!(tests.contains("\"provider capability-statement@") && tests.contains("\"consulter one-group@"), "{tests}");
    let all = ["index.html", "junit.xml", "provider/run.json", "consulter/run.json"];
    let before = all.map(|name| bytes(&folder.0, name));
    ends_with(&toets(&["judge", folder.text(), "--ci"]), 0);
    assert!(before == all.map(|name| bytes(&folder.0, name)), "judging again gives the same bytes");
}

#[test]
fn fault_of_either_actor_makes_a_run_of_both_end_with_1() {
    for (fault, wrong, right) in [("metadata-draft", "provider", "consulter"), ("skips-form", "consulter", "provider")] {
        let folder = Folder::new(fault);
        ends_with(&toets(&[&BOTH[..], &["--fault", fault, "--out", folder.text()]].concat()), 1);
        let word = |part: &str| String::from_utf8(bytes(&folder.0.join(part), "run.json")).expect("text");
        assert!(word(wrong).contains("NOT_CONFORMANT") && !word(right).contains("NOT_CONFORMANT"), "{fault}");
        let again = toets(&["run", "--actor", "both", "--only", "failed", "--since", folder.text(), "--list"]);
        ends_with(&again, 0);
        let told = String::from_utf8_lossy(&again.stdout).into_owned();
        assert_eq!(told.contains("capability-statement@"), wrong == "provider", "{told}");
        assert_eq!(told.contains("one-group@"), wrong == "consulter", "{told}");
        let subject = if wrong == "provider" { "capability-statement" } else { "PZP-EX-002" };
        let told = toets(&["explain", subject, "--run", folder.text()]);
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.contains(&folder.0.join(wrong).display().to_string()), "{told}");
    }
    let output = toets(&[&BOTH[..], &["--fault", "skips-from"]].concat());
    ends_with(&output, 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `skips-form`?"));
}

#[test]
fn run_of_both_actors_tells_what_it_cannot_do_and_lists_what_it_would() {
    for option in [&["--watch"][..], &["--shard", "1/2"], &["--dry-run"]] {
        let output = toets(&[&["run", "--actor", "both"], option].concat());
        ends_with(&output, 2);
        assert!(String::from_utf8_lossy(&output.stderr).contains("hint: "), "{option:?}");
    }
    let output = toets(&["run", "--actor", "both", "--list"]);
    ends_with(&output, 0);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("capability-statement@") && told.contains("one-group@"), "{told}");
}

#[test]
fn run_without_url_starts_the_reference_provider_and_ends_with_0() {
    let folder = Folder::new("zero");
    let output = toets(&["run", SCENARIO, "--ci", "--out", folder.text()]);
    ends_with(&output, 0);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("INCOMPLETE") && told.trim_end().ends_with("report.html"), "{told}");
    for name in ["report.html", "junit.xml", "run.json", "evidence.ndjson"] {
        assert!(folder.0.join(name).is_file(), "{name} is missing");
    }
}

#[test]
fn run_with_a_fault_or_with_require_complete_ends_with_1() {
    let folder = Folder::new("fault");
    ends_with(&toets(&["run", SCENARIO, "--ci", "--fault", "metadata-missing", "--out", folder.text()]), 1);
    let folder = Folder::new("complete");
    ends_with(&toets(&["run", SCENARIO, "--ci", "--require-complete", "--out", folder.text()]), 1);
}

#[test]
fn wrong_use_ends_with_2_and_makes_no_folder() {
    let folder = Folder::new("use");
    for wrong in
        [vec!["--url", "ftp://example.nl"], vec!["PZP-NO-001"], vec!["--fault", "no-such"], vec!["--patient", "nobody=1"]]
    {
        let arguments: Vec<&str> = ["run", "--out", folder.text()].into_iter().chain(wrong).collect();
        let output = toets(&arguments);
        ends_with(&output, 2);
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "));
        assert!(!folder.0.exists());
    }
}

#[test]
fn a_server_that_is_not_there_ends_with_3_and_is_reported() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it has an address");
    let folder = Folder::new("three");
    let output = toets(&["run", "--ci", "--url", &format!("http://{free}/fhir"), "--out", folder.text()]);
    ends_with(&output, 3);
    assert!(String::from_utf8_lossy(&output.stdout).contains("could not be reached"));
    assert!(folder.0.join("report.html").is_file());
}

#[test]
fn a_folder_that_cannot_be_written_ends_with_4_after_the_verdict() {
    let folder = Folder::new("four");
    fs::write(&folder.0, "a file").expect("the folder for temporary files can be written");
    let below = folder.0.join("run");
    let output = toets(&["run", SCENARIO, "--ci", "--out", below.to_str().expect("text")]);
    ends_with(&output, 4);
    assert!(String::from_utf8_lossy(&output.stdout).contains("INCOMPLETE"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("hint: "));
    let _ = fs::remove_file(&folder.0);
}

#[test]
fn judge_writes_the_same_bytes_again() {
    let folder = Folder::new("judge");
    ends_with(&toets(&["run", SCENARIO, "--ci", "--out", folder.text()]), 0);
    let names = ["report.html", "junit.xml", "run.json"];
    let first = names.map(|name| bytes(&folder.0, name));
    for name in names {
        fs::remove_file(folder.0.join(name)).expect("it was written");
    }
    ends_with(&toets(&["judge", folder.text(), "--ci"]), 0);
    assert!(names.map(|name| bytes(&folder.0, name)) == first);
}

#[test]
fn lint_finds_no_mistakes_in_the_built_in_suite() {
    ends_with(&toets(&["lint"]), 0);
}

#[test]
fn lint_tells_defects_of_the_agreements_and_ends_with_0() {
    let output = toets(&["lint", "--agreements"]);
    ends_with(&output, 0);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("[include-colon]") && told.trim_end().ends_with("defects in the agreements"), "{told}");
    let output = toets(&["lint", "--agreements", "--format", "json"]);
    ends_with(&output, 0);
    serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON and nothing else");
    ends_with(&toets(&["lint", "--agreements", "--format", "markdown", "--lang", "nl"]), 0);
    ends_with(&toets(&["lint", "--agreements", "--package", "no-such-package"]), 2);
    ends_with(&toets(&["lint", "--format", "json"]), 2);
}

#[test]
fn help_and_version_end_with_0_and_no_command_with_2() {
    ends_with(&toets(&["help"]), 0);
    ends_with(&toets(&["--version"]), 0);
    ends_with(&toets(&[]), 2);
}

#[test]
fn recognise_tells_the_exchange_the_nearest_ones_and_the_version() {
    let said = |arguments: &[&str]| {
        let output = toets(arguments);
        ends_with(&output, 0);
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let exact = said(&["recognise", "Goal?patient=1&category=http://snomed.info/sct|713603004"]);
    assert!(exact.starts_with("this is 4 `medical-policy-goals`"), "{exact}");
    let old = said(&["recognise", "Goal?patient=1&description=http://snomed.info/sct|385987000,1351964001,713148004"]);
    assert!(old.contains("request of R4 1.0.0-rc1") && old.contains("to reach R4 1.0.0-rc2"), "{old}");
    let both = said(&["recognise", "Consent?patient=1", "--lang", "nl"]);
    assert!(both.contains("`treatment-directives`") && both.contains("`advance-directives`"), "{both}");
    ends_with(&toets(&["recognise", "Consent?patient=1", "--claimed", "rc9"]), 2);
}
