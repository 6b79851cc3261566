//! An ElementDefinition to the model.

use std::sync::Arc;

use super::reading::{is_true, required, text, texts};
use super::{
    AdditionalBinding, Binding, Constraint, DefinitionError, Discriminator, DiscriminatorKind, ElementDefinition, ElementType,
    Max, Purpose, Severity, Slicing, SlicingRules, Strength, stu3,
};
use crate::fhir::node::{Node, Tree};

const FHIR_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";
const LARGEST: &str = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";
/// Additional bindings, an element since R5, under the names that they have before it.
const ADDITIONAL: [&str; 3] = [
    "http://hl7.org/fhir/tools/StructureDefinition/additional-binding",
    "http://hl7.org/fhir/StructureDefinition/additional-binding",
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.binding.additional",
];
const BEST_PRACTICE: &str = "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice";
const SYSTEM_STRING: &str = "http://hl7.org/fhirpath/System.String";

/// Most elements of a differential or snapshot.
const MAX_ELEMENTS: usize = 20_000;
/// Most steps of a path.
const MAX_DEPTH: usize = 64;

/// The elements of a differential or snapshot.
pub(super) fn all(list: Option<Node<'_>>) -> Result<Vec<ElementDefinition>, DefinitionError> {
    let Some(list) = list else { return Ok(Vec::new()) };
    if list.children_named("element").nth(MAX_ELEMENTS).is_some() {
        return Err(DefinitionError::new(list, format!("has more than {MAX_ELEMENTS} elements")));
    }
    list.children_named("element").map(read).collect()
}

fn read(node: Node<'_>) -> Result<ElementDefinition, DefinitionError> {
    let path = required(node, "path")?;
    if path.split('.').count() > MAX_DEPTH {
        return Err(DefinitionError::new(node, format!("has a `path` of more than {MAX_DEPTH} steps")));
    }
    let slice_name = text(node, "sliceName");
    let written = |name| tree(node, name);
    Ok(ElementDefinition {
        id: text(node, "id").unwrap_or_else(|| id(&path, slice_name.as_deref())),
        // The root is a type, which goes back to nothing.
        base_path: node.child("base").and_then(|base| text(base, "path")).filter(|_| path.contains('.')),
        min: node.child("min").map(number).transpose()?,
        max: node.child("max").map(max).transpose()?,
        types: stu3::joined(node.children_named("type").map(element_type).collect()),
        content_reference: text(node, "contentReference"),
        fixed: written("fixed"),
        pattern: written("pattern"),
        min_value: written("minValue"),
        max_value: written("maxValue"),
        max_length: node.child("maxLength").map(number).transpose()?,
        binding: node.child("binding").map(binding).transpose()?,
        constraints: node.children_named("constraint").map(constraint).collect::<Result<_, _>>()?,
        slicing: node.child("slicing").map(slicing).transpose()?,
        must_support: is_true(node, "mustSupport"),
        is_modifier: is_true(node, "isModifier"),
        representation: text(node, "representation"),
        path,
        slice_name,
    })
}

/// Definitions made by hand may lack ids; the path and the slice tell it then.
fn id(path: &Arc<str>, slice: Option<&str>) -> Arc<str> {
    slice.map_or_else(|| path.clone(), |slice| format!("{path}:{slice}").into())
}

fn tree(node: Node<'_>, name: &str) -> Option<Arc<Tree>> {
    node.child(name).map(Tree::copy_of).map(Arc::new)
}

fn number(node: Node<'_>) -> Result<u32, DefinitionError> {
    let value = node.value().unwrap_or_default();
    value.parse().map_err(|_| DefinitionError::new(node, format!("`{value}` is no number that can be used")))
}

fn max(node: Node<'_>) -> Result<Max, DefinitionError> {
    if node.value() == Some("*") { Ok(Max::Unbounded) } else { number(node).map(Max::Count) }
}

fn element_type(node: Node<'_>) -> ElementType {
    ElementType {
        code: code(node),
        profiles: texts(node, "profile"),
        targets: texts(node, "targetProfile"),
        aggregation: texts(node, "aggregation"),
        versioning: text(node, "versioning"),
    }
}

/// What is a string to FHIRPath alone (an id, a url, the value of a primitive)
/// has its type of FHIR in an extension; STU3 gives the latter no type at all.
fn code(node: Node<'_>) -> Arc<str> {
    let code = node.child_value("code").unwrap_or_default();
    match extension(node, FHIR_TYPE).and_then(Node::value) {
        Some(named) if code.starts_with("http://hl7.org/fhirpath/") => named.into(),
        _ if code == SYSTEM_STRING => "string".into(),
        _ => code.into(),
    }
}

/// The value of an extension.
fn extension<'n>(node: Node<'n>, url: &str) -> Option<Node<'n>> {
    node.children_named("extension").find(|found| found.child_value("url") == Some(url))?.child("value")
}

fn binding(node: Node<'_>) -> Result<Binding, DefinitionError> {
    let strength = match node.child_value("strength") {
        Some("required") => Strength::Required,
        Some("extensible") => Strength::Extensible,
        Some("preferred") => Strength::Preferred,
        Some("example") => Strength::Example,
        _ => return Err(DefinitionError::new(node, "has no `strength` that FHIR has")),
    };
    let largest = extension(node, LARGEST).and_then(|found| found.value().map(Arc::from).or_else(|| text(found, "reference")));
    let additional = node.children_named("extension").filter(|found| is_one_of(*found, &ADDITIONAL));
    let additional = additional.filter_map(additional_binding).collect();
    Ok(Binding { strength, value_set: stu3::value_set(node), largest, additional })
}

fn is_one_of(extension: Node<'_>, urls: &[&str]) -> bool {
    extension.child_value("url").is_some_and(|url| urls.contains(&url))
}

/// An additional binding that asks something of codes; the other purposes are about systems
/// and forms.
fn additional_binding(node: Node<'_>) -> Option<AdditionalBinding> {
    let value = |name: &str| extension(node, name).and_then(Node::value);
    let purpose = match value("purpose")? {
        "maximum" => Purpose::Maximum,
        "required" => Purpose::Required,
        "extensible" => Purpose::Extensible,
        "current" => Purpose::Current,
        "preferred" => Purpose::Preferred,
        _ => return None,
    };
    let has_usage = node.children_named("extension").any(|found| is_one_of(found, &["usage"]));
    Some(AdditionalBinding { purpose, value_set: value("valueSet")?.into(), any: value("any") == Some("true"), has_usage })
}

fn constraint(node: Node<'_>) -> Result<Constraint, DefinitionError> {
    // Advice stays advice, whatever severity it was given.
    let is_advice = extension(node, BEST_PRACTICE).and_then(Node::value) == Some("true");
    let is_warning = is_advice || node.child_value("severity") == Some("warning");
    Ok(Constraint {
        key: required(node, "key")?,
        severity: if is_warning { Severity::Warning } else { Severity::Error },
        expression: text(node, "expression"),
        human: text(node, "human").unwrap_or_else(|| "".into()),
        source: text(node, "source"),
    })
}

fn slicing(node: Node<'_>) -> Result<Slicing, DefinitionError> {
    Ok(Slicing {
        discriminators: node.children_named("discriminator").map(discriminator).collect::<Result<_, _>>()?,
        ordered: is_true(node, "ordered"),
        rules: match node.child_value("rules") {
            Some("closed") => SlicingRules::Closed,
            Some("openAtEnd") => SlicingRules::OpenAtEnd,
            _ => SlicingRules::Open,
        },
    })
}

fn discriminator(node: Node<'_>) -> Result<Discriminator, DefinitionError> {
    if let Some(written) = node.value() {
        return Ok(stu3::discriminator(written));
    }
    let kind = match node.child_value("type") {
        Some("value") => DiscriminatorKind::Value,
        Some("pattern") => DiscriminatorKind::Pattern,
        Some("exists") => DiscriminatorKind::Exists,
        Some("type") => DiscriminatorKind::Type,
        Some("profile") => DiscriminatorKind::Profile,
        _ => return Err(DefinitionError::new(node, "has no `type` that FHIR has")),
    };
    Ok(Discriminator { kind, path: required(node, "path")? })
}
