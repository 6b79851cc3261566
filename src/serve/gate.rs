//! Accepts connections, a bounded number at a time, and hands them over when
//! they are ready for HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::greet::greet;
use super::line::{Line, Places, Registry, Tell};
use super::listen::Fingerprint;
use super::wire::{Deadlines, Stream, Wire};

/// Between attempts when the system has no more connections to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Connections that wait to be served.
const READY: usize = 16;

/// How connections are taken in.
#[derive(Clone, Default)]
pub(super) struct Bounds {
    pub(super) deadlines: Deadlines,
    pub(super) places: Places,
    pub(super) tell: Option<Tell>,
    /// Where it is spoken.
    pub(super) tls: Option<TlsAcceptor>,
}

/// Where connections come in.
pub(super) struct Gate {
    address: SocketAddr,
    ready: mpsc::Receiver<(Wire, SocketAddr)>,
    accepting: JoinHandle<()>,
}

impl Gate {
    /// Takes connections in from now on.
    ///
    /// # Errors
    /// When the system does not tell the address.
    pub(super) fn open(listener: TcpListener, bounds: Bounds) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, ready) = mpsc::channel(READY);
        let accepting = tokio::spawn(accept(listener, bounds, sender));
        Ok(Self { address, ready, accepting })
    }
}

async fn accept(listener: TcpListener, bounds: Bounds, ready: mpsc::Sender<(Wire, SocketAddr)>) {
    let registry = Registry::new(bounds.places, bounds.tell.clone());
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        // Without a place the stream is dropped, which closes it.
        let Some(ticket) = registry.enter(peer) else { continue };
        smooth(&stream);
        let Some(tls) = bounds.tls.clone() else {
            let wire = Wire::new(Stream::Plain(stream), bounds.deadlines, ticket);
            if ready.send((wire, peer)).await.is_err() {
                return;
            }
            continue;
        };
        // A handshake takes a while: others need not wait for it.
        let ready = ready.clone();
        let deadlines = bounds.deadlines;
        tokio::spawn(async move {
            if let Some((stream, ticket)) = greet(stream, ticket, &tls, deadlines).await {
                let wire = Wire::new(Stream::Tls(Box::new(stream)), deadlines, ticket);
                // Fails only when nobody serves any more.
                let _ = ready.send((wire, peer)).await;
            }
        });
    }
}

/// Answers are small and whole; waiting to fill a packet would only slow them down.
fn smooth(stream: &TcpStream) {
    // A system that cannot do so serves as well.
    let _ = stream.set_nodelay(true);
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for Gate {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // Whoever accepts lives as long as this does.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// A connection as a handler sees it.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) line: Arc<Line>,
    pub(super) peer: SocketAddr,
    /// The certificate that the client showed.
    pub(super) certificate: Option<Fingerprint>,
}

impl Connected<IncomingStream<'_, Gate>> for Visit {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        let wire = stream.io();
        let certificate = wire.stream.client_certificate().map(Fingerprint::of);
        Self { line: Arc::clone(&wire.line), peer: *stream.remote_addr(), certificate }
    }
}
