//! A StructureDefinition resource to the model. What it says of its elements is
//! read in `element`, what STU3 says otherwise in `stu3`.

use std::sync::Arc;

use super::{Context, Definition, Derivation, ElementDefinition, StructureKind, element, stu3};
use crate::fhir::node::{Node, Tree};

const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Why a resource is no definition that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct DefinitionError {
    /// Where in the resource.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl DefinitionError {
    pub(super) fn new(node: Node<'_>, message: impl Into<String>) -> Self {
        Self { path: node.path(), message: message.into() }
    }
}

impl Definition {
    /// The definition that a StructureDefinition resource is, of R4 or STU3.
    ///
    /// # Errors
    /// When it is no StructureDefinition, or lacks what no definition can do without.
    pub fn read(tree: &Tree) -> Result<Self, DefinitionError> {
        let root = tree.root();
        if root.type_name() != "StructureDefinition" {
            return Err(DefinitionError::new(root, format!("is a `{}`, not a StructureDefinition", root.type_name())));
        }
        let url = required(root, "url")?;
        let differential = owned(element::all(root.child("differential"))?, &url);
        let snapshot = owned(element::all(root.child("snapshot"))?, &url);
        Ok(Self {
            url,
            version: text(root, "version").unwrap_or_else(|| "".into()),
            name: text(root, "name").unwrap_or_else(|| "".into()),
            type_name: type_name(&required(root, "type")?),
            kind: kind(root)?,
            base: text(root, "baseDefinition"),
            derivation: match root.child_value("derivation") {
                Some("constraint") => Derivation::Constraint,
                _ => Derivation::Specialization,
            },
            is_abstract: is_true(root, "abstract"),
            contexts: contexts(root),
            context_invariants: texts(root, "contextInvariant"),
            differential,
            snapshot,
        })
    }
}

/// Invariants that do not say where they come from are those of the definition
/// itself; the oldest say it by the name of a type alone.
fn owned(mut elements: Vec<ElementDefinition>, url: &Arc<str>) -> Vec<ElementDefinition> {
    for constraint in elements.iter_mut().flat_map(|element| &mut element.constraints) {
        constraint.source = Some(match constraint.source.take() {
            None => Arc::clone(url),
            Some(name) if name.contains(':') => name,
            Some(name) => format!("{STRUCTURE}{name}").into(),
        });
    }
    elements
}

/// A type may be named by its whole URL.
fn type_name(written: &Arc<str>) -> Arc<str> {
    written.strip_prefix(STRUCTURE).map_or_else(|| written.clone(), Arc::from)
}

fn kind(root: Node<'_>) -> Result<StructureKind, DefinitionError> {
    match root.child_value("kind") {
        Some("primitive-type") => Ok(StructureKind::Primitive),
        Some("complex-type") => Ok(StructureKind::Complex),
        Some("resource") => Ok(StructureKind::Resource),
        Some("logical") => Ok(StructureKind::Logical),
        Some(other) => Err(DefinitionError::new(root, format!("has a `kind` that FHIR does not have: `{other}`"))),
        None => Err(DefinitionError::new(root, "has no `kind`")),
    }
}

fn contexts(root: Node<'_>) -> Vec<Context> {
    if root.child("contextType").is_some() {
        return stu3::contexts(root);
    }
    let context = |node: Node<'_>| {
        let expression = text(node, "expression")?;
        Some(match node.child_value("type")? {
            "extension" => Context::Extension(expression),
            "fhirpath" => Context::Fhirpath(expression),
            _ => Context::Element(expression),
        })
    };
    root.children_named("context").filter_map(context).collect()
}

pub(super) fn required(node: Node<'_>, name: &str) -> Result<Arc<str>, DefinitionError> {
    text(node, name).ok_or_else(|| DefinitionError::new(node, format!("has no `{name}`")))
}

pub(super) fn text(node: Node<'_>, name: &str) -> Option<Arc<str>> {
    node.child_value(name).map(Arc::from)
}

pub(super) fn texts(node: Node<'_>, name: &str) -> Vec<Arc<str>> {
    node.children_named(name).filter_map(Node::value).map(Arc::from).collect()
}

pub(super) fn is_true(node: Node<'_>, name: &str) -> bool {
    node.child_value(name) == Some("true")
}
