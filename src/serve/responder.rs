//! From a request to its answer: credentials, format, reads, searches and
//! pages, with the faults that strike it. No sockets and no clock here.

use std::sync::Arc;

use super::answer::{Answer, Refusal, Refused};
use super::bundle::Page;
use super::capability;
use super::fault::{self, Faults, Seen, Struck};
use super::format::content_type;
use super::request::{Interaction, Request};
use crate::agreements::FhirVersion;
use crate::digest;
use crate::fhir::node::{Node, Tree};
use crate::fhir::search::{Criteria, Parameter, Query, SearchError, Unknown};
use crate::fhir::store::Store;
use crate::fhir::{json, xml};
use crate::recognise::{NotAcceptable, negotiate, takes};
use crate::scenario::{Credentials, EmptyAnswer, Format, FormatFault, LinkFault, Misbehaviour};

/// The provider without its sockets.
#[derive(Debug)]
pub(super) struct Responder {
    pub(super) fhir: FhirVersion,
    pub(super) store: Arc<Store>,
    /// Address that clients reach it at, without a final slash.
    pub(super) base: String,
    pub(super) token: String,
    /// Matches on a page when the client does not say.
    pub(super) page_size: usize,
    pub(super) faults: Faults,
    /// Address of another origin, where a fault of links leads to.
    pub(super) elsewhere: String,
}

/// Matches on a page at most.
const MOST_ON_A_PAGE: usize = 500;
/// An address that nothing answers at (RFC 2606).
pub(super) const ELSEWHERE: &str = "http://elsewhere.invalid/fhir";

impl Responder {
    /// Answers a request.
    pub(super) fn respond(&self, request: &Request) -> Answer {
        let parameters = request.parameters();
        let query = parameters.clone().unwrap_or_default();
        let interaction = request.interaction(self.store.types());
        let wanted = negotiate(query.first("_format"), request.header("accept"), Some(self.fhir));
        let seen = Seen {
            path: request.path.as_deref().unwrap_or_default(),
            base: &self.base,
            written: &request.query,
            query: &query,
            interaction: &interaction,
            format: wanted.ok(),
        };
        let struck = self.faults.strike(seen);
        let asked = Asked { request, interaction: &interaction, query: &query, struck: &struck };
        let format = self.format(wanted, &asked);
        let malformed = parameters.err().map(|error| Refusal::new(400, "invalid", error.to_string()));
        let refusal = self.authorise(&asked).err().or(malformed).or(format.clone().err());
        let content = refusal.map_or_else(|| self.content(&asked), |refusal| Err(refusal.into()));
        let own = struck.format().and_then(FormatFault::only).unwrap_or_default();
        let mut answer = self.write_content(content, format.unwrap_or(own), &asked);
        struck.finish(&mut answer);
        answer
    }

    /// Answers a request that could not even be read.
    pub(super) fn refuse(&self, refusal: &Refusal) -> Answer {
        let mut answer = self.write(refusal.status, refusal.tree(self.store.types()), Format::Json, &Struck::default());
        answer.headers.extend(refusal.headers.clone());
        answer
    }

    fn authorise(&self, asked: &Asked<'_>) -> Result<(), Refusal> {
        let known = match asked.struck.credentials() {
            Some(Credentials::NotAsked) => true,
            Some(Credentials::AnyToken) => asked.request.token().is_some(),
            Some(Credentials::RefusesWithData) | None => {
                asked.request.token().is_some_and(|token| digest::is_same_secret(token, &self.token))
            }
        };
        if known || *asked.interaction == Interaction::Capabilities { Ok(()) } else { Err(Refusal::credentials(asked.request)) }
    }

    /// The format to answer in, faults included.
    fn format(&self, wanted: Result<Format, NotAcceptable>, asked: &Asked<'_>) -> Result<Format, Refusal> {
        let fault = asked.struck.format();
        if let Some(only) = fault.and_then(FormatFault::only) {
            let (parameter, accept) = (asked.query.first("_format"), asked.request.header("accept"));
            let takes = takes(only, parameter, accept, self.fhir);
            return if takes { Ok(only) } else { Err(not_acceptable(Some(only))) };
        }
        match (fault, wanted) {
            (Some(FormatFault::AlwaysJson), _) => Ok(Format::Json),
            (Some(FormatFault::AlwaysXml), _) => Ok(Format::Xml),
            (Some(FormatFault::RefusesXml), Ok(Format::Xml)) => Err(not_acceptable(None)),
            (_, wanted) => wanted.map_err(|NotAcceptable| not_acceptable(None)),
        }
    }

    fn content(&self, asked: &Asked<'_>) -> Result<Content, Refused> {
        if let Some(answer) = asked.struck.instead() {
            return Err(Refused::Instead(answer));
        }
        if let Some(status) = asked.struck.status() {
            return Err(Refusal::of_status(status).into());
        }
        match asked.interaction {
            Interaction::Capabilities => Ok(Content::ok(capability::statement(&self.base, self.fhir))),
            Interaction::Read { resource, id } => match (self.store.read(resource, id), asked.struck.when_empty()) {
                (Some(node), _) => Ok(Content::ok(node.tree().clone())),
                (None, Some(empty)) => self.nothing(empty),
                (None, None) => Err(Refusal::new(404, "not-found", "there is no resource with this id").into()),
            },
            Interaction::Search { resource } => self.search(resource, asked),
            Interaction::WrongMethod(allowed) => {
                Err(Refusal::new(405, "not-supported", "this method is not for this address").header("allow", allowed).into())
            }
            Interaction::UnknownType => Err(Refusal::new(404, "not-supported", "there is no resource type of this name").into()),
            Interaction::Nowhere => Err(Refusal::new(404, "not-found", "there is nothing at this address").into()),
        }
    }

    /// What a fault answers where nothing is found.
    fn nothing(&self, empty: &EmptyAnswer) -> Result<Content, Refused> {
        match empty.body.as_deref() {
            Some("html") => Err(Refused::Instead(fault::html(empty.status))),
            Some(reference) => match self.store.resolve(reference) {
                Some(node) => Ok(Content { status: empty.status, tree: node.tree().clone() }),
                None => Err(Refusal::of_status(empty.status).into()),
            },
            None if empty.status < 300 => {
                let page = Page { links: vec![("self", self.base.clone())], ..Page::default() };
                Ok(Content { status: empty.status, tree: page.tree(self.store.types()) })
            }
            None => Err(Refusal::of_status(empty.status).into()),
        }
    }

    fn search(&self, resource: &str, asked: &Asked<'_>) -> Result<Content, Refused> {
        if asked.request.method == "POST" && asked.request.is_other_form() {
            let text = "send the parameters as `application/x-www-form-urlencoded`";
            return Err(Refusal::new(415, "not-supported", text).into());
        }
        let query = asked.struck.query(asked.query)?;
        let unknown = if asked.request.is_strict() { Unknown::Refuse } else { Unknown::Ignore };
        let criteria = self.store.prepare(resource, &query, unknown).map_err(|error| refused_search(&error))?;
        let window = Window::read(&query, asked.struck.page_size().unwrap_or(self.page_size), asked.struck.link())?;
        let matches = asked.struck.matches(self.store.find(&criteria), &self.store);
        if let (true, Some(empty)) = (matches.is_empty(), asked.struck.when_empty()) {
            return self.nothing(empty);
        }
        let total = matches.len();
        let page: Vec<Node<'_>> = matches.into_iter().skip(window.start).take(window.size).collect();
        let includes = asked.struck.includes(self.store.included(&criteria, &page), &self.store);
        let as_matches = asked.struck.has(&Misbehaviour::IncludesAsMatches);
        let page = Page {
            links: self.links(&criteria, asked.query, &window, total),
            total,
            base: &self.base,
            matches: page,
            includes,
            include_mode: if as_matches { "match" } else { "include" },
        };
        Ok(Content::ok(page.tree(self.store.types())))
    }

    /// The links of a page: itself, with the parameters that were used, and the next one.
    fn links(&self, criteria: &Criteria, query: &Query, window: &Window, total: usize) -> Vec<(&'static str, String)> {
        // As they were sent: the store may have been asked by other names.
        let is_used = |own: &&Parameter| own.key != "_page" && criteria.used.iter().any(|used| used.key == own.key);
        let used: Vec<Parameter> = query.parameters.iter().filter(is_used).cloned().collect();
        let url = |base: &str, page: Option<String>| {
            let page = page.map(|page| Parameter::new("_page", page));
            let query = Query { parameters: used.iter().cloned().chain(page).collect() };
            let separator = if query.parameters.is_empty() { "" } else { "?" };
            format!("{base}/{}{separator}{}", criteria.resource(), query.write())
        };
        let here = (window.start > 0).then(|| page_name(window.start));
        let mut links = vec![("self", url(&self.base, here.clone()))];
        let end = window.start.saturating_add(window.size);
        if window.size > 0 && end < total {
            let next = match window.fault {
                None => Some(url(&self.base, Some(page_name(end)))),
                Some(LinkFault::Missing) => None,
                Some(LinkFault::Broken) => Some(url(&self.base, Some("lost".to_owned()))),
                Some(LinkFault::Loop) => Some(url(&self.base, here)),
                Some(LinkFault::Overlap) => Some(url(&self.base, Some(page_name(end - 1)))),
                Some(LinkFault::OtherOrigin) => Some(url(&self.elsewhere, Some(page_name(end)))),
            };
            links.extend(next.map(|url| ("next", url)));
        }
        links
    }

    fn write(&self, status: u16, mut tree: Tree, format: Format, struck: &Struck<'_>) -> Answer {
        struck.change(&mut tree, format, &self.store);
        let body = match format {
            Format::Json => json::write(tree.root()),
            Format::Xml => xml::write(tree.root(), self.store.types()),
        };
        Answer::new(status, content_type(format, self.fhir), body.into_bytes())
    }

    fn write_content(&self, content: Result<Content, Refused>, format: Format, asked: &Asked<'_>) -> Answer {
        let refusal = match content {
            Ok(content) => return self.write(content.status, content.tree, format, asked.struck),
            Err(Refused::Instead(answer)) => return answer,
            Err(Refused::Outcome(refusal)) => refusal,
        };
        let leaks = refusal.status == 401 && asked.struck.credentials() == Some(Credentials::RefusesWithData);
        let leaked = if leaks { self.content(asked).ok() } else { None };
        let tree = leaked.map_or_else(|| refusal.tree(self.store.types()), |content| content.tree);
        let mut answer = self.write(refusal.status, tree, format, asked.struck);
        answer.headers.extend(refusal.headers);
        answer
    }
}

/// What a request gets.
struct Content {
    status: u16,
    tree: Tree,
}

impl Content {
    fn ok(tree: Tree) -> Self {
        Self { status: 200, tree }
    }
}

/// A request with all that was seen in it.
struct Asked<'r> {
    request: &'r Request,
    interaction: &'r Interaction,
    query: &'r Query,
    struck: &'r Struck<'r>,
}

/// Which part of the matches is asked.
struct Window {
    start: usize,
    size: usize,
    fault: Option<LinkFault>,
}

impl Window {
    fn read(query: &Query, size: usize, fault: Option<LinkFault>) -> Result<Self, Refusal> {
        let wrong = |key: &str| Refusal::new(400, "invalid", SearchError::Value(key.to_owned()).to_string());
        let asked = query.first("_count").map(|count| count.parse::<usize>().map_err(|_| wrong("_count"))).transpose()?;
        let start = match query.first("_page") {
            None => 0,
            Some(name) => page_start(name).ok_or_else(|| wrong("_page"))?,
        };
        let size = asked.map_or(size, |asked| asked.min(if fault.is_some() { size } else { MOST_ON_A_PAGE }));
        Ok(Self { start, size, fault })
    }
}

/// The name of a page, which clients should not read anything in.
fn page_name(start: usize) -> String {
    format!("p{start:x}")
}

fn page_start(name: &str) -> Option<usize> {
    usize::from_str_radix(name.strip_prefix('p')?, 16).ok()
}

fn not_acceptable(only: Option<Format>) -> Refusal {
    let formats = match only {
        None => "`application/fhir+json` and `application/fhir+xml`",
        Some(Format::Json) => "`application/fhir+json`",
        Some(Format::Xml) => "`application/fhir+xml`",
    };
    Refusal::new(406, "not-supported", format!("this server answers in {formats}, FHIR 4.0"))
}

fn refused_search(error: &SearchError) -> Refusal {
    let code = match error {
        SearchError::Value(_) => "value",
        SearchError::Parameter(_) | SearchError::Modifier(_) | SearchError::Include => "not-supported",
    };
    Refusal::new(400, code, error.to_string())
}
