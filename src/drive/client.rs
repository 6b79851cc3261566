//! The client: sends a request and tells what came of it. Made once for a run.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout_at};

use super::address::{Address, AddressError};
use super::broken::broken;
use super::connect::{Tls, connections};
use super::pace::Pace;
use super::secrets::Secrets;
use super::token::{FreshToken, Generation, Tokens};
use crate::clock;
use crate::evidence::{Broken, BrokenKind};
use crate::plan::{ExtraHeader, ExtraValue, Limits, Target, TargetAuth};
use crate::scenario::{Format, Method};

/// Why there is no client.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The base is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The plan names a secret that was not given.
    #[error("the plan names the secret `{0}`, which has no value; set the environment variable of that name")]
    SecretMissing(String),
    /// The token endpoint is no URL.
    #[error("the token endpoint `{0}` is no URL: {1}")]
    Endpoint(String, String),
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Tls(String),
}

/// How we get in, beside the secrets.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// How connections are trusted.
    pub tls: Tls,
    /// Tokens that are asked for, when the plan says that they are.
    pub tokens: Option<Tokens>,
}

/// Sends requests to one server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    address: Address,
    auth: TargetAuth,
    extra: Vec<ExtraHeader>,
    tokens: Option<Tokens>,
    pace: Option<Arc<Pace>>,
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
        Self::with_access(target, secrets, Access::default(), tempo)
    }

    /// The same, with what lets us in beside the secrets.
    ///
    /// # Errors
    /// As `new`; and when tokens are asked for and nothing gives them.
    pub fn with_access(target: &Target, secrets: Secrets, access: Access, tempo: f64) -> Result<Self, ClientError> {
        let address = Address::new(&target.base)?;
        if let Some(missing) = named(target).find(|name| secrets.get(name).is_none()) {
            return Err(ClientError::SecretMissing(missing.to_owned()));
        }
        if let (TargetAuth::Issued(token), None) = (&target.auth, &access.tokens) {
            return Err(ClientError::SecretMissing(token.name.clone()));
        }
        let http = connections(address.url(), clock::scaled(target.limits.connect_ms, tempo), &access.tls)?;
        Ok(Self {
            http,
            address,
            auth: target.auth.clone(),
            extra: target.headers.clone(),
            tokens: access.tokens.filter(|_| matches!(target.auth, TargetAuth::Issued(_))),
            pace: target.limits.per_second.map(|per_second| Arc::new(Pace::new(per_second, tempo))),
            secrets,
            limits: target.limits.clone(),
            tempo,
        })
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
        let named = |name: &str| format!("${{{name}}}");
        headers.extend(self.credentials(request, named));
        if request.form.is_some() {
            headers.push(("content-type".to_owned(), FORM.to_owned()));
        }
        headers.push(("user-agent".to_owned(), AGENT.to_owned()));
        headers.extend(self.extra_headers(named));
        headers
    }

    /// Waits until the next request may begin, where there is a bound on how many do in a second.
    pub async fn turn(&self) {
        if let Some(pace) = &self.pace {
            pace.turn().await;
        }
    }

    /// Tokens that came since this was last asked. No request is sent with one before `take` was given it, as long as
    /// everybody asks before they look at an answer.
    pub fn fresh_tokens(&self, take: impl FnMut(FreshToken)) {
        if let Some(tokens) = &self.tokens {
            tokens.drain(take);
        }
    }

    /// Sends a request, again after 429 or 503 with Retry-After within the
    /// limits, and once more with a new token when the server refuses the one that
    /// was given out. Nothing goes to another origin or outside the base. A redirect is an answer.
    pub async fn send(&self, request: &Request) -> Delivery {
        let mut retries = 0;
        let mut renewed = false;
        loop {
            let token = match self.token(request).await {
                Ok(token) => token,
                Err(broken) => return Delivery { outcome: Err(broken), retries },
            };
            let outcome = self.attempt(request).await;
            if let (Some((tokens, generation)), true) = (token, is_refused(&outcome)) {
                if renewed {
                    tokens.do_not_renew();
                } else if tokens.refused(generation).await {
                    renewed = true;
                    continue;
                }
            }
            let wait = outcome.as_ref().ok().and_then(|reply| self.wait(reply)).filter(|_| retries < self.limits.retries);
            let Some(wait) = wait else { return Delivery { outcome, retries } };
            sleep(wait).await;
            self.turn().await;
            retries += 1;
        }
    }

    /// The token that a request will go with, one that has not ended.
    async fn token(&self, request: &Request) -> Result<Option<(&Tokens, Generation)>, Broken> {
        let Some(tokens) = self.tokens.as_ref().filter(|_| request.credentials == Credentials::Run) else { return Ok(None) };
        let generation = tokens.ready().await.map_err(|why| failure(BrokenKind::Token, why.to_string(), None))?;
        Ok(Some((tokens, generation)))
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
        exchange(sent, &self.limits, self.tempo).await
    }

    /// How long an answer asks us to wait; nothing when it does not, or for too long.
    fn wait(&self, reply: &Reply) -> Option<Duration> {
        wait(reply, &self.limits, self.tempo)
    }

    /// Headers that say who is asking, secrets filled in by `fill`.
    fn credentials(&self, request: &Request, fill: impl Fn(&str) -> String) -> Vec<(String, String)> {
        let bearer = |token: String| vec![("authorization".to_owned(), format!("Bearer {token}"))];
        match (&request.credentials, &self.auth) {
            (Credentials::Invalid(token), _) => bearer(token.clone()),
            (Credentials::None, _) | (Credentials::Run, TargetAuth::None) => Vec::new(),
            (Credentials::Run, TargetAuth::Headers(headers)) => {
                headers.iter().map(|(name, secret)| (name.to_lowercase(), fill(secret))).collect()
            }
            (Credentials::Run, TargetAuth::Bearer(name)) => bearer(fill(name)),
            (Credentials::Run, TargetAuth::Issued(token)) => bearer(fill(&token.name)),
        }
    }

    fn extra_headers(&self, fill: impl Fn(&str) -> String) -> Vec<(String, String)> {
        let filled = |header: &ExtraHeader| match &header.value {
            ExtraValue::Text(text) => (header.name.to_lowercase(), text.clone()),
            ExtraValue::Secret(name) => (header.name.to_lowercase(), fill(name)),
        };
        self.extra.iter().map(filled).collect()
    }

    /// The value of a secret; of a token that was given out, the one that holds now.
    fn secret(&self, name: &str) -> String {
        let issued = self.tokens.as_ref().filter(|_| self.auth.token() == Some(name)).and_then(Tokens::value);
        issued.or_else(|| self.secrets.get(name).map(str::to_owned)).unwrap_or_default()
    }

    fn header_map(&self, request: &Request) -> Result<HeaderMap, Broken> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(media_type(request.format)));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if request.form.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        }
        let unsendable = |what: &str| failure(BrokenKind::NotAllowed, format!("`{what}` cannot stand in a header"), None);
        let fill = |name: &str| self.secret(name);
        for (name, value) in self.extra_headers(fill).into_iter().chain(self.credentials(request, fill)) {
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable(&name))?;
            let mut value = HeaderValue::from_str(&value).map_err(|_| unsendable(&name))?;
            value.set_sensitive(header == AUTHORIZATION);
            headers.insert(header, value);
        }
        Ok(headers)
    }
}

/// Sends a request and takes the answer, both within the deadline.
pub(super) async fn exchange(sent: reqwest::RequestBuilder, limits: &Limits, tempo: f64) -> Result<Reply, Broken> {
    let deadline = Instant::now() + clock::scaled(limits.deadline_ms, tempo);
    let late = |status| failure(BrokenKind::Deadline, format!("no whole answer within {} ms", limits.deadline_ms), status);
    let response = timeout_at(deadline, sent.send()).await.map_err(|_| late(None))?;
    let response = response.map_err(|error| broken(&error, None))?;
    let status = response.status().as_u16();
    timeout_at(deadline, receive(response, limits.body_bytes)).await.unwrap_or_else(|_| Err(late(Some(status))))
}

/// Takes the body piece by piece, so that no more than the bound is ever held.
async fn receive(mut response: reqwest::Response, bound: usize) -> Result<Reply, Broken> {
    let status = response.status().as_u16();
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

/// How long an answer asks us to wait, at this tempo; nothing when it does not, or for too long.
pub(super) fn wait(reply: &Reply, limits: &Limits, tempo: f64) -> Option<Duration> {
    if !matches!(reply.status, 429 | 503) {
        return None;
    }
    let (_, asked) = reply.headers.iter().find(|(name, _)| name == RETRY_AFTER.as_str())?;
    let asked = retry_after(asked, clock::system_now())?;
    (asked <= Duration::from_millis(limits.retry_after_ms))
        .then(|| clock::scaled(u64::try_from(asked.as_millis()).unwrap_or(u64::MAX), tempo))
}

/// Names of the secrets that have to be there before the first request.
fn named(target: &Target) -> impl Iterator<Item = &str> {
    let of_auth = match &target.auth {
        TargetAuth::Bearer(name) => vec![name.as_str()],
        TargetAuth::Headers(headers) => headers.iter().map(|(_, secret)| secret.as_str()).collect(),
        TargetAuth::None | TargetAuth::Issued(_) => Vec::new(),
    };
    let of_headers = target.headers.iter().filter_map(|header| match &header.value {
        ExtraValue::Secret(name) => Some(name.as_str()),
        ExtraValue::Text(_) => None,
    });
    of_auth.into_iter().chain(of_headers)
}

fn is_refused(outcome: &Result<Reply, Broken>) -> bool {
    outcome.as_ref().is_ok_and(|reply| reply.status == 401)
}

const FORM: &str = "application/x-www-form-urlencoded";
const AGENT: &str = concat!("toets/", env!("CARGO_PKG_VERSION"));

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/fhir+json",
        Format::Xml => "application/fhir+xml",
    }
}

pub(super) fn failure(kind: BrokenKind, detail: String, status: Option<u16>) -> Broken {
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
    let date = clock::http_date(value)?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = clock::http_date("Wed, 25 Nov 2026 14:03:22 GMT").expect("it is a date");
        assert_eq!(retry_after(" 7 ", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 25 Nov 2026 14:03:32 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("Wed, 25 Nov 2026 14:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
