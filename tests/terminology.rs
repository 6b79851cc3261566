//! `--terminology` as its users call it: a server on this machine that says yes, no,
//! nothing or nonsense, and what becomes of a verdict.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A folder that goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("toets-terminology-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder of the test");
        Self(path)
    }

    fn write(&self, name: &str, value: &Value) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder of the test");
        fs::write(path, value.to_string()).expect("a file of the test");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("the run wrote it")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const TOKEN: &str = "pl4nted-terminology-t0ken";

async fn toets(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none");
    command.args(arguments).env_remove("TOETS_LANG").env_remove("TOETS_TOKEN").env("TOETS_TERMINOLOGY_TOKEN", TOKEN);
    command.current_dir(folder);
    tokio::task::spawn_blocking(move || command.output().expect("the program starts")).await.expect("it ends")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn parameters(result: bool, more: Option<Value>) -> Value {
    let mut all = vec![json!({"name": "result", "valueBoolean": result}), json!({"name": "message", "valueString": "as it is"})];
    all.extend(more);
    json!({"resourceType": "Parameters", "parameter": all})
}

fn yes() -> Value {
    parameters(true, None)
}

fn no(kind: &str) -> Value {
    let coding = json!([{"system": "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type", "code": kind}]);
    let issue = json!([{"severity": "error", "code": "code-invalid", "details": {"coding": coding}}]);
    parameters(false, Some(json!({"name": "issues", "resource": {"resourceType": "OperationOutcome", "issue": issue}})))
}

/// A server that gives this answer to each question, alone or in a batch.
async fn server(answer: Value, takes_batches: bool) -> MockServer {
    let server = MockServer::start().await;
    let one = ResponseTemplate::new(200).set_body_json(&answer);
    Mock::given(method("GET")).and(path("/ValueSet/$validate-code")).respond_with(one).mount(&server).await;
    let batch = move |request: &Request| {
        let bundle: Value = serde_json::from_slice(&request.body).expect("it is JSON");
        let count = bundle["entry"].as_array().map_or(0, Vec::len);
        let entry = json!({"resource": answer, "response": {"status": "200 OK"}});
        ResponseTemplate::new(200)
            .set_body_json(json!({"resourceType": "Bundle", "type": "batch-response", "entry": vec![entry; count]}))
    };
    if takes_batches {
        Mock::given(method("POST")).and(path("/")).respond_with(batch).mount(&server).await;
    }
    server
}

/// A profile that binds the code of an Observation to a value set of a code system that is not here.
fn definitions(folder: &Folder) {
    folder.write("package/package.json", &json!({"name": "test", "version": "1.0.0", "fhirVersions": ["4.0.1"]}));
    let binding = json!({"strength": "required", "valueSet": "http://example.org/set|2"});
    folder.write(
        "package/profile.json",
        &json!({
            "resourceType": "StructureDefinition", "url": "http://example.org/p", "name": "p", "kind": "resource",
            "abstract": false, "type": "Observation", "derivation": "constraint",
            "snapshot": {"element": [{"path": "Observation"}, {"path": "Observation.code", "binding": binding}]}
        }),
    );
    folder.write(
        "package/set.json",
        &json!({"resourceType": "ValueSet", "url": "http://example.org/set", "version": "2",
            "compose": {"include": [{"system": "urn:elsewhere", "filter": [{"property": "concept", "op": "is-a", "value": "a"}]}]}}),
    );
    // Two codes of one resource go together.
    for codes in [vec!["a"], vec!["b"], vec!["c", "d"]] {
        let coding: Vec<Value> = codes.iter().map(|code| json!({"system": "urn:elsewhere", "code": code})).collect();
        folder.write(
            &format!("in/{}.json", codes[0]),
            &json!({"resourceType": "Observation", "status": "final", "code": {"coding": coding}}),
        );
    }
}

/// What `toets validate` says with this server: whether it decided, and all its words.
async fn validated(name: &str, uri: Option<&str>) -> (Option<i32>, String) {
    let folder = Folder::new(name);
    definitions(&folder);
    let mut arguments = vec!["validate", "--ci", "--package", "package", "--cache", "none", "--profile", "http://example.org/p"];
    arguments.extend(["--min-severity", "cannot-tell", "--require-complete", "in"]);
    arguments.extend(uri.into_iter().flat_map(|uri| ["--terminology", uri]));
    let output = toets(&folder.0, &arguments).await;
    let told = said(&output);
    assert!(!told.contains(TOKEN), "{told}");
    (output.status.code(), told)
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_decides_by_what_the_server_says() {
    let (code, told) = validated("without", None).await;
    assert!(code == Some(1) && told.contains("cannot tell[code-undecided]"), "{told}");
    for takes_batches in [true, false] {
        let good = server(yes(), takes_batches).await;
        let (code, told) = validated("yes", Some(&good.uri())).await;
        assert!(code == Some(0) && !told.contains("code-undecided"), "{told}");
        let bad = server(no("not-in-vs"), takes_batches).await;
        let (code, told) = validated("no", Some(&bad.uri())).await;
        assert!(code == Some(1) && told.contains("error[code-not-in-value-set]"), "{told}");
        let asked = bad.received_requests().await.expect("they are kept");
        let sent = |request: &Request| String::from_utf8_lossy(&request.body).into_owned() + request.url.as_str();
        assert!(asked.iter().any(|request| sent(request).contains("valueSetVersion=2")), "versions are asked apart");
        assert!(asked.iter().all(|request| request.headers["authorization"] == format!("Bearer {TOKEN}").as_str()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_stays_undecided_where_the_server_does_not_know() {
    let nothing = [
        ("system", no("not-found")),
        ("doubt", parameters(false, None)),
        ("nonsense", json!({"resourceType": "Patient"})),
        ("words", json!("no")),
    ];
    for (name, answer) in nothing {
        let server = server(answer, false).await;
        let (code, told) = validated(name, Some(&server.uri())).await;
        assert!(code == Some(1) && told.contains("the terminology server does not tell"), "{name}: {told}");
        assert!(!told.contains("error["), "{name}: {told}");
    }
    let broken = MockServer::start().await;
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"diagnostics": format!("out of order {TOKEN}")}]});
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(500).set_body_json(outcome)).mount(&broken).await;
    let (code, told) = validated("broken", Some(&broken.uri())).await;
    assert!(code == Some(1) && told.contains("out of order") && !told.contains("error["), "{told}");
    let (code, told) = validated("nobody", Some("http://127.0.0.1:9")).await;
    assert!(code == Some(1) && told.contains("cannot tell[code-undecided]") && !told.contains("error["), "{told}");
}

/// A server that does not have the value set, and takes what is in it.
#[tokio::test(flavor = "multi_thread")]
async fn validate_sends_a_value_set_along_that_the_server_does_not_have() {
    for (answer, code) in [(yes(), 0), (no("not-in-vs"), 1)] {
        let server = MockServer::start().await;
        let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"diagnostics": "no such set"}]});
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(404).set_body_json(outcome)).mount(&server).await;
        let with_content = move |request: &Request| {
            let body: Value = serde_json::from_slice(&request.body).expect("it is JSON");
            let filter = &body["parameter"][0]["resource"]["compose"]["include"][0]["filter"][0];
            assert_eq!(filter, &json!({"property": "concept", "op": "is-a", "value": "a"}));
            assert_eq!(body["parameter"][1]["valueCoding"]["system"], "urn:elsewhere");
            ResponseTemplate::new(200).set_body_json(&answer)
        };
        Mock::given(method("POST")).and(path("/ValueSet/$validate-code")).respond_with(with_content).mount(&server).await;
        let (found, told) = validated(&format!("content-{code}"), Some(&server.uri())).await;
        assert_eq!(found, Some(code), "{told}");
        assert_eq!(code == 1, told.contains("error[code-not-in-value-set]"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_wants_the_base_of_a_server() {
    let (code, told) = validated("base", Some("tx.example.org")).await;
    assert!(code == Some(2) && told.contains("no URL"), "{told}");
    let (code, told) = validated("plain", Some("http://tx.example.org/r4")).await;
    assert!(code == Some(2) && told.contains("unprotected"), "{told}");
}

/// A run against the built-in provider, judged twice: with the server, and again without any network.
async fn ran(name: &str, uri: Option<&str>) -> Value {
    let folder = Folder::new(name);
    // A requirement with a code that is not known here.
    let mut arguments = vec!["run", "PZP-PRO-009", "--ci", "--out", "run", "--seed", "00"];
    arguments.extend(uri.into_iter().flat_map(|uri| ["--terminology", uri]));
    let output = toets(&folder.0, &arguments).await;
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(&output));
    let (live, evidence) = (folder.read("run/run.json"), folder.read("run/evidence.ndjson"));
    assert!(!evidence.contains(TOKEN) && !live.contains(TOKEN), "a token is nowhere");
    assert_eq!(uri.is_some(), evidence.contains(r#""record":"terminology""#), "what was asked is recorded");
    let again = toets(&folder.0, &["judge", "--ci", "run"]).await;
    assert_eq!(again.status.code(), output.status.code(), "{}", said(&again));
    assert!(live == folder.read("run/run.json"), "judged again without a network, the report is the same");
    serde_json::from_str(&live).expect("it is JSON")
}

/// How many codes nobody could look up, and how many expectations failed.
fn open_and_failed(report: &Value) -> (usize, usize) {
    let open = report["profiles"]["open"].as_array().map_or(0, Vec::len);
    let failed = report["expectations"].as_array().into_iter().flatten().filter(|one| one["outcome"] == "fail").count();
    (open, failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn run_records_answers_and_judges_the_same_again() {
    let (open, failed) = open_and_failed(&ran("run-without", None).await);
    assert!(open > 0 && failed == 0, "{open} open, {failed} failed: there is something to ask");
    let good = server(yes(), true).await;
    assert_eq!(open_and_failed(&ran("run-yes", Some(&good.uri())).await), (0, 0));
    let bad = server(no("not-in-vs"), true).await;
    let (_, failed) = open_and_failed(&ran("run-no", Some(&bad.uri())).await);
    assert!(failed > 0, "a code outside of its value set is a failure");
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"diagnostics": format!("not for {TOKEN}")}]});
    let broken = server(outcome, false).await;
    assert_eq!(open_and_failed(&ran("run-broken", Some(&broken.uri())).await), (open, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn server_that_is_slow_costs_a_bounded_wait() {
    let slow = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(yes()).set_delay(Duration::from_secs(60)))
        .mount(&slow)
        .await;
    let started = std::time::Instant::now();
    let (code, told) = validated("slow", Some(&slow.uri())).await;
    assert!(code == Some(1) && told.contains("no whole answer within") && !told.contains("error["), "{told}");
    assert!(started.elapsed() < Duration::from_secs(50), "two waits, and then no more");
}
