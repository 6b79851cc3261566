//! The vendor's file: what is wrong with one is drawn, and what it says is done.
//! Each file below `tests/sut` has its drawing beside it; `TOETS_BLESS=1` draws
//! them again.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use toets::cli::diagnostics::{Paint, draw};
use toets::scenario::{Source, Suite};
use toets::sut::{self, Answers, AuthAnswer, Mistakes, starter};

fn suite() -> Suite {
    toets::scenario::load(&Source::Embedded).expect("the suite of the house is right")
}

fn cases() -> Vec<PathBuf> {
    let files = fs::read_dir("tests/sut").expect("tests run in the folder of the package").flatten().map(|entry| entry.path());
    let mut cases: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect();
    cases.sort();
    cases
}

fn mistakes(case: &Path, suite: &Suite) -> Mistakes {
    sut::load(case, suite).expect_err("each case has a mistake")
}

#[test]
fn each_mistake_is_drawn_as_its_golden_file() {
    let (suite, mut differ) = (suite(), Vec::new());
    for case in cases() {
        let Mistakes { diagnostics, text } = mistakes(&case, &suite);
        let drawn = draw(&diagnostics, &|_| Some(text.clone()), Paint::Plain);
        let golden = case.with_extension("txt");
        if env::var_os("TOETS_BLESS").is_some() {
            fs::write(&golden, &drawn).expect("a golden file can be written");
        }
        if fs::read_to_string(&golden).unwrap_or_default().replace("\r\n", "\n") != drawn {
            differ.push(format!("{}:\n{drawn}", golden.display()));
        }
    }
    assert!(differ.is_empty(), "drawings differ from their golden files:\n{}", differ.join("\n"));
}

#[test]
fn each_file_has_the_one_mistake_that_it_is_named_after() {
    let suite = suite();
    for case in cases() {
        let codes: BTreeSet<_> = mistakes(&case, &suite).diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        let name = case.file_stem().expect("it has a name").to_string_lossy().into_owned();
        assert!(codes.len() == 1 && codes.iter().all(|code| name.starts_with(code)), "{name}: {codes:?}");
    }
}

#[test]
fn a_secret_that_stands_in_a_file_is_not_drawn() {
    for case in cases() {
        let drawing = fs::read_to_string(case.with_extension("txt")).unwrap_or_default();
        assert!(!drawing.contains("hunter"), "{}", case.display());
    }
}

#[test]
fn every_file_that_init_can_write_has_no_mistake() {
    let (suite, folder) = (suite(), Folder::new("starter"));
    for auth in [AuthAnswer::None, AuthAnswer::Bearer, AuthAnswer::OAuth2, AuthAnswer::Command] {
        let answers = Answers { auth, product: "A \"quoted\" product: #1".to_owned(), ..Answers::default() };
        let file = folder.file("sut.yaml", &starter(&answers));
        let sut = sut::load(&file, &suite).unwrap_or_else(|mistakes| panic!("{auth:?}: {mistakes:#?}"));
        assert_eq!(sut.product.map(|product| product.name), Some(answers.product));
    }
}

#[test]
fn each_example_of_the_manual_has_no_mistake_and_each_key_is_in_it() {
    let manual = fs::read_to_string("docs/sut.md").expect("the manual is there").replace("\r\n", "\n");
    let (suite, folder) = (suite(), Folder::new("manual"));
    let examples: Vec<&str> = manual.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 12, "{} examples", examples.len());
    for example in examples {
        // An example shows one part; the rest is what every file has.
        let rest = if example.contains("endpoints:") || example.contains("actor: consulter") {
            ""
        } else {
            "endpoints: { fhir: \"https://test.example.nl/fhir\", token: \"https://test.example.nl/token\" }\n"
        };
        let file = folder.file("sut.yaml", &format!("{example}{rest}"));
        assert!(sut::load(&file, &suite).is_ok(), "{example}\n{:#?}", sut::load(&file, &suite));
    }
    let mut keys = Vec::new();
    collect(sut::schema(), &mut keys);
    let missing: Vec<_> =
        keys.into_iter().filter(|key| !manual.contains(&format!("`{key}`")) && !manual.contains(&format!(".{key}`"))).collect();
    assert!(missing.is_empty(), "docs/sut.md does not explain {missing:?}");
}

fn collect<'s>(schema: &'s serde_json::Value, names: &mut Vec<&'s str>) {
    if let Some(object) = schema.as_object() {
        names.extend(object.get("properties").and_then(|all| all.as_object()).into_iter().flatten().map(|(key, _)| key.as_str()));
        object.values().for_each(|value| collect(value, names));
    }
    schema.as_array().into_iter().flatten().for_each(|value| collect(value, names));
}

/// A folder of one test, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("toets-sut-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("the test's own file");
        path
    }

    /// The program in this folder, with these variables.
    fn toets(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
        command.env("TOETS_CACHE", "none");
        for name in
            ["TOETS_TOKEN", "TOETS_LANG", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "NO_PROXY", "no_proxy"]
        {
            command.env_remove(name);
        }
        command.args(arguments).envs(variables.iter().copied()).current_dir(&self.0).output().expect("the program starts")
    }

    fn report(&self, name: &str) -> String {
        fs::read_to_string(self.0.join("out").join(name)).expect("the report was written")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A server that answers everything with 404; its base, and the first request that it got.
fn server() -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let base = format!("http://{}", listener.local_addr().expect("it is bound"));
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 8192];
            let read = stream.read(&mut request).unwrap_or_default();
            let _ = sender.send(String::from_utf8_lossy(&request[..read]).into_owned());
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (base, receiver)
}

const SCENARIO: &str = "capability-statement";
const RUN: [&str; 5] = ["run", SCENARIO, "--ci", "--out", "out"];

fn with_known(base: &str, known: &str) -> String {
    format!("endpoints: {{ fhir: \"{base}/fhir\" }}\nauth: none\n{known}")
}

#[test]
fn run_takes_sut_yaml_of_the_folder_and_the_command_line_wins() {
    let (base, requests) = server();
    let (other, of_other) = server();
    let folder = Folder::new("wins");
    folder.file("sut.yaml", &format!("product: {{ vendor: Example, name: EPD, version: \"7\" }}\nendpoints: {{ fhir: \"{base}/fhir\" }}\nauth:\n  bearer: {{ env: MY_TOKEN }}\n"));
    let output = folder.toets(&RUN, &[("MY_TOKEN", "secret-of-mine")]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(requests.recv().expect("it was asked").to_lowercase().contains("authorization: bearer secret-of-mine"));
    assert!(told(&output).contains("Example EPD 7"));
    for name in ["run.json", "report.html", "junit.xml", "evidence.ndjson"] {
        assert!(!folder.report(name).contains("secret-of-mine"), "{name}");
    }
    let arguments =
        ["run", SCENARIO, "--ci", "--out", "other", "--sut", "sut.yaml", "--url", &format!("{other}/fhir"), "--auth", "none"];
    folder.toets(&arguments, &[]);
    assert!(!of_other.recv().expect("the other was asked").to_lowercase().contains("authorization"));
}

#[test]
fn secret_that_is_not_there_and_prompt_without_a_terminal_end_with_2_before_a_folder_is_made() {
    let folder = Folder::new("secrets");
    for (secret, says) in
        [("{ env: NOT_THERE }", "NOT_THERE"), ("{ file: none.txt }", "none.txt"), ("{ prompt: \"The token?\" }", "--ci")]
    {
        folder.file("sut.yaml", &format!("endpoints: {{ fhir: \"http://127.0.0.1:9/fhir\" }}\nauth:\n  bearer: {secret}\n"));
        let output = folder.toets(&RUN, &[]);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains(says) && told(&output).contains("hint: "), "{}", told(&output));
    }
    assert!(!folder.0.join("out").exists());
}

#[test]
fn token_endpoint_that_is_not_there_ends_with_3_and_one_that_refuses_with_2() {
    let folder = Folder::new("endpoint");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it has an address");
    let (refuses, _requests) = server();
    for (token, code) in [(format!("http://{free}"), 3), (refuses, 2)] {
        folder.file("sut.yaml", &format!("endpoints: {{ fhir: \"http://127.0.0.1:9/fhir\", token: \"{token}/token\" }}\nauth:\n  oauth2: {{ client-id: a, client-secret: {{ env: MY_SECRET }} }}\n"));
        let output = folder.toets(&RUN, &[("MY_SECRET", "secret-of-mine")]);
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        assert!(told(&output).contains("the token endpoint") && !folder.0.join("out").exists(), "{}", told(&output));
    }
}

#[test]
fn known_failures_change_the_exit_code_and_nothing_else() {
    let (base, _requests) = server();
    let folder = Folder::new("known");
    let known = "known-failures:\n  - { expectation: \"*/*/*\", reason: \"ticket 123\", until: \"9999-12-31\" }\n  - { expectation: \"no/such/thing\", reason: \"ticket 5\", until: \"9999-12-31\" }\n";
    folder.file("sut.yaml", &with_known(&base, known));
    let output = folder.toets(&["run", "--ci", "--out", "out"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(
        told(&output).contains("NOT CONFORMANT") && told(&output).contains("as is known until 9999-12-31. ticket 123"),
        "{}",
        told(&output)
    );
    assert!(told(&output).contains("`no/such/thing` is about nothing"));
    assert!(folder.report("report.html").contains("bekend tot en met 9999-12-31: ticket 123"));
    assert!(!folder.report("junit.xml").contains("<failure") && folder.report("junit.xml").contains("known-failure"));
    assert!(folder.report("run.json").contains("\"state\": \"failing\""));
    let before = folder.report("run.json");
    assert_eq!(folder.toets(&["judge", "out", "--ci"], &[]).status.code(), Some(0));
    assert!(folder.report("run.json") == before, "judging again gives the same bytes");
}

#[test]
fn known_failure_past_its_date_counts_and_is_told() {
    let (base, _requests) = server();
    let folder = Folder::new("expired");
    folder.file(
        "sut.yaml",
        &with_known(&base, "known-failures:\n  - { expectation: \"*/*/*\", reason: \"ticket 123\", until: \"2020-01-31\" }\n"),
    );
    let output = folder.toets(&RUN, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("was known until 2020-01-31 and still fails"), "{}", told(&output));
    assert!(folder.report("junit.xml").contains("<failure"));
}

#[test]
fn insecure_is_shouted_everywhere() {
    let (base, _requests) = server();
    let folder = Folder::new("insecure");
    let url = format!("{base}/fhir");
    let output = folder.toets(&["run", SCENARIO, "--ci", "--out", "out", "--url", &url, "--insecure"], &[]);
    assert!(told(&output).contains("INSECURE: "), "{}", told(&output));
    assert!(folder.report("report.html").contains("INSECURE: ") && folder.report("report.html").contains("ONVEILIG: "));
    assert!(
        folder.report("run.json").contains("\"insecure\": true")
            && folder.report("evidence.ndjson").contains("\"insecure\":true")
    );
}

#[test]
fn proxy_of_the_environment_is_used_for_hosts_that_are_not_this_machine() {
    let (proxy, requests) = server();
    let folder = Folder::new("proxy");
    folder.toets(&["run", SCENARIO, "--ci", "--out", "out", "--url", "http://toets.invalid/fhir"], &[("HTTP_PROXY", &proxy)]);
    assert!(requests.recv().expect("the proxy was asked").starts_with("GET http://toets.invalid/fhir/"));
    let (base, of_server) = server();
    folder.toets(&["run", SCENARIO, "--ci", "--out", "own", "--url", &format!("{base}/fhir")], &[("HTTP_PROXY", &proxy)]);
    assert!(of_server.recv().expect("the server was asked").starts_with("GET /fhir/"));
}

#[test]
fn init_writes_a_file_that_has_no_mistake_and_never_over_another() {
    let folder = Folder::new("init");
    let output = folder.toets(&["init", "--yes"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let lint = folder.toets(&["lint", "sut.yaml"], &[]);
    assert_eq!(lint.status.code(), Some(0), "{}", told(&lint));
    assert!(folder.0.join("sut.schema.json").is_file());
    let again = folder.toets(&["init"], &[]);
    assert_eq!(again.status.code(), Some(2));
    assert!(told(&again).contains("is there already"));
}
