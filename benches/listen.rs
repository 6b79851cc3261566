//! Many vendors at one table: fifty with a thousand requests each, interleaved,
//! every one looked at for whose it is; beside the reference provider, which
//! tells nobody apart. `cargo bench --bench listen` prints it.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use toets::scenario::{Source, load};
use toets::serve::{self, Arrivals, Config, ListenConfig, Listener, Seat};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const VENDORS: usize = 50;
const REQUESTS: usize = 1000;

/// Requests of each vendor: `cargo bench --bench listen -- 100` asks for less than the whole.
fn requests() -> usize {
    std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(REQUESTS)
}

/// A search with a page of answers, as a client asks it.
const QUERY: &str = "Consent?patient=Patient/full-plan-patient&_include=Consent:actor";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    let build = if cfg!(debug_assertions) { "not optimised" } else { "optimised" };
    println!("toets {}, {build}, {VENDORS} vendors with {} requests each", env!("CARGO_PKG_VERSION"), requests());
    runtime.block_on(async {
        provider().await;
        table().await;
    });
}

/// All vendors at the reference provider, with one token.
async fn provider() {
    let suite = load(&Source::Embedded).expect("the suite has no mistakes");
    let running = serve::start(Config::new(&suite, "token")).await.expect("a free port");
    let (origin, path) = running.base_url.split_at(running.base_url.len() - "/fhir".len());
    let address = origin.trim_start_matches("http://").to_owned();
    let begin = Instant::now();
    let clients = (0..VENDORS).map(|at| client(address.clone(), path.to_owned(), "token".to_owned(), at.to_string()));
    finish(clients.collect()).await;
    told("toets provider", begin.elapsed());
    running.stop().await;
}

/// Each at a place of its own.
async fn table() {
    let suite = load(&Source::Embedded).expect("the suite has no mistakes");
    let names: Vec<String> = (0..VENDORS).map(|at| format!("vendor-{at}")).collect();
    let seats = Seat::all(names.iter().map(String::as_str)).expect("names that differ");
    let before = memory("VmRSS:");
    let (listener, arrivals) = Listener::start(ListenConfig::new(&suite, seats)).await.expect("a free port");
    println!("{:16} {:.1} MB for {VENDORS} places", "", (memory("VmRSS:") - before) as f64 / 1024.0);
    let keeping = tokio::spawn(keep(arrivals));
    let address = listener.origin().trim_start_matches("http://").to_owned();
    let begin = Instant::now();
    let clients = listener
        .seats()
        .iter()
        .map(|seat| client(address.clone(), seat.path.clone(), seat.token.clone(), seat.name.clone()))
        .collect();
    finish(clients).await;
    told("toets listen", begin.elapsed());
    let unheard = listener.unheard();
    listener.stop().await;
    let kept = keeping.await.expect("whoever keeps does not break");
    let complete = kept.counts.values().filter(|count| **count == requests()).count();
    println!(
        "{:16} {} attributed, {} wrongly, {} to nobody, {unheard} not told; {complete} of {VENDORS} vendors complete; waited for longest {:.1} ms",
        "",
        kept.counts.values().sum::<usize>(),
        kept.wrong,
        kept.strays,
        kept.longest.as_secs_f64() * 1000.0
    );
    println!("{:16} {:.1} MB at the highest, clients included", "memory", memory("VmHWM:") as f64 / 1024.0);
    assert!(kept.wrong == 0 && kept.strays == 0 && complete == VENDORS, "requests were lost or mixed up");
}

#[derive(Default)]
struct Kept {
    counts: BTreeMap<String, usize>,
    wrong: usize,
    strays: usize,
    longest: Duration,
}

/// Keeps nothing but counts; each is held against the mark that its client put in.
async fn keep(mut arrivals: Arrivals) -> Kept {
    let mut kept = Kept::default();
    while let Some(heard) = arrivals.next().await {
        let arrival = heard.kept();
        let Some(seat) = arrival.seat else {
            kept.strays += 1;
            continue;
        };
        let (_, mark) = arrival.request.query.rsplit_once("mark=").unwrap_or_default();
        kept.wrong += usize::from(mark.split('.').next() != Some(seat.as_str()));
        kept.longest = kept.longest.max(Duration::from_micros(arrival.took_us));
        *kept.counts.entry(seat).or_default() += 1;
    }
    kept
}

type Client = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A connection that stays open, one request after the other.
fn client(address: String, path: String, token: String, name: String) -> Client {
    Box::pin(async move {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("loopback can");
        let mut left = Vec::new();
        for number in 0..requests() {
            let request = format!(
                "GET {path}/{QUERY}&mark={name}.{number} HTTP/1.1\r\nhost: toets\r\nauthorization: Bearer {token}\r\n\r\n"
            );
            stream.write_all(request.as_bytes()).await.expect("the server reads");
            let status = answer(&mut stream, &mut left).await;
            assert_eq!(status, "200", "{name} {number}");
        }
    })
}

/// Reads a whole answer; its status.
async fn answer(stream: &mut TcpStream, left: &mut Vec<u8>) -> String {
    let mut piece = vec![0; 1 << 16];
    loop {
        if let Some(end) = left.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4) {
            let head = String::from_utf8_lossy(&left[..end]).into_owned();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|length| length.parse().ok()).expect("a length");
            if left.len() >= end + length {
                left.drain(..end + length);
                return head.split(' ').nth(1).unwrap_or_default().to_owned();
            }
        }
        let count = stream.read(&mut piece).await.expect("the server answers");
        assert!(count > 0, "the server closed");
        left.extend_from_slice(&piece[..count]);
    }
}

async fn finish(clients: Vec<Client>) {
    let running: Vec<_> = clients.into_iter().map(tokio::spawn).collect();
    for client in running {
        client.await.expect("the client is served");
    }
}

fn told(what: &str, took: Duration) {
    let count = VENDORS * requests();
    println!("{what:16} {:.0} requests a second ({count} in {:.1} s)", count as f64 / took.as_secs_f64(), took.as_secs_f64());
}

/// Kilobytes, where the system tells it.
fn memory(key: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or_default()
}
