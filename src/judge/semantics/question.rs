//! A question to a scenario as a whole, and what its answers hold: matches of an
//! exchange, all resources, and what references mean among them.

use std::collections::BTreeSet;

use super::super::answers::{Answer, Entry, resource_name};
use super::super::case::{Case, Need};
use super::super::chain::{Chain, bases};
use super::super::expression::{Decision, Scope, parse};
use super::super::finding::Place;
use super::super::reference::{self, Name};
use super::super::ruling::Ruling;
use super::super::run::Run;
use crate::fhir::node::Node;
use crate::plan::{Action, PlannedExpectation, PlannedScenario, PlannedStep};
use crate::scenario::{Auth, Format};

/// An expectation over the answers of a scenario.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'c> {
    /// The run.
    pub(crate) run: Run<'c>,
    /// The scenario.
    pub(crate) scenario: &'c PlannedScenario,
    /// Its key in the evidence: `scenario@variant`.
    pub(crate) key: &'c str,
    /// The expectation.
    pub(crate) expectation: &'c PlannedExpectation,
}

/// A resource in an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'c> {
    pub(super) answer: Answer<'c>,
    pub(super) node: Node<'c>,
    entry: Option<Entry<'c>>,
}

impl<'c> Question<'c> {
    /// The right matches of an exchange: what else comes is for other expectations. Nothing when the scenario does not ask it, or when they cannot all be known, which
    /// is then in the ruling.
    pub(super) fn matches(&self, exchange: &str, ruling: &mut Ruling) -> Option<Vec<Found<'c>>> {
        let step = self.steps().find(|step| step.exchange.as_deref() == Some(exchange))?;
        let case = self.case(step);
        let chains = case.chains_of(step, ruling, Need::Bundle);
        let mut whole = !chains.is_empty();
        for obstacle in chains.iter().filter_map(|chain| case.rest(chain)) {
            ruling.hinder(obstacle);
            whole = false;
        }
        let matches = chains.iter().flat_map(|chain| right_matches(&case, chain)).collect();
        whole.then_some(matches)
    }

    /// The resources that a search outside the agreement finds; nothing when the server does not have it.
    pub(super) fn probed(&self, resource: &str) -> Option<Vec<Found<'c>>> {
        let step = self.probe(resource)?;
        let case = self.case(step);
        // The agreement does not ask for this search, so what is wrong with it is nobody's finding.
        let chains = case.chains_of(step, &mut Ruling::default(), Need::Bundle);
        let whole = !chains.is_empty() && chains.iter().all(|chain| case.rest(chain).is_none());
        whole.then(|| chains.iter().flat_map(|chain| case.matches(step, chain)).filter_map(Found::of).collect())
    }

    fn probe(&self, resource: &str) -> Option<&'c PlannedStep> {
        let searches = |step: &&PlannedStep| matches!(&step.action, Action::Send(template) if template.path == resource);
        self.steps().filter(|step| step.exchange.is_none()).find(searches)
    }

    /// All resources of the scenario's answers, each as often as it comes, but for those of a probe of this type.
    pub(super) fn resources(&self, but_probed: &str) -> Vec<Found<'c>> {
        let probe = self.probe(but_probed).map(|step| step.id.as_str());
        let mut found = Vec::new();
        for step in self.scenario.steps.iter().filter(|step| Some(step.id.as_str()) != probe) {
            let chains = self.case(step).chains_of(step, &mut Ruling::default(), Need::Resource);
            found.extend(chains.iter().flat_map(resources));
        }
        found
    }

    /// The resource that a reference means, in the same answer or in another one.
    pub(super) fn target(&self, reference: Node<'c>, from: Found<'c>, among: &[Found<'c>]) -> Option<Found<'c>> {
        let text = reference.child_value("reference")?;
        let name = self.named(text, from);
        let is_meant = |found: &&Found<'c>| {
            found.entry.is_some_and(|entry| entry.full_url == Some(text)) || (name.is_some() && found.name() == name)
        };
        let beside = |found: &&Found<'c>| found.answer.exchange.id == from.answer.exchange.id;
        among.iter().filter(beside).find(is_meant).or_else(|| among.iter().find(is_meant)).copied()
    }

    /// Type and id that a literal reference names.
    pub(super) fn named<'t>(&self, text: &'t str, from: Found<'c>) -> Option<Name<'t>>
    where
        'c: 't,
    {
        reference::name(text, &bases(from.entry, self.run.base()))
    }

    /// Steps that ask as a client does: in the scenario's format, with the credentials of the run.
    fn steps(&self) -> impl Iterator<Item = &'c PlannedStep> {
        let is_plain = |step: &&PlannedStep| match &step.action {
            Action::Send(template) => template.auth == Auth::Normal && template.format == Format::Json,
            Action::Follow(_) | Action::Serve(_) => false,
        };
        self.scenario.steps.iter().filter(is_plain)
    }

    fn case(&self, step: &'c PlannedStep) -> Case<'c> {
        Case { run: self.run, scenario: self.scenario, key: self.key, step, expectation: self.expectation }
    }
}

impl<'c> Found<'c> {
    fn of(entry: Entry<'c>) -> Option<Self> {
        Some(Self { answer: entry.answer, node: entry.resource?, entry: Some(entry) })
    }

    /// Type and id.
    pub(super) fn name(self) -> Option<Name<'c>> {
        resource_name(self.node)
    }

    /// What it is called in a sentence.
    pub(super) fn subject(self) -> String {
        self.name().map_or_else(|| self.node.path(), |name| name.to_string())
    }

    /// Whether it came with the results of a search, and not by a read.
    pub(super) fn is_result(&self) -> bool {
        self.entry.is_some()
    }

    /// Where it stands.
    pub(super) fn place(self) -> Place {
        self.answer.place_of(self.node)
    }
}

/// Matches that are what was asked for, about the patient who was asked for.
fn right_matches<'c>(case: &Case<'c>, chain: &Chain<'c>) -> Vec<Found<'c>> {
    let mut matches: Vec<_> = case.matches(case.step, chain).into_iter().filter_map(Found::of).collect();
    let Some(right) = case.right_answer() else { return matches };
    let scope = Scope::of(case, chain);
    if let Ok(expression) = parse(&right.each) {
        matches.retain(|found| scope.decide(&expression, found.node) == Decision::True);
    }
    let patient = chain.pages.first().and_then(|first| case.patient(first.exchange));
    let is_other = |found: &Found<'c>| {
        let about = right.patient.as_deref().and_then(|name| found.node.child(name)?.child_value("reference"));
        let name = about.and_then(|text| reference::name(text, &bases(found.entry, case.run.base())));
        name.is_some_and(|name| name.kind == "Patient" && Some(name.id) != patient)
    };
    matches.retain(|found| !is_other(found));
    matches
}

fn resources<'c>(chain: &Chain<'c>) -> Vec<Found<'c>> {
    let of_page = |page: &Answer<'c>| match page.root() {
        Some(root) if root.type_name() == "Bundle" => {
            page.entries().filter(|entry| !entry.is_note()).filter_map(Found::of).collect()
        }
        Some(node) => vec![Found { answer: *page, node, entry: None }],
        None => Vec::new(),
    };
    chain.pages.iter().flat_map(of_page).collect()
}

/// Codes of a CodeableConcept, or of a list of them, with their systems.
pub(super) fn codings<'c>(parent: Node<'c>, name: &str) -> Vec<(Option<&'c str>, &'c str)> {
    let codings = parent.children_named(name).flat_map(|concept| concept.children_named("coding").collect::<Vec<_>>());
    codings.filter_map(|coding| Some((coding.child_value("system"), coding.child_value("code")?))).collect()
}

/// Whether a CodeableConcept, or one of a list, has one of these codes.
pub(super) fn has_code(parent: Node<'_>, name: &str, wanted: &[&str]) -> bool {
    codings(parent, name).iter().any(|(_, code)| wanted.contains(code))
}

/// Each once, by type and id.
pub(super) fn distinct<'c>(found: Vec<Found<'c>>) -> Vec<Found<'c>> {
    let mut seen = BTreeSet::new();
    found.into_iter().filter(|found| found.name().is_none_or(|name| seen.insert(name))).collect()
}
