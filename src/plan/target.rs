//! The system under test: where it is, how requests are authenticated, and the
//! bounds on what we do to it. Secrets are names here.

use serde::{Deserialize, Serialize};

/// The system under test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Target {
    /// FHIR base URL without a final slash.
    pub base: String,
    /// How requests are authenticated. The secret itself is never here.
    pub auth: TargetAuth,
    /// It is the built-in reference provider, started for this run.
    pub built_in: bool,
    /// The fault that the built-in provider was told to have.
    pub fault: Option<String>,
    /// Headers that go with every request.
    #[serde(default)]
    pub headers: Vec<ExtraHeader>,
    /// The server's certificate is not looked at.
    #[serde(default)]
    pub insecure: bool,
    /// Bounds on what we do to it.
    pub limits: Limits,
}

impl Target {
    /// A server of somebody else's, with the usual bounds and nothing special about it.
    #[must_use]
    pub fn new(base: impl Into<String>, auth: TargetAuth) -> Self {
        Self {
            base: base.into(),
            auth,
            built_in: false,
            fault: None,
            headers: Vec::new(),
            insecure: false,
            limits: Limits::default(),
        }
    }
}

/// How requests are authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetAuth {
    /// Not at all: PZP-EX-012 is then untested (settled 4).
    None,
    /// A bearer token, by the name of the variable that holds it.
    Bearer(String),
    /// A bearer token that is asked for, before the run and again when it ends.
    Issued(IssuedToken),
    /// Secrets in headers of their own: name of the header and of the secret.
    Headers(Vec<(String, String)>),
}

/// A bearer token that somebody gives out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct IssuedToken {
    /// The name that stands for it in evidence.
    pub name: String,
    /// Who gives it out: a URL, or a program.
    pub by: String,
}

/// A header that goes with every request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExtraHeader {
    /// Name.
    pub name: String,
    /// Value.
    pub value: ExtraValue,
}

/// The value of an extra header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtraValue {
    /// As it stands.
    Text(String),
    /// A secret, by name.
    Secret(String),
}

impl TargetAuth {
    /// The name of the bearer token, where there is one.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Bearer(name) | Self::Issued(IssuedToken { name, .. }) => Some(name),
            Self::None | Self::Headers(_) => None,
        }
    }
}

/// Bounds on what we do to a server and take from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// Scenarios at the same time.
    pub parallel: usize,
    /// Requests that are begun in a second, at most; no bound when absent.
    #[serde(default)]
    pub per_second: Option<u32>,
    /// Milliseconds in which a whole answer has to be there.
    pub deadline_ms: u64,
    /// Milliseconds in which a connection has to be there.
    pub connect_ms: u64,
    /// Bytes of a body that are kept at most.
    pub body_bytes: usize,
    /// Pages that are followed at most.
    pub pages: usize,
    /// Reads that a follow step does at most.
    pub reads: usize,
    /// Times that 429 or 503 with Retry-After is obeyed for one exchange.
    pub retries: u32,
    /// Milliseconds that a Retry-After is waited for at most.
    pub retry_after_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parallel: 8,
            per_second: None,
            deadline_ms: 20_000,
            connect_ms: 5_000,
            body_bytes: 16 << 20,
            pages: 200,
            reads: 500,
            retries: 3,
            retry_after_ms: 30_000,
        }
    }
}
