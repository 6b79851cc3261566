//! The connections below HTTP: how many there may be, how long a request may
//! take to come in, and the faults that no HTTP library will make for us.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

use super::answer::Sending;

/// Connections at the same time.
const CONNECTIONS: usize = 256;
/// Within this time after the last answer the next request has to be there, whole.
const REQUEST_DEADLINE: Duration = Duration::from_secs(30);
/// Between attempts when the system has no more connections to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections, a bounded number at a time.
pub(super) struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Door {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(CONNECTIONS)) }
    }
}

impl Listener for Door {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            let place = Arc::clone(&self.places).acquire_owned().await.ok();
            match self.listener.accept().await {
                Ok((stream, address)) => return (Wire::new(stream, place), address),
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Tells a connection how the answer that is written next goes over the wire.
#[derive(Debug, Clone, Default)]
pub(super) struct Spoiler(Arc<AtomicU8>);

impl Spoiler {
    pub(super) fn set(&self, sending: Sending) {
        let code = match sending {
            Sending::Whole | Sending::Never => 0,
            Sending::Half => 1,
            Sending::Endless => 2,
        };
        self.0.store(code, Ordering::Release);
    }

    fn get(&self) -> Sending {
        match self.0.load(Ordering::Acquire) {
            1 => Sending::Half,
            2 => Sending::Endless,
            _ => Sending::Whole,
        }
    }
}

impl Connected<IncomingStream<'_, Door>> for Spoiler {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().spoiler.clone()
    }
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    deadline: Pin<Box<Sleep>>,
    spoiler: Spoiler,
    /// Of an endless or halved answer: what is still to be written.
    left: Vec<u8>,
    written: usize,
    broken: bool,
    _place: Option<OwnedSemaphorePermit>,
}

impl Wire {
    fn new(stream: TcpStream, place: Option<OwnedSemaphorePermit>) -> Self {
        // Answers are small and whole; waiting to fill a packet would only slow them down.
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            deadline: Box::pin(sleep(REQUEST_DEADLINE)),
            spoiler: Spoiler::default(),
            left: Vec::new(),
            written: 0,
            broken: false,
            _place: place,
        }
    }

    /// Writes what is left; ready when all of it is gone.
    fn drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.left.len() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.left[self.written..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => self.written += count,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_half(&mut self, cx: &mut Context<'_>, answer: &[u8]) -> Poll<io::Result<usize>> {
        if self.left.is_empty() {
            let body = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |end| end + 4);
            self.left = answer[..body + (answer.len() - body) / 2].to_vec();
        }
        match self.drain(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(_) => {
                self.broken = true;
                Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
            }
        }
    }

    fn poll_endless(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        const HEAD: &[u8] =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json; fhirVersion=4.0\r\ntransfer-encoding: chunked\r\n\r\n";
        if self.left.is_empty() {
            self.left = HEAD.to_vec();
        }
        loop {
            match self.drain(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => {
                    self.broken = true;
                    return Poll::Ready(Err(error));
                }
                Poll::Ready(Ok(())) => {
                    self.left = [b"10000\r\n".as_slice(), &[b' '; 0x1_0000], b"\r\n"].concat();
                    self.written = 0;
                }
            }
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(cx, into) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending if self.deadline.as_mut().poll(cx).is_ready() => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.broken {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        self.deadline.as_mut().reset(Instant::now() + REQUEST_DEADLINE);
        match self.spoiler.get() {
            Sending::Half => self.poll_half(cx, bytes),
            Sending::Endless => self.poll_endless(cx),
            Sending::Whole | Sending::Never => Pin::new(&mut self.stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
