//! Requests that are written out whole: method, address and every header. For
//! `consult`, which decides by itself where its credentials go, and has to be
//! able to decide wrongly. A run of the suite never comes here.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::address::Address;
use super::client::{ClientError, Reply, exchange, failure, wait};
use super::connect::{Tls, connections};
use super::write::Verb;
use crate::clock;
use crate::evidence::{Broken, BrokenKind};
use crate::plan::Limits;

/// A request, written out whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What is done.
    pub verb: Verb,
    /// Absolute URL, on whatever host.
    pub url: String,
    /// Headers; nothing is added to them but what HTTP itself needs.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<String>,
}

/// Sends letters, within deadlines and bounds. Follows nothing and repeats nothing.
#[derive(Debug, Clone)]
pub struct Courier {
    http: reqwest::Client,
    limits: Limits,
    tempo: f64,
}

impl Courier {
    /// A courier whose connections are made for the server at this address.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(address: &Address, tls: &Tls, limits: Limits, tempo: f64) -> Result<Self, ClientError> {
        let http = connections(address.url(), clock::scaled(limits.connect_ms, tempo), tls)?;
        Ok(Self { http, limits, tempo })
    }

    /// Sends it once.
    ///
    /// # Errors
    /// When it cannot be sent as it is, or there is no whole answer.
    pub async fn send(&self, letter: &Letter) -> Result<Reply, Broken> {
        let verb = match letter.verb {
            Verb::Get => reqwest::Method::GET,
            Verb::Put => reqwest::Method::PUT,
            Verb::Post => reqwest::Method::POST,
            Verb::Delete => reqwest::Method::DELETE,
        };
        let mut sent = self.http.request(verb, &letter.url).headers(headers(&letter.headers)?);
        if let Some(body) = &letter.body {
            sent = sent.body(body.clone());
        }
        exchange(sent, &self.limits, self.tempo).await
    }

    /// How long an answer asks us to wait, at our tempo; nothing when it does not, or for longer than the bound.
    #[must_use]
    pub fn wait(&self, reply: &Reply) -> Option<Duration> {
        wait(reply, &self.limits, self.tempo)
    }
}

fn headers(written: &[(String, String)]) -> Result<HeaderMap, Broken> {
    let mut headers = HeaderMap::new();
    for (name, value) in written {
        let unsendable = || failure(BrokenKind::NotAllowed, format!("`{name}` cannot stand in a header"), None);
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| unsendable())?;
        value.set_sensitive(header == AUTHORIZATION);
        headers.append(header, value);
    }
    Ok(headers)
}
