//! A table to sit at, and a client that sends bytes as they are.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use toets::scenario::{Source, Suite, load};
use toets::serve::{Arrival, Deadlines, ListenConfig, Listener, Seat};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for any answer over the loopback interface, short enough for a test that waits in vain.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn suite() -> &'static Suite {
    static SUITE: LazyLock<Suite> = LazyLock::new(|| load(&Source::Embedded).expect("the suite has no mistakes"));
    &SUITE
}

/// A table with somebody who keeps all that arrives.
pub(crate) struct Table {
    pub(crate) listener: Listener,
    pub(crate) arrivals: Arc<Mutex<Vec<Arrival>>>,
}

impl Table {
    pub(crate) async fn of(names: &[&str]) -> Self {
        let seats = Seat::all(names.iter().copied()).expect("names that differ");
        Self::with(ListenConfig::new(suite(), seats)).await
    }

    pub(crate) async fn with(config: ListenConfig<'_>) -> Self {
        let (listener, mut incoming) = Listener::start(config).await.expect("a free port");
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let keeping = Arc::clone(&arrivals);
        tokio::spawn(async move {
            while let Some(heard) = incoming.next().await {
                keeping.lock().expect("whoever keeps does not break").push(heard.arrival.clone());
                drop(heard.kept());
            }
        });
        Self { listener, arrivals }
    }

    pub(crate) fn seat(&self, at: usize) -> &Seat {
        &self.listener.seats()[at]
    }

    /// `127.0.0.1:1234`
    pub(crate) fn address(&self) -> String {
        self.listener.origin().split("//").nth(1).expect("a scheme").to_owned()
    }

    pub(crate) fn other_address(&self) -> String {
        self.listener.other_origin().split("//").nth(1).expect("a scheme").to_owned()
    }

    pub(crate) async fn ask(&self, request: &str) -> Answer {
        ask(&self.address(), request.as_bytes()).await
    }

    /// A read or search of a vendor with its own token.
    pub(crate) fn get(&self, at: usize, url: &str) -> String {
        let seat = self.seat(at);
        get(&format!("{}/{url}", seat.path), Some(&seat.token))
    }

    pub(crate) fn all(&self) -> Vec<Arrival> {
        self.arrivals.lock().expect("whoever keeps does not break").clone()
    }

    /// The arrivals, once there are this many.
    pub(crate) async fn after(&self, count: usize) -> Vec<Arrival> {
        let wait = async {
            while self.all().len() < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{count} arrivals, but there are {:?}", self.all()));
        self.all()
    }
}

/// Deadlines that a test can wait for.
pub(crate) fn short() -> Deadlines {
    let ms = Duration::from_millis;
    Deadlines { head: ms(600), body: ms(600), idle: ms(1500) }
}

pub(crate) fn get(target: &str, token: Option<&str>) -> String {
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!("GET {target} HTTP/1.1\r\nhost: toets\r\n{authorization}connection: close\r\n\r\n")
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In small letters.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }
}

pub(crate) async fn ask(address: &str, request: &[u8]) -> Answer {
    Answer::read(&send(address, request).await)
}

/// Sends bytes as they are and returns all that comes back until the server closes.
pub(crate) async fn send(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    // A server that had enough may close before all is sent; what it said still comes.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    timeout(PATIENCE, drain(&mut stream, &mut answer)).await.expect("the server answers or closes");
    answer
}

pub(crate) async fn drain(stream: &mut TcpStream, into: &mut Vec<u8>) {
    let mut piece = vec![0; 1 << 16];
    while let Ok(count @ 1..) = stream.read(&mut piece).await {
        into.extend_from_slice(&piece[..count]);
    }
}
