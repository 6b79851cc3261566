//! The reference provider over a real socket: what only shows there. What it
//! answers to which request is tested beside `serve`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use toets::scenario::{Fault, Misbehaviour, Persona, Suite, Target};
use toets::serve::{Config, Running, start};
use toets::text::Text;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const TOKEN: &str = "test-token";
/// Long enough for any answer over the loopback interface, short enough for a test that waits in vain.
const PATIENCE: Duration = Duration::from_secs(5);

fn text() -> Text {
    Text { en: String::new(), nl: String::new() }
}

/// The persona without a plan: enough to have something to serve.
fn persona() -> Persona {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/no-plan/r4");
    let resource = fs::read_to_string(folder.join("Patient-no-plan-patient.json")).expect("the fixture is there");
    Persona {
        persona: "no-plan".to_owned(),
        title: text(),
        why: text(),
        bsn: String::new(),
        patient: "no-plan-patient".to_owned(),
        clock: String::new(),
        exchanges: BTreeMap::new(),
        decoys: BTreeMap::new(),
        reachable: Vec::new(),
        resources: BTreeMap::from([("Patient/no-plan-patient".to_owned(), resource)]),
        stu3: None,
        versions: BTreeMap::new(),
        version_resources: BTreeMap::new(),
    }
}

async fn provider(behaviour: Vec<Misbehaviour>) -> Running {
    let fault = Fault {
        fault: "test".to_owned(),
        title: text(),
        fhir: None,
        version: None,
        on: Target::default(),
        behaviour,
        notes: Vec::new(),
        kills: Vec::new(),
        also: Vec::new(),
    };
    let suite = Suite { personas: vec![persona()], faults: vec![fault], ..Suite::default() };
    start(Config { faults: vec!["test".to_owned()], ..Config::new(&suite, TOKEN) }).await.expect("a free port")
}

/// Sends bytes as they are and returns all that comes back until the server closes, or `most` bytes.
async fn send(running: &Running, request: &str, most: usize) -> Vec<u8> {
    let address = running.base_url.trim_start_matches("http://").trim_end_matches("/fhir").to_owned();
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut answer = Vec::new();
    let read = async {
        let mut piece = vec![0; 1 << 16];
        while answer.len() < most {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(count) => answer.extend_from_slice(&piece[..count]),
            }
        }
    };
    timeout(PATIENCE, read).await.expect("the server answers or closes");
    answer
}

fn get(path: &str) -> String {
    format!("GET /fhir/{path} HTTP/1.1\r\nhost: toets\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n\r\n")
}

async fn ask(running: &Running, request: &str) -> (String, String) {
    let answer = String::from_utf8(send(running, request, usize::MAX).await).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_ascii_lowercase(), body.to_owned())
}

fn length(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    line.and_then(|length| length.parse().ok()).expect("a content-length")
}

#[tokio::test]
async fn read_comes_whole_with_its_content_type() {
    let running = provider(Vec::new()).await;
    let (head, body) = ask(&running, &get("Patient/no-plan-patient")).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("content-type: application/fhir+json; fhirversion=4.0"), "{head}");
    assert_eq!(length(&head), body.len());
    running.stop().await;
}

#[tokio::test]
async fn raw_bars_and_colons_in_a_query_are_read() {
    let running = provider(Vec::new()).await;
    let (head, body) = ask(&running, &get("Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999940004")).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(body.contains("\"total\":1"), "{body}");
    running.stop().await;
}

#[tokio::test]
async fn search_by_post_is_read_from_the_body() {
    let running = provider(Vec::new()).await;
    let form = "identifier=http%3A%2F%2Ffhir.nl%2Ffhir%2FNamingSystem%2Fbsn%7C999940004";
    let request = format!(
        "POST /fhir/Patient/_search HTTP/1.1\r\nhost: toets\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let (head, body) = ask(&running, &request).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(body.contains("\"total\":1"), "{body}");
    running.stop().await;
}

#[tokio::test]
async fn body_beyond_the_bound_gives_413() {
    let running = provider(Vec::new()).await;
    let request = format!(
        "POST /fhir/Patient/_search HTTP/1.1\r\nhost: toets\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        2 << 20
    );
    let (head, body) = ask(&running, &request).await;
    assert!(head.starts_with("http/1.1 413"), "{head}");
    assert!(body.contains("OperationOutcome"));
    running.stop().await;
}

#[tokio::test]
async fn headers_beyond_the_bound_give_431() {
    let running = provider(Vec::new()).await;
    let request = get("Patient/no-plan-patient").replace("\r\n\r\n", &format!("\r\nx-long: {}\r\n\r\n", "a".repeat(40_000)));
    let (head, _) = ask(&running, &request).await;
    assert!(head.starts_with("http/1.1 431"), "{head}");
    running.stop().await;
}

#[tokio::test]
async fn truncate_closes_in_the_middle_of_the_body() {
    let running = provider(vec![Misbehaviour::Truncate]).await;
    let (head, body) = ask(&running, &get("Patient/no-plan-patient")).await;
    assert!(!body.is_empty());
    assert!(body.len() < length(&head), "{} of {}", body.len(), length(&head));
    running.stop().await;
}

#[tokio::test]
async fn endless_body_goes_on_for_as_long_as_it_is_read() {
    let running = provider(vec![Misbehaviour::EndlessBody]).await;
    let most = 8 << 20;
    let answer = send(&running, &get("Patient/no-plan-patient"), most).await;
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
    assert!(answer.len() >= most);
    running.stop().await;
}

#[tokio::test]
async fn never_answers_says_nothing_until_the_server_stops() {
    let running = provider(vec![Misbehaviour::NeverAnswers]).await;
    let address = running.base_url.trim_start_matches("http://").trim_end_matches("/fhir").to_owned();
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(get("Patient/no-plan-patient").as_bytes()).await.expect("the server reads");
    let mut byte = [0];
    assert!(timeout(Duration::from_millis(100), stream.read(&mut byte)).await.is_err());
    timeout(PATIENCE, running.stop()).await.expect("stopping does not wait for the client");
}

#[tokio::test]
async fn a_stopped_provider_is_no_longer_there() {
    let running = provider(Vec::new()).await;
    let address = running.base_url.trim_start_matches("http://").trim_end_matches("/fhir").to_owned();
    running.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}
