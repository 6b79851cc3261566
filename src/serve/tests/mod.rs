//! The provider without its sockets: what it answers to which request.

mod answers;
mod errors;
mod faults;
mod personas;

use std::sync::LazyLock;

use super::answer::Answer;
use super::provider::{Config, prepare};
use super::request::Request;
use super::responder::Responder;
use crate::agreements::FhirVersion;
use crate::fhir::node::{Node, Tree};
use crate::fhir::types::r4;
use crate::fhir::{json, xml};
use crate::scenario::{Fault, Misbehaviour, Source, Suite, Target, load};
use crate::text::Text;

const BASE: &str = "http://127.0.0.1:8420/fhir";
const TOKEN: &str = "test-token";

/// The suite of this repository.
fn suite() -> &'static Suite {
    static SUITE: LazyLock<Suite> = LazyLock::new(|| load(&Source::Embedded).expect("the suite has no mistakes"));
    &SUITE
}

/// A provider over the fixtures, without faults.
fn responder() -> &'static Responder {
    static RIGHT: LazyLock<Responder> =
        LazyLock::new(|| prepare(&Config::new(suite(), TOKEN), BASE).expect("the fixtures can be served"));
    &RIGHT
}

/// A provider over the fixtures in STU3, without faults.
fn stu3_responder() -> &'static Responder {
    static RIGHT: LazyLock<Responder> = LazyLock::new(|| {
        let config = Config { fhir: FhirVersion::Stu3, ..Config::new(suite(), TOKEN) };
        prepare(&config, BASE).expect("the fixtures can be served")
    });
    &RIGHT
}

/// A provider over the fixtures that misbehaves.
fn faulty(on: Target, behaviour: Vec<Misbehaviour>) -> Responder {
    let text = Text { en: String::new(), nl: String::new() };
    let fault = Fault {
        fault: "test".to_owned(),
        title: text,
        fhir: None,
        version: None,
        on,
        behaviour,
        kills: Vec::new(),
        notes: Vec::new(),
        also: Vec::new(),
    };
    let suite = Suite { faults: vec![fault], ..suite().clone() };
    let config = Config { faults: vec!["test".to_owned()], ..Config::new(&suite, TOKEN) };
    prepare(&config, BASE).expect("the fault can be used")
}

/// A GET of a URL relative to the base, with the right token.
fn get(url: &str) -> Request {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    Request {
        method: "GET".to_owned(),
        path: Some(path.to_owned()),
        query: query.to_owned(),
        headers: vec![("authorization".to_owned(), format!("Bearer {TOKEN}"))],
        body: Vec::new(),
    }
}

/// The same search by POST.
fn post(url: &str) -> Request {
    let request = get(url);
    let path = request.path.map(|path| format!("{path}/_search"));
    Request { method: "POST".to_owned(), path, query: String::new(), body: request.query.into_bytes(), ..get(url) }
        .with("content-type", "application/x-www-form-urlencoded")
}

impl Request {
    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The body, read in the format that its Content-Type names.
    fn tree(&self) -> Tree {
        self.tree_in(FhirVersion::R4)
    }

    /// The body as one of this version of FHIR.
    fn tree_in(&self, fhir: FhirVersion) -> Tree {
        let types = fhir.types();
        let is_xml = self.header("content-type").is_some_and(|value| value.contains("xml"));
        let read = if is_xml { xml::read(&self.body, types) } else { json::read(&self.body, types) };
        read.expect("the body is a resource")
    }

    fn ids(&self, mode: &str) -> Vec<String> {
        let tree = self.tree();
        let of_mode = |entry: &Node<'_>| entry.child("search").and_then(|search| search.child_value("mode")) == Some(mode);
        let name = |entry: Node<'_>| {
            let resource = entry.child("resource").expect("an entry has a resource");
            format!("{}/{}", resource.type_name(), resource.child_value("id").unwrap_or_default())
        };
        tree.root().children_named("entry").filter(of_mode).map(name).collect()
    }

    fn matches(&self) -> Vec<String> {
        self.ids("match")
    }

    fn includes(&self) -> Vec<String> {
        self.ids("include")
    }

    fn link(&self, relation: &str) -> Option<String> {
        let tree = self.tree();
        let link = tree.root().children_named("link").find(|link| link.child_value("relation") == Some(relation))?;
        link.child_value("url").map(str::to_owned)
    }

    fn kind(&self) -> String {
        self.tree().root().type_name().to_owned()
    }
}

/// A URL of this server as the driver asks it: relative to the base.
fn relative(url: &str) -> &str {
    url.strip_prefix(BASE).and_then(|rest| rest.strip_prefix('/')).expect("links are absolute, on this server")
}
