//! Evidence on disk: redacted, whole, and true to what was in memory.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use toets::engine::{self, Event, Finished, OpenError, Recorder};
use toets::evidence::{Evidence, Outcome, Record};
use toets::fhir::{json, types};
use toets::plan::PlannedStep;
use toets::scenario::{Pages, Suite};

use crate::plans::{REAL, SECRET, plan, run_with, settings, statuses, step, with_token};
use crate::server::{MockServer, fhir, on, page};

/// A folder of its own, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("toets-driving-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A run whose answers hold the token and numbers that may be real.
async fn hostile_run(folder: &Folder) -> (Finished, Vec<Event>) {
    let server = MockServer::start().await;
    let base = format!("{}/fhir", server.uri());
    let body = format!(r#"{{"resourceType":"Basic","id":"{REAL}","n":{REAL},"echo":"Bearer {SECRET}","next":"x%7C{REAL}"}}"#);
    let page = page(&format!("{base}/Basic?access={}", SECRET.replace('+', "%2B")));
    let answer = fhir(&body).insert_header("etag", REAL).insert_header("x-echo", SECRET);
    on(&server, "/fhir/Basic", answer).await;
    on(&server, "/fhir/Goal", fhir(&page)).await;
    let mut ask = step("ask", "Basic");
    ask.capture = [("id".to_owned(), "id".to_owned())].into();
    let plan = with_token(plan(
        &base,
        vec![ask, step("read", "Basic/${id}"), PlannedStep { pages: Pages::All, ..step("echo", "Goal") }],
    ));
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let settings = settings(Recorder::in_folder(&folder.0));
    let listen = move |event| heard.lock().expect("nobody panicked").push(event);
    let finished = engine::run(&plan, &Suite::default(), settings, listen).await.expect("the plan can be run");
    let asked = server.received_requests().await.expect("it records");
    assert!(asked[1].url.path().ends_with(REAL), "what is sent is what the server said");
    let events = events.lock().expect("nobody panicked").clone();
    (finished, events)
}

fn files(folder: &Folder) -> Vec<Vec<u8>> {
    let blobs = std::fs::read_dir(folder.0.join("blobs")).expect("there are bodies");
    let paths = blobs.map(|entry| entry.expect("it can be listed").path()).chain([folder.0.join("evidence.ndjson")]);
    paths.map(|path| std::fs::read(path).expect("it can be read")).collect()
}

#[tokio::test]
async fn secrets_and_numbers_that_may_be_a_bsn_are_absent_from_the_evidence() {
    let folder = Folder::new();
    let (finished, events) = hostile_run(&folder).await;
    for file in files(&folder) {
        let text = String::from_utf8(file).expect("it is text");
        for hidden in [REAL, SECRET, "very%2Fsecret", "very\\/secret"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
    assert!(finished.evidence.records.iter().any(|record| matches!(record, Record::Replaced(replaced) if !replaced.test_range)));
    assert!(events.contains(&Event::RealDataSuspected));
}

fn same(left: &Evidence, right: &Evidence) {
    let text = |evidence: &Evidence| serde_json::to_string(&(&evidence.start, &evidence.records)).expect("it is written");
    assert_eq!(text(left), text(right));
    assert_eq!(left.blobs, right.blobs);
}

#[tokio::test]
async fn evidence_read_back_is_what_was_in_memory() {
    let folder = Folder::new();
    let (finished, _) = hostile_run(&folder).await;
    finished.stored.expect("the disk took it");
    let opened = engine::open(&folder.0).expect("it is whole");
    same(&finished.evidence, &opened.evidence);
    assert_eq!(opened.torn, None);
}

#[tokio::test]
async fn killed_run_is_readable_up_to_its_last_record() {
    let folder = Folder::new();
    let (mut finished, _) = hostile_run(&folder).await;
    let path = folder.0.join("evidence.ndjson");
    let whole = std::fs::read(&path).expect("it can be read");
    std::fs::write(&path, &whole[..whole.len() - 20]).expect("it can be written");
    let opened = engine::open(&folder.0).expect("it is whole but for the last line");
    assert_eq!(opened.torn, Some(finished.evidence.records.len() + 1));
    finished.evidence.records.pop();
    same(&finished.evidence, &opened.evidence);
}

#[tokio::test]
async fn changed_evidence_is_told_with_its_line() {
    let folder = Folder::new();
    let _ = hostile_run(&folder).await;
    let path = folder.0.join("evidence.ndjson");
    let changed = std::fs::read_to_string(&path).expect("it can be read").replacen("\"status\":200", "\"status\":201", 1);
    let line = changed.lines().position(|line| line.contains("\"status\":201")).expect("it was changed") + 1;
    std::fs::write(&path, changed).expect("it can be written");
    let error = engine::open(&folder.0).expect_err("it was changed");
    assert!(matches!(error, OpenError::Chain { line: found, .. } if found == line + 1), "{error}");
}

#[tokio::test]
async fn changed_body_is_told() {
    let folder = Folder::new();
    let _ = hostile_run(&folder).await;
    let blob =
        std::fs::read_dir(folder.0.join("blobs")).expect("there are bodies").next().expect("one").expect("it is listed").path();
    std::fs::write(&blob, "{}").expect("it can be written");
    assert!(matches!(engine::open(&folder.0), Err(OpenError::Blob { .. })));
}

#[tokio::test]
async fn folder_that_cannot_be_written_leaves_the_run_usable() {
    let folder = Folder::new();
    std::fs::write(&folder.0, "a file where the folder should be").expect("it can be written");
    let server = MockServer::start().await;
    on(&server, "/fhir/metadata", fhir("{}")).await;
    let plan = plan(&format!("{}/fhir", server.uri()), vec![step("read", "metadata")]);
    let finished = run_with(&plan, settings(Recorder::in_folder(&folder.0))).await;
    assert_eq!(statuses(&finished.evidence), [200]);
    assert!(finished.stored.is_err());
    std::fs::remove_file(&folder.0).expect("it can be removed");
}

#[tokio::test]
async fn captures_are_kept_as_a_replay_of_the_stored_bodies_finds_them() {
    let folder = Folder::new();
    let (finished, _) = hostile_run(&folder).await;
    let capture = finished.evidence.records.iter().find_map(|record| match record {
        Record::Capture(capture) => Some(capture),
        _ => None,
    });
    let replayed = finished.evidence.records.iter().find_map(|record| match record {
        Record::Exchange(exchange) if exchange.step == "ask" => Some(exchange),
        _ => None,
    });
    let Outcome::Answered(received) = &replayed.expect("it was asked").outcome else { panic!("it was answered") };
    let body = &finished.evidence.blobs[received.body.as_ref().expect("there is a body")];
    let tree = json::read(body, types::r4()).expect("redacted JSON is JSON");
    let values = engine::captured(tree.root(), "id", &engine::Variables::new(), toets::agreements::FhirVersion::R4);
    assert_eq!(capture.expect("it was captured").values, values);
    assert_ne!(values, [REAL]);
}
