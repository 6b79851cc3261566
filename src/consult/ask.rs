//! One request after the other: its headers, where it may go, waiting when told
//! to, and what came of it. Credentials go to the origin they were given for and
//! nowhere else, unless a fault says so.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::behave::Behaviour;
use super::settings::{Asked, ConsultError, Settings};
use super::survive;
use crate::agreements::FhirVersion;
use crate::clock;
use crate::drive::{Address, Courier, Letter, Reply, Verb};
use crate::evidence::Broken;
use crate::fhir::node::Tree;
use crate::fhir::types::{Types, r4, stu3};
use crate::fhir::{json, xml};

/// Both formats, the one that is read most easily first.
const ACCEPT: &str = "application/fhir+json, application/fhir+xml;q=0.9";
const FORM: &str = "application/x-www-form-urlencoded";
const AGENT: &str = concat!("toets/", env!("CARGO_PKG_VERSION"));

/// Redirects in a row that are followed, within the server.
const MOST_REDIRECTS: usize = 3;

/// A request to make.
#[derive(Debug, Clone)]
pub(super) struct Call<'c> {
    /// The exchange it belongs to; none of a read.
    pub(super) exchange: Option<&'c str>,
    pub(super) verb: Verb,
    /// Absolute URL.
    pub(super) url: String,
    /// The form or resource in its body, with its media type.
    pub(super) body: Option<(&'static str, String)>,
}

/// An answer that holds a resource.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) tree: Tree,
    /// It came in XML.
    pub(super) xml: bool,
}

/// Why there is no resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// No whole answer.
    Broken(Broken),
    /// Another status than 200, with what an OperationOutcome says.
    Status(u16, Option<String>),
    /// An answer that is no resource.
    Unreadable(String),
    /// The server sends us elsewhere.
    Elsewhere(String),
    /// The consulter has stopped asking.
    Stopped,
    /// The time for the whole is over.
    Late,
}

/// Makes requests and remembers them.
pub(super) struct Asker {
    courier: Courier,
    address: Address,
    types: &'static Types,
    token: Option<String>,
    behaviour: Behaviour,
    tempo: f64,
    begun: Instant,
    deadline: Instant,
    stopped: bool,
    reached: bool,
    asked: Vec<Asked>,
}

impl Asker {
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, ConsultError> {
        let address = Address::new(&settings.base)?;
        let behaviour = Behaviour::of(settings)?;
        if !behaviour.is_right() && !address.is_loopback() {
            return Err(ConsultError::FaultElsewhere(address.base().to_owned()));
        }
        if settings.token.as_deref().is_some_and(|token| !token.bytes().all(|byte| (0x21..0x7f).contains(&byte))) {
            return Err(ConsultError::Token);
        }
        let courier = Courier::new(&address, &settings.tls, settings.limits.clone(), settings.tempo)?;
        let begun = Instant::now();
        Ok(Self {
            courier,
            address,
            types: match settings.fhir {
                FhirVersion::R4 => r4(),
                FhirVersion::Stu3 => stu3(),
            },
            token: settings.token.clone(),
            behaviour,
            tempo: settings.tempo,
            begun,
            deadline: begun + clock::scaled(settings.whole_ms, settings.tempo),
            stopped: false,
            reached: false,
            asked: Vec::new(),
        })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Whether nothing is asked any more.
    pub(super) fn has_stopped(&self) -> bool {
        self.stopped
    }

    /// What was sent, and whether anything was answered.
    pub(super) fn into_asked(self) -> (Vec<Asked>, bool) {
        (self.asked, self.reached)
    }

    /// Asks, following redirects within the server.
    pub(super) async fn ask(&mut self, call: &Call<'_>) -> Result<Answer, Failure> {
        if self.stopped {
            return Err(Failure::Stopped);
        }
        let sent = Instant::now();
        let came = self.resource(call).await;
        if self.behaviour.is_fragile() {
            let slow = clock::scaled(survive::SLOW_MS, self.tempo);
            let troubles = survive::troubles(&came, sent.elapsed(), slow);
            self.stopped |= troubles.into_iter().any(|trouble| self.behaviour.stops_after(trouble));
        }
        came
    }

    async fn resource(&mut self, call: &Call<'_>) -> Result<Answer, Failure> {
        let mut call = call.clone();
        for _ in 0..=MOST_REDIRECTS {
            let reply = self.patiently(&call).await?;
            match (reply.status, location(&reply)) {
                (200 | 201, _) => return self.read(&reply),
                (301 | 302 | 303 | 307 | 308, Some(location)) if call.verb == Verb::Get => {
                    call.url = self.redirected(&location)?
                }
                (status, _) => return Err(Failure::Status(status, self.said(&reply))),
            }
        }
        Err(Failure::Elsewhere("more redirects than are followed".to_owned()))
    }

    /// Where a redirect may lead us.
    fn redirected(&self, location: &str) -> Result<String, Failure> {
        let url = self.address.link(location);
        match self.address.allowed(&url) {
            Err(why) if !self.behaviour.redirect_elsewhere() => Err(Failure::Elsewhere(why)),
            _ => Ok(url),
        }
    }

    /// Sends a request, and once more after a wait that the server asks for.
    async fn patiently(&mut self, call: &Call<'_>) -> Result<Reply, Failure> {
        let mut reply = self.send(call).await?;
        if let Some(times) = self.behaviour.storms() {
            for _ in 0..times {
                if reply.status != 429 && reply.status < 500 {
                    break;
                }
                reply = self.send(call).await?;
            }
            return Ok(reply);
        }
        let Some(wait) = self.courier.wait(&reply).filter(|wait| self.is_in_time(*wait)) else { return Ok(reply) };
        sleep(wait).await;
        self.send(call).await
    }

    fn is_in_time(&self, wait: Duration) -> bool {
        Instant::now() + wait < self.deadline
    }

    async fn send(&mut self, call: &Call<'_>) -> Result<Reply, Failure> {
        if !self.is_in_time(Duration::ZERO) {
            return Err(Failure::Late);
        }
        let letter = self.letter(call)?;
        let has = |name: &str| letter.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let asked = Asked {
            exchange: call.exchange.map(str::to_owned),
            method: method(call.verb),
            url: letter.url.clone(),
            form: letter.body.clone(),
            accept: has("accept"),
            credentials: has("authorization").is_some(),
            status: None,
            at_ms: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        let place = self.asked.len();
        self.asked.push(asked);
        let reply = self.courier.send(&letter).await.map_err(|broken| {
            self.reached |= broken.status.is_some();
            self.asked[place].status = broken.status;
            Failure::Broken(broken)
        })?;
        self.reached = true;
        self.asked[place].status = Some(reply.status);
        Ok(reply)
    }

    /// The request as it is sent. What leaves the origin is a fault's doing, and goes to this machine only.
    fn letter(&self, call: &Call<'_>) -> Result<Letter, Failure> {
        if let Err(why) = self.address.allowed(&call.url) {
            let is_fault = self.behaviour.next_elsewhere() || self.behaviour.redirect_elsewhere();
            if !is_fault || !Address::new(call.url.split('?').next().unwrap_or_default()).is_ok_and(|to| to.is_loopback()) {
                return Err(Failure::Elsewhere(why));
            }
        }
        let mut headers = vec![("user-agent".to_owned(), AGENT.to_owned())];
        let accept = self.behaviour.accept().unwrap_or(ACCEPT);
        if !accept.is_empty() {
            headers.push(("accept".to_owned(), accept.to_owned()));
        }
        if let Some(token) = self.token.as_ref().filter(|_| !self.behaviour.forgets_credentials(call.exchange)) {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        let body = call.body.as_ref().map(|(kind, body)| {
            headers.push(("content-type".to_owned(), (*kind).to_owned()));
            body.clone()
        });
        Ok(Letter { verb: call.verb, url: call.url.clone(), headers, body })
    }

    fn read(&self, reply: &Reply) -> Result<Answer, Failure> {
        let text = reply.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&reply.body);
        let xml = text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
        let read = if xml { xml::read(text, self.types) } else { json::read(text, self.types) };
        let tree = read.map_err(|why| Failure::Unreadable(why.to_string()))?;
        if self.types.resource(tree.root().type_name()).is_none() {
            return Err(Failure::Unreadable(format!("`{}` is no resource", tree.root().type_name())));
        }
        Ok(Answer { tree, xml })
    }

    /// What an OperationOutcome in the body says.
    fn said(&self, reply: &Reply) -> Option<String> {
        outcome(&self.read(reply).ok()?.tree)
    }
}

/// The words of an OperationOutcome.
pub(super) fn outcome(tree: &Tree) -> Option<String> {
    let root = Some(tree.root()).filter(|root| root.type_name() == "OperationOutcome")?;
    let words = |issue: crate::fhir::node::Node<'_>| {
        let details = issue.child("details").and_then(|details| details.child_value("text"));
        details.or(issue.child_value("diagnostics")).or(issue.child_value("code")).map(str::to_owned)
    };
    let said: Vec<String> = root.children_named("issue").filter_map(words).take(3).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn location(reply: &Reply) -> Option<String> {
    reply.headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value.clone())
}

fn method(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "GET",
        Verb::Put => "PUT",
        Verb::Post => "POST",
        Verb::Delete => "DELETE",
    }
}

impl<'c> Call<'c> {
    /// A search or a page of one.
    pub(super) fn search(exchange: &'c str, url: String) -> Self {
        Self { exchange: Some(exchange), verb: Verb::Get, url, body: None }
    }

    /// A search whose parameters are no part of the URL.
    pub(super) fn form(exchange: &'c str, url: String, form: String) -> Self {
        Self { exchange: Some(exchange), verb: Verb::Post, url, body: Some((FORM, form)) }
    }

    /// A read.
    pub(super) fn read(url: String) -> Self {
        Self { exchange: None, verb: Verb::Get, url, body: None }
    }
}
