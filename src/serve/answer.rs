//! An answer as plain values, and refusals. How it is sent is `server`'s.

use std::time::Duration;

use serde_json::json;

use super::request::Request;
use crate::fhir::json;
use crate::fhir::node::Tree;
use crate::fhir::types::Types;

/// An answer, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Waited before it is sent.
    pub(super) delay: Duration,
    pub(super) sending: Sending,
}

/// How the body goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sending {
    /// As it should.
    #[default]
    Whole,
    /// Not at all: the client waits.
    Never,
    /// Half of it, and then the connection is closed.
    Half,
    /// Without end.
    Endless,
}

/// Why a request is not answered with what it asks: an OperationOutcome. Its
/// text never repeats a value that the client sent.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// A code of the value set issue-type.
    code: &'static str,
    text: String,
    pub(super) headers: Vec<(String, String)>,
}

/// Why a request does not get what it asks.
#[derive(Debug, Clone)]
pub(super) enum Refused {
    /// An OperationOutcome says why.
    Outcome(Refusal),
    /// A fault answers in its own way.
    Instead(Answer),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Outcome(refusal)
    }
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body, delay: Duration::ZERO, sending: Sending::Whole }
    }
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into(), headers: Vec::new() }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A refusal with any status, its reason unsaid.
    pub(super) fn of_status(status: u16) -> Self {
        let code = match status {
            401 => "login",
            403 => "forbidden",
            404 | 410 => "not-found",
            429 | 503 => "transient",
            400..=499 => "invalid",
            501 => "not-supported",
            _ => "exception",
        };
        Self::new(status, code, "the server does not answer this request")
    }

    pub(super) fn credentials(request: &Request) -> Self {
        let text = match request.token() {
            None => "send a bearer token in the header `Authorization`",
            Some(_) => "the bearer token is not known here",
        };
        let challenge = match request.token() {
            None => "Bearer realm=\"toets\"",
            Some(_) => "Bearer realm=\"toets\", error=\"invalid_token\"",
        };
        Self::new(401, "login", text).header("www-authenticate", challenge)
    }

    /// The refusal as a resource.
    pub(super) fn tree(&self, types: &Types) -> Tree {
        let outcome = json!({
            "resourceType": "OperationOutcome",
            "issue": [{ "severity": "error", "code": self.code, "diagnostics": self.text }],
        });
        read(&outcome, types)
    }
}

/// A resource that we wrote ourselves as JSON, as a tree.
pub(super) fn read(resource: &serde_json::Value, types: &Types) -> Tree {
    json::read(resource.to_string().as_bytes(), types).expect("resources in the code follow the type table")
}
