//! What marks are looked for in: canonicals, codes, ids and parameters that
//! were seen, each kept once with how often and where first.

use std::collections::BTreeMap;

use super::tongue::Evidence;
use crate::fhir::node::Node;
use crate::fhir::search::Parameter;
use crate::scenario::{Mark, Sign, fits};

/// Where something is that is seen now.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Here<'h> {
    /// The exchange, where it is of one.
    pub(super) exchange: &'h str,
    /// The resource or the request.
    pub(super) thing: &'h str,
    /// The element.
    pub(super) node: Option<Node<'h>>,
    /// It is said of what a server can do, not shown.
    pub(super) declared: bool,
}

/// How often, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    count: usize,
    /// How often it was shown, and not only said.
    shown: usize,
    example: String,
    exchange: String,
    path: Option<String>,
}

impl Seen {
    pub(super) fn add(&mut self, here: &Here<'_>) {
        if self.count == 0 {
            here.thing.clone_into(&mut self.example);
            here.exchange.clone_into(&mut self.exchange);
            self.path = here.node.map(Node::path);
        }
        self.count += 1;
        self.shown += usize::from(!here.declared);
    }

    pub(super) fn evidence(&self, text: &str) -> Evidence {
        Evidence {
            text: text.to_owned(),
            count: self.count,
            example: self.example.clone(),
            exchange: Some(self.exchange.clone()).filter(|exchange| !exchange.is_empty()),
            path: self.path.clone(),
            declared: self.shown == 0,
        }
    }
}

/// All that was seen, each thing once.
#[derive(Debug, Clone, Default)]
pub(super) struct Signs {
    profiles: BTreeMap<String, Seen>,
    canonicals: BTreeMap<String, Seen>,
    extensions: BTreeMap<String, Seen>,
    /// By element, and `system|code`.
    codes: BTreeMap<(String, String), Seen>,
    ids: BTreeMap<String, Seen>,
    items: BTreeMap<String, Seen>,
    written: BTreeMap<String, Seen>,
}

/// Things of one kind that are kept at most: what somebody sends is bounded.
const MOST: usize = 20_000;

/// Letters of one thing that are kept.
const LONGEST: usize = 500;

fn keep<K: Ord>(all: &mut BTreeMap<K, Seen>, key: K, here: &Here<'_>) {
    if all.len() < MOST || all.contains_key(&key) {
        all.entry(key).or_default().add(here);
    }
}

impl Signs {
    /// Sees a parameter of a request.
    pub(super) fn parameter(&mut self, parameter: &Parameter, here: &Here<'_>) {
        let text =
            if parameter.value.is_empty() { parameter.key.clone() } else { format!("{}={}", parameter.key, parameter.value) };
        if text.len() > LONGEST {
            return;
        }
        keep(&mut self.written, text, here);
        for value in parameter.plain().into_iter().filter(|value| value.contains("://")) {
            keep(&mut self.canonicals, value, here);
        }
    }

    /// Sees a resource with all that is in it.
    pub(super) fn resource(&mut self, root: Node<'_>, exchange: &str) {
        let declared = root.type_name() == "CapabilityStatement";
        let mut open = vec![(root, String::new())];
        while let Some((node, thing)) = open.pop() {
            let thing = if node.is_resource() {
                let id = node.child_value("id").unwrap_or_default();
                let thing = format!("{}/{id}", node.type_name());
                keep(&mut self.ids, id.to_owned(), &Here { exchange, thing: &thing, node: node.child("id"), declared });
                thing
            } else {
                thing
            };
            self.element(&Here { exchange, thing: &thing, node: Some(node), declared });
            open.extend(node.children().filter(|child| !child.is_bare()).map(|child| (child, thing.clone())));
        }
    }

    fn element(&mut self, here: &Here<'_>) {
        let Some(node) = here.node else { return };
        if let Some(code) = node.child_value("code").filter(|_| node.type_name() == "Coding") {
            let system = node.child_value("system").unwrap_or_default();
            keep(&mut self.codes, (element_of(node), format!("{system}|{code}")), here);
        }
        let Some(value) = node.value().filter(|value| value.len() <= LONGEST) else { return };
        match (node.parent().map_or("", Node::name), node.name()) {
            ("meta", "profile") => {
                keep(&mut self.profiles, value.to_owned(), here);
                keep(&mut self.canonicals, value.to_owned(), here);
            }
            ("extension" | "modifierExtension", "url") => {
                keep(&mut self.extensions, value.to_owned(), here);
                keep(&mut self.canonicals, value.to_owned(), here);
            }
            ("item", "linkId") => keep(&mut self.items, format!("item {value}"), here),
            _ if !value.contains("://") => {}
            // What a server says that it supports, as both versions of FHIR write it.
            (_, "supportedProfile" | "profile") | ("supportedProfile" | "profile", "reference") if here.declared => {
                keep(&mut self.profiles, value.to_owned(), here);
                keep(&mut self.canonicals, value.to_owned(), here);
            }
            (_, "questionnaire" | "reference" | "profile" | "instantiates" | "answerValueSet") => {
                keep(&mut self.canonicals, value.to_owned(), here)
            }
            _ => {}
        }
    }

    /// What was seen of a mark. What the agreement names is under one of its canonicals: others may use the same names.
    pub(super) fn find(&self, mark: &Mark, canonicals: &[&str]) -> Option<Evidence> {
        let at = mark.at.as_deref();
        let is_ours = |text: &str| {
            let below = |start: &str| text.strip_prefix(start).is_some_and(|rest| rest.starts_with('/'));
            canonicals.iter().any(|start| below(start))
        };
        match &mark.sign {
            Sign::Canonical(start) => first(&self.canonicals, |text| text.starts_with(start.as_str())),
            Sign::Version(version) => {
                first(&self.canonicals, |text| is_ours(text) && text.split_once('|').is_some_and(|(_, theirs)| theirs == version))
            }
            Sign::Profile(name) => {
                first(&self.profiles, |text| last_part(text.split('|').next().unwrap_or(text)) == name && is_ours(text))
            }
            Sign::Extension(name) => first(&self.extensions, |text| last_part(text) == name && is_ours(text)),
            Sign::Written(part) => first(&self.written, |text| text.starts_with(part.as_str())),
            Sign::Item(link) => first(&self.items, |text| text.strip_prefix("item ") == Some(link)),
            Sign::Id(pattern) => first(&self.ids, |text| fits(pattern, text)),
            Sign::Code(wanted) => self.code(at, |code| match wanted.contains('|') {
                true => code == wanted,
                false => code.split_once('|').is_some_and(|(_, code)| code == wanted),
            }),
            Sign::System(wanted) => self.code(at, |code| code.split_once('|').is_some_and(|(system, _)| system == wanted)),
        }
    }

    fn code(&self, at: Option<&str>, is_it: impl Fn(&str) -> bool) -> Option<Evidence> {
        let mut found = self.codes.iter().filter(|((place, code), _)| at.is_none_or(|at| at == place) && is_it(code));
        let ((place, code), seen) = found.next()?;
        Some(together(seen.evidence(&format!("{place} {code}")), found.map(|(_, seen)| seen)))
    }
}

/// The element that a coding is of, without indexes: `Goal.category`.
fn element_of(coding: Node<'_>) -> String {
    let start = if coding.name() == "coding" { coding.parent() } else { Some(coding) };
    let mut names: Vec<&str> = Vec::new();
    for node in start.into_iter().flat_map(Node::outward) {
        if node.is_resource() {
            names.push(node.type_name());
            break;
        }
        names.push(node.name());
    }
    names.reverse();
    names.join(".")
}

/// The first sight, counted with others of the same.
fn together<'s>(mut evidence: Evidence, others: impl Iterator<Item = &'s Seen>) -> Evidence {
    for seen in others {
        evidence.count += seen.count;
        evidence.declared &= seen.shown == 0;
    }
    evidence
}

/// The first that fits, with how often any that fits was seen.
fn first(all: &BTreeMap<String, Seen>, is_it: impl Fn(&str) -> bool) -> Option<Evidence> {
    let mut found = all.iter().filter(|(text, _)| is_it(text));
    let (text, seen) = found.next()?;
    Some(together(seen.evidence(text), found.map(|(_, seen)| seen)))
}

fn last_part(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
