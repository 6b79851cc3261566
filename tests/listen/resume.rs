//! A table that is killed in the middle and goes on: what came before counts,
//! and what is judged then is judged the same again from what is on disk.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use toets::agreements::Dialect;

use crate::client::{ask, get, suite};

/// The program, ended when the test is.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a vendor asks: name, base URL and token.
type Place = (String, String, String);

/// Starts it, and reads the blocks of its vendors.
fn start(folder: &Path, arguments: &[&str], tokens: &[(String, String)]) -> (Program, Vec<Place>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.arg("listen").args(arguments).args(["--no-page"]).current_dir(folder);
    command.env("TOETS_CACHE", "none").env("TOETS_LANG", "en").env_remove("TOETS_TOKEN").envs(tokens.iter().cloned());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let program = Program(child);
    let mut places: Vec<Place> = Vec::new();
    let mut lines = output.lines().map(|line| line.expect("text"));
    for line in lines.by_ref().take_while(|line| !line.starts_with("Ctrl-C")) {
        let value = |word: &str| line.strip_prefix(word).map(|rest| rest.trim().to_owned());
        if let Some(name) = value("--- ") {
            places.push((name.trim_end_matches([' ', '-']).to_owned(), String::new(), String::new()));
        } else if let (Some(base), Some(place)) = (value("base URL"), places.last_mut()) {
            place.1 = base;
        } else if let (Some(token), Some(place)) = (value("token"), places.last_mut()) {
            place.2 = token;
        }
    }
    // What it says at its end has to go somewhere.
    std::thread::spawn(move || lines.for_each(drop));
    (program, places)
}

/// All queries of the agreement.
fn queries() -> Vec<String> {
    let all = suite().exchanges.iter().filter(|exchange| exchange.query.as_deref().is_some_and(|number| number != "0"));
    let request = all.filter_map(|exchange| exchange.request.get(&Dialect::R4Rc2));
    request.map(|query| query.replace("${patient}", "no-plan-patient").replace('|', "%7C")).collect()
}

async fn send((_, base, token): &Place, queries: &[String]) {
    let (address, path) = base.trim_start_matches("http://").split_once('/').expect("a path");
    for query in queries {
        let answer = ask(address, get(&format!("/{path}/{query}"), Some(token)).as_bytes()).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
    }
}

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("toets-resume-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder for the test");
    path
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Half of the queries, killed, the other half: nobody has to begin again. Each vendor is at another point.
async fn killed_and_gone_on_with(names: &[&str]) {
    let folder = folder(&format!("{}", names.len()));
    let vendors = names.iter().flat_map(|name| ["--vendor", name]);
    let arguments: Vec<&str> = vendors.chain(["--port", "0", "--tempo", "2", "--out", "out", "empty"]).collect();
    let (mut program, places) = start(&folder, &arguments, &[]);
    let queries = queries();
    let half = queries.len() / 2;
    let parts = [half, 0, queries.len()];
    for (place, part) in places.iter().zip(parts) {
        send(place, &queries[..part]).await;
    }
    program.0.kill().expect("it runs");
    program.0.wait().expect("it ends");
    let token = |name: &str| format!("TOETS_TOKEN_{}", name.to_uppercase());
    let tokens: Vec<(String, String)> = match &places[..] {
        [(_, _, token)] => vec![("TOETS_TOKEN".to_owned(), token.clone())],
        all => all.iter().map(|(name, _, secret)| (token(name), secret.clone())).collect(),
    };
    let (mut program, again) = start(&folder, &["--resume", "out"], &tokens);
    assert_eq!(places, again, "clients need not be told anything");
    for (place, part) in again.iter().zip(parts) {
        send(place, &queries[part..]).await;
    }
    let code = program.0.wait().expect("it ends by itself").code();
    assert_eq!(code, Some(0), "nothing is wrong: only what a person sees is open");
    let out = folder.join("out");
    for (name, _, token) in &places {
        let one = if names.len() > 1 { out.join(name) } else { out.clone() };
        let evidence = read(&one.join("evidence.ndjson"));
        assert!(!evidence.contains(token), "tokens are in nothing that is kept");
        let count = |text: &str| evidence.matches(text).count();
        assert_eq!(count("\"record\":\"exchange\""), queries.len(), "{name}: nothing lost, nothing twice");
        assert_eq!((count("\"why\":\"asked\""), count("\"record\":\"phase\"")), (1, 1), "{name}: {evidence}");
        assert_eq!(count("\"record\":\"persona\""), 1, "{name}");
        assert!(!read(&one.join("run.json")).contains("\"exchange-not-asked\""), "{name}");
    }
    let files = ["run.json", "junit.xml", "report.html"];
    let runs: Vec<PathBuf> = places.iter().map(|(name, ..)| if names.len() > 1 { out.join(name) } else { out.clone() }).collect();
    let all = || runs.iter().flat_map(|run| files.map(|file| read(&run.join(file)))).collect::<Vec<_>>();
    let before = all();
    let judged = Command::new(env!("CARGO_BIN_EXE_toets"))
        .args(["judge", "out", "--ci"])
        .env("TOETS_CACHE", "none")
        .current_dir(&folder)
        .output();
    assert_eq!(judged.expect("the program starts").status.code(), Some(0));
    assert!(before == all(), "judging again gives the same bytes");
    let _ = fs::remove_dir_all(&folder);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn table_of_one_that_was_killed_in_a_phase_goes_on_with_it() {
    killed_and_gone_on_with(&["anna"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn table_of_three_that_was_killed_goes_on_with_each_where_it_was() {
    killed_and_gone_on_with(&["anna", "bert", "carl"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn table_that_goes_on_keeps_its_tempo_and_its_address_or_says_what_to_repeat() {
    let folder = folder("refused");
    let (mut program, places) = start(&folder, &["--vendor", "anna", "--port", "0", "--out", "out", "empty"], &[]);
    send(&places[0], &queries()[..1]).await;
    program.0.kill().expect("it runs");
    program.0.wait().expect("it ends");
    fs::write(folder.join("other.yaml"), "product: { name: Other }\nclaims: { actor: consulter }\n")
        .expect("the test's own file");
    for (more, wanted) in [
        (["--tempo", "0.5"], "--tempo"),
        (["--host", "table.example.org"], "`--host`"),
        (["--tls", "generated"], "`--tls`"),
        (["--sut", "other.yaml"], "nobody at this table"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
        let output = command
            .args(["listen", "--resume", "out", "--no-page"])
            .args(more)
            .env("TOETS_CACHE", "none")
            .current_dir(&folder)
            .output();
        let output = output.expect("the program starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(wanted), "{more:?}: {told}");
    }
    let _ = fs::remove_dir_all(&folder);
}
