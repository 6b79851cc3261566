//! One connection below HTTP: how long its requests may take to come in and its
//! answers to go out, and the faults that no HTTP library will make for us.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_rustls::server::TlsStream;

use super::answer::Sending;
use super::line::{Ended, Line, Ticket};

/// Bytes of a URL and of all headers together, as they come in. The handler holds them to less, with a
/// better answer; this is for heads that never end.
const MOST_HEAD: usize = 64 << 10;
/// Bytes of a head that are kept to tell what was begun, when it never becomes whole.
const BEGUN: usize = 4 << 10;
/// An answer without end ends at last.
const LONGEST_ENDLESS: Duration = Duration::from_secs(600);

const TOO_LONG: &[u8] = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const ENDLESS_HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json; fhirVersion=4.0\r\ntransfer-encoding: chunked\r\n\r\n";

/// Times that a connection is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// From the first byte of a request to the last of its head; and for a handshake of TLS.
    pub head: Duration,
    /// For the whole body.
    pub body: Duration,
    /// Without a request, and of an answer without a byte of it being taken.
    pub idle: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { head: seconds(10), body: seconds(10), idle: seconds(30) }
    }
}

/// What the bytes go over.
pub(super) enum Stream {
    /// Nothing in between.
    Plain(TcpStream),
    /// TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

/// One connection.
pub(super) struct Wire {
    pub(super) stream: Stream,
    pub(super) line: Arc<Line>,
    deadlines: Deadlines,
    deadline: Pin<Box<Sleep>>,
    /// Requests that were whole when this was looked at last.
    requests: usize,
    /// Of an endless, halved or refused answer: what is still to be written.
    left: Vec<u8>,
    written: usize,
    endless_until: Option<Instant>,
    broken: bool,
    /// The head of the request that comes in: its length, and how it begins.
    head: usize,
    begun: Vec<u8>,
    ended: Ended,
    ticket: Ticket,
}

impl Wire {
    pub(super) fn new(stream: Stream, deadlines: Deadlines, ticket: Ticket) -> Self {
        Self {
            stream,
            line: Arc::clone(ticket.line()),
            deadlines,
            deadline: Box::pin(sleep(deadlines.idle)),
            requests: 0,
            left: Vec::new(),
            written: 0,
            endless_until: None,
            broken: false,
            head: 0,
            begun: Vec::new(),
            ended: Ended::ByUs,
            ticket,
        }
    }

    /// After an answer the next request has its own time, and its own head.
    fn settle(&mut self) {
        let requests = self.line.requests();
        if self.requests != requests {
            self.requests = requests;
            self.head = 0;
            self.begun.clear();
            self.deadline.as_mut().reset(Instant::now() + self.deadlines.idle);
        }
    }

    /// Looks at bytes of a head.
    fn note(&mut self, bytes: &[u8]) {
        if self.head == 0 {
            self.deadline.as_mut().reset(Instant::now() + self.deadlines.head);
        }
        self.head = self.head.saturating_add(bytes.len());
        let room = BEGUN.saturating_sub(self.begun.len()).min(bytes.len());
        self.begun.extend_from_slice(&bytes[..room]);
    }

    fn end(&mut self, ended: Ended, kind: io::ErrorKind) -> io::Error {
        self.broken = true;
        self.ended = ended;
        kind.into()
    }

    /// Whether the time is over, or the place is needed by another.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Option<io::Error> {
        if Pin::new(&mut self.ticket.evicted).poll(cx).is_ready() {
            return Some(self.end(Ended::Evicted, io::ErrorKind::ConnectionAborted));
        }
        let late = !self.line.is_busy() && self.deadline.as_mut().poll(cx).is_ready();
        late.then(|| self.end(Ended::TooSlow, io::ErrorKind::TimedOut))
    }

    /// Writes what is left; ready when all of it is gone.
    fn drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.left.len() {
            match self.stream.pinned().poll_write(cx, &self.left[self.written..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => self.progress(count),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return self.poll_over(cx).map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
            }
        }
        self.stream.pinned().poll_flush(cx)
    }

    fn progress(&mut self, count: usize) {
        self.written += count;
        self.deadline.as_mut().reset(Instant::now() + self.deadlines.idle);
    }

    fn poll_half(&mut self, cx: &mut Context<'_>, answer: &[u8]) -> Poll<io::Result<usize>> {
        if self.left.is_empty() {
            let body = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |end| end + 4);
            self.left = answer[..body + (answer.len() - body) / 2].to_vec();
        }
        match self.drain(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(_) => Poll::Ready(Err(self.end(Ended::ByUs, io::ErrorKind::ConnectionAborted))),
        }
    }

    fn poll_endless(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let until = *self.endless_until.get_or_insert_with(|| Instant::now() + LONGEST_ENDLESS);
        if self.left.is_empty() {
            self.left = ENDLESS_HEAD.to_vec();
        }
        loop {
            match self.drain(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if Instant::now() < until => {
                    self.left = [b"10000\r\n".as_slice(), &[b' '; 0x1_0000], b"\r\n"].concat();
                    self.written = 0;
                }
                Poll::Ready(_) => return Poll::Ready(Err(self.end(Ended::ByUs, io::ErrorKind::ConnectionAborted))),
            }
        }
    }

    /// A head that is too long gets its answer from here: nobody above has seen it.
    fn poll_too_long(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.left.is_empty() {
            self.left = TOO_LONG.to_vec();
        }
        match self.drain(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(_) => Poll::Ready(Err(self.end(Ended::TooLong, io::ErrorKind::InvalidData))),
        }
    }
}

impl Stream {
    /// The certificate that the client showed, in DER.
    pub(super) fn client_certificate(&self) -> Option<&[u8]> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => stream.get_ref().1.peer_certificates()?.first().map(|certificate| certificate.as_ref()),
        }
    }

    fn pinned(&mut self) -> Pin<&mut dyn Duplex> {
        match self {
            Self::Plain(stream) => Pin::new(stream),
            Self::Tls(stream) => Pin::new(&mut **stream),
        }
    }
}

/// Reads and writes.
trait Duplex: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Duplex for T {}

impl Drop for Wire {
    fn drop(&mut self) {
        let is_begun = self.head > 0 && self.requests == self.line.requests();
        if is_begun && !self.line.is_busy() && !self.line.is_closing() {
            self.ticket.tell(self.ended, std::mem::take(&mut self.begun));
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.broken {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        self.settle();
        if self.head > MOST_HEAD {
            return self.poll_too_long(cx);
        }
        let before = into.filled().len();
        match self.stream.pinned().poll_read(cx, into) {
            Poll::Ready(Ok(())) => {
                let read = into.filled().get(before..).unwrap_or_default();
                if read.is_empty() {
                    self.ended = Ended::CutOff;
                } else if !self.line.is_busy() {
                    self.note(read);
                    if self.head > MOST_HEAD {
                        into.set_filled(before);
                        return self.poll_too_long(cx);
                    }
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => {
                self.ended = Ended::CutOff;
                Poll::Ready(Err(error))
            }
            Poll::Pending => self.poll_over(cx).map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.broken {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        self.settle();
        match self.line.sending() {
            Sending::Half => self.poll_half(cx, bytes),
            Sending::Endless => self.poll_endless(cx),
            Sending::Whole | Sending::Never => match self.stream.pinned().poll_write(cx, bytes) {
                Poll::Ready(Ok(count)) => {
                    self.progress(0);
                    Poll::Ready(Ok(count))
                }
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Pending => self.poll_over(cx).map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
            },
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.pinned().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.pinned().poll_shutdown(cx)
    }
}
