//! A definition as facts: its elements line by line. The differential where our
//! snapshot of it is the package's to the last fact, else the snapshot.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use toets::fhir::definition::{
    Constraint, Context, Definition, Derivation, DiscriminatorKind, ElementDefinition, ElementType, Max, Severity, Slicing,
    SlicingRules, Strength, StructureKind,
};
use toets::fhir::json;
use toets::fhir::knowledge::Knowledge;
use toets::fhir::node::{Node, Tree};
use toets::fhir::snapshot;

use crate::facts::{escaped, word};

const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// The text of a definition that has its snapshot.
pub(crate) fn entry(knowledge: &Knowledge, definition: &Definition) -> Result<String, String> {
    let mut text = format!("StructureDefinition {}|{}\n", word(&definition.url)?, definition.version);
    let _ = writeln!(text, " name {}", escaped(&definition.name));
    let _ = writeln!(text, " of {} {}", kind(definition.kind), word(&definition.type_name)?);
    if let Some(base) = &definition.base {
        let _ = writeln!(text, " base {}", canonical(base));
    }
    if definition.derivation == Derivation::Constraint {
        text.push_str(" constraint\n");
    }
    if definition.is_abstract {
        text.push_str(" abstract\n");
    }
    for context in &definition.contexts {
        let (kind, expression) = match context {
            Context::Element(path) => ("element", path),
            Context::Extension(url) => ("extension", url),
            Context::Fhirpath(expression) => ("fhirpath", expression),
        };
        let _ = writeln!(text, " context {kind} {}", escaped(expression));
    }
    for expression in &definition.context_invariants {
        let _ = writeln!(text, " where {}", escaped(expression));
    }
    let snapshot = elements(&definition.snapshot)?;
    Ok(text
        + &if is_made_again(knowledge, definition, &snapshot)? {
            format!(" differential\n{}", elements(&definition.differential)?)
        } else {
            format!(" snapshot\n{snapshot}")
        })
}

/// Whether our snapshot of the differential is this one.
fn is_made_again(knowledge: &Knowledge, definition: &Definition, snapshot: &str) -> Result<bool, String> {
    let find = |canonical: &str| knowledge.find_definition(canonical).map_err(|lack| lack.to_string());
    match snapshot::build(definition, &find) {
        Ok(made) if !definition.differential.is_empty() => Ok(elements(&made)? == snapshot),
        _ => Ok(false),
    }
}

/// Value sets of bindings that are more than examples.
pub(crate) fn value_sets(definition: &Definition) -> impl Iterator<Item = String> {
    let bindings = definition.snapshot.iter().filter_map(|element| element.binding.as_ref());
    let value_sets = bindings.flat_map(|binding| {
        let bound = binding.value_set.as_ref().filter(|_| binding.strength != Strength::Example);
        bound.into_iter().chain(&binding.largest)
    });
    value_sets.map(ToString::to_string)
}

/// Code systems of fixed values and patterns.
pub(crate) fn systems(definition: &Definition) -> BTreeSet<String> {
    fn below(node: Node<'_>, found: &mut BTreeSet<String>) {
        if node.type_name() == "Coding" {
            found.extend(node.child_value("system").map(str::to_owned));
        }
        node.children().for_each(|child| below(child, found));
    }
    let mut found = BTreeSet::new();
    let values = definition.snapshot.iter().flat_map(|element| element.fixed.iter().chain(&element.pattern));
    values.for_each(|value| below(value.root(), &mut found));
    found
}

fn elements(list: &[ElementDefinition]) -> Result<String, String> {
    let mut writer = Writer { text: String::new(), rules: HashMap::new() };
    list.iter().try_for_each(|element| writer.element(element))?;
    Ok(writer.text)
}

struct Writer<'d> {
    text: String,
    /// Invariants of this definition that stand in the text already.
    rules: HashMap<&'d str, &'d Constraint>,
}

impl<'d> Writer<'d> {
    fn element(&mut self, element: &'d ElementDefinition) -> Result<(), String> {
        let min = element.min.map(|min| min.to_string()).unwrap_or_default();
        let _ = writeln!(self.text, "  {min}..{} {}", element.max.map(max).unwrap_or_default(), element.id);
        let steps: Vec<&str> = element.id.split('.').map(|step| step.split(':').next().unwrap_or_default()).collect();
        if steps.join(".") != *element.path {
            self.fact("path", &element.path);
        }
        self.optional("base", element.base_path.as_deref());
        self.optional("slice", element.slice_name.as_deref());
        element.types.iter().for_each(|found| self.element_type(found));
        self.optional("content", element.content_reference.as_deref());
        if let Some(slicing) = &element.slicing {
            self.slicing(slicing);
        }
        for value in [&element.fixed, &element.pattern, &element.min_value, &element.max_value].into_iter().flatten() {
            self.fact("value", &format!("{} {}", value.root().written_name(), json_of(value)));
        }
        self.optional("length", element.max_length.map(|length| length.to_string()).as_deref());
        if let Some(binding) = &element.binding {
            let value_set = binding.value_set.as_deref().unwrap_or_default();
            self.fact("binding", format!("{} {value_set}", strength(binding.strength)).trim_end());
            self.optional("largest", binding.largest.as_deref());
        }
        element.constraints.iter().try_for_each(|constraint| self.rule(constraint))?;
        self.flag("supported", element.must_support);
        self.flag("modifier", element.is_modifier);
        self.optional("representation", element.representation.as_deref());
        Ok(())
    }

    fn fact(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.text, "   {key} {value}");
    }

    fn optional(&mut self, key: &str, value: Option<&str>) {
        value.into_iter().for_each(|value| self.fact(key, value));
    }

    fn flag(&mut self, key: &str, value: bool) {
        if value {
            let _ = writeln!(self.text, "   {key}");
        }
    }

    fn element_type(&mut self, found: &ElementType) {
        self.fact("type", &found.code);
        found.profiles.iter().for_each(|profile| self.fact("profile", &canonical(profile)));
        found.targets.iter().for_each(|target| self.fact("target", &canonical(target)));
        found.aggregation.iter().for_each(|mode| self.fact("aggregation", mode));
        self.optional("versioning", found.versioning.as_deref());
    }

    fn slicing(&mut self, slicing: &Slicing) {
        let rules = match slicing.rules {
            SlicingRules::Closed => "closed",
            SlicingRules::Open => "open",
            SlicingRules::OpenAtEnd => "openAtEnd",
        };
        self.fact("slicing", if slicing.ordered { format!("{rules} ordered") } else { rules.to_owned() }.as_str());
        for discriminator in &slicing.discriminators {
            let kind = match discriminator.kind {
                DiscriminatorKind::Value => "value",
                DiscriminatorKind::Pattern => "pattern",
                DiscriminatorKind::Exists => "exists",
                DiscriminatorKind::Type => "type",
                DiscriminatorKind::Profile => "profile",
            };
            self.fact("by", &format!("{kind} {}", discriminator.path));
        }
    }

    /// An invariant; by its key alone where the same stands above.
    fn rule(&mut self, rule: &'d Constraint) -> Result<(), String> {
        let same = |known: &&Constraint| {
            (known.severity, &known.expression, &known.source) == (rule.severity, &rule.expression, &rule.source)
        };
        let key = word(&rule.key)?;
        if self.rules.insert(key, rule).as_ref().is_some_and(same) {
            self.fact("rule", key);
            return Ok(());
        }
        let severity = match rule.severity {
            Severity::Information => "information",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let source = rule.source.as_deref().map_or_else(|| "-".to_owned(), canonical);
        let expression = rule.expression.as_deref().map(escaped).unwrap_or_default();
        self.fact("rule", format!("{key} {severity} {} {expression}", word(&source)?).trim_end());
        Ok(())
    }
}

/// `~` stands for where FHIR keeps its own definitions.
fn canonical(url: &str) -> String {
    url.strip_prefix(STRUCTURE).map_or_else(|| url.to_owned(), |name| format!("~{name}"))
}

/// A value as it stands in its element: the writer takes the root of a tree for a resource.
fn json_of(value: &Arc<Tree>) -> String {
    let text = json::write(value.root());
    let name = format!(r#"{{"resourceType":"{}""#, value.root().type_name());
    match text.strip_prefix(&name) {
        Some(rest) => format!("{{{}", rest.strip_prefix(',').unwrap_or(rest)),
        None => text,
    }
}

fn kind(kind: StructureKind) -> &'static str {
    match kind {
        StructureKind::Primitive => "primitive",
        StructureKind::Complex => "complex",
        StructureKind::Resource => "resource",
        StructureKind::Logical => "logical",
    }
}

fn max(max: Max) -> String {
    match max {
        Max::Count(count) => count.to_string(),
        Max::Unbounded => "*".to_owned(),
    }
}

fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Example => "example",
        Strength::Preferred => "preferred",
        Strength::Extensible => "extensible",
        Strength::Required => "required",
    }
}
