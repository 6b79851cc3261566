//! Many vendors at once, interleaved: nothing lost, nothing mixed up.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Table;

const VENDORS: usize = 8;
const REQUESTS: usize = 50;

/// Reads one answer of a connection that stays open.
async fn answer(stream: &mut TcpStream, left: &mut Vec<u8>) -> String {
    let mut piece = vec![0; 1 << 14];
    loop {
        if let Some(end) = left.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4) {
            let head = String::from_utf8_lossy(&left[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|length| length.parse().ok()).expect("a length");
            if left.len() >= end + length {
                let answer: Vec<u8> = left.drain(..end + length).collect();
                return String::from_utf8(answer).expect("text");
            }
        }
        let count = stream.read(&mut piece).await.expect("the server answers");
        assert!(count > 0, "the server closed");
        left.extend_from_slice(&piece[..count]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_vendors_interleaved_are_never_mixed_up() {
    let names: Vec<String> = (0..VENDORS).map(|at| format!("vendor {at}")).collect();
    let table = Table::of(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut clients = Vec::new();
    for seat in table.listener.seats().to_vec() {
        let address = table.address();
        let base = table.listener.base(&seat.name).expect("it sits there").to_owned();
        clients.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("the server listens");
            let mut left = Vec::new();
            for number in 0..REQUESTS {
                let (target, token) = (format!("{}/Patient?_count=1&mark={}-{number}", seat.path, seat.name), &seat.token);
                let request = format!("GET {target} HTTP/1.1\r\nhost: toets\r\nauthorization: Bearer {token}\r\n\r\n");
                stream.write_all(request.as_bytes()).await.expect("the server reads");
                let answer = answer(&mut stream, &mut left).await;
                assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                assert!(answer.contains(&format!("{base}/Patient")), "{answer}");
            }
        }));
    }
    for client in clients {
        client.await.expect("the client is served");
    }
    let arrivals = table.after(VENDORS * REQUESTS).await;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for arrival in &arrivals {
        let seat = arrival.seat.as_deref().expect("each is somebody's");
        assert!(arrival.request.query.contains(&format!("mark={seat}-")), "{arrival:?}");
        let body = &arrival.answer.as_ref().expect("it was answered").body;
        let base = table.listener.base(seat).expect("it sits there");
        assert!(String::from_utf8_lossy(body).contains(base));
        *counts.entry(seat).or_default() += 1;
    }
    assert_eq!(counts.len(), VENDORS);
    assert!(counts.values().all(|count| *count == REQUESTS), "{counts:?}");
    let mut numbers: Vec<u64> = arrivals.iter().map(|arrival| arrival.number).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(0..(VENDORS * REQUESTS) as u64));
    assert_eq!(table.listener.unheard(), 0);
}
