//! What the engine itself needs to know of an answer to go on: the next link,
//! the resources and references in it, and the values of captures. No opinion.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::agreements::FhirVersion;
use crate::fhir::fhirpath::{self, Environment, Item};
use crate::fhir::node::{Node, Tree};
use crate::fhir::{json, xml};

/// What `%name` stands for in a capture: `patient` and `bsn` of the scenario's
/// persona, and captures before it.
pub type Variables = BTreeMap<String, Vec<String>>;

/// An answer that is gone on from, not redacted: what is sent next has to be
/// what the server said.
#[derive(Debug)]
pub(super) struct Answer {
    /// Id of the exchange.
    pub(super) exchange: String,
    /// Status code.
    pub(super) status: u16,
    fhir: FhirVersion,
    body: Vec<u8>,
    /// The body as it is kept, when redaction changed it.
    kept: Option<Vec<u8>>,
    /// The body as FHIR, where it is; read when it is first needed.
    tree: OnceLock<Option<Tree>>,
}

/// A reference in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// Element path of the reference.
    pub(super) path: String,
    /// As it is written: `Patient/1`.
    pub(super) target: String,
}

impl Answer {
    /// The answer of this exchange.
    pub(super) fn new(fhir: FhirVersion, exchange: String, status: u16, body: Vec<u8>, kept: Option<Vec<u8>>) -> Self {
        Self { exchange, status, fhir, body, kept, tree: OnceLock::new() }
    }

    /// The root of the body.
    fn root(&self) -> Option<Node<'_>> {
        self.tree.get_or_init(|| read(&self.body, self.fhir)).as_ref().map(Tree::root)
    }

    /// The URL of the `next` link of a Bundle.
    pub(super) fn next_link(&self) -> Option<&str> {
        let root = self.root().filter(|root| root.type_name() == "Bundle")?;
        root.children_named("link").find(|link| link.child_value("relation") == Some("next"))?.child_value("url")
    }

    /// The resources of the entries, or the answer itself when it is no Bundle.
    /// Outcomes of a search are about the search, so they are no results.
    pub(super) fn resources(&self) -> Vec<Node<'_>> {
        let Some(root) = self.root() else { return Vec::new() };
        if root.type_name() != "Bundle" {
            return vec![root];
        }
        let results = root.children_named("entry").filter(|entry| mode(*entry) != Some("outcome"));
        results.filter_map(|entry| entry.child("resource")).collect()
    }

    /// The resources of the entries that are matches of a search.
    pub(super) fn matches(&self) -> Vec<Node<'_>> {
        let Some(root) = self.root().filter(|root| root.type_name() == "Bundle") else { return Vec::new() };
        let matches = root.children_named("entry").filter(|entry| matches!(mode(*entry), None | Some("match")));
        matches.filter_map(|entry| entry.child("resource")).collect()
    }

    /// Every literal reference in the resources, in document order.
    pub(super) fn references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        for resource in self.resources() {
            collect(resource, &mut references);
        }
        references
    }

    /// The values of an expression over the answer as it came: what is sent on.
    pub(super) fn capture(&self, expression: &str, variables: &Variables) -> Vec<String> {
        self.root().map_or_else(Vec::new, |root| captured(root, expression, variables, self.fhir))
    }

    /// The values of an expression over the answer as it is kept: what a replay finds.
    pub(super) fn capture_kept(&self, expression: &str, variables: &Variables) -> Vec<String> {
        let Some(kept) = &self.kept else { return self.capture(expression, variables) };
        read(kept, self.fhir).map_or_else(Vec::new, |tree| captured(tree.root(), expression, variables, self.fhir))
    }
}

/// `Type/id` of a resource that has an id.
pub(super) fn identity(resource: Node<'_>) -> Option<String> {
    let id = resource.child_value("id").filter(|id| !id.is_empty())?;
    Some(format!("{}/{id}", resource.type_name()))
}

fn mode<'t>(entry: Node<'t>) -> Option<&'t str> {
    entry.child("search").and_then(|search| search.child_value("mode"))
}

fn collect(node: Node<'_>, references: &mut Vec<Reference>) {
    for child in node.children() {
        match child.value() {
            Some(target) if child.name() == "reference" => {
                references.push(Reference { path: node.path(), target: target.to_owned() });
            }
            _ => collect(child, references),
        }
    }
}

/// Reads a body in whichever format it is; nothing when it is no FHIR.
fn read(body: &[u8], fhir: FhirVersion) -> Option<Tree> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace())? {
        b'{' => json::read(body, fhir.types()).ok(),
        // A byte order mark may come before XML.
        _ => xml::read(body, fhir.types()).ok(),
    }
}

/// The values of a capture over one answer, as texts. An expression that cannot
/// be evaluated on this answer has none; a replay gives the same.
#[must_use]
pub fn captured(root: Node<'_>, expression: &str, variables: &Variables, fhir: FhirVersion) -> Vec<String> {
    let Ok(expression) = fhirpath::parse(expression) else { return Vec::new() };
    let mut environment = Environment::new(fhir.types());
    for (name, values) in variables {
        environment = environment.with(name, values.iter().cloned().map(Item::String).collect());
    }
    let items = expression.evaluate(root, &environment).unwrap_or_default();
    items.iter().filter_map(Item::text).collect()
}
