//! An entry of a table of definitions to the model. The format, which
//! `examples/definitions` writes:
//!
//! ```text
//! StructureDefinition URL|VERSION
//!  name NAME                   of KIND TYPE           base CANONICAL
//!  constraint                  abstract               context KIND EXPRESSION
//!  differential | snapshot
//!   MIN..MAX ID
//!    path PATH    base PATH    slice NAME
//!    type CODE    profile URL  target URL    aggregation CODE    versioning CODE
//!    slicing RULES [ordered]   by KIND PATH
//!    value NAME JSON           length NUMBER  binding STRENGTH URL  largest URL
//!    rule KEY [SEVERITY SOURCE EXPRESSION]
//!    content REFERENCE         supported      modifier   representation CODE
//! ```
//!
//! A rule that stands in a definition again is its key alone.

use std::collections::HashMap;
use std::sync::Arc;

use super::fields::{canonical, lines, number, unescaped, word};
use super::{BuiltIn, Entry};
use crate::fhir::definition::{
    Binding, Constraint, Context, Definition, Derivation, Discriminator, DiscriminatorKind, ElementDefinition, ElementType, Max,
    Severity, Slicing, SlicingRules, Strength, StructureKind,
};
use crate::fhir::json;
use crate::fhir::node::Tree;
use crate::fhir::types::Types;

/// The definition that an entry is.
pub(in crate::fhir) fn definition(built_in: &BuiltIn, place: usize, types: &Types) -> Definition {
    let Entry { url, version, .. } = built_in.entries[place];
    let mut made = Definition {
        url: url.into(),
        version: version.into(),
        name: "".into(),
        type_name: "".into(),
        kind: StructureKind::Complex,
        base: None,
        derivation: Derivation::Specialization,
        is_abstract: false,
        contexts: Vec::new(),
        context_invariants: Vec::new(),
        differential: Vec::new(),
        snapshot: Vec::new(),
    };
    let mut reader = Elements { types, rules: HashMap::new(), list: Vec::new() };
    let mut is_snapshot = false;
    for (depth, key, rest) in lines(built_in.text(place)) {
        match (depth, key) {
            (1, "name") => made.name = unescaped(rest),
            (1, "of") => (made.kind, made.type_name) = of(rest),
            (1, "base") => made.base = Some(canonical(rest)),
            (1, "constraint") => made.derivation = Derivation::Constraint,
            (1, "abstract") => made.is_abstract = true,
            (1, "context") => made.contexts.push(context(rest)),
            (1, "where") => made.context_invariants.push(unescaped(rest)),
            (1, _) => is_snapshot = key == "snapshot",
            (2, _) => reader.open(key, rest),
            _ => reader.fact(key, rest),
        }
    }
    *(if is_snapshot { &mut made.snapshot } else { &mut made.differential }) = reader.list;
    made
}

fn of(words: &str) -> (StructureKind, Arc<str>) {
    let (kind, name) = word(words);
    let kind = match kind {
        "primitive" => StructureKind::Primitive,
        "resource" => StructureKind::Resource,
        "logical" => StructureKind::Logical,
        _ => StructureKind::Complex,
    };
    (kind, name.into())
}

fn context(words: &str) -> Context {
    let (kind, expression) = word(words);
    let expression = unescaped(expression);
    match kind {
        "extension" => Context::Extension(expression),
        "fhirpath" => Context::Fhirpath(expression),
        _ => Context::Element(expression),
    }
}

struct Elements<'t> {
    types: &'t Types,
    /// Those of this definition, by key.
    rules: HashMap<&'t str, Constraint>,
    list: Vec<ElementDefinition>,
}

impl<'t> Elements<'t> {
    fn open(&mut self, cardinality: &str, id: &str) {
        let (min, max) = cardinality.split_once("..").expect("an element has a cardinality");
        let max = if max == "*" { Some(Max::Unbounded) } else { number(max).map(Max::Count) };
        let path = if id.contains(':') { without_slices(id) } else { id.into() };
        self.list.push(ElementDefinition { id: id.into(), path, min: number(min), max, ..ElementDefinition::default() });
    }

    fn fact(&mut self, key: &str, rest: &'t str) {
        let element = self.list.last_mut().expect("facts follow their element");
        match key {
            "path" => element.path = rest.into(),
            "base" => element.base_path = Some(rest.into()),
            "slice" => element.slice_name = Some(rest.into()),
            "type" => element.types.push(ElementType { code: rest.into(), ..ElementType::default() }),
            "profile" => kind(element).profiles.push(canonical(rest)),
            "target" => kind(element).targets.push(canonical(rest)),
            "aggregation" => kind(element).aggregation.push(rest.into()),
            "versioning" => kind(element).versioning = Some(rest.into()),
            "content" => element.content_reference = Some(rest.into()),
            "value" => set_value(element, rest, self.types),
            "length" => element.max_length = number(rest),
            "binding" => element.binding = Some(binding(rest)),
            "largest" => element.binding.as_mut().expect("it follows its binding").largest = Some(rest.into()),
            "rule" => element.constraints.push(rule(&mut self.rules, rest)),
            "slicing" => element.slicing = Some(slicing(rest)),
            "by" => element.slicing.as_mut().expect("a discriminator follows its slicing").discriminators.push(by(rest)),
            "supported" => element.must_support = true,
            "modifier" => element.is_modifier = true,
            "representation" => element.representation = Some(rest.into()),
            _ => {}
        }
    }
}

/// `Consent.provision.actor.role` for `Consent.provision.actor:agreementParty.role`.
fn without_slices(id: &str) -> Arc<str> {
    let steps: Vec<&str> = id.split('.').map(|step| step.split(':').next().unwrap_or_default()).collect();
    steps.join(".").into()
}

fn kind(element: &mut ElementDefinition) -> &mut ElementType {
    element.types.last_mut().expect("what is said of a type follows it")
}

/// `fixedCode "active"`: read inside an element of a definition, where FHIR has it.
fn set_value(element: &mut ElementDefinition, words: &str, types: &Types) {
    let (name, value) = word(words);
    let around = format!(r#"{{"resourceType":"StructureDefinition","differential":{{"element":[{{"{name}":{value}}}]}}}}"#);
    let tree = json::read(around.as_bytes(), types).expect("the table has JSON");
    let inside = tree.root().child("differential").and_then(|list| list.child("element"));
    let node = inside.and_then(|element| element.children().next()).expect("the value is inside");
    let value = Some(Arc::new(Tree::copy_of(node)));
    match node.name() {
        "fixed" => element.fixed = value,
        "pattern" => element.pattern = value,
        "minValue" => element.min_value = value,
        _ => element.max_value = value,
    }
}

fn binding(words: &str) -> Binding {
    let (strength, value_set) = word(words);
    let strength = match strength {
        "required" => Strength::Required,
        "extensible" => Strength::Extensible,
        "preferred" => Strength::Preferred,
        _ => Strength::Example,
    };
    Binding { strength, value_set: (!value_set.is_empty()).then(|| value_set.into()), largest: None, additional: Vec::new() }
}

fn rule<'t>(known: &mut HashMap<&'t str, Constraint>, words: &'t str) -> Constraint {
    let (key, words) = word(words);
    if words.is_empty() {
        return known[key].clone();
    }
    let (severity, words) = word(words);
    let (source, expression) = word(words);
    let severity = match severity {
        "information" => Severity::Information,
        "warning" => Severity::Warning,
        _ => Severity::Error,
    };
    let rule = Constraint {
        key: key.into(),
        severity,
        expression: (!expression.is_empty()).then(|| unescaped(expression)),
        human: "".into(),
        source: (source != "-").then(|| canonical(source)),
    };
    known.insert(key, rule.clone());
    rule
}

fn slicing(words: &str) -> Slicing {
    let (rules, ordered) = word(words);
    let rules = match rules {
        "closed" => SlicingRules::Closed,
        "openAtEnd" => SlicingRules::OpenAtEnd,
        _ => SlicingRules::Open,
    };
    Slicing { discriminators: Vec::new(), ordered: ordered == "ordered", rules }
}

fn by(words: &str) -> Discriminator {
    let (kind, path) = word(words);
    let kind = match kind {
        "pattern" => DiscriminatorKind::Pattern,
        "exists" => DiscriminatorKind::Exists,
        "type" => DiscriminatorKind::Type,
        "profile" => DiscriminatorKind::Profile,
        _ => DiscriminatorKind::Value,
    };
    Discriminator { kind, path: path.into() }
}
