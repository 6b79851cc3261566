//! A dataset with its expressions parsed: what of a resource is of which concept.

use super::pool::Eyes;
use crate::fhir::fhirpath::{self, Expression, Item, Truth};
use crate::fhir::node::Node;
use crate::scenario::{Concept, Dataset};

/// A dataset that can be asked.
#[derive(Debug)]
pub(crate) struct Table<'s> {
    /// As it is written.
    pub(crate) dataset: &'s Dataset,
    /// What its concepts are of, by name.
    pub(crate) subjects: Vec<Subject<'s>>,
}

/// What concepts are of.
#[derive(Debug)]
pub(crate) struct Subject<'s> {
    /// Its name.
    pub(crate) name: &'s str,
    /// Type of the resource that is looked at.
    pub(crate) resource: &'s str,
    condition: Option<Expression>,
    through: Option<Expression>,
    /// Its concepts.
    pub(crate) concepts: Vec<Parsed<'s>>,
}

/// A concept of a subject.
#[derive(Debug)]
pub(crate) struct Parsed<'s> {
    /// Its number in the dataset.
    pub(crate) index: usize,
    /// As it is written.
    pub(crate) concept: &'s Concept,
    /// Where it stands.
    pub(crate) at: Vec<Expression>,
}

impl<'s> Table<'s> {
    /// A dataset, parsed; or which expression cannot be read.
    pub(crate) fn new(dataset: &'s Dataset) -> Result<Self, String> {
        let mut subjects = Vec::new();
        for (name, subject) in &dataset.subjects {
            let of_it = |(_, concept): &(usize, &Concept)| concept.of.as_deref() == Some(name);
            let concepts = dataset.concepts.iter().enumerate().filter(of_it).map(|(index, concept)| {
                let at = concept.at.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
                Ok(Parsed { index, concept, at })
            });
            subjects.push(Subject {
                name,
                resource: &subject.resource,
                condition: subject.condition.as_deref().map(parse).transpose()?,
                through: subject.through.as_deref().map(parse).transpose()?,
                concepts: concepts.collect::<Result<_, String>>()?,
            });
        }
        Ok(Self { dataset, subjects })
    }
}

fn parse(text: &str) -> Result<Expression, String> {
    fhirpath::parse(text).map_err(|error| format!("`{text}` is no FHIRPath that we can read: {error}"))
}

impl Subject<'_> {
    /// What of a resource the concepts are of: the resource, what it leads to, or nothing.
    pub(crate) fn instances<'p>(&self, eyes: &Eyes<'p>, node: Node<'p>) -> Vec<Node<'p>> {
        let is_meant = |condition: &Expression| eyes.test(condition, node) == Truth::True;
        if node.type_name() != self.resource || !self.condition.as_ref().is_none_or(is_meant) {
            return Vec::new();
        }
        let Some(through) = &self.through else { return vec![node] };
        eyes.items(through, node).unwrap_or_default().iter().filter_map(Item::node).collect()
    }

    /// Whether its concepts are of the resource that is looked at, and not of what that leads to.
    pub(crate) fn is_direct(&self) -> bool {
        self.through.is_none()
    }
}

impl Parsed<'_> {
    /// What an instance of its subject has of it, over all its places; or why that cannot be said.
    pub(crate) fn items<'p>(&self, eyes: &Eyes<'p>, instance: Node<'p>) -> Result<Vec<Item<'p>>, String> {
        let mut items = Vec::new();
        for path in &self.at {
            items.extend(eyes.items(path, instance)?);
        }
        Ok(items)
    }

    /// The first place where an instance has something, with that.
    pub(crate) fn first<'p>(&self, eyes: &Eyes<'p>, instance: Node<'p>) -> Option<(&Expression, Item<'p>)> {
        self.at.iter().find_map(|path| Some((path, eyes.items(path, instance).ok()?.into_iter().next()?)))
    }

    /// Whether what it leads to may be in an answer that nobody asked for.
    pub(crate) fn leads_elsewhere(&self) -> bool {
        self.at.iter().any(|path| path.text().contains("resolve()"))
    }
}
