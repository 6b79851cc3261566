//! The evidence indexed by scenario and step: answers with their pages, bodies
//! read once each, entries by what they are. Holds no opinion.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::body::{Body, Document};
use super::finding::Place;
use super::reference::{self, Name};
use crate::agreements::FhirVersion;
use crate::evidence::{
    Attested, Capture, Evidence, Exchange, FoundPersona, OmittedReason, Origin, Outcome, PhaseOver, Received, Record,
};
use crate::fhir::node::Node;

/// The evidence of a run, indexed.
#[derive(Debug)]
pub(crate) struct Answers<'a> {
    fhir: FhirVersion,
    steps: BTreeMap<&'a str, BTreeMap<&'a str, StepRecord<'a>>>,
    bodies: BTreeMap<&'a str, (&'a Arc<[u8]>, OnceCell<Body>)>,
    personas: BTreeMap<&'a str, &'a FoundPersona>,
    captures: BTreeMap<&'a str, Vec<&'a Capture>>,
    /// Resources of a scenario by `Type/id`, found when they are first asked for.
    places: RefCell<HashMap<String, HashMap<String, Spot>>>,
}

/// Where a resource stands among the answers of a scenario.
#[derive(Debug, Clone)]
struct Spot {
    step: String,
    chain: usize,
    /// 0 is the first answer of the chain.
    page: usize,
    /// Number of the entry; nothing where the answer is the resource.
    entry: Option<usize>,
}

/// What was recorded of a step.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepRecord<'a> {
    /// Requests of the step, each with the pages that follow from it.
    pub(crate) chains: Vec<RawChain<'a>>,
    /// Why it was left out.
    pub(crate) omitted: Option<&'a OmittedReason>,
    /// What a client sent, in the order in which it came.
    pub(crate) came: Vec<&'a Exchange>,
    /// How the phase ended, where it is one: the last time that it was gone through.
    pub(crate) phase: Option<&'a PhaseOver>,
    /// What was said of it last, by expectation.
    pub(crate) attested: BTreeMap<&'a str, &'a Attested>,
    /// Expectations that nobody spoke of in time, with the seconds that were waited.
    pub(crate) unanswered: BTreeMap<&'a str, u64>,
}

/// A request and the requests for the pages that follow from it.
#[derive(Debug, Clone)]
pub(crate) struct RawChain<'a> {
    /// The request.
    pub(crate) first: &'a Exchange,
    /// Next links, in order.
    pub(crate) next: Vec<&'a Exchange>,
}

/// An answer with its body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    /// The exchange.
    pub(crate) exchange: &'a Exchange,
    /// What came back.
    pub(crate) received: &'a Received,
    /// The body.
    pub(crate) body: &'a Body,
}

/// What an entry of a searchset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Found.
    Match,
    /// Comes along.
    Include,
    /// A note.
    Outcome,
    /// Not said.
    Absent,
}

/// An entry of a Bundle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// The answer it stands in.
    pub(crate) answer: Answer<'a>,
    /// The entry itself.
    pub(crate) node: Node<'a>,
    /// Its resource.
    pub(crate) resource: Option<Node<'a>>,
    /// Its full URL.
    pub(crate) full_url: Option<&'a str>,
    /// What the server says it is.
    pub(crate) mode: Mode,
}

static NO_BODY: Body = Body::Empty;
static LOST_BODY: Body = Body::Lost;

impl<'a> Answers<'a> {
    /// Indexes the evidence; bodies are read when they are first asked for.
    pub(crate) fn new(evidence: &'a Evidence, fhir: FhirVersion) -> Self {
        let mut answers = Self {
            fhir,
            steps: BTreeMap::new(),
            bodies: evidence.blobs.iter().map(|(digest, bytes)| (digest.as_str(), (bytes, OnceCell::new()))).collect(),
            personas: BTreeMap::new(),
            captures: BTreeMap::new(),
            places: RefCell::default(),
        };
        for record in &evidence.records {
            answers.add(record);
        }
        answers
    }

    fn add(&mut self, record: &'a Record) {
        match record {
            Record::Exchange(exchange) => {
                self.steps.entry(&exchange.scenario).or_default().entry(&exchange.step).or_default().add(exchange);
            }
            Record::Omitted(omitted) => {
                self.steps.entry(&omitted.scenario).or_default().entry(&omitted.step).or_default().omitted =
                    Some(&omitted.reason);
            }
            Record::Persona(found) => {
                self.personas.insert(&found.persona, found);
            }
            Record::Capture(capture) => self.captures.entry(&capture.scenario).or_default().push(capture),
            Record::Phase(over) => {
                let step = self.steps.entry(&over.scenario).or_default().entry(&over.step).or_default();
                step.phase = Some(over);
                // A table that was stopped and goes on comes to what it had left out.
                step.omitted = None;
            }
            Record::Attested(said) => {
                let step = self.steps.entry(&said.scenario).or_default().entry(&said.step).or_default();
                step.attested.insert(&said.expectation, said);
            }
            Record::Unanswered(unanswered) => {
                let step = self.steps.entry(&unanswered.scenario).or_default().entry(&unanswered.step).or_default();
                step.unanswered.extend(unanswered.expectations.iter().map(|name| (name.as_str(), unanswered.waited_s)));
            }
            Record::Replaced(_) | Record::Token(_) | Record::Note(_) | Record::Terminology(_) | Record::End(_) => {}
        }
    }

    /// What was recorded of a step; nothing when the run never came to it.
    pub(crate) fn step(&self, scenario: &str, step: &str) -> Option<&StepRecord<'a>> {
        self.steps.get(scenario)?.get(step)
    }

    /// Everything that was sent, scenario by scenario.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = &'a Exchange> {
        let chains = self.steps.values().flat_map(BTreeMap::values).flat_map(|record| &record.chains);
        chains.flat_map(|chain| std::iter::once(chain.first).chain(chain.next.iter().copied()))
    }

    /// How a persona was found.
    pub(crate) fn persona(&self, name: &str) -> Option<&'a FoundPersona> {
        self.personas.get(name).copied()
    }

    /// What was captured in a scenario.
    pub(crate) fn captures(&self, scenario: &str) -> &[&'a Capture] {
        self.captures.get(scenario).map_or(&[], Vec::as_slice)
    }

    /// A resource by type and id, as the first answer of a scenario that holds it has it.
    pub(crate) fn resource(&self, scenario: &str, name: Name<'_>) -> Option<Node<'_>> {
        let spot = {
            let mut places = self.places.borrow_mut();
            let known = places.entry(scenario.to_owned()).or_insert_with(|| self.spots(scenario));
            known.get(&name.to_string()).cloned()?
        };
        let root = self.answer(self.step(scenario, &spot.step)?.chains.get(spot.chain)?.exchange(spot.page)?)?.root()?;
        match spot.entry {
            None => Some(root),
            Some(entry) => root.children_named("entry").nth(entry)?.child("resource"),
        }
    }

    fn spots(&self, scenario: &str) -> HashMap<String, Spot> {
        let mut spots = HashMap::new();
        for (step, record) in self.steps.get(scenario).into_iter().flatten() {
            for (chain, raw) in record.chains.iter().enumerate() {
                for page in 0..=raw.next.len() {
                    let answer =
                        raw.exchange(page).and_then(|exchange| self.answer(exchange)).filter(|answer| answer.is_success());
                    let Some(root) = answer.and_then(Answer::root) else { continue };
                    let entries = root.children_named("entry").map(|entry| entry.child("resource")).enumerate();
                    let inside = entries.filter_map(|(number, resource)| Some((Some(number), resource?)));
                    let found: Vec<_> = if root.type_name() == "Bundle" { inside.collect() } else { vec![(None, root)] };
                    for (entry, resource) in found {
                        let Some(name) = resource_name(resource) else { continue };
                        let spot = || Spot { step: (*step).to_owned(), chain, page, entry };
                        spots.entry(name.to_string()).or_insert_with(spot);
                    }
                }
            }
        }
        spots
    }

    /// The answer of an exchange, when there is one.
    pub(crate) fn answer(&self, exchange: &'a Exchange) -> Option<Answer<'_>> {
        let Outcome::Answered(received) = &exchange.outcome else { return None };
        Some(Answer { exchange, received, body: self.body(received) })
    }

    fn body(&self, received: &Received) -> &Body {
        let Some(digest) = &received.body else { return &NO_BODY };
        let Some((bytes, body)) = self.bodies.get(digest.as_str()) else { return &LOST_BODY };
        body.get_or_init(|| Body::read(bytes, self.fhir))
    }

    /// The bytes of a body as text, for what is searched in it whatever it is.
    pub(crate) fn text(&self, received: &Received) -> String {
        let bytes = received.body.as_ref().and_then(|digest| self.bodies.get(digest.as_str()));
        bytes.map_or_else(String::new, |(bytes, _)| String::from_utf8_lossy(bytes).into_owned())
    }
}

impl<'a> StepRecord<'a> {
    /// What a client sent since the phase was begun for the last time.
    pub(crate) fn received(&self) -> impl Iterator<Item = &'a Exchange> {
        let begun = self.phase.map_or(0, |phase| phase.started_us);
        self.came.iter().copied().filter(move |exchange| exchange.started_us >= begun)
    }

    fn add(&mut self, exchange: &'a Exchange) {
        if exchange.origin == Origin::Client {
            self.came.push(exchange);
            return;
        }
        if let Origin::NextLink(before) = &exchange.origin {
            let chain = self.chains.iter_mut().find(|chain| chain.holds(before));
            if let Some(chain) = chain {
                chain.next.push(exchange);
                return;
            }
        }
        self.chains.push(RawChain { first: exchange, next: Vec::new() });
    }
}

impl<'a> RawChain<'a> {
    /// The request, or that of one of its pages.
    fn exchange(&self, page: usize) -> Option<&'a Exchange> {
        if page == 0 { Some(self.first) } else { self.next.get(page - 1).copied() }
    }

    fn holds(&self, id: &str) -> bool {
        self.first.id == id || self.next.iter().any(|exchange| exchange.id == id)
    }
}

impl<'a> Answer<'a> {
    /// The resource and its text.
    pub(crate) fn document(self) -> Option<&'a Document> {
        self.body.document()
    }

    /// The resource.
    pub(crate) fn root(self) -> Option<Node<'a>> {
        self.document().map(|document| document.tree.root())
    }

    /// Value of the first header with this name.
    pub(crate) fn header(self, name: &str) -> Option<&'a str> {
        let found = self.received.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    pub(crate) fn is_success(self) -> bool {
        (200..300).contains(&self.received.status)
    }

    /// The answer as a whole.
    pub(crate) fn place(self) -> Place {
        Place { exchange: Some(self.exchange.id.clone()), ..Place::default() }
    }

    /// An element of the answer.
    pub(crate) fn place_of(self, node: Node<'_>) -> Place {
        let line = self.document().map(|document| document.line(node));
        Place { exchange: Some(self.exchange.id.clone()), path: Some(node.path()), line }
    }

    /// The entries of a Bundle.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let bundle = self.root().filter(|root| root.type_name() == "Bundle");
        bundle.into_iter().flat_map(|bundle| bundle.children_named("entry").collect::<Vec<_>>()).map(move |node| Entry {
            answer: self,
            node,
            resource: node.child("resource"),
            full_url: node.child_value("fullUrl"),
            mode: Mode::of(node),
        })
    }

    /// The URL of the link with this relation.
    pub(crate) fn link(self, relation: &str) -> Option<&'a str> {
        let links = self.root()?.children_named("link").collect::<Vec<_>>();
        links.into_iter().find(|link| link.child_value("relation") == Some(relation))?.child_value("url")
    }
}

/// A request in a few characters: `GET Consent?patient=12`.
pub(crate) fn request(exchange: &Exchange, base: &str) -> String {
    let url = exchange.request.url.strip_prefix(base).map_or(exchange.request.url.as_str(), |path| path.trim_start_matches('/'));
    format!("{} {url}", exchange.request.method)
}

impl Mode {
    fn of(entry: Node<'_>) -> Self {
        match entry.child("search").and_then(|search| search.child_value("mode")) {
            Some("match") => Self::Match,
            Some("include") => Self::Include,
            Some("outcome") => Self::Outcome,
            _ => Self::Absent,
        }
    }
}

impl<'a> Entry<'a> {
    /// Type of its resource.
    pub(crate) fn kind(self) -> &'a str {
        self.resource.map_or("", Node::type_name)
    }

    /// Whether it is a note and no result. A server may mark an
    /// OperationOutcome as anything; it is never what was searched for.
    pub(crate) fn is_note(self) -> bool {
        self.kind() == "OperationOutcome" || self.mode == Mode::Outcome
    }

    /// Whether it was found, when this type was searched (any type when unknown).
    /// An entry of another type is never a match: that it says so is for `search-modes`.
    pub(crate) fn is_match(self, asked: Option<&str>) -> bool {
        let of_type = asked.is_none_or(|asked| asked == self.kind());
        match self.mode {
            Mode::Match => of_type && !self.is_note(),
            Mode::Absent => asked.is_some() && of_type && !self.is_note(),
            Mode::Include | Mode::Outcome => false,
        }
    }

    /// What it is called: by type and id, or else by its place.
    pub(crate) fn subject(self) -> String {
        self.resource.and_then(resource_name).map_or_else(|| self.node.path(), |name| name.to_string())
    }
}

/// Type and id of a resource.
pub(crate) fn resource_name(resource: Node<'_>) -> Option<Name<'_>> {
    Some(Name { kind: resource.type_name(), id: resource.child_value("id")? })
}

/// The type that a request searches, from its URL.
pub(crate) fn searched_type<'u>(url: &'u str, base: &str) -> Option<&'u str> {
    let below = url.strip_prefix(base.trim_end_matches('/'))?.strip_prefix('/')?;
    let (path, query) = below.split_once('?').map_or((below, None), |(path, query)| (path, Some(query)));
    match path.split('/').collect::<Vec<_>>().as_slice() {
        [kind, "_search"] => Some(kind),
        [kind] if query.is_some() && !kind.is_empty() && *kind != "metadata" => Some(kind),
        _ => None,
    }
}

/// The resource that a request reads, from its URL.
pub(crate) fn read_name<'u>(url: &'u str, base: &str) -> Option<Name<'u>> {
    reference::name(url, &[base])
}
