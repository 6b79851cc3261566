//! `toets listen` as a vendor gets to know it: the block that is copied, and
//! lines that tell what came without what nobody may keep.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::client::{ask, get};

/// The program, ended when the test is.
struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(arguments: &[&str]) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none");
    command.args(["listen", "--free", "--port", "0"]).args(arguments).env("TOETS_LANG", "en");
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    Program { child, output }
}

impl Program {
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).expect("text") > 0, "it goes on");
        line.trim_end().to_owned()
    }

    /// Lines up to the one that holds this.
    fn until(&mut self, text: &str) -> Vec<String> {
        let mut lines = vec![self.line()];
        while !lines.last().is_some_and(|line| line.contains(text)) {
            lines.push(self.line());
        }
        lines
    }
}

/// The value after a word in a block.
fn value(block: &[String], word: &str) -> String {
    let line = block.iter().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("{word} in {block:?}"));
    line[word.len()..].trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn block_is_enough_to_be_served_and_lines_tell_it() {
    let mut program = start(&["--vendor", "Anna B.V.", "--vendor", "bert", "--patients", "full-plan"]);
    let (anna, bert) = (program.until("try"), program.until("try"));
    program.until("Ctrl-C");
    assert!(anna[0].contains("anna-b-v"), "{anna:?}");
    assert!(value(&anna, "patient").contains("BSN 9999") && value(&anna, "patient").contains("1943-05-17"), "{anna:?}");
    let (base, token) = (value(&anna, "base URL"), value(&anna, "token"));
    assert!(value(&anna, "try").contains(&token) && value(&anna, "try").contains(&base));
    assert_ne!(token, value(&bert, "token"));
    let (address, path) = base.trim_start_matches("http://").split_once('/').expect("a path");
    let answer = ask(address, get(&format!("/{path}/Patient?identifier=999900006"), Some(&token)).as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let line = program.line();
    assert!(line.contains("  anna-b-v  GET /anna-b-v-") && line.contains("/fhir/Patient  200  right token"), "{line}");
    assert!(!line.contains("999900006"), "{line}");
    ask(address, get(&format!("/{path}/Patient/{token}"), Some(&value(&bert, "token"))).as_bytes()).await;
    let line = program.line();
    assert!(line.contains("  ?  GET") && line.contains("token of another vendor  (anna-b-v, bert)"), "{line}");
    assert!(!line.contains(&token), "{line}");
    let answer = ask(address, get(&format!("/{path}/Patient/no-plan-patient"), Some(&token)).as_bytes()).await;
    assert_eq!(answer.status, 404, "only the patients that were named are there: {answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_in_stu3_has_the_store_of_stu3_and_says_so_to_strays_too() {
    let mut program = start(&["--vendor", "anna", "--fhir", "STU3"]);
    let block = program.until("try");
    let (base, token) = (value(&block, "base URL"), value(&block, "token"));
    let (address, path) = base.trim_start_matches("http://").split_once('/').expect("a path");
    let query = "Consent?patient=full-plan-patient&category=http://snomed.info/sct%7C11291000146105";
    let answer = ask(address, get(&format!("/{path}/{query}"), Some(&token)).as_bytes()).await;
    assert!(answer.body.contains("zib-TreatmentDirective-TreatmentPermitted"), "{answer:?}");
    let stray = ask(address, get("/nobody/fhir/Consent", Some(&token)).as_bytes()).await;
    for (answer, status) in [(answer, 200), (stray, 404)] {
        assert!(answer.status == status && answer.head.contains("fhirversion=3.0"), "{answer:?}");
    }
}

#[test]
fn wrong_use_says_how_to_mend_it() {
    for (arguments, wanted) in [
        (vec!["listen", "--vendor", "a", "--vendor", "A!"], "two vendors `a`"),
        (vec!["listen", "--vendor", "a", "--address", "0.0.0.0"], "--host"),
        (vec!["listen", "--vendor", "a", "--mutual"], "--tls"),
        (vec!["listen", "--vendor", "a", "--tls", "own"], "generated"),
        (vec!["listen", "--vendor", "a", "--free", "--patients", "nobody"], "full-plan"),
        (vec!["listen", "--vendors", "/there/is/nothing"], "cannot be read"),
        (vec!["listen", "--port", "0", "--ci", "--trigger", "true", "--attest", "/there/is/nothing"], "cannot be read"),
        (vec!["listen", "--resume", "/there/is/nothing"], "cannot be read"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_toets"))
            .env("TOETS_CACHE", "none")
            .args(&arguments)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(wanted), "{arguments:?}: {said}");
    }
}

/// A folder of one test, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("toets-listen-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("the test's own file");
    }

    fn listen(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
        command.env("TOETS_CACHE", "none");
        command.args(["listen", "--ci", "--port", "0", "--tempo", "0.02", "--out", "out"]).args(arguments);
        command.env("TOETS_LANG", "en").env_remove("TOETS_TOKEN").current_dir(&self.0);
        let output = command.output().expect("the program starts");
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (output.status.code(), told)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A client that asks for nothing but says what it shows, a word of its own for each vendor.
#[cfg(unix)]
const SAYS: &str =
    r#"sleep 0.2; echo "{\"nothing\": {\"answer\": \"yes\", \"remark\": \"said by $TOETS_VENDOR\"}}" > "$TOETS_ATTEST""#;

#[cfg(unix)]
fn sut(name: &str, more: &str) -> String {
    format!(
        "product: {{ vendor: Example, name: \"{name}\", version: \"7\" }}\nclaims: {{ actor: consulter }}\nclient:\n  trigger: |\n    {SAYS}\n{more}"
    )
}

#[test]
#[cfg(unix)]
fn files_of_vendors_say_what_is_tested_and_what_starts_each_client() {
    let folder = Folder::new("files");
    let known = "known-failures:\n  - { expectation: \"*/*/*\", reason: \"ticket 9\", until: \"9999-12-31\" }\n";
    folder.file("a.yaml", &sut("Anna", "  attest: a.json\n"));
    folder.file("b.yaml", &sut("Bert", known));
    folder.file("a.json", r#"{ "empty/nothing/shown": { "answer": "no", "remark": "beforehand" } }"#);
    let (code, told) = folder.listen(&["--sut", "a.yaml", "--sut", "b.yaml", "empty"]);
    assert_eq!(code, Some(3), "neither asked for anything: {told}");
    assert!(told.contains("--- example-anna-7 ---") && told.contains("Example Bert 7"), "{told}");
    let (anna, bert) = (folder.read("out/example-anna-7/run.json"), folder.read("out/example-bert-7/run.json"));
    assert!(anna.contains("beforehand") && !anna.contains("said by"), "a file wins over the program");
    assert!(bert.contains("said by example-bert-7") && !bert.contains("example-anna"), "{bert}");
    assert!(bert.contains("ticket 9") && !anna.contains("ticket 9"));
}

#[test]
#[cfg(unix)]
fn sut_yaml_of_the_folder_is_read_and_a_server_of_it_is_not_used() {
    let folder = Folder::new("own");
    folder.file("sut.yaml", &sut("Own", ""));
    let (_, told) = folder.listen(&["empty"]);
    assert!(told.contains("Example Own 7") && folder.read("out/run.json").contains("said by example-own-7"), "{told}");
    let folder = Folder::new("server");
    folder.file("sut.yaml", "endpoints: { fhir: \"http://127.0.0.1:9/fhir\" }\n");
    let (_, told) = folder.listen(&["empty", "--trigger", "true"]);
    assert!(told.contains("is about a server, and is not used here") && told.contains("--- client ---"), "{told}");
    let (code, told) = folder.listen(&["--sut", "sut.yaml"]);
    assert!(code == Some(2) && told.contains("clients sit at the table") && told.contains("actor: consulter"), "{told}");
}

#[test]
#[cfg(unix)]
fn vendors_of_other_versions_or_of_one_name_cannot_share_a_table() {
    let folder = Folder::new("other");
    folder.file("a.yaml", &sut("Anna", ""));
    folder.file("b.yaml", &sut("Bert", "").replace("consulter }", "consulter, version: r4-rc1 }"));
    let (code, told) = folder.listen(&["--sut", "a.yaml", "--sut", "b.yaml"]);
    assert!(code == Some(2) && told.contains("another version") && told.contains("hint: "), "{told}");
    let (code, told) = folder.listen(&["--sut", "a.yaml", "--sut", "a.yaml"]);
    assert!(code == Some(2) && told.contains("two vendors") && told.contains("`product`"), "{told}");
}

#[test]
#[cfg(unix)]
fn run_of_both_parts_gives_the_client_a_token_of_its_own_and_needs_something_that_starts_it() {
    let folder = Folder::new("both");
    let both = "product: { name: Both }\nclaims: { actor: both }\nendpoints: { fhir: \"http://127.0.0.1:9/fhir\" }\n";
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
        command.env("TOETS_CACHE", "none");
        command.args(["run", "--ci", "--tempo", "0.02", "--out", "out", "capability-statement", "empty"]);
        command.env("TOETS_LANG", "en").env("TOETS_TOKEN", "opens-the-server").current_dir(&folder.0);
        let output = command.output().expect("the program starts");
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (output.status.code(), told)
    };
    folder.file("sut.yaml", both);
    let (code, told) = run();
    assert!(code == Some(2) && told.contains("`client: { trigger: … }`") && !folder.0.join("out").exists(), "{told}");
    folder.file("sut.yaml", &format!("{both}client: {{ trigger: 'printf %s \"$TOETS_TOKEN\" > token.txt' }}\n"));
    let (code, told) = run();
    assert_eq!(code, Some(3), "the server is nowhere: {told}");
    assert!(!told.contains("opens-the-server") && folder.read("token.txt") != "opens-the-server", "{told}");
    assert!(folder.read("out/index.html").contains("Both") && folder.0.join("out/consulter/run.json").is_file());
}
