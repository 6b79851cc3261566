//! What was gathered for a plan: resources by name, and which of them answer
//! which exchange. Plain values: a plan is read from them without a network.

use std::collections::{BTreeMap, BTreeSet};

use super::settings::{Reason, ReasonKind};
use crate::agreements::FhirVersion;
use crate::fhir::node::{Node, Tree};
use crate::fhir::search::link_of;
use crate::text::Text;

/// Everything that was gathered.
#[derive(Debug, Clone)]
pub struct Records {
    /// Logical id of the patient.
    pub patient: String,
    /// FHIR base URL of the server.
    pub base: String,
    /// The version of FHIR of the resources.
    pub fhir: FhirVersion,
    /// Resources by `Type/id`.
    pub resources: BTreeMap<String, Tree>,
    /// Names of resources by the `fullUrl` that they came with, where that is no address of the server.
    pub aliases: BTreeMap<String, String>,
    /// Exchanges that were asked, with the names of their matches in the order received.
    pub answers: BTreeMap<String, Answered>,
    /// Why something may be missing.
    pub reasons: Vec<Reason>,
    /// What the server says beside its answers, without anything being missing.
    pub remarks: Vec<String>,
}

/// What an exchange brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// Names of the matches.
    pub matches: Vec<String>,
}

impl Records {
    /// Nothing yet, about this patient.
    #[must_use]
    pub fn new(patient: impl Into<String>, base: impl Into<String>, fhir: FhirVersion) -> Self {
        Self {
            patient: patient.into(),
            base: base.into(),
            fhir,
            resources: BTreeMap::new(),
            aliases: BTreeMap::new(),
            answers: BTreeMap::new(),
            reasons: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Keeps a resource, and says under which name.
    pub fn keep(&mut self, resource: Node<'_>, full_url: Option<&str>) -> String {
        let name = match (resource.child_value("id"), full_url) {
            (Some(id), _) => format!("{}/{id}", resource.type_name()),
            (None, Some(url)) => url.to_owned(),
            (None, None) => format!("{}/#{}", resource.type_name(), self.resources.len()),
        };
        if let Some(url) = full_url.filter(|url| link_of(url, &self.base).is_none()) {
            self.aliases.insert(url.to_owned(), name.clone());
        }
        self.resources.insert(name.clone(), Tree::copy_of(resource));
        name
    }

    /// The resource with this name.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<Node<'_>> {
        self.resources.get(name).map(Tree::root)
    }

    /// The patient.
    #[must_use]
    pub fn patient(&self) -> Option<Node<'_>> {
        self.resource(&format!("Patient/{}", self.patient))
    }

    /// The resource that a Reference means: contained, in an answer, or read.
    #[must_use]
    pub fn target<'r>(&'r self, reference: Node<'r>) -> Option<Node<'r>> {
        let text = reference.child_value("reference")?;
        if let Some(id) = text.strip_prefix('#') {
            let inside = reference.outward().filter(|node| node.is_resource()).last()?;
            return inside.children_named("contained").find(|resource| resource.child_value("id") == Some(id));
        }
        if let Some(name) = self.aliases.get(text) {
            return self.resource(name);
        }
        let link = link_of(text, &self.base)?;
        self.resource(&format!("{}/{}", link.resource, link.id))
    }

    /// Matches of these exchanges, each once.
    pub fn matches<'r>(&'r self, exchanges: &'r [&str]) -> impl Iterator<Item = (&'r str, Node<'r>)> {
        let mut seen = BTreeSet::new();
        let names = exchanges.iter().filter_map(|exchange| self.answers.get(*exchange)).flat_map(|answer| &answer.matches);
        names.filter(move |name| seen.insert(name.as_str())).filter_map(|name| Some((name.as_str(), self.resource(name)?)))
    }

    /// Adds a reason once.
    pub fn reason(&mut self, kind: ReasonKind, exchange: Option<&str>, en: impl Into<String>, nl: impl Into<String>) {
        let reason = Reason { kind, exchange: exchange.map(str::to_owned), text: Text { en: en.into(), nl: nl.into() } };
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}
