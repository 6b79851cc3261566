//! The client: sends a request and tells what came of it. Made once for a run.

use std::sync::Once;
use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use reqwest::redirect;
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout_at};

use super::address::{Address, AddressError};
use super::broken::broken;
use super::secrets::Secrets;
use crate::clock;
use crate::evidence::{Broken, BrokenKind};
use crate::plan::{Limits, Target, TargetAuth};
use crate::scenario::{Format, Method};

/// Idle connections are given up before a server does: one that it closes
/// while we send would look like a cut answer.
const IDLE: Duration = Duration::from_secs(3);

/// Why there is no client.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The base is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The plan names a secret that was not given.
    #[error("the plan names the secret `{0}`, which has no value; set the environment variable of that name")]
    SecretMissing(String),
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Tls(String),
}

/// Sends requests to one server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    address: Address,
    auth: TargetAuth,
    secrets: Secrets,
    limits: Limits,
    tempo: f64,
}

/// A request that is ready but for its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Absolute URL, parameters of a GET included.
    pub url: String,
    /// Method.
    pub method: Method,
    /// The form of a POST, encoded.
    pub form: Option<String>,
    /// Format asked for.
    pub format: Format,
    /// Credentials.
    pub credentials: Credentials,
}

/// Credentials of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Those of the run.
    Run,
    /// None at all.
    None,
    /// This bearer token, which nobody gave out. It is no secret.
    Invalid(String),
}

/// What came of a request.
#[derive(Debug)]
pub struct Delivery {
    /// An answer, or why there is no whole one.
    pub outcome: Result<Reply, Broken>,
    /// Times that it was sent again because of Retry-After.
    pub retries: u32,
}

/// An answer as it came, not redacted.
#[derive(Debug)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Headers in the order received, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, within the bound.
    pub body: Vec<u8>,
}

impl Client {
    /// A client for this server. Secrets that the target names have to be there.
    ///
    /// # Errors
    /// When the base is no URL of a server, a secret is missing, or TLS cannot be set up.
    pub fn new(target: &Target, secrets: Secrets, tempo: f64) -> Result<Self, ClientError> {
        let address = Address::new(&target.base)?;
        if let TargetAuth::Bearer(name) = &target.auth
            && secrets.get(name).is_none()
        {
            return Err(ClientError::SecretMissing(name.clone()));
        }
        let http = connections(&address, clock::scaled(target.limits.connect_ms, tempo))?;
        Ok(Self { http, address, auth: target.auth.clone(), secrets, limits: target.limits.clone(), tempo })
    }

    /// Address of the server.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The headers that a request is sent with, secrets by name.
    #[must_use]
    pub fn headers(&self, request: &Request) -> Vec<(String, String)> {
        let mut headers = vec![("accept".to_owned(), media_type(request.format).to_owned())];
        if let Some(credentials) = self.authorization(request, |name| format!("${{{name}}}")) {
            headers.push(("authorization".to_owned(), credentials));
        }
        if request.form.is_some() {
            headers.push(("content-type".to_owned(), FORM.to_owned()));
        }
        headers.push(("user-agent".to_owned(), AGENT.to_owned()));
        headers
    }

    /// Sends a request, again after 429 or 503 with Retry-After within the
    /// limits. Nothing goes to another origin or outside the base. A redirect is an answer.
    pub async fn send(&self, request: &Request) -> Delivery {
        let mut retries = 0;
        loop {
            let outcome = self.attempt(request).await;
            let wait = outcome.as_ref().ok().and_then(|reply| self.wait(reply)).filter(|_| retries < self.limits.retries);
            let Some(wait) = wait else { return Delivery { outcome, retries } };
            sleep(wait).await;
            retries += 1;
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Reply, Broken> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut sent = self.prepared(method, request)?;
        if let Some(form) = &request.form {
            sent = sent.body(form.clone());
        }
        self.exchange(sent).await
    }

    /// A request with its headers, to an address that is allowed.
    pub(super) fn prepared(&self, method: reqwest::Method, request: &Request) -> Result<reqwest::RequestBuilder, Broken> {
        let url = self.address.allowed(&request.url).map_err(|reason| failure(BrokenKind::NotAllowed, reason, None))?;
        Ok(self.http.request(method, url).headers(self.header_map(request)?))
    }

    /// Sends a request and takes the answer, both within the deadline.
    pub(super) async fn exchange(&self, sent: reqwest::RequestBuilder) -> Result<Reply, Broken> {
        let deadline = Instant::now() + clock::scaled(self.limits.deadline_ms, self.tempo);
        let late =
            |status| failure(BrokenKind::Deadline, format!("no whole answer within {} ms", self.limits.deadline_ms), status);
        let response = timeout_at(deadline, sent.send()).await.map_err(|_| late(None))?;
        let response = response.map_err(|error| broken(&error, None))?;
        let status = response.status().as_u16();
        timeout_at(deadline, self.receive(response)).await.unwrap_or_else(|_| Err(late(Some(status))))
    }

    /// Takes the body piece by piece, so that no more than the bound is ever held.
    async fn receive(&self, mut response: reqwest::Response) -> Result<Reply, Broken> {
        let status = response.status().as_u16();
        let bound = self.limits.body_bytes;
        let too_large = || failure(BrokenKind::TooLarge, format!("the body is larger than {bound} bytes"), Some(status));
        if response.content_length().is_some_and(|announced| announced > bound as u64) {
            return Err(too_large());
        }
        let headers = received(response.headers());
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| broken(&error, Some(status)))? {
            if body.len() + piece.len() > bound {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        Ok(Reply { status, headers, body })
    }

    /// How long an answer asks us to wait; nothing when it does not, or for too long.
    fn wait(&self, reply: &Reply) -> Option<Duration> {
        if !matches!(reply.status, 429 | 503) {
            return None;
        }
        let (_, asked) = reply.headers.iter().find(|(name, _)| name == RETRY_AFTER.as_str())?;
        let asked = retry_after(asked, clock::system_now())?;
        (asked <= Duration::from_millis(self.limits.retry_after_ms))
            .then(|| clock::scaled(u64::try_from(asked.as_millis()).unwrap_or(u64::MAX), self.tempo))
    }

    fn authorization(&self, request: &Request, fill: impl Fn(&str) -> String) -> Option<String> {
        match (&request.credentials, &self.auth) {
            (Credentials::Run, TargetAuth::Bearer(name)) => Some(format!("Bearer {}", fill(name))),
            (Credentials::Invalid(token), _) => Some(format!("Bearer {token}")),
            (Credentials::Run, TargetAuth::None) | (Credentials::None, _) => None,
        }
    }

    fn header_map(&self, request: &Request) -> Result<HeaderMap, Broken> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(media_type(request.format)));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if request.form.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        }
        let secret = |name: &str| self.secrets.get(name).unwrap_or_default().to_owned();
        if let Some(credentials) = self.authorization(request, secret) {
            let unsendable = |_| failure(BrokenKind::NotAllowed, "the token cannot stand in a header".to_owned(), None);
            let mut value = HeaderValue::from_str(&credentials).map_err(unsendable)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const AGENT: &str = concat!("toets/", env!("CARGO_PKG_VERSION"));

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/fhir+json",
        Format::Xml => "application/fhir+xml",
    }
}

fn failure(kind: BrokenKind, detail: String, status: Option<u16>) -> Broken {
    Broken { kind, detail, status }
}

/// Header values are bytes: what is no UTF-8 is shown as Latin-1, in which HTTP was written.
fn received(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    };
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// Seconds or an HTTP date (RFC 9110, 10.2.3).
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}

fn connections(address: &Address, connect: Duration) -> Result<reqwest::Client, ClientError> {
    static PROVIDER: Once = Once::new();
    // Who embeds the library may have chosen a provider before us: theirs stays.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let builder = || {
        reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .retry(reqwest::retry::never())
            .http1_only()
            .connect_timeout(connect)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true)
    };
    match builder().tls_backend_rustls().build() {
        Ok(client) => Ok(client),
        // A system without root certificates can still be asked over plain http.
        Err(_) if address.base().starts_with("http://") => {
            builder().tls_backend_rustls().tls_certs_only([]).build().map_err(|error| ClientError::Tls(error.to_string()))
        }
        Err(error) => Err(ClientError::Tls(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Wed, 25 Nov 2026 14:03:22 GMT").expect("it is a date");
        assert_eq!(retry_after(" 7 ", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 25 Nov 2026 14:03:32 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("Wed, 25 Nov 2026 14:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
