//! A profile made ready for judging: the flat list of a snapshot as a tree of
//! rules, with invariants parsed. Made once, used for every resource.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::rules::invariant::{self, Native};
use super::rules::slicing::Told;
use crate::fhir::definition::{Constraint, Definition, ElementDefinition, Strength};
use crate::fhir::fhirpath::{self, Expression};

/// Units of vital signs.
const VITAL_UNITS: &str = "http://hl7.org/fhir/ValueSet/ucum-vitals-common";

/// A profile, type or extension, ready to be held against an element.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Canonical with version, as issues name it.
    pub(crate) canonical: Arc<str>,
    /// What it was made from.
    pub(crate) definition: Arc<Definition>,
    /// Rule 0 is the root.
    pub(crate) rules: Vec<Rule>,
}

/// What a profile says of one element.
#[derive(Debug)]
pub(crate) struct Rule {
    /// `value` for `Observation.value[x]`.
    pub(crate) name: Arc<str>,
    /// All that the snapshot says of it.
    pub(crate) element: ElementDefinition,
    /// Elements below, without their slices.
    pub(crate) children: Vec<usize>,
    /// Slices of this element, in order; those of a slice are its own.
    pub(crate) slices: Vec<usize>,
    /// Invariants.
    pub(crate) invariants: Vec<Invariant>,
    /// The rule whose elements this one has as well: that of a `contentReference`, or what it is a slice of.
    pub(crate) content: Option<usize>,
    /// Its place among the rules.
    pub(crate) index: usize,
    /// What discriminators are told by, of a slice: worked out when first asked for.
    pub(super) told: OnceLock<Box<[Told]>>,
}

/// An invariant whose expression was parsed.
#[derive(Debug)]
pub(crate) struct Invariant {
    /// As the definition says it.
    pub(crate) constraint: Constraint,
    /// The expression; why it cannot be read; `None` where it is only in words.
    pub(crate) expression: Option<Result<Arc<Expression>, String>>,
    /// The same without FHIRPath, for the few that every element has.
    pub(crate) native: Option<Native>,
}

/// Expressions that were parsed before, by their text.
pub(super) type Parsed = HashMap<Arc<str>, Result<Arc<Expression>, String>>;

impl Profile {
    /// The rules of a definition that has its snapshot.
    pub(super) fn new(definition: &Arc<Definition>, parsed: &mut Parsed) -> Self {
        let mut rules: Vec<Rule> = Vec::with_capacity(definition.snapshot.len());
        // The rule that is open at each depth of the path.
        let mut open: Vec<usize> = Vec::new();
        for element in &definition.snapshot {
            let depth = element.path.matches('.').count();
            open.truncate(depth);
            let index = rules.len();
            rules.push(Rule::new(element, index, parsed));
            if let Some(parent) = open.last().copied() {
                hang(&mut rules, parent, index);
            }
            // A snapshot that leaves out an element on the way has nowhere to hang what is below it.
            open.resize(depth, index);
            open.push(index);
        }
        link_content(&mut rules);
        link_slices(&mut rules);
        let canonical = match &*definition.version {
            "" => Arc::clone(&definition.url),
            version => format!("{}|{version}", definition.url).into(),
        };
        Self { canonical, definition: Arc::clone(definition), rules }
    }

    /// The rule of the whole.
    pub(crate) fn root(&self) -> &Rule {
        &self.rules[0]
    }

    /// The elements of a rule: its own, or those of the rule it refers to.
    pub(crate) fn children<'p>(&'p self, rule: &'p Rule) -> &'p [usize] {
        match (rule.children.is_empty(), rule.content) {
            (true, Some(content)) => &self.rules[content].children,
            _ => &rule.children,
        }
    }

    /// The child of a rule with a name, without slices.
    pub(crate) fn child(&self, rule: &Rule, name: &str) -> Option<usize> {
        self.children(rule).iter().copied().find(|index| *self.rules[*index].name == *name)
    }
}

impl Rule {
    fn new(element: &ElementDefinition, index: usize, parsed: &mut Parsed) -> Self {
        let last = element.path.rsplit('.').next().unwrap_or_default();
        let invariants = element.constraints.iter().map(|constraint| Invariant::new(constraint, parsed)).collect();
        Self {
            name: last.strip_suffix("[x]").unwrap_or(last).into(),
            element: amended(element),
            children: Vec::new(),
            slices: Vec::new(),
            invariants,
            content: None,
            index,
            told: OnceLock::new(),
        }
    }
}

/// An element as it was meant. R4's profile of vital signs binds each component's
/// value to a list of units, answers in words among them; no one can meet that, and
/// the HL7 validator takes the binding for an extensible one.
fn amended(element: &ElementDefinition) -> ElementDefinition {
    let mut element = element.clone();
    if let Some(binding) = element.binding.as_mut().filter(|_| &*element.path == "Observation.component.value[x]")
        && binding.value_set.as_deref().is_some_and(|url| url.starts_with(VITAL_UNITS))
    {
        binding.strength = binding.strength.min(Strength::Extensible);
    }
    element
}

impl Invariant {
    fn new(constraint: &Constraint, parsed: &mut Parsed) -> Self {
        let expression = constraint.expression.as_ref().map(|text| {
            let known = parsed.entry(Arc::clone(text));
            known.or_insert_with(|| fhirpath::parse(text).map(Arc::new).map_err(|error| error.to_string())).clone()
        });
        let native = constraint.expression.as_deref().and_then(invariant::native);
        Self { constraint: constraint.clone(), expression, native }
    }
}

/// Puts a rule where it belongs below its parent: a slice goes to what it is a slice of.
fn hang(rules: &mut [Rule], parent: usize, index: usize) {
    let Some(slice) = rules[index].element.slice_name.clone() else {
        rules[parent].children.push(index);
        return;
    };
    let name = Arc::clone(&rules[index].name);
    let base = rules[parent].children.iter().copied().rev().find(|child| rules[*child].name == name);
    let Some(mut of) = base else {
        rules[parent].children.push(index);
        return;
    };
    // `a/b` is the slice `b` of the slice `a`.
    while let Some(next) = rules[of].slices.iter().copied().find(|other| {
        let known = rules[*other].element.slice_name.as_deref().unwrap_or_default();
        slice.strip_prefix(known).is_some_and(|rest| rest.starts_with('/'))
    }) {
        of = next;
    }
    rules[of].slices.push(index);
}

/// A slice whose elements are not written out has those of what it is a slice of.
fn link_slices(rules: &mut [Rule]) {
    for index in 0..rules.len() {
        for slice in rules[index].slices.clone() {
            if rules[slice].children.is_empty() && rules[slice].content.is_none() {
                rules[slice].content = Some(rules[index].content.filter(|_| rules[index].children.is_empty()).unwrap_or(index));
            }
        }
    }
}

fn link_content(rules: &mut [Rule]) {
    let places: HashMap<Arc<str>, usize> =
        rules.iter().enumerate().map(|(index, rule)| (Arc::clone(&rule.element.id), index)).collect();
    for rule in rules {
        let wanted = rule.element.content_reference.as_deref().and_then(|text| text.split_once('#'));
        rule.content = wanted.and_then(|(_, id)| places.get(id).copied());
    }
}
