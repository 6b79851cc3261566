//! Data that the vendor said cannot be entered: what of the personas that is.
//! What lacks for that reason is untested. A value that is another stays wrong.

use std::collections::BTreeMap;

use super::super::answers::resource_name;
use super::super::case::Case;
use super::super::code::Code;
use super::super::ruling::{Obstacle, Ruling};
use super::super::run::Run;
use super::super::verdict::Reason;
use super::pool::{Eyes, Pool, look};
use super::table::Table;
use crate::fhir::fhirpath::Item;
use crate::plan::NotEntered;
use crate::scenario::{Check, ConceptKind};

/// What of the personas cannot be entered.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    of: BTreeMap<(String, String), Of>,
}

/// What of a resource cannot be entered.
#[derive(Debug, Default)]
struct Of {
    /// All of it, and why.
    whole: Option<String>,
    /// Paths of its elements, and why.
    elements: Vec<(String, String)>,
}

/// What the vendor declared, of each persona of the plan; nothing where nothing was.
pub(crate) fn declared(run: Run<'_>) -> Option<Declared> {
    let dataset = run.suite.dataset(run.fhir()).filter(|_| !run.plan.not_entered.is_empty())?;
    let table = Table::new(dataset).ok()?;
    let mut declared = Declared::default();
    for persona in run.suite.personas.iter().filter(|persona| run.plan.persona(&persona.persona).is_some()) {
        let Some(fixtures) = run.personas.fixtures(persona) else { continue };
        let about: Vec<&NotEntered> = run.plan.not_entered.iter().filter(|own| own.is_about(&persona.persona)).collect();
        let pool = Pool::of_fixtures(fixtures, persona.resources(run.fhir()).keys());
        let found = look(&pool, dataset.fhir, |eyes, pool| each(&table, &about, eyes, pool));
        declared.of.extend(found.into_iter().map(|(name, of)| ((persona.persona.clone(), name), of)));
    }
    Some(declared)
}

fn each<'p>(table: &Table<'_>, about: &[&NotEntered], eyes: &Eyes<'p>, pool: &'p Pool<'p>) -> BTreeMap<String, Of> {
    let mut all = BTreeMap::new();
    for member in &pool.members {
        let Some(name) = resource_name(member.node).map(|name| name.to_string()) else { continue };
        let mut of = Of::default();
        let mut is_whole = true;
        for subject in table.subjects.iter().filter(|subject| subject.is_direct()) {
            for instance in subject.instances(eyes, member.node) {
                let items = subject.concepts.iter().filter(|own| own.concept.kind == ConceptKind::Item);
                for concept in items.filter(|own| !own.concept.is_subject()) {
                    let found = concept.items(eyes, instance).unwrap_or_default();
                    let within = |own: &&&NotEntered| own.concepts.iter().any(|id| table.dataset.is_within(concept.concept, *id));
                    match about.iter().find(within) {
                        _ if found.is_empty() => {}
                        None => is_whole = false,
                        Some(own) => {
                            let nodes = found.iter().filter_map(Item::node);
                            of.elements.extend(nodes.map(|node| (node.path(), own.reason.clone())));
                        }
                    }
                }
            }
        }
        of.whole = of.elements.first().map(|(_, reason)| reason.clone()).filter(|_| is_whole);
        all.insert(name, of);
    }
    all
}

impl Declared {
    /// Why nothing of a resource can be entered.
    pub(crate) fn whole(&self, persona: &str, name: &str) -> Option<&str> {
        self.get(persona, name)?.whole.as_deref()
    }

    /// Why an element of a resource cannot be entered: it, or what it stands in.
    pub(crate) fn element(&self, persona: &str, name: &str, path: &str) -> Option<&str> {
        let holds = |outer: &str| path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        let inside = |own: &str| own.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        let elements = &self.get(persona, name)?.elements;
        elements.iter().find(|(own, _)| holds(own) || inside(own)).map(|(_, reason)| reason.as_str())
    }

    fn get(&self, persona: &str, name: &str) -> Option<&Of> {
        self.of.get(&(persona.to_owned(), name.to_owned()))
    }
}

/// What came of a check, where something lacks that cannot be entered.
pub(crate) fn excused(case: &Case<'_>, mut ruling: Ruling) -> Ruling {
    let Some(declared) = case.run.declared else { return ruling };
    let Some(persona) = case.scenario.persona.as_deref() else { return ruling };
    let at_least = matches!(&case.expectation.check, Check::Count(count) if count.min.is_some_and(|min| min > 0));
    let of_step = || {
        let listed = case.run.suite.persona(persona)?.exchanges.get(case.step.exchange.as_deref()?)?;
        listed.matches.iter().find_map(|name| declared.whole(persona, name))
    };
    let why = ruling.take_out(|finding| match finding.code {
        Code::ResourceMissing => declared.whole(persona, &finding.subject).map(str::to_owned),
        Code::CountWrong if at_least => of_step().map(str::to_owned),
        _ => None,
    });
    for reason in why {
        ruling.hinder(Obstacle::Untested(Reason::NotEntered(reason)));
    }
    ruling
}
