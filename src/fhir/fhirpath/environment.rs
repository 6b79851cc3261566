//! What an expression may look at beside its context: variables, a clock that
//! is given, other resources, terminology. Never the machine it runs on.

use std::collections::HashMap;

use super::item::Item;
use crate::fhir::date::DateTime;
use crate::fhir::node::Node;
use crate::fhir::types::Types;

/// Steps that an evaluation may take before it is given up.
const WORK: u64 = 10_000_000;

/// Finds the resource behind a reference.
pub type Resolver<'t> = &'t dyn Fn(&str) -> Option<Node<'t>>;

/// Answers whether a code is in the value set with this url; `None` when nobody knows.
pub type Membership<'t> = &'t dyn Fn(&Item<'t>, &str) -> Option<bool>;

/// Answers whether an element meets the profile with this url; `None` when nobody knows.
pub type Conformance<'t> = &'t dyn Fn(Node<'t>, &str) -> Option<bool>;

/// The surroundings of an evaluation.
#[derive(Clone)]
pub struct Environment<'t> {
    /// The types of FHIR.
    pub types: &'t Types,
    /// Variables by their name without `%`. They win from the built-in ones.
    pub variables: HashMap<String, Vec<Item<'t>>>,
    /// Finds what `resolve()` does not find in the resource itself.
    pub resolver: Option<Resolver<'t>>,
    /// Answers `memberOf()`.
    pub membership: Option<Membership<'t>>,
    /// Answers `conformsTo()` for profiles.
    pub conformance: Option<Conformance<'t>>,
    /// What `now()` answers; without it `now()` and `today()` are errors.
    pub now: Option<DateTime>,
    /// Steps that the evaluation may take.
    pub work: u64,
}

impl<'t> Environment<'t> {
    /// Surroundings with types alone.
    #[must_use]
    pub fn new(types: &'t Types) -> Self {
        let variables = HashMap::new();
        Self { types, variables, resolver: None, membership: None, conformance: None, now: None, work: WORK }
    }

    /// The same with one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, items: Vec<Item<'t>>) -> Self {
        self.variables.insert(name.to_owned(), items);
        self
    }
}

impl std::fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("variables", &self.variables).field("now", &self.now).finish_non_exhaustive()
    }
}

/// The variables of FHIRPath and of FHIR that are always the same text.
pub(super) fn constant(name: &str) -> Option<String> {
    match name {
        "ucum" => Some("http://unitsofmeasure.org".to_owned()),
        "sct" => Some("http://snomed.info/sct".to_owned()),
        "loinc" => Some("http://loinc.org".to_owned()),
        _ => match name.split_once('-') {
            Some(("vs", name)) => Some(format!("http://hl7.org/fhir/ValueSet/{name}")),
            Some(("ext", name)) => Some(format!("http://hl7.org/fhir/StructureDefinition/{name}")),
            _ => None,
        },
    }
}
