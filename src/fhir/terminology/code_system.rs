//! Code systems: their codes with displays, properties and what stands above them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::fhir::node::{Node, Tree};
use crate::nearest::nearest;

/// Deepest nesting of concepts that is followed. Trees are less deep than that.
const MAX_DEPTH: usize = 64;

/// A code system as far as it is here.
#[derive(Debug, Clone)]
pub struct CodeSystem {
    /// Canonical without version.
    pub url: Arc<str>,
    /// Version; empty when it has none.
    pub version: Arc<str>,
    /// How much of it is here.
    pub content: Content,
    /// Whether capitals matter, where it says so.
    pub case_sensitive: Option<bool>,
    /// A concept below another is one of its kind.
    pub is_a: bool,
    concepts: HashMap<Arc<str>, Concept>,
    /// Codes in small letters, for systems in which capitals do not matter.
    small: HashMap<String, Arc<str>>,
}

/// How much of a code system is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Complete,
    /// Some of it.
    Fragment,
    /// Nothing but its name.
    NotPresent,
    /// Only more about codes of another one.
    Supplement,
}

/// A concept of a code system.
#[derive(Debug, Clone, Default)]
pub struct Concept {
    /// Its display, where it has one.
    pub display: Option<Arc<str>>,
    /// Other displays, with their language where that is said.
    pub designations: Vec<(Option<Arc<str>>, Arc<str>)>,
    /// Digests of displays whose text is not here, in any language.
    pub digests: Vec<u32>,
    /// Codes right above it.
    pub parents: Vec<Arc<str>>,
    /// Property and value.
    pub properties: Vec<(Arc<str>, Arc<str>)>,
}

impl CodeSystem {
    /// The code system that a CodeSystem resource is.
    #[must_use]
    pub fn read(tree: &Tree) -> Self {
        let root = tree.root();
        let text = |name: &str| root.child_value(name).unwrap_or_default().into();
        let mut system = Self {
            url: text("url"),
            version: text("version"),
            content: match root.child_value("content") {
                Some("complete") => Content::Complete,
                Some("fragment" | "example") => Content::Fragment,
                Some("supplement") => Content::Supplement,
                _ => Content::NotPresent,
            },
            case_sensitive: root.child_value("caseSensitive").map(|value| value == "true"),
            is_a: matches!(root.child_value("hierarchyMeaning"), None | Some("is-a" | "subsumes")),
            concepts: HashMap::new(),
            small: HashMap::new(),
        };
        system.add(root, None, 0);
        system.turn_children();
        system
    }

    /// A code system without codes as yet, of which nothing else is known.
    pub(in crate::fhir) fn empty(url: &str, version: &str) -> Self {
        Self {
            url: url.into(),
            version: version.into(),
            content: Content::NotPresent,
            case_sensitive: None,
            is_a: true,
            concepts: HashMap::new(),
            small: HashMap::new(),
        }
    }

    /// Puts a concept in.
    pub(in crate::fhir) fn insert(&mut self, code: Arc<str>, concept: Concept) {
        self.small.insert(code.to_lowercase(), code.clone());
        self.concepts.insert(code, concept);
    }

    /// All codes with their concepts, in no order.
    pub fn concepts(&self) -> impl Iterator<Item = (&Arc<str>, &Concept)> {
        self.concepts.iter()
    }

    fn add(&mut self, node: Node<'_>, parent: Option<&Arc<str>>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for child in node.children_named("concept") {
            let Some(code) = child.child_value("code").map(Arc::<str>::from) else { continue };
            let concept = self.concepts.entry(code.clone()).or_default();
            read_concept(concept, child);
            concept.parents.extend(parent.cloned());
            self.small.insert(code.to_lowercase(), code.clone());
            self.add(child, Some(&code), depth + 1);
        }
    }

    /// Some concepts name those below them instead of those above.
    fn turn_children(&mut self) {
        let mut pairs = Vec::new();
        for (code, concept) in &self.concepts {
            let children = concept.properties.iter().filter(|(property, _)| &**property == "child");
            pairs.extend(children.map(|(_, child)| (child.clone(), code.clone())));
        }
        for (child, parent) in pairs {
            if let Some(concept) = self.concepts.get_mut(&child) {
                concept.parents.push(parent);
            }
        }
    }

    /// A concept by its code; capitals do not matter where the system says so.
    #[must_use]
    pub fn concept(&self, code: &str) -> Option<(&Arc<str>, &Concept)> {
        let exact = self.concepts.get_key_value(code);
        exact.or_else(|| if self.case_sensitive == Some(false) { self.other_case(code) } else { None })
    }

    /// The concept whose code differs in capitals only.
    #[must_use]
    pub fn other_case(&self, code: &str) -> Option<(&Arc<str>, &Concept)> {
        self.concepts.get_key_value(self.small.get(&code.to_lowercase())?)
    }

    /// The code that lies nearest to one that it does not have.
    #[must_use]
    pub fn nearest(&self, code: &str) -> Option<&str> {
        let mut codes: Vec<&str> = self.concepts.keys().map(|code| &**code).collect();
        codes.sort_unstable();
        nearest(code, codes)
    }

    /// How many concepts are here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.concepts.len()
    }

    /// Whether no concept is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty()
    }

    /// Whether a code is below another.
    #[must_use]
    pub fn is_below(&self, code: &str, ancestor: &str) -> bool {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut open: Vec<&str> = vec![code];
        while let Some(code) = open.pop() {
            let parents = self.concepts.get(code).map(|concept| concept.parents.as_slice()).unwrap_or_default();
            for parent in parents {
                if **parent == *ancestor {
                    return true;
                }
                if seen.insert(parent) {
                    open.push(parent);
                }
            }
        }
        false
    }
}

impl Concept {
    /// The values of a property.
    pub fn property<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        self.properties.iter().filter(move |(property, _)| **property == *name).map(|(_, value)| &**value)
    }

    /// It only groups others and is never used itself.
    #[must_use]
    pub fn is_abstract(&self) -> bool {
        ["notSelectable", "abstract"].iter().any(|name| self.property(name).any(|value| value == "true"))
    }

    /// It is no longer to be used.
    #[must_use]
    pub fn is_inactive(&self) -> bool {
        let retired = |value: &str| matches!(value, "retired" | "inactive");
        self.property("inactive").any(|value| value == "true") || self.property("status").any(retired)
    }
}

fn read_concept(concept: &mut Concept, node: Node<'_>) {
    concept.display = node.child_value("display").map(Arc::from).or(concept.display.take());
    for designation in node.children_named("designation") {
        if let Some(value) = designation.child_value("value") {
            concept.designations.push((designation.child_value("language").map(Arc::from), value.into()));
        }
    }
    for property in node.children_named("property") {
        let (Some(name), Some(value)) = (property.child_value("code"), property.child("value")) else { continue };
        // A Coding as value counts by its code.
        let Some(value) = value.value().or_else(|| value.child_value("code")) else { continue };
        if matches!(name, "parent" | "subsumedBy") {
            concept.parents.push(value.into());
        }
        concept.properties.push((name.into(), value.into()));
    }
}
