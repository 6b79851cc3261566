//! Servers that do as they are told, with nothing but the standard library.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A request: its first line and its headers.
pub(crate) struct Asked {
    pub(crate) stream: TcpStream,
    /// Lines of the head; the first is `GET /fhir/metadata HTTP/1.1`.
    pub(crate) head: Vec<String>,
    /// Which request it is, from 0.
    pub(crate) number: usize,
}

impl Asked {
    /// Path and query.
    pub(crate) fn url(&self) -> &str {
        self.head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default()
    }

    /// Sends a whole answer.
    pub(crate) fn answer(mut self, status: &str, headers: &str, body: &str) {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
        // A client that went away is no failure of the server.
        let _ = self.stream.write_all(head.as_bytes()).and_then(|()| self.stream.write_all(body.as_bytes()));
    }
}

/// A server that does this with each request; its FHIR base.
pub(crate) fn serve(behave: impl Fn(Asked) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let base = format!("http://{}/fhir", listener.local_addr().expect("it is bound"));
    let (behave, count) = (Arc::new(behave), AtomicUsize::new(0));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (behave, number) = (Arc::clone(&behave), count.fetch_add(1, Ordering::Relaxed));
            std::thread::spawn(move || behave(Asked { head: head(&stream), stream, number }));
        }
    });
    base
}

fn head(stream: &TcpStream) -> Vec<String> {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.take_while(|line| !line.is_empty()).collect()
}

/// Connections that are kept open until the test ends.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<Vec<TcpStream>>>);

impl Held {
    pub(crate) fn hold(&self, asked: Asked) {
        self.0.lock().expect("nobody panicked").push(asked.stream);
    }
}

/// An address at which nobody listens.
pub(crate) fn nobody() -> String {
    let free = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port").local_addr().expect("it is bound");
    format!("http://{free}/fhir")
}
