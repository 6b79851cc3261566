//! Hostile clients: each is answered or dropped within its bound, and nobody
//! else notices.

use std::time::{Duration, Instant};

use toets::scenario::{Misbehaviour, Target};
use toets::serve::{Arrival, Behaviour, Broken, ListenConfig, Places, Seat, Strike};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{Answer, PATIENCE, Table, ask, drain, get, send, short, suite};

const PATIENT: &str = "Patient/full-plan-patient";

async fn table() -> Table {
    let seats = Seat::all(["anna", "bert"]).expect("names");
    Table::with(ListenConfig { deadlines: short(), ..ListenConfig::new(suite(), seats) }).await
}

/// Whoever is next gets an answer.
async fn others_are_served(table: &Table) {
    assert_eq!(table.ask(&table.get(1, PATIENT)).await.status, 200);
}

fn post(table: &Table, headers: &str, body: &str) -> String {
    let seat = table.seat(0);
    let (path, token) = (&seat.path, &seat.token);
    format!(
        "POST {path}/Consent/_search HTTP/1.1\r\nhost: toets\r\nauthorization: Bearer {token}\r\nconnection: close\r\n{headers}\r\n{body}"
    )
}

#[tokio::test]
async fn half_requests_are_told_as_far_as_they_came() {
    let table = table().await;
    let path = table.seat(0).path.clone();
    let mut stream = TcpStream::connect(table.address()).await.expect("the server listens");
    let half = format!("GET {path}/Consent HTTP/1.1\r\nhost: toets\r\nauthoriz");
    stream.write_all(half.as_bytes()).await.expect("the server reads");
    let begin = Instant::now();
    timeout(PATIENCE, drain(&mut stream, &mut Vec::new())).await.expect("it is dropped");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    let mut stream = TcpStream::connect(table.address()).await.expect("the server listens");
    stream.write_all(half.as_bytes()).await.expect("the server reads");
    drop(stream);
    let arrivals = table.after(2).await;
    let told: Vec<_> = arrivals.iter().map(|arrival| (arrival.seat.as_deref(), arrival.broken)).collect();
    assert_eq!(told, [(Some("anna"), Some(Broken::HeadTooSlow)), (Some("anna"), Some(Broken::HeadCutOff))]);
    assert!(arrivals.iter().all(|arrival| arrival.answer.is_none() && arrival.credential.is_none()));
    others_are_served(&table).await;
}

#[tokio::test]
async fn bytes_that_trickle_in_get_no_more_time() {
    let table = table().await;
    let mut stream = TcpStream::connect(table.address()).await.expect("the server listens");
    let begin = Instant::now();
    let trickle = async {
        while stream.write_all(b"GET").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, trickle).await.expect("it is dropped");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(table.after(1).await[0].broken, Some(Broken::HeadTooSlow));
    others_are_served(&table).await;
}

#[tokio::test]
async fn endless_heads_and_lines_are_cut() {
    let table = table().await;
    let long = get(&format!("{}/{PATIENT}", table.seat(0).path), Some(&table.seat(0).token));
    let padded = |size: usize| long.replace("\r\n\r\n", &format!("\r\nx-long: {}\r\n\r\n", "a".repeat(size)));
    let answer = table.ask(&padded(40_000)).await;
    assert_eq!(answer.status, 431, "{answer:?}");
    let arrivals = table.after(1).await;
    assert_eq!((arrivals[0].seat.as_deref(), arrivals[0].broken), (Some("anna"), Some(Broken::HeadTooLong)));
    // Heads that never end: the connection is closed long before memory is.
    for begin in [format!("GET {}/Patient HTTP/1.1\r\n", table.seat(0).path), "GET /".to_owned(), String::new()] {
        let mut stream = TcpStream::connect(table.address()).await.expect("the server listens");
        let mut sent = 0;
        let flood = async {
            let mut piece = begin.into_bytes();
            while stream.write_all(&piece).await.is_ok() && sent < 64 << 20 {
                sent += piece.len();
                piece = if sent < 1000 { b"x-a: ".to_vec() } else { vec![b'a'; 1 << 14] };
            }
        };
        timeout(PATIENCE, flood).await.expect("it is dropped");
        assert!(sent < 32 << 20, "{sent} bytes were taken");
    }
    others_are_served(&table).await;
}

#[tokio::test]
async fn too_many_headers_are_refused() {
    let table = table().await;
    let many: String = (0..200).map(|at| format!("x-{at}: a\r\n")).collect();
    let request = get(&format!("{}/{PATIENT}", table.seat(0).path), Some(&table.seat(0).token));
    let answer = table.ask(&request.replace("connection", &format!("{many}connection"))).await;
    assert_eq!(answer.status, 431, "{answer:?}");
    others_are_served(&table).await;
}

#[tokio::test]
async fn bodies_are_bounded_in_length_and_time() {
    let table = table().await;
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let answer = table.ask(&post(&table, &format!("{form}content-length: 99999999\r\n"), "a=")).await;
    assert_eq!(answer.status, 413, "{answer:?}");
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 16, "a".repeat(1 << 16));
    let answer = table.ask(&post(&table, &format!("{form}transfer-encoding: chunked\r\n"), &chunk.repeat(20))).await;
    assert!(answer.status == 413 || answer.status == 0, "{answer:?}");
    let answer = table.ask(&post(&table, &format!("{form}content-length: 100\r\n"), "a=")).await;
    assert_eq!(answer.status, 408, "{answer:?}");
    let mut stream = TcpStream::connect(table.address()).await.expect("the server listens");
    stream.write_all(post(&table, &format!("{form}content-length: 100\r\n"), "a=").as_bytes()).await.expect("it reads");
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(stream);
    let arrivals = table.after(4).await;
    let told: Vec<_> = arrivals.iter().map(|arrival| arrival.broken.expect("each is broken")).collect();
    assert_eq!(told, [Broken::BodyTooLong, Broken::BodyTooLong, Broken::BodyTooSlow, Broken::BodyCutOff]);
    assert!(arrivals.iter().all(|arrival| arrival.seat.as_deref() == Some("anna")));
    others_are_served(&table).await;
}

#[tokio::test]
async fn body_of_nobody_is_not_waited_for() {
    let table = table().await;
    let request = "POST /x HTTP/1.1\r\nhost: toets\r\ncontent-length: 200000\r\n\r\nhalf";
    let begin = Instant::now();
    assert_eq!(table.ask(request).await.status, 404);
    assert!(begin.elapsed() < Duration::from_millis(1500), "{:?}", begin.elapsed());
    others_are_served(&table).await;
}

#[tokio::test]
async fn tricks_with_paths_lead_nowhere() {
    let table = table().await;
    let (anna, bert) = (table.seat(0).clone(), table.seat(1).clone());
    let tricks = [
        format!("{}/../..{}/{PATIENT}", anna.path, bert.path),
        format!("{}/%2e%2e/%2e%2e{}/{PATIENT}", anna.path, bert.path),
        format!("{}/..%2f..{}/{PATIENT}", anna.path, bert.path),
        format!("{}/Patient%2ffull-plan-patient", anna.path),
        format!("{}/Patient/full-plan-patient%00", anna.path),
        format!("{}/Patient/../../../../etc/passwd", anna.path),
        format!("{}\\Patient", anna.path),
        format!("{};/{PATIENT}", anna.path),
        format!("/{}/{PATIENT}", anna.path),
        format!("{}{}/{PATIENT}", bert.path, anna.path),
        "/etc/passwd".to_owned(),
        "*".to_owned(),
    ];
    for trick in tricks {
        let answer = table.ask(&get(&trick, Some(&anna.token))).await;
        assert!((400..500).contains(&answer.status), "{trick}: {answer:?}");
        assert!(!answer.body.contains("full-plan"), "{trick}: {answer:?}");
    }
    // Raw bytes that no target may hold.
    for target in [format!("{}/a\0b", anna.path), format!("{}/a b", anna.path), format!("{}/\u{7f}", anna.path)] {
        let answer = table.ask(&get(&target, Some(&anna.token))).await;
        assert_eq!(answer.status, 400, "{target:?}: {answer:?}");
    }
    let absolute = get(&format!("http://example.invalid{}/{PATIENT}", anna.path), Some(&anna.token));
    assert_eq!(table.ask(&absolute).await.status, 200, "the absolute form is HTTP as well");
    others_are_served(&table).await;
}

#[tokio::test]
async fn methods_and_encodings_that_are_wrong_get_an_outcome() {
    let table = table().await;
    let path = format!("{}/{PATIENT}", table.seat(0).path);
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "CONNECT"] {
        let request = get(&path, Some(&table.seat(0).token)).replacen("GET", method, 1);
        let answer = table.ask(&request).await;
        assert!((400..500).contains(&answer.status), "{method}: {answer:?}");
        assert!(!answer.body.contains("resourceType\":\"Patient"), "{method}: {answer:?}");
    }
    for query in ["identifier=%ff%fe", "identifier=%", "identifier=%zz", "%00=%00", "&&&=&=&", "identifier=\u{e9}"] {
        let answer = table.ask(&table.get(0, &format!("Patient?{query}"))).await;
        assert!((200..500).contains(&answer.status), "{query}: {answer:?}");
    }
    let mut bytes = get(&path, Some("x")).into_bytes();
    let at = bytes.windows(8).position(|window| window == b"Bearer x").expect("it is there");
    bytes[at + 7] = 0xff;
    assert_eq!(ask(&table.address(), &bytes).await.status, 401);
    others_are_served(&table).await;
}

#[tokio::test]
async fn entities_in_a_body_are_bytes_like_any() {
    let table = table().await;
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]><a>&b;&c;</a>";
    let headers = format!("content-type: application/fhir+xml\r\ncontent-length: {}\r\n", bomb.len());
    let answer = table.ask(&post(&table, &headers, bomb)).await;
    assert_eq!(answer.status, 415, "{answer:?}");
    assert!(!answer.body.contains("root:") && !answer.body.contains("bbbb"), "{answer:?}");
    assert_eq!(table.after(1).await[0].request.body, bomb.as_bytes());
    others_are_served(&table).await;
}

#[tokio::test]
async fn two_lengths_smuggle_nothing() {
    let table = table().await;
    let inner = table.get(1, PATIENT);
    for headers in ["content-length: 0\r\ncontent-length: 5\r\n", "content-length: 0\r\ntransfer-encoding: chunked\r\n"] {
        let request = post(&table, headers, &format!("0\r\n\r\n{inner}")).replace("connection: close\r\n", "");
        let answers = send(&table.address(), request.as_bytes()).await;
        let first = Answer::read(&answers);
        assert!(first.status < 500, "{first:?}");
        // What came after the first is no part of it: a request by itself, as its own headers say, or none.
        let mixed = |arrival: &&Arrival| String::from_utf8_lossy(&arrival.request.body).contains(&table.seat(1).token);
        assert!(table.all().iter().find(mixed).is_none());
    }
    others_are_served(&table).await;
}

#[tokio::test]
async fn what_is_no_http_is_told_with_advice() {
    let table = table().await;
    send(&table.address(), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await;
    send(&table.address(), b"hello there\r\n\r\n").await;
    let arrivals = table.after(2).await;
    let told: Vec<_> = arrivals.iter().map(|arrival| arrival.broken.expect("it is broken")).collect();
    assert_eq!(told, [Broken::TlsOnPlain, Broken::NotHttp]);
    assert!(told[0].text().nl.contains("http://"));
    others_are_served(&table).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_make_room_for_others() {
    let seats = Seat::all(["anna", "bert"]).expect("names");
    let places = Places { most: 60, idle_of_peer: 40 };
    let table = Table::with(ListenConfig { places, ..ListenConfig::new(suite(), seats) }).await;
    let mut idle = Vec::new();
    for _ in 0..1000 {
        idle.push(TcpStream::connect(table.address()).await.expect("the server listens"));
        if idle.len() % 100 == 0 {
            others_are_served(&table).await;
        }
    }
    let mut open = 0;
    for stream in &mut idle {
        let mut one = [0; 1];
        let read = tokio::io::AsyncReadExt::read(stream, &mut one);
        open += usize::from(timeout(Duration::from_millis(20), read).await.is_err());
    }
    assert!(open <= 60, "{open} idle connections are still open");
    others_are_served(&table).await;
}

#[tokio::test]
async fn vendor_with_too_many_open_requests_harms_itself_only() {
    let table = table().await;
    let never = Behaviour {
        strikes: vec![Strike { on: Target::default(), behaviour: vec![Misbehaviour::NeverAnswers] }],
        ..Behaviour::default()
    };
    table.listener.set_behaviour("anna", &never).expect("silence");
    let mut open = Vec::new();
    for _ in 0..128 {
        let mut stream = TcpStream::connect(table.address()).await.expect("the server listens");
        stream.write_all(table.get(0, PATIENT).as_bytes()).await.expect("the server reads");
        open.push(stream);
    }
    table.after(128).await;
    let answer = table.ask(&table.get(0, PATIENT)).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(table.after(129).await[128].broken, Some(Broken::TooManyOpen));
    others_are_served(&table).await;
}
