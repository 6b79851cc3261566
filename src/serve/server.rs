//! The HTTP side of the provider: bytes in, bytes out, within bounds.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, request::Parts};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::answer::{Answer, Refusal, Sending};
use super::request::Request;
use super::responder::Responder;
use super::wire::{Door, Spoiler};

/// Path of the FHIR base.
pub(super) const BASE_PATH: &str = "/fhir";
/// Bytes of a form.
const MOST_BODY: usize = 1 << 20;
/// Bytes of a URL and of all headers together.
const MOST_HEAD: usize = 32 << 10;
/// Within this time the body has to be there.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Shared {
    responder: Arc<Responder>,
    stopped: watch::Receiver<bool>,
}

/// Serves until `stopped` says so (or whoever could say it is gone).
pub(super) async fn serve(listener: TcpListener, responder: Responder, stopped: watch::Receiver<bool>) {
    let shared = Shared { responder: Arc::new(responder), stopped: stopped.clone() };
    let router = Router::new().fallback(handle).with_state(shared);
    let service = router.into_make_service_with_connect_info::<Spoiler>();
    let served = axum::serve(Door::new(listener), service).with_graceful_shutdown(until(stopped)).await;
    // `axum::serve` has no way to fail: accepting is tried again for ever.
    drop(served);
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn handle(
    State(shared): State<Shared>,
    ConnectInfo(spoiler): ConnectInfo<Spoiler>,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let answer = match read(&parts, body).await {
        Ok(request) => shared.responder.respond(&request),
        Err(refusal) => shared.responder.refuse(&refusal),
    };
    if answer.sending == Sending::Never {
        until(shared.stopped).await;
        return Response::new(Body::empty());
    }
    if !answer.delay.is_zero() {
        tokio::select! {
            () = sleep(answer.delay) => {}
            () = until(shared.stopped) => {}
        }
    }
    spoiler.set(answer.sending);
    response(answer)
}

async fn read(parts: &Parts, body: Body) -> Result<Request, Refusal> {
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let head: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if parts.uri.to_string().len() + head > MOST_HEAD {
        return Err(Refusal::new(431, "too-long", "the URL and the headers are longer than this server takes"));
    }
    let too_long = || Refusal::new(413, "too-long", "the body is longer than this server takes, or broken off");
    // Refused before it is read: a client that waits for the answer need not send it all.
    if body.size_hint().lower() > MOST_BODY as u64 {
        return Err(too_long());
    }
    let body = match timeout(BODY_DEADLINE, to_bytes(body, MOST_BODY)).await {
        Ok(Ok(body)) => body.to_vec(),
        Ok(Err(_)) => return Err(too_long()),
        Err(_) => return Err(Refusal::new(408, "timeout", "the body did not come in time").header("connection", "close")),
    };
    let below = parts.uri.path().strip_prefix(BASE_PATH).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    Ok(Request {
        method: parts.method.to_string(),
        path: below.map(|path| path.trim_matches('/').to_owned()),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    })
}

fn response(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
