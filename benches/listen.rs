//! Many vendors at one table: fifty with a thousand requests each, interleaved.
//! Three rows: the reference provider, which tells nobody apart; the listener
//! alone, which looks whose each request is; and the whole of it, a session for
//! each vendor that redacts, chains and stores what comes before it is
//! answered. `cargo bench --bench listen` prints it.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Seats, Settings, Table};
use toets::evidence::{Evidence, Record};
use toets::plan::{Claims, Plan, Selection, Target, TargetAuth, compile};
use toets::recognise::Recogniser;
use toets::scenario::{Source, Suite, load};
use toets::serve::{self, Arrivals, Config, ListenConfig, Listener, Seat};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};

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
        alone().await;
    });
    whole(&runtime);
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

/// Each at a place of its own, and nobody who keeps what comes.
async fn alone() {
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
    told("listener alone", begin.elapsed());
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

/// Megabytes that all of it may take, clients included: places, what is kept of fifty vendors, and what is under way.
const MOST_MEMORY: f64 = 1_500.0;

/// Each with a session of its own, whole: what comes is on disk before it is answered.
fn whole(runtime: &tokio::runtime::Runtime) {
    let suite = load(&Source::Embedded).expect("the suite has no mistakes");
    let names: Vec<String> = (0..VENDORS).map(|at| format!("vendor-{at}")).collect();
    let seats = Seat::all(names.iter().map(String::as_str)).expect("names that differ");
    let folder = std::env::temp_dir().join(format!("toets-bench-listen-{}", std::process::id()));
    let started = runtime.block_on(Listener::start(ListenConfig::new(&suite, seats)));
    let (listener, arrivals) = started.expect("a free port");
    let listener = Arc::new(listener);
    let (tables, mut places) = Seats::new(&listener, 1.0);
    let recogniser = Recogniser::new(&suite.exchanges, Dialect::R4Rc2);
    let (stop_in, stop) = watch::channel(false);
    let address = listener.origin().trim_start_matches("http://").to_owned();
    let (over, mut is_over) = watch::channel(false);
    let took = std::thread::scope(|scope| {
        let hands = scope.spawn(|| {
            runtime.block_on(async {
                tokio::select! {
                    () = tables.hand_out(arrivals, &recogniser, |stray| panic!("nobody's: {stray:?}")) => {}
                    _ = is_over.wait_for(|over| *over) => {}
                }
            });
        });
        let sitting: Vec<_> = listener
            .seats()
            .iter()
            .map(|seat| {
                let place = places.remove(&seat.name).expect("each has one");
                let plan = plan(&suite, listener.base(&seat.name).expect("it sits there"));
                let (stop, folder) = (stop.clone(), folder.join(&seat.name));
                let suite = &suite;
                scope.spawn(move || sit(runtime, (&plan, suite), (seat, place), (&folder, stop)))
            })
            .collect();
        let begin = Instant::now();
        let clients = listener.seats().iter();
        let clients =
            clients.map(|seat| client(address.clone(), seat.path.clone(), seat.token.clone(), seat.name.clone())).collect();
        runtime.block_on(finish(clients));
        let took = begin.elapsed();
        stop_in.send(true).expect("somebody sits there");
        sitting.into_iter().for_each(|one| one.join().expect("a session does not break"));
        over.send(true).expect("somebody hands out");
        hands.join().expect("whoever hands out does not break");
        took
    });
    told("toets listen", took);
    let memory = memory("VmHWM:") as f64 / 1024.0;
    let kept: Vec<(PathBuf, Evidence)> = names.iter().map(|name| kept(&folder.join(name))).collect();
    let complete = kept.iter().zip(&names).filter(|((_, evidence), name)| own(evidence, name) == requests()).count();
    let bytes: u64 = kept.iter().map(|(folder, _)| size(folder)).sum();
    println!(
        "{:16} {complete} of {VENDORS} vendors complete on disk, their chains whole; {:.1} MB on disk; {} not told",
        "",
        bytes as f64 / 1048576.0,
        listener.unheard()
    );
    println!("{:16} {memory:.1} MB at the highest, clients and what is kept included", "memory");
    fs::remove_dir_all(&folder).expect("our own folder");
    assert!(complete == VENDORS, "requests were lost or mixed up");
    assert!(memory < MOST_MEMORY, "more memory than {MOST_MEMORY} MB");
}

fn plan(suite: &Suite, base: &str) -> Plan {
    let target = Target::new(base.to_owned(), TargetAuth::Bearer("TOETS_TOKEN".to_owned()));
    let selection = Selection::Only(vec!["care-plan".to_owned()]);
    compile(suite, Claims::new(Actor::Consulter, Dialect::R4Rc2), target, &selection).expect("the suite has no mistakes")
}

/// A session from its first request until it is stopped.
fn sit(
    runtime: &tokio::runtime::Runtime,
    (plan, suite): (&Plan, &Suite),
    (seat, place): (&Seat, engine::Seat),
    (folder, stop): (&Path, watch::Receiver<bool>),
) {
    let mut secrets = Secrets::new();
    secrets.insert("TOETS_TOKEN", &seat.token).expect("it is long enough");
    let settings = Settings { secrets, stop, ..Settings::plain(Recorder::in_folder(folder)) };
    // Nobody gives orders.
    let (_, orders) = mpsc::channel(1);
    let table = Table::new(place.came, orders, place.answers);
    let finished = runtime.block_on(engine::serve(plan, suite, settings, table, |_| ()));
    finished.stored.expect("there is room on the disk");
}

/// What is on disk, its chain held against itself.
fn kept(folder: &Path) -> (PathBuf, Evidence) {
    (folder.to_owned(), engine::open(folder).expect("it is whole").evidence)
}

/// Requests with the mark of this vendor; one of another is none.
fn own(evidence: &Evidence, name: &str) -> usize {
    let mark = format!("mark={name}.");
    let is_own = |record: &&Record| matches!(record, Record::Exchange(exchange) if exchange.request.url.contains(&mark));
    let of_others = |record: &&Record| matches!(record, Record::Exchange(_)) && !is_own(record);
    if evidence.records.iter().any(|record| of_others(&record)) { 0 } else { evidence.records.iter().filter(is_own).count() }
}

fn size(folder: &Path) -> u64 {
    let inside = fs::read_dir(folder).into_iter().flatten().flatten();
    inside.map(|entry| entry.metadata().map_or(0, |meta| if meta.is_dir() { size(&entry.path()) } else { meta.len() })).sum()
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
