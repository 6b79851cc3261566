//! Servers that are not there, or answer as no FHIR server would.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::program::{Folder, command, end, run};
use crate::server::{Held, nobody, serve};

/// Reports that are there and well formed; the JSON of the run.
#[track_caller]
pub(crate) fn reported(folder: &Folder) -> serde_json::Value {
    let page = folder.read("report.html");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"), "{page}");
    let suites = folder.read("junit.xml");
    let mut reader = quick_xml::Reader::from_str(&suites);
    while reader.read_event().expect("junit.xml is XML") != quick_xml::events::Event::Eof {}
    serde_json::from_str(&folder.read("run.json")).expect("run.json is JSON")
}

#[test]
fn nobody_listens() {
    let folder = Folder::new();
    run(&nobody(), &folder, &[])
        .with(3)
        .tells(&["! The server could not be reached: nobody listens at this address (", "Have a server answer at this address."]);
    reported(&folder);
}

#[test]
fn a_name_that_does_not_resolve() {
    let folder = Folder::new();
    run("http://toets.invalid/fhir", &folder, &[])
        .with(3)
        .tells(&["! The server could not be reached: the host name does not resolve (", "Have a server answer at this address."]);
    reported(&folder);
}

#[test]
fn html_with_200_to_everything() {
    let base = serve(|asked| asked.answer("200 OK", "content-type: text/html\r\n", "<!doctype html><p>Welcome & <b>log in"));
    let folder = Folder::new();
    run(&base, &folder, &[]).with(1).tells(&[
        "✗ configuration  every request leads to a login page (200, text/html)",
        "hint: name the address of the FHIR API instead of the one for people, and give a token",
        "NOT CONFORMANT",
    ]);
    reported(&folder);
}

#[test]
fn a_body_without_end() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let base = serve(move |mut asked| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ntransfer-encoding: chunked\r\n\r\n";
        let _ = asked.stream.write_all(head.as_bytes());
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        // Two gigabytes, unless the client has seen enough.
        for _ in 0..(2_usize << 30) / 0x10000 {
            if asked.stream.write_all(chunk.as_bytes()).is_err() {
                break;
            }
            counter.fetch_add(0x10000, Ordering::Relaxed);
        }
    });
    let folder = Folder::new();
    run(&base, &folder, &["--parallel", "2", "capability-statement"]).with(3).tells(&[
        "`GET metadata` got no whole answer",
        "actual    200, then: the body is larger than 16777216 bytes",
        "hint: ",
    ]);
    reported(&folder);
    assert!(sent.load(Ordering::Relaxed) < 1 << 30, "the connection is dropped rather than read to its end");
}

#[test]
fn no_answer_at_all() {
    let held = Held::default();
    let base = serve(move |asked| held.hold(asked));
    let folder = Folder::new();
    run(&base, &folder, &["--deadline", "1"])
        .with(3)
        .tells(&["! The server could not be reached: no whole answer before the deadline (", "Have a server answer"]);
    reported(&folder);
}

#[test]
fn a_connection_that_closes_in_the_middle() {
    let base = serve(|mut asked| {
        let _ =
            asked.stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ncontent-length: 99\r\n\r\n{\"res");
    });
    let folder = Folder::new();
    run(&base, &folder, &[]).with(3).tells(&["! The server could not be reached: ", "Have a server answer at this address."]);
    reported(&folder);
}

#[test]
fn a_redirect_to_another_origin_is_an_answer_and_the_token_goes_nowhere() {
    let asked_elsewhere = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked_elsewhere);
    let elsewhere = serve(move |asked| {
        counter.fetch_add(1, Ordering::Relaxed);
        asked.answer("200 OK", "", "");
    });
    let base = serve(move |asked| {
        let location = format!("location: {elsewhere}{}\r\n", asked.url());
        asked.answer("307 Temporary Redirect", &location, "");
    });
    let folder = Folder::new();
    let arguments = ["run", "--ci", "--url", &base, "--out", folder.text()];
    let ended = end(command(&arguments).env("TOETS_TOKEN", "a-token-for-one-server"));
    assert!(!ended.stdout.contains("citizen service number"), "no number of ours may pass for a BSN: {}", ended.stdout);
    ended.with(1).tells(&["✗ configuration  every request is sent elsewhere (307", "hint: name the address", "NOT CONFORMANT"]);
    reported(&folder);
    assert_eq!(asked_elsewhere.load(Ordering::Relaxed), 0);
}
