//! The live page: the state of a table as server-sent events, and what the
//! people say as POSTs. Each table has an address that nobody can guess.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use futures_core::Stream;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::room::Room;
use crate::fhir::search::Query;

/// Bytes of a screenshot.
const MOST_BODY: usize = 16 << 20;
/// Within this time it has to be there.
const BODY_DEADLINE: Duration = Duration::from_secs(60);
/// For so long who asked for the page once is thought to look at it.
const MOMENT: Duration = Duration::from_secs(10);
/// Connections of one page at once.
const MOST_CONNECTIONS: usize = 128;
/// Random bytes in the address of a page.
const SECRET_BYTES: usize = 12;
/// Letters of a remark.
const MOST_REMARK: usize = 4_000;

/// What somebody did on the page.
#[derive(Debug)]
pub enum Pressed {
    /// `next`, `skip` or `repeat`.
    Order(String),
    /// A note about the phase.
    Note(String),
    /// An answer to a question.
    Answer {
        /// `scenario/step/expectation`
        key: String,
        /// `yes`, `no` or `cannot-show`.
        answer: String,
        /// In words; may be empty.
        remark: String,
        /// Name of the file; may be empty.
        name: String,
        /// The file; may be empty.
        content: Vec<u8>,
    },
}

/// A page that is being served.
#[derive(Debug)]
pub struct LivePage {
    /// Its address.
    pub url: String,
    viewers: Viewers,
    task: JoinHandle<()>,
}

/// Whether somebody looks at a page.
#[derive(Debug, Clone, Default)]
pub struct Viewers(Arc<Looking>);

#[derive(Debug, Default)]
struct Looking {
    /// Streams of events that are open.
    open: AtomicUsize,
    /// When the page or its state was asked for last.
    asked: Mutex<Option<Instant>>,
}

impl Viewers {
    /// Whether somebody looks now, or did a moment ago.
    #[must_use]
    pub fn any(&self) -> bool {
        let asked = *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.open.load(Ordering::Acquire) > 0 || asked.is_some_and(|asked| asked.elapsed() < MOMENT)
    }

    fn asked(&self) {
        *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn open(&self) -> Viewing {
        self.0.open.fetch_add(1, Ordering::AcqRel);
        Viewing(self.clone())
    }
}

/// One who looks, for as long as it lives.
struct Viewing(Viewers);

impl Drop for Viewing {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}

impl LivePage {
    /// Who looks at it.
    #[must_use]
    pub fn viewers(&self) -> Viewers {
        self.viewers.clone()
    }

    /// Serves it no longer.
    pub fn stop(self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Shared {
    page: Arc<str>,
    state: watch::Receiver<Arc<str>>,
    pressed: mpsc::Sender<Pressed>,
    viewers: Viewers,
}

/// Where a page will be: its port is taken, and its address can be handed out.
#[derive(Debug)]
pub struct PagePlace {
    /// Its address.
    pub url: String,
    listener: std::net::TcpListener,
    secret: String,
}

impl PagePlace {
    /// At this address and port (a free one when 0), below a path that nobody can guess. `host` is the name by which
    /// others reach it; the address when absent.
    ///
    /// # Errors
    /// When the port is taken, or the address is not of this machine.
    pub fn take(at: SocketAddr, host: Option<&str>) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(at)?;
        listener.set_nonblocking(true)?;
        let taken = listener.local_addr()?;
        let host = host.map_or_else(|| named(taken.ip()), str::to_owned);
        let secret = crate::clock::random_hex(SECRET_BYTES);
        Ok(Self { url: format!("http://{host}:{}/{secret}/", taken.port()), listener, secret })
    }
}

/// An address as a URL has it.
fn named(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// Serves a page at its place.
///
/// # Errors
/// When the place cannot be listened at.
pub fn live_page(
    place: PagePlace,
    page: &str,
    state: watch::Receiver<Arc<str>>,
    pressed: mpsc::Sender<Pressed>,
) -> std::io::Result<LivePage> {
    let PagePlace { url, listener, secret } = place;
    let listener = TcpListener::from_std(listener)?;
    // Written out: below a nested router a path that ends in `/` is another one.
    let at = |name: &str| format!("/{secret}/{name}");
    let viewers = Viewers::default();
    let shared = Shared { page: page.into(), state, pressed, viewers: viewers.clone() };
    let router = Router::new()
        .route(&at(""), get(whole))
        .route(&at("state"), get(current))
        .route(&at("events"), get(events))
        .route(&at("orders"), post(order))
        .route(&at("notes"), post(note))
        .route(&at("attest"), post(attest))
        .with_state(shared);
    let task = tokio::spawn(async move {
        // `axum::serve` has no way to fail: accepting is tried again for ever.
        drop(axum::serve(Room::new(listener, MOST_CONNECTIONS), router).await);
    });
    Ok(LivePage { url, viewers, task })
}

async fn whole(State(shared): State<Shared>) -> Response {
    shared.viewers.asked();
    let mut response = Html(shared.page.to_string()).into_response();
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn current(State(shared): State<Shared>) -> Response {
    shared.viewers.asked();
    let state = shared.state.borrow().to_string();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], state).into_response()
}

async fn events(State(shared): State<Shared>) -> impl IntoResponse {
    let viewing = shared.viewers.open();
    let mut state = shared.state;
    // What there is now comes first.
    state.mark_changed();
    Sse::new(States { waiting: Box::pin(next(state)), _viewing: viewing }).keep_alive(KeepAlive::default())
}

async fn order(State(shared): State<Shared>, RawQuery(asked): RawQuery) -> StatusCode {
    match parameters(asked).first("order") {
        Some(order) => hand_over(&shared, Pressed::Order(order.to_owned())),
        None => StatusCode::BAD_REQUEST,
    }
}

async fn note(State(shared): State<Shared>, RawQuery(asked): RawQuery) -> StatusCode {
    match parameters(asked).first("text").map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => hand_over(&shared, Pressed::Note(text.chars().take(MOST_REMARK).collect())),
        None => StatusCode::BAD_REQUEST,
    }
}

async fn attest(State(shared): State<Shared>, RawQuery(asked): RawQuery, body: Body) -> StatusCode {
    let asked = parameters(asked);
    let of = |name: &str| asked.first(name).map(|text| text.chars().take(MOST_REMARK).collect::<String>()).unwrap_or_default();
    let content = match timeout(BODY_DEADLINE, to_bytes(body, MOST_BODY)).await {
        Ok(Ok(content)) => content.to_vec(),
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_) => return StatusCode::REQUEST_TIMEOUT,
    };
    let pressed = Pressed::Answer { key: of("key"), answer: of("answer"), remark: of("remark"), name: of("name"), content };
    hand_over(&shared, pressed)
}

/// What stands behind the `?`; nothing when it cannot be read.
fn parameters(query: Option<String>) -> Query {
    Query::parse(&query.unwrap_or_default()).unwrap_or_default()
}

fn hand_over(shared: &Shared, pressed: Pressed) -> StatusCode {
    match shared.pressed.try_send(pressed) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

type Waiting = Pin<Box<dyn Future<Output = Option<(Arc<str>, watch::Receiver<Arc<str>>)>> + Send>>;

/// States as they change, until nobody makes them any more.
struct States {
    waiting: Waiting,
    _viewing: Viewing,
}

impl Stream for States {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.waiting.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some((state, receiver))) => {
                self.waiting = Box::pin(next(receiver));
                Poll::Ready(Some(Ok(Event::default().data(&*state))))
            }
        }
    }
}

async fn next(mut receiver: watch::Receiver<Arc<str>>) -> Option<(Arc<str>, watch::Receiver<Arc<str>>)> {
    receiver.changed().await.ok()?;
    let state = Arc::clone(&receiver.borrow_and_update());
    Some((state, receiver))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    async fn ask(url: &str, method: &str, name: &str) -> String {
        let host = url.split('/').nth(2).expect("a URL has a host");
        let path = url.split(host).nth(1).expect("a URL has a path");
        let mut stream = TcpStream::connect(host).await.expect("it listens");
        let request = format!("{method} {path}{name} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = vec![0; 4_096];
        let read = timeout(Duration::from_secs(5), stream.read(&mut answer)).await.expect("in time").expect("it answers");
        String::from_utf8_lossy(&answer[..read]).into_owned()
    }

    #[tokio::test]
    async fn page_its_state_and_its_events_are_below_the_secret_and_nowhere_else() {
        let (_state_in, state) = watch::channel(Arc::<str>::from("{\"count\":1}"));
        let (pressed_in, mut pressed) = mpsc::channel(4);
        let place = PagePlace::take(SocketAddr::from(([127, 0, 0, 1], 0)), Some("localhost")).expect("a free port");
        assert!(place.url.starts_with("http://localhost:"), "{}", place.url);
        let url = place.url.replace("localhost", "127.0.0.1");
        let page = live_page(place, "<p>page</p>", state, pressed_in).expect("a place");
        assert!(ask(&url, "GET", "").await.contains("<p>page</p>"));
        assert!(ask(&url, "GET", "state").await.contains("{\"count\":1}"));
        assert!(ask(&url, "GET", "events").await.starts_with("HTTP/1.1 200"));
        assert!(ask(&url, "POST", "orders?order=next").await.starts_with("HTTP/1.1 204"));
        assert!(matches!(pressed.recv().await, Some(Pressed::Order(order)) if order == "next"));
        assert!(ask(&url, "POST", "notes?text=slow%20list").await.starts_with("HTTP/1.1 204"));
        assert!(matches!(pressed.recv().await, Some(Pressed::Note(text)) if text == "slow list"));
        assert!(ask(&url, "POST", "notes?text=%20").await.starts_with("HTTP/1.1 400"));
        let (front, _) = url.trim_end_matches('/').rsplit_once('/').expect("it has a path");
        let elsewhere = format!("{front}/{}/", "0".repeat(24));
        assert!(ask(&elsewhere, "GET", "state").await.starts_with("HTTP/1.1 404"));
        page.stop();
    }

    #[tokio::test]
    async fn whoever_follows_the_events_looks_until_they_go() {
        let (_state_in, state) = watch::channel(Arc::<str>::from("null"));
        let (pressed_in, _pressed) = mpsc::channel(4);
        let place = PagePlace::take(SocketAddr::from(([127, 0, 0, 1], 0)), None).expect("a free port");
        let page = live_page(place, "", state, pressed_in).expect("a place");
        assert!(!page.viewers().any());
        let viewing = page.viewers().open();
        assert!(page.viewers().any());
        drop(viewing);
        assert!(!page.viewers().any());
        ask(&page.url, "GET", "state").await;
        assert!(page.viewers().any());
        page.stop();
    }
}
