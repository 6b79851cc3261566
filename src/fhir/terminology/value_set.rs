//! Value sets: what they include and exclude, and their expansion where they
//! bring one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::fhir::node::{Node, Tree};

/// Extensions by which an expansion says that it is not whole.
const NOT_WHOLE: [&str; 2] = ["valueset-toocostly", "valueset-unclosed"];

/// A value set.
#[derive(Debug, Clone)]
pub struct ValueSet {
    /// Canonical without version.
    pub url: Arc<str>,
    /// Version; empty when it has none.
    pub version: Arc<str>,
    /// What people call it; empty where that is not known.
    pub title: Arc<str>,
    /// What is in it: all of these together.
    pub includes: Vec<Include>,
    /// What is not, though included.
    pub excludes: Vec<Include>,
    /// Whether codes that are no longer to be used are in it, where it says so.
    pub inactive: Option<bool>,
    /// Its codes as somebody else worked them out.
    pub expansion: Option<Expansion>,
}

/// A part of a value set: the codes that meet all that is said here.
#[derive(Debug, Clone, Default)]
pub struct Include {
    /// Code system.
    pub system: Option<Arc<str>>,
    /// Its version.
    pub version: Option<Arc<str>>,
    /// These codes, with the display that the value set gives; none listed: all of the system.
    pub concepts: HashMap<Arc<str>, Option<Arc<str>>>,
    /// Those that pass all of these.
    pub filters: Vec<Filter>,
    /// Those that are in all of these value sets.
    pub value_sets: Vec<Arc<str>>,
}

/// A condition on a property of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// `concept`, `parent`
    pub property: Arc<str>,
    /// `is-a`, `=`
    pub operator: Arc<str>,
    /// What it is held against.
    pub value: Arc<str>,
}

/// The codes of a value set as somebody else worked them out.
#[derive(Debug, Clone, Default)]
pub struct Expansion {
    /// Code to the systems that have it in here.
    pub codes: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// These are all.
    pub is_whole: bool,
}

impl ValueSet {
    /// The code systems that it takes codes from by itself.
    #[must_use]
    pub fn systems(&self) -> Vec<Arc<str>> {
        let mut systems: Vec<Arc<str>> = self.includes.iter().filter_map(|include| include.system.clone()).collect();
        systems.dedup();
        systems
    }

    /// The value set that a ValueSet resource is.
    #[must_use]
    pub fn read(tree: &Tree) -> Self {
        let root = tree.root();
        let text = |name: &str| root.child_value(name).unwrap_or_default().into();
        let compose = root.child("compose");
        let parts =
            |name: &'static str| compose.into_iter().flat_map(move |compose| compose.children_named(name)).map(include).collect();
        Self {
            url: text("url"),
            version: text("version"),
            title: root.child_value("title").or(root.child_value("name")).unwrap_or_default().into(),
            includes: parts("include"),
            excludes: parts("exclude"),
            inactive: compose.and_then(|compose| compose.child_value("inactive")).map(|value| value == "true"),
            expansion: root.child("expansion").map(expansion),
        }
    }
}

fn include(node: Node<'_>) -> Include {
    let text = |node: Node<'_>, name: &str| node.child_value(name).map(Arc::<str>::from);
    let concept = |node| Some((text(node, "code")?, text(node, "display")));
    let filter =
        |node| Some(Filter { property: text(node, "property")?, operator: text(node, "op")?, value: text(node, "value")? });
    Include {
        system: text(node, "system"),
        version: text(node, "version"),
        concepts: node.children_named("concept").filter_map(concept).collect(),
        filters: node.children_named("filter").filter_map(filter).collect(),
        value_sets: node.children_named("valueSet").filter_map(Node::value).map(Arc::from).collect(),
    }
}

fn expansion(node: Node<'_>) -> Expansion {
    let mut expansion = Expansion::default();
    let mut count = 0_usize;
    contains(node, &mut expansion, &mut count);
    let total = node.child_value("total").and_then(|total| total.parse::<usize>().ok());
    let is_partial = |url: &str| NOT_WHOLE.iter().any(|name| url.ends_with(name));
    let mut extensions = node.children_named("extension").filter_map(|extension| extension.child_value("url"));
    let offset = node.child_value("offset").is_some_and(|offset| offset != "0");
    expansion.is_whole = count > 0 && !offset && total.is_none_or(|total| total <= count) && !extensions.any(is_partial);
    expansion
}

fn contains(node: Node<'_>, expansion: &mut Expansion, count: &mut usize) {
    for child in node.children_named("contains") {
        *count += 1;
        let is_abstract = child.child_value("abstract") == Some("true");
        if let (Some(code), false) = (child.child_value("code"), is_abstract) {
            let systems = expansion.codes.entry(code.into()).or_default();
            systems.push(child.child_value("system").unwrap_or_default().into());
        }
        contains(child, expansion, count);
    }
}
