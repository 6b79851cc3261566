//! What a handler and the connection below it tell each other, and how
//! connections are counted: a bounded number, the idle ones first to go.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;

use super::answer::Sending;

/// One connection, as both sides of it see it.
#[derive(Debug)]
pub(super) struct Line {
    sending: AtomicU8,
    /// Requests that came whole.
    requests: AtomicUsize,
    /// Requests that are being answered.
    under_way: AtomicUsize,
    /// Whether it ends after the answer under way.
    closing: AtomicBool,
    /// Whether it ever carried a request of somebody who is known.
    known: AtomicBool,
    since: Mutex<Instant>,
}

impl Line {
    fn new() -> Self {
        Self {
            sending: AtomicU8::new(0),
            requests: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            known: AtomicBool::new(false),
            since: Mutex::new(Instant::now()),
        }
    }

    /// A request is whole up to its body; it is being answered for as long as this lives.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.requests.fetch_add(1, Ordering::AcqRel);
        self.under_way.fetch_add(1, Ordering::AcqRel);
        UnderWay(Arc::clone(self))
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Acquire)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.under_way.load(Ordering::Acquire) > 0
    }

    /// How the answer that is written next goes over the wire.
    pub(super) fn set_sending(&self, sending: Sending) {
        let code = match sending {
            Sending::Whole | Sending::Never => 0,
            Sending::Half => 1,
            Sending::Endless => 2,
        };
        self.sending.store(code, Ordering::Release);
    }

    pub(super) fn sending(&self) -> Sending {
        match self.sending.load(Ordering::Acquire) {
            1 => Sending::Half,
            2 => Sending::Endless,
            _ => Sending::Whole,
        }
    }

    /// It ends after this answer: what else comes in is no request.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// It carried a request of somebody who is known.
    pub(super) fn is_of_known(&self) {
        self.known.store(true, Ordering::Release);
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Line>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        *locked(&self.0.since) = Instant::now();
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

/// How a connection ended in the middle of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The other side left.
    CutOff,
    /// It took too long.
    TooSlow,
    /// It was too long.
    TooLong,
    /// What came is no HTTP, or we stop.
    ByUs,
    /// Its place was needed.
    Evicted,
    /// No TLS where TLS is spoken.
    NoTls,
    /// The handshake of TLS failed.
    Handshake(Handshake),
}

/// Why a handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handshake {
    /// The client does not trust our certificate.
    Distrusted,
    /// It showed no certificate where one is wanted.
    NoCertificate,
    /// It showed one that we did not issue.
    WrongCertificate,
    /// Anything else.
    Other,
}

/// Something that never became a request.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) peer: SocketAddr,
    pub(super) ended: Ended,
    /// How it began.
    pub(super) begun: Vec<u8>,
}

/// Told of everything that never became a request. It must not wait.
pub(super) type Tell = Arc<dyn Fn(Trouble) + Send + Sync>;

/// Connections at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// All together.
    pub most: usize,
    /// Of one peer, without a request under way.
    pub idle_of_peer: usize,
}

impl Default for Places {
    fn default() -> Self {
        // Below the 1024 open files that a process usually gets.
        Self { most: 768, idle_of_peer: 512 }
    }
}

/// The connections that are there.
pub(super) struct Registry {
    places: Places,
    tell: Option<Tell>,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    next: u64,
    all: BTreeMap<u64, Entry>,
}

struct Entry {
    line: Arc<Line>,
    peer: IpAddr,
    evict: Option<oneshot::Sender<()>>,
}

impl Registry {
    pub(super) fn new(places: Places, tell: Option<Tell>) -> Arc<Self> {
        Arc::new(Self { places, tell, entries: Mutex::default() })
    }

    /// A place for a connection; none when all others are in use.
    pub(super) fn enter(self: &Arc<Self>, peer: SocketAddr) -> Option<Ticket> {
        let mut entries = locked(&self.entries);
        let idle = entries.all.values().filter(|entry| entry.is_idle() && entry.peer == peer.ip()).count();
        if idle >= self.places.idle_of_peer {
            entries.evict(Some(peer.ip()));
        }
        if entries.all.len() >= self.places.most && !entries.evict(None) {
            return None;
        }
        let (evict, evicted) = oneshot::channel();
        let line = Arc::new(Line::new());
        let id = entries.next;
        entries.next += 1;
        entries.all.insert(id, Entry { line: Arc::clone(&line), peer: peer.ip(), evict: Some(evict) });
        Some(Ticket { registry: Arc::clone(self), id, peer, line, evicted })
    }
}

impl Entries {
    /// Lets the connection go that was idle longest, first of those that nobody known ever used.
    fn evict(&mut self, peer: Option<IpAddr>) -> bool {
        let idle = self.all.iter().filter(|(_, entry)| entry.is_idle() && peer.is_none_or(|peer| entry.peer == peer));
        let oldest = idle.min_by_key(|(_, entry)| (entry.line.known.load(Ordering::Acquire), *locked(&entry.line.since)));
        let oldest = oldest.map(|(id, _)| *id);
        // It is no longer counted at once: its socket is closed as soon as its task runs.
        let evict = oldest.and_then(|id| self.all.remove(&id)).and_then(|entry| entry.evict);
        evict.is_some_and(|evict| evict.send(()).is_ok())
    }
}

impl Entry {
    fn is_idle(&self) -> bool {
        !self.line.is_busy()
    }
}

/// The place of one connection; given back when it is dropped.
pub(super) struct Ticket {
    registry: Arc<Registry>,
    id: u64,
    pub(super) peer: SocketAddr,
    line: Arc<Line>,
    /// Ready when the place is needed.
    pub(super) evicted: oneshot::Receiver<()>,
}

impl Ticket {
    pub(super) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// Tells that it ended before there was a request.
    pub(super) fn tell(&self, ended: Ended, begun: Vec<u8>) {
        if let Some(tell) = &self.registry.tell {
            tell(Trouble { peer: self.peer, ended, begun });
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        locked(&self.registry.entries).all.remove(&self.id);
    }
}

/// A lock holds plain values only: they are right even when a thread broke while it held it.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
