//! The resources that concepts are looked for in: those of a run, or those of a
//! persona; with what references mean among them.

use std::collections::{BTreeSet, HashMap};

use super::super::answers::{Answer, resource_name};
use super::super::finding::Place;
use super::super::personas::Fixtures;
use super::super::reference;
use super::super::run::Run;
use crate::agreements::FhirVersion;
use crate::evidence::Exchange;
use crate::fhir::fhirpath::{Environment, Expression, Item, Truth};
use crate::fhir::node::Node;
use crate::fhir::types::{r4, stu3};

/// Resources, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Pool<'t> {
    /// The resources; one that came in several bodies as often.
    pub(crate) members: Vec<Member<'t>>,
    named: HashMap<String, usize>,
    at_url: HashMap<&'t str, usize>,
    base: &'t str,
}

/// A resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'t> {
    /// The resource.
    pub(crate) node: Node<'t>,
    /// The answer that it came in.
    pub(crate) answer: Option<Answer<'t>>,
}

impl<'t> Pool<'t> {
    /// What a server gave: every body once.
    pub(crate) fn of_run(run: Run<'t>) -> Self {
        Self::of_answers(run, |_| true)
    }

    /// The same for some of what was sent.
    pub(crate) fn of_answers(run: Run<'t>, is_meant: impl Fn(&Exchange) -> bool) -> Self {
        let mut pool = Self { base: run.base(), ..Self::default() };
        let mut bodies = BTreeSet::new();
        for exchange in run.answers.exchanges().filter(|exchange| is_meant(exchange)) {
            let Some(answer) = run.answers.answer(exchange).filter(|answer| answer.is_success()) else { continue };
            if answer.received.body.as_ref().is_none_or(|digest| !bodies.insert(digest.as_str())) {
                continue;
            }
            let Some(root) = answer.root() else { continue };
            if root.type_name() != "Bundle" {
                pool.add(Member { node: root, answer: Some(answer) }, None);
                continue;
            }
            for entry in answer.entries().filter(|entry| !entry.is_note()) {
                if let Some(node) = entry.resource {
                    pool.add(Member { node, answer: Some(answer) }, entry.full_url);
                }
            }
        }
        pool
    }

    /// Resources of a persona.
    pub(crate) fn of_fixtures<'n>(fixtures: &'t Fixtures, names: impl IntoIterator<Item = &'n String>) -> Self {
        let mut pool = Self::default();
        for node in names.into_iter().filter_map(|name| fixtures.get(name)) {
            pool.add(Member { node, answer: None }, None);
        }
        pool
    }

    fn add(&mut self, member: Member<'t>, full_url: Option<&'t str>) {
        let index = self.members.len();
        self.members.push(member);
        if let Some(name) = resource_name(member.node) {
            self.named.entry(name.to_string()).or_insert(index);
        }
        if let Some(url) = full_url {
            self.at_url.entry(url).or_insert(index);
        }
    }

    /// The resource that a reference means.
    pub(crate) fn target(&self, text: &str) -> Option<Node<'t>> {
        let by_url = self.at_url.get(text).copied();
        let index = by_url.or_else(|| self.named.get(&reference::name(text, &[self.base])?.to_string()).copied())?;
        Some(self.members[index].node)
    }

    /// Where a resource of this pool stands.
    pub(crate) fn place_of(&self, node: Node<'_>) -> Place {
        self.place(node, Member { node, answer: None })
    }

    /// Where an element stands, in the answer that its resource came in.
    pub(crate) fn place(&self, node: Node<'_>, beside: Member<'_>) -> Place {
        let own = node.resource().and_then(resource_name).and_then(|name| self.named.get(&name.to_string()));
        match own.and_then(|index| self.members[*index].answer).or(beside.answer) {
            Some(answer) => answer.place_of(node),
            None => Place::default(),
        }
    }
}

/// FHIRPath over a pool.
pub(crate) struct Eyes<'p> {
    environment: Environment<'p>,
}

impl<'p> Eyes<'p> {
    /// What an expression gives, or why that cannot be said.
    pub(crate) fn items(&self, expression: &Expression, node: Node<'p>) -> Result<Vec<Item<'p>>, String> {
        expression.evaluate(node, &self.environment).map_err(|error| error.to_string())
    }

    /// Whether an expression is true.
    pub(crate) fn test(&self, expression: &Expression, node: Node<'p>) -> Truth {
        expression.test(node, &self.environment)
    }
}

/// Looks at a pool with the types of a version.
pub(crate) fn look<R>(pool: &Pool<'_>, fhir: FhirVersion, work: impl for<'p> FnOnce(&Eyes<'p>, &'p Pool<'p>) -> R) -> R {
    let types = match fhir {
        FhirVersion::R4 => r4(),
        FhirVersion::Stu3 => stu3(),
    };
    let resolver = |text: &str| pool.target(text);
    let mut environment = Environment::new(types);
    environment.resolver = Some(&resolver);
    work(&Eyes { environment }, pool)
}
