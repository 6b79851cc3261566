//! Several vendors with people: each has a page of its own that is named in its
//! block, sees what came near to it and nothing of the others, and is not
//! waited for without end.

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{ask, get};

/// Address and path of a URL.
fn parts(url: &str) -> (String, String) {
    let (address, path) = url.trim_start_matches("http://").split_once('/').expect("a path");
    (address.to_owned(), format!("/{path}"))
}

async fn state(page: &str) -> Value {
    let (address, path) = parts(page);
    let answer = ask(&address, get(&format!("{path}state"), None).as_bytes()).await;
    serde_json::from_str(&answer.body).unwrap_or_else(|why| panic!("{why}: {answer:?}"))
}

/// The state, once it is so.
async fn until(page: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let state = state(page).await;
        if is_so(&state) {
            return state;
        }
        assert!(Instant::now() < end, "{what} did not come: {state:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Lines of a file that is written to, until this is in it.
async fn told(path: &std::path::Path, text: &str) -> String {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let told = fs::read_to_string(path).unwrap_or_default();
        if told.contains(text) || Instant::now() > end {
            assert!(told.contains(text), "`{text}` is not in {told}");
            return told;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_vendor_follows_at_a_page_of_its_own_and_nobody_is_waited_for_without_end() {
    let folder = std::env::temp_dir().join(format!("toets-listen-{}-people", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    let said = folder.join("said.txt");
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.args(["listen", "empty", "--vendor", "anna", "--vendor", "bert", "--port", "0", "--out", "out"]);
    command.args(["--tempo", "0.02", "--answer-within", "1", "--page-address", "127.0.0.1"]);
    command.current_dir(&folder).env("TOETS_CACHE", "none").env("TOETS_LANG", "en").env_remove("TOETS_TOKEN");
    command.stdin(Stdio::null()).stdout(fs::File::create(&said).expect("a file")).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let greeting = told(&said, "Ctrl-C").await;
    let values = |word: &str| {
        let lines = greeting.lines().filter_map(|line| line.strip_prefix(word));
        lines.map(|value| value.trim().to_owned()).collect::<Vec<_>>()
    };
    let (bases, tokens, pages) = (values("base URL"), values("token"), values("live page"));
    assert_eq!((bases.len(), pages.len()), (2, 2), "each block names its page: {greeting}");
    until(&pages[0], "where to look when nothing comes", |state| state["silence"]["en"].is_string()).await;

    let (address, path) = parts(&bases[0]);
    let short = path.trim_end_matches("/fhir");
    ask(&address, get(&format!("{short}/Goal?patient=1"), Some(&tokens[0])).as_bytes()).await;
    ask(&address, get(&format!("{path}/Goal"), Some(&tokens[1])).as_bytes()).await;
    ask(&address, get(&format!("{path}/Goal?patient=Patient/no-plan-patient&categorie=1"), Some(&tokens[0])).as_bytes()).await;
    let state = until(&pages[0], "what came", |state| {
        state["count"] == 1 && state["strays"].as_array().is_some_and(|all| all.len() == 2)
    })
    .await;
    assert!(state["silence"].is_null(), "{state:#}");
    let text = state.to_string();
    assert!(text.contains("base URL is not whole") && text.contains("token of another vendor"), "{text}");
    let differs = state["requests"][0]["differs"].to_string();
    assert!(differs.contains("`category` is missing") && differs.contains("categorie=1"), "{differs}");
    assert!(!tokens.iter().any(|token| text.contains(token)) && !text.contains("bert"), "{text}");
    let other = until(&pages[1], "the other page", |state| state["phases"].is_array()).await;
    assert!(other["count"] == 0 && other["strays"] == serde_json::json!([]) && !other.to_string().contains("anna"), "{other:#}");

    for page in &pages {
        let (address, path) = parts(page);
        let post =
            format!("POST {path}orders?order=next HTTP/1.1\r\nhost: toets\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        assert_eq!(ask(&address, post.as_bytes()).await.status, 204);
    }
    let end = Instant::now() + Duration::from_secs(120);
    while child.try_wait().expect("it can be asked").is_none() {
        if Instant::now() > end {
            let _ = child.kill();
            panic!("a question blocks for ever");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut errors = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut errors).expect("text");
    let (summary, anna) = (fs::read_to_string(&said).expect("it said something"), folder.join("out/anna"));
    let kept = fs::read_to_string(anna.join("strays.ndjson")).expect("strays are kept");
    let run = fs::read_to_string(anna.join("run.json")).expect("there is a report");
    let nothing_of_anna = !folder.join("out/bert/strays.ndjson").exists();
    let _ = fs::remove_dir_all(&folder);
    assert!(kept.lines().count() == 2 && !tokens.iter().any(|token| kept.contains(token)) && nothing_of_anna, "{kept}");
    assert!(summary.contains("2 fitted nobody") && run.contains("\"not-answered\""), "{summary}\n{errors}");
}
