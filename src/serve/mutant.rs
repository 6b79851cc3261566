//! Mutants of evidence: what a fault of bodies would have made of an answer that
//! was recorded, by the code that makes it so live, and without a network.

use super::answer::Answer;
use super::bundle::Page;
use super::fault::{Seen, Struck};
use super::provider::{Config, StartError, prepare};
use super::request::{Interaction, Request};
use super::responder::Responder;
use crate::agreements::FhirVersion;
use crate::evidence::{Exchange, Received};
use crate::fhir::node::{Node, Tree};
use crate::fhir::search::{Query, Unknown};
use crate::fhir::{json, xml};
use crate::recognise::negotiate;
use crate::scenario::{Format, FormatFault, Misbehaviour, Suite};

/// A fault that can be applied to recorded answers.
#[derive(Debug)]
pub struct Mutant {
    responder: Responder,
}

/// Why a fault cannot be applied to recorded answers.
#[derive(Debug, thiserror::Error)]
pub enum MutantError {
    /// It is about more than what stands in an answer.
    #[error("`{0}` changes more than what an answer says")]
    NotOfAnswers(String),
    /// It cannot be used at all.
    #[error(transparent)]
    Unusable(#[from] StartError),
}

/// An answer as the fault would have made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutated {
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Mutant {
    /// Makes a fault ready for answers of the server at this address.
    ///
    /// # Errors
    /// When there is no such fault, or it does what no recorded answer can show.
    pub fn prepare(suite: &Suite, fault: &str, fhir: FhirVersion, base: &str) -> Result<Self, MutantError> {
        let config = Config { fhir, faults: vec![fault.to_owned()], ..Config::new(suite, "") };
        let responder = prepare(&config, base)?;
        let behaviour = suite.fault(fault).map(|fault| fault.behaviour.as_slice()).unwrap_or_default();
        match behaviour.iter().find(|behaviour| !is_of_answers(behaviour)) {
            Some(other) => Err(MutantError::NotOfAnswers(name(other))),
            None => Ok(Self { responder }),
        }
    }

    /// The answer with the fault; nothing when the fault does not strike it, or it is no FHIR.
    #[must_use]
    pub fn apply(&self, exchange: &Exchange, received: &Received, body: &[u8]) -> Option<Mutated> {
        let request = self.request(exchange);
        let query = request.parameters().ok()?;
        let types = self.responder.store.types();
        let interaction = request.interaction(types);
        let wanted = negotiate(query.first("_format"), request.header("accept"), Some(self.responder.fhir)).ok();
        let path = request.path.as_deref().unwrap_or_default();
        let seen = Seen {
            path,
            base: &self.responder.base,
            written: &request.query,
            query: &query,
            interaction: &interaction,
            format: wanted,
        };
        let struck = self.responder.faults.strike(seen);
        if struck.behaviour.is_empty() {
            return None;
        }
        let is_xml = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
        let format = if is_xml { Format::Xml } else { Format::Json };
        let mut tree = match format {
            Format::Json => json::read(body, types).ok()?,
            Format::Xml => xml::read(body, types).ok()?,
        };
        if received.status == 200 && matches!(interaction, Interaction::Search { .. }) {
            tree = self.searchset(&struck, &tree, &query).unwrap_or(tree);
        }
        struck.change(&mut tree, format, &self.responder.store);
        let body = match format {
            Format::Json => json::write(tree.root()),
            Format::Xml => xml::write(tree.root(), types),
        };
        let mut answer = Answer { headers: received.headers.clone(), ..Answer::new(received.status, "", body.into_bytes()) };
        struck.finish(&mut answer);
        Some(Mutated { headers: answer.headers, body: answer.body })
    }

    fn request(&self, exchange: &Exchange) -> Request {
        let sent = &exchange.request;
        let (url, query) = sent.url.split_once('?').unwrap_or((&sent.url, ""));
        let path = url.strip_prefix(&self.responder.base).map(|path| path.trim_matches('/').to_owned());
        let body = sent.form.clone().unwrap_or_default().into_bytes();
        Request { method: sent.method.clone(), path, query: query.to_owned(), headers: sent.headers.clone(), body }
    }

    /// The searchset with other entries; nothing when no fault is about its entries.
    fn searchset(&self, struck: &Struck<'_>, tree: &Tree, query: &Query) -> Option<Tree> {
        let bundle = tree.root();
        if bundle.type_name() != "Bundle" || !struck.behaviour.iter().any(|behaviour| is_of_entries(behaviour)) {
            return None;
        }
        let found = of_mode(bundle, "match");
        let before = found.len();
        let mut matches = struck.matches(found, &self.responder.store);
        let mut seen = std::collections::BTreeSet::new();
        matches.retain(|node| seen.insert((node.type_name(), node.child_value("id"))));
        let total = bundle.child_value("total").and_then(|total| total.parse::<usize>().ok()).unwrap_or(before);
        let mut includes = of_mode(bundle, "include");
        includes.extend(self.included(tree, &matches, query));
        let includes = struck.includes(includes, &self.responder.store);
        let as_matches = struck.has(&Misbehaviour::IncludesAsMatches);
        let page = Page {
            links: links(bundle),
            total: (total + matches.len()).saturating_sub(before),
            base: &self.responder.base,
            matches,
            includes,
            include_mode: if as_matches { "match" } else { "include" },
        };
        Some(page.tree(self.responder.store.types()))
    }

    /// What comes along with matches that were not in the recorded answer.
    fn included<'s>(&'s self, tree: &Tree, matches: &[Node<'s>], query: &Query) -> Vec<Node<'s>> {
        let store = &self.responder.store;
        let added: Vec<Node<'s>> = matches.iter().filter(|node| !std::ptr::eq(node.tree(), tree)).copied().collect();
        let criteria = added.first().and_then(|first| store.prepare(first.type_name(), query, Unknown::Ignore).ok());
        criteria.map_or_else(Vec::new, |criteria| store.included(&criteria, &added))
    }
}

fn of_mode<'t>(bundle: Node<'t>, mode: &str) -> Vec<Node<'t>> {
    let is_of = |entry: &Node<'t>| entry.child("search").and_then(|search| search.child_value("mode")) == Some(mode);
    bundle.children_named("entry").filter(is_of).filter_map(|entry| entry.child("resource")).collect()
}

fn links(bundle: Node<'_>) -> Vec<(&'static str, String)> {
    let link = |relation: &'static str| {
        let found = bundle.children_named("link").find(|link| link.child_value("relation") == Some(relation))?;
        Some((relation, found.child_value("url")?.to_owned()))
    };
    ["self", "next"].into_iter().filter_map(link).collect()
}

/// Whether it changes which entries a searchset has.
fn is_of_entries(behaviour: &Misbehaviour) -> bool {
    use Misbehaviour::{AddIncludes, AddMatches, Hide, IncludesAsMatches, LatestOnly, NoIncludes};
    matches!(behaviour, Hide(_) | LatestOnly(_) | AddMatches(_) | AddIncludes(_) | NoIncludes | IncludesAsMatches)
}

/// Whether it changes nothing but what an answer says.
fn is_of_answers(behaviour: &Misbehaviour) -> bool {
    use FormatFault::{WrongContentType, WrongVersion, XmlLosesElements};
    let is_format = matches!(behaviour, Misbehaviour::Format(WrongContentType | WrongVersion | XmlLosesElements));
    is_format
        || is_of_entries(behaviour)
        || matches!(behaviour, Misbehaviour::Patch(_) | Misbehaviour::Rename(_) | Misbehaviour::Header(_))
}

/// The key of a misbehaviour, as it is written in a file.
fn name(behaviour: &Misbehaviour) -> String {
    match serde_json::to_value(behaviour) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(serde_json::Value::Object(object)) => object.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}
