//! Faults made ready, and which of them strike a request. What a struck answer
//! looks like is split between here (whole answers, headers), `responder` (the
//! search) and `patch` (the content).

use std::time::Duration;

use super::answer::{Answer, Refusal, Sending};
use super::patch::{self, Patches};
use super::request::Interaction;
use crate::agreements::Dialect;
use crate::fhir::node::{Node, Tree};
use crate::fhir::search::Query;
use crate::fhir::store::Store;
use crate::recognise::{Kind, Recogniser};
use crate::scenario::{Credentials, EmptyAnswer, Exchange, Fault, Format, FormatFault, LinkFault, Misbehaviour, Target};

/// Why a fault cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// The FHIRPath of a fault does not parse.
    #[error("fault `{fault}` holds `{expression}`, which is no FHIRPath: {message}")]
    Expression {
        /// Name of the fault.
        fault: String,
        /// The text that should have been FHIRPath.
        expression: String,
        /// What the parser says.
        message: String,
    },
}

/// The faults that the provider was told to have.
#[derive(Debug)]
pub(super) struct Faults {
    faults: Vec<Fault>,
    patches: Patches,
    /// Knows each exchange in every version of the agreement; which one is claimed makes no difference here.
    recogniser: Recogniser,
}

/// What a fault looks at to decide whether it strikes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'r> {
    pub(super) path: &'r str,
    /// Address of the server.
    pub(super) base: &'r str,
    /// The query as it was sent.
    pub(super) written: &'r str,
    pub(super) query: &'r Query,
    pub(super) interaction: &'r Interaction,
    pub(super) format: Option<Format>,
}

/// The misbehaviours that strike one request, in the order they are written.
#[derive(Debug, Default)]
pub(super) struct Struck<'f> {
    pub(super) behaviour: Vec<&'f Misbehaviour>,
    pub(super) patches: Option<&'f Patches>,
}

/// Matches on a page when a fault of the next link says nothing else.
const PAGE_OF_LINK_FAULT: usize = 2;

impl Faults {
    pub(super) fn prepare(faults: Vec<Fault>, exchanges: &[Exchange]) -> Result<Self, FaultError> {
        let recogniser = Recogniser::new(exchanges, Dialect::R4Rc2);
        Ok(Self { patches: Patches::prepare(&faults)?, faults, recogniser })
    }

    pub(super) fn strike(&self, seen: Seen<'_>) -> Struck<'_> {
        let struck = self.faults.iter().filter(|fault| self.hits(&fault.on, seen));
        Struck { behaviour: struck.flat_map(|fault| &fault.behaviour).collect(), patches: Some(&self.patches) }
    }

    fn hits(&self, target: &Target, seen: Seen<'_>) -> bool {
        let all = |wanted: &Option<String>, fits: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(fits);
        all(&target.exchange, &|name| self.is_exchange(name, seen))
            && all(
                &target.search,
                &|kind| matches!(seen.interaction, Interaction::Search { resource } if kind == "*" || kind == resource),
            )
            && all(
                &target.read,
                &|kind| matches!(seen.interaction, Interaction::Read { resource, .. } if kind == "*" || kind == resource),
            )
            && all(&target.query, &|text| written(seen.query).contains(text))
            && all(&target.written, &|text| seen.written.contains(text))
            && all(&target.path, &|path| seen.path.starts_with(path))
            && all(&target.parameter, &|key| seen.query.first(key).is_some())
            && target.format.is_none_or(|format| seen.format == Some(format))
    }

    fn is_exchange(&self, name: &str, seen: Seen<'_>) -> bool {
        let Interaction::Search { resource } = seen.interaction else { return false };
        match self.recogniser.search(resource, seen.query.parameters.clone(), seen.base).kind {
            Kind::Exchange(asks) => asks.exchange == name && asks.exact,
            Kind::Lookup { exchange } => exchange.as_deref() == Some(name),
            _ => false,
        }
    }
}

/// The query as a reader sees it, nothing encoded.
fn written(query: &Query) -> String {
    let pairs = query.parameters.iter().map(|parameter| format!("{}={}", parameter.key, parameter.value));
    pairs.collect::<Vec<_>>().join("&")
}

impl<'f> Struck<'f> {
    fn find<T>(&self, pick: impl Fn(&'f Misbehaviour) -> Option<T>) -> Option<T> {
        self.behaviour.iter().find_map(|behaviour| pick(behaviour))
    }

    pub(super) fn has(&self, wanted: &Misbehaviour) -> bool {
        self.behaviour.contains(&wanted)
    }

    pub(super) fn credentials(&self) -> Option<Credentials> {
        self.find(|behaviour| if let Misbehaviour::Credentials(fault) = behaviour { Some(*fault) } else { None })
    }

    pub(super) fn format(&self) -> Option<FormatFault> {
        self.find(|behaviour| if let Misbehaviour::Format(fault) = behaviour { Some(*fault) } else { None })
    }

    pub(super) fn link(&self) -> Option<LinkFault> {
        self.find(|behaviour| if let Misbehaviour::NextLink(fault) = behaviour { Some(*fault) } else { None })
    }

    pub(super) fn page_size(&self) -> Option<usize> {
        let size = self.find(|behaviour| if let Misbehaviour::PageSize(size) = behaviour { Some(*size as usize) } else { None });
        size.or(self.link().map(|_| PAGE_OF_LINK_FAULT))
    }

    /// The status of an answer without what was asked.
    pub(super) fn status(&self) -> Option<u16> {
        self.find(|behaviour| if let Misbehaviour::Status(status) = behaviour { Some(*status) } else { None })
    }

    /// How it answers when nothing is found.
    pub(super) fn when_empty(&self) -> Option<&'f EmptyAnswer> {
        self.find(|behaviour| if let Misbehaviour::WhenEmpty(answer) = behaviour { Some(answer) } else { None })
    }

    /// The query as the store is asked: without the parameters that the server acts as if it had not seen, and by the
    /// names that the store has.
    pub(super) fn query(&self, query: &Query) -> Result<Query, Refusal> {
        let mut left = query.clone();
        for behaviour in &self.behaviour {
            match behaviour {
                Misbehaviour::RefuseParameter(key) if query.first(key).is_some() => {
                    return Err(Refusal::new(400, "not-supported", format!("`{key}` is not supported")));
                }
                Misbehaviour::IgnoreParameter(key) => left.parameters.retain(|parameter| parameter.key != *key),
                Misbehaviour::Rename(names) => {
                    left.parameters.iter_mut().for_each(|parameter| parameter.value = patch::unrename(names, &parameter.value));
                }
                _ => {}
            }
        }
        Ok(left)
    }

    /// The matches as the server is told to see them.
    pub(super) fn matches<'s>(&self, found: Vec<Node<'s>>, store: &'s Store) -> Vec<Node<'s>> {
        let Some(patches) = self.patches else { return found };
        self.behaviour.iter().fold(found, |mut found, behaviour| match behaviour {
            Misbehaviour::Hide(condition) => {
                found.retain(|node| !patches.is_true(condition, *node, store));
                found
            }
            Misbehaviour::LatestOnly(rule) => patches.latest(rule, found, store),
            Misbehaviour::AddMatches(references) => with(found, references, store),
            _ => found,
        })
    }

    /// The includes as the server is told to see them.
    pub(super) fn includes<'s>(&self, found: Vec<Node<'s>>, store: &'s Store) -> Vec<Node<'s>> {
        let found = if self.has(&Misbehaviour::NoIncludes) { Vec::new() } else { found };
        self.behaviour.iter().fold(found, |found, behaviour| match behaviour {
            Misbehaviour::AddIncludes(references) => with(found, references, store),
            _ => found,
        })
    }

    /// What is wrong in the content.
    pub(super) fn change(&self, tree: &mut Tree, format: Format, store: &Store) {
        for behaviour in &self.behaviour {
            match (behaviour, self.patches) {
                (Misbehaviour::Patch(change), Some(patches)) => patches.apply(change, tree, store),
                (Misbehaviour::Rename(names), _) => patch::rename(names, tree),
                _ => {}
            }
        }
        if format == Format::Xml && self.format() == Some(FormatFault::XmlLosesElements) {
            patch::lose_elements(tree);
        }
    }

    /// A whole answer that is not what was asked.
    pub(super) fn instead(&self) -> Option<Answer> {
        self.find(|behaviour| match behaviour {
            Misbehaviour::HtmlPage(status) => Some(html(*status)),
            Misbehaviour::Redirect(location) => Some(redirect(location)),
            _ => None,
        })
    }

    /// What is wrong around the content.
    pub(super) fn finish(&self, answer: &mut Answer) {
        for behaviour in &self.behaviour {
            match behaviour {
                Misbehaviour::Header(headers) => headers.iter().for_each(|(name, value)| set(answer, name, value)),
                Misbehaviour::Format(FormatFault::WrongContentType) => set(answer, "content-type", "text/html"),
                Misbehaviour::Format(FormatFault::WrongVersion) => other_version(answer),
                Misbehaviour::Delay(milliseconds) => answer.delay += Duration::from_millis(u64::from(*milliseconds)),
                Misbehaviour::NeverAnswers => answer.sending = Sending::Never,
                Misbehaviour::EndlessBody => answer.sending = Sending::Endless,
                Misbehaviour::Truncate => answer.sending = Sending::Half,
                _ => {}
            }
        }
    }
}

/// What was found, and these resources that were not.
fn with<'s>(mut found: Vec<Node<'s>>, references: &[String], store: &'s Store) -> Vec<Node<'s>> {
    let more = references.iter().filter_map(|reference| store.resolve(reference));
    let more: Vec<_> = more.filter(|node| !found.contains(node)).collect();
    found.extend(more);
    found
}

fn set(answer: &mut Answer, name: &str, value: &str) {
    answer.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    if !value.is_empty() {
        answer.headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
}

fn other_version(answer: &mut Answer) {
    for (name, value) in &mut answer.headers {
        if name == "content-type" {
            *value = match value.split_once("fhirVersion=") {
                Some((before, "4.0")) => format!("{before}fhirVersion=3.0"),
                Some((before, _)) => format!("{before}fhirVersion=4.0"),
                None => std::mem::take(value),
            };
        }
    }
}

/// A page that is no FHIR.
pub(super) fn html(status: u16) -> Answer {
    let page =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Toets</title></head><body><p>This is no FHIR.</p></body></html>\n";
    Answer::new(status, "text/html; charset=utf-8", page.as_bytes().to_vec())
}

fn redirect(location: &str) -> Answer {
    let mut answer = Answer::new(302, "", Vec::new());
    answer.headers = vec![("location".to_owned(), location.to_owned())];
    answer
}
