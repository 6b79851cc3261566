//! HTTP: bytes in, bytes out, within bounds. And the reference provider on one
//! port, which is the least that can be made of it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, request::Parts};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::answer::{Answer, Refusal, Sending};
use super::gate::{Bounds, Gate, Visit};
use super::line::Places;
use super::request::Request;
use super::responder::Responder;
use super::wire::Deadlines;

/// Path of the FHIR base.
pub(super) const BASE_PATH: &str = "/fhir";
/// Bytes of a form.
const MOST_BODY: usize = 1 << 20;
/// Connections of the provider at the same time.
const CONNECTIONS: Places = Places { most: 256, idle_of_peer: 256 };
/// Bytes of a URL and of all headers together.
const MOST_HEAD: usize = 32 << 10;
/// A client that is never answered is let go at last.
pub(super) const NEVER: Duration = Duration::from_secs(600);

#[derive(Clone)]
struct Shared {
    responder: Arc<Responder>,
    stopped: watch::Receiver<bool>,
}

/// Serves until `stopped` says so (or whoever could say it is gone).
pub(super) fn serve(listener: TcpListener, responder: Responder, stopped: watch::Receiver<bool>) -> io::Result<JoinHandle<()>> {
    let gate = Gate::open(listener, Bounds { places: CONNECTIONS, ..Bounds::default() })?;
    let shared = Shared { responder: Arc::new(responder), stopped: stopped.clone() };
    let router = Router::new().fallback(handle).with_state(shared);
    Ok(spawn(gate, router, stopped))
}

/// Lets a router answer what comes through a gate.
pub(super) fn spawn(gate: Gate, router: Router, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let service = router.into_make_service_with_connect_info::<Visit>();
    tokio::spawn(async move {
        // `axum::serve` has no way to fail: accepting is tried again for ever.
        drop(axum::serve(gate, service).with_graceful_shutdown(until(stopped)).await);
    })
}

/// Waits until it is stopped.
pub(super) async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn handle(
    State(shared): State<Shared>,
    ConnectInfo(visit): ConnectInfo<Visit>,
    request: axum::extract::Request,
) -> Response {
    let _under_way = visit.line.begin();
    let (parts, body) = request.into_parts();
    let answer = match read(&parts, body).await {
        Ok(request) => shared.responder.respond(&request),
        Err(refusal) => shared.responder.refuse(&refusal),
    };
    send(answer, &visit, NEVER, shared.stopped).await
}

/// Sends an answer in the way that it says.
pub(super) async fn send(answer: Answer, visit: &Visit, never: Duration, stopped: watch::Receiver<bool>) -> Response {
    if answer.sending == Sending::Never {
        // A timeout and a stop end it alike.
        let _ = timeout(never, until(stopped)).await;
        visit.line.close();
        return closing(Response::new(Body::empty()));
    }
    if !answer.delay.is_zero() {
        tokio::select! {
            () = sleep(answer.delay) => {}
            () = until(stopped) => {}
        }
    }
    visit.line.set_sending(answer.sending);
    response(answer)
}

async fn read(parts: &Parts, body: Body) -> Result<Request, Refusal> {
    let headers = headers(parts);
    refuse_long_head(parts, &headers)?;
    let body = read_body(body, MOST_BODY, Deadlines::default().body).await.map_err(BodyError::refusal)?;
    Ok(request(parts, headers, body, BASE_PATH))
}

/// The headers, names in small letters.
pub(super) fn headers(parts: &Parts) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// Refuses a head that is too long.
pub(super) fn refuse_long_head(parts: &Parts, headers: &[(String, String)]) -> Result<(), Refusal> {
    let head: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if parts.uri.to_string().len() + head > MOST_HEAD {
        return Err(Refusal::new(431, "too-long", "the URL and the headers are longer than this server takes"));
    }
    Ok(())
}

/// Why a body is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    /// Longer than the bound.
    TooLong,
    /// It broke off.
    CutOff,
    /// It did not come in time.
    TooSlow,
}

impl BodyError {
    pub(super) fn refusal(self) -> Refusal {
        match self {
            Self::TooLong => Refusal::new(413, "too-long", "the body is longer than this server takes"),
            Self::CutOff => Refusal::new(400, "incomplete", "the body broke off"),
            Self::TooSlow => Refusal::new(408, "timeout", "the body did not come in time").header("connection", "close"),
        }
    }
}

/// Reads a body within its bounds.
pub(super) async fn read_body(body: Body, most: usize, deadline: Duration) -> Result<Vec<u8>, BodyError> {
    // Refused before it is read: a client that waits for the answer need not send it all.
    if body.size_hint().lower() > most as u64 {
        return Err(BodyError::TooLong);
    }
    match timeout(deadline, to_bytes(body, most)).await {
        Ok(Ok(body)) => Ok(body.to_vec()),
        Ok(Err(why)) if is_too_long(&why) => Err(BodyError::TooLong),
        Ok(Err(_)) => Err(BodyError::CutOff),
        Err(_) => Err(BodyError::TooSlow),
    }
}

/// Whether the bound of `to_bytes` is behind an error, which it does not tell by type.
fn is_too_long(why: &axum::Error) -> bool {
    let inner = std::error::Error::source(why);
    inner.is_some_and(|inner| inner.to_string().contains("length limit"))
}

/// The request as plain values, below a base.
pub(super) fn request(parts: &Parts, headers: Vec<(String, String)>, body: Vec<u8>, base_path: &str) -> Request {
    let below = parts.uri.path().strip_prefix(base_path).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    Request {
        method: parts.method.to_string(),
        path: below.map(|path| path.trim_matches('/').to_owned()),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    }
}

/// The connection ends after this.
pub(super) fn closing(mut response: Response) -> Response {
    response.headers_mut().insert("connection", HeaderValue::from_static("close"));
    response
}

/// An answer as HTTP has it.
pub(super) fn response(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
