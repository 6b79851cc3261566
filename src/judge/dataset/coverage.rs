//! Which concepts of the dataset a run showed, where, and which of the known
//! data it never did.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::finding::Place;
use super::super::run::Run;
use super::pool::{Eyes, Pool, look};
use super::table::Table;
use crate::plan::{Action, Data, NotEntered, PlannedScenario};
use crate::scenario::{ConceptKind, Dataset, Persona};
use crate::text::Text;

/// The dataset as a run showed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DatasetCoverage {
    /// Name of the dataset.
    pub dataset: String,
    /// What it is.
    pub title: Text,
    /// Whether data was asked for of which it is known what they are.
    pub known: bool,
    /// Its concepts, in its order.
    pub concepts: Vec<ConceptCoverage>,
}

/// A concept as a run showed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ConceptCoverage {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// How many groups it is in.
    pub depth: usize,
    /// Whether it is a group.
    pub group: bool,
    /// Where it can stand: type and FHIRPath. Nothing where the mapping does not have it.
    pub paths: Vec<String>,
    /// What became of it.
    pub state: ConceptState,
    /// Where it was first seen; nothing for a group of which only a part was.
    pub place: Option<Place>,
}

/// What became of a concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConceptState {
    /// It was shown.
    Seen,
    /// The data that was asked for has it, and it was never shown.
    NotShown,
    /// The same, and the vendor said that it cannot be entered.
    NotEntered,
    /// The data that was asked for does not have it, or is not known, and it was not shown.
    NotInData,
    /// The mapping gives it no place in a resource.
    NotMapped,
}

/// How many concepts there are of each state; groups and items together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DatasetCounts {
    /// All.
    pub concepts: usize,
    /// Shown.
    pub seen: usize,
    /// In the data, and not shown.
    pub not_shown: usize,
    /// In the data, not shown, and it cannot be entered.
    pub not_entered: usize,
    /// Not in the data.
    pub not_in_data: usize,
    /// Without a place in a resource.
    pub not_mapped: usize,
}

impl DatasetCoverage {
    /// How many concepts there are of each state.
    #[must_use]
    pub fn counts(&self) -> DatasetCounts {
        let mut counts = DatasetCounts { concepts: self.concepts.len(), ..DatasetCounts::default() };
        for concept in &self.concepts {
            *match concept.state {
                ConceptState::Seen => &mut counts.seen,
                ConceptState::NotShown => &mut counts.not_shown,
                ConceptState::NotEntered => &mut counts.not_entered,
                ConceptState::NotInData => &mut counts.not_in_data,
                ConceptState::NotMapped => &mut counts.not_mapped,
            } += 1;
        }
        counts
    }
}

/// What a run showed of the dataset of its version; nothing where the suite has none.
pub(crate) fn coverage(run: Run<'_>) -> Option<DatasetCoverage> {
    let dataset = run.suite.dataset(run.fhir())?;
    let table = Table::new(dataset).ok()?;
    let pool = Pool::of_run(run);
    let shown = look(&pool, dataset.fhir, |eyes, pool| seen(&table, eyes, pool));
    let mut expected = vec![false; dataset.concepts.len()];
    let mut known = false;
    for persona in run.suite.personas.iter().filter(|persona| is_known(run, persona)) {
        known = true;
        let Some(fixtures) = run.personas.fixtures(persona) else { continue };
        let pool = Pool::of_fixtures(fixtures, asked(run, persona));
        let has = look(&pool, dataset.fhir, |eyes, pool| seen(&table, eyes, pool));
        expected.iter_mut().zip(has).for_each(|(expected, has)| *expected |= has.is_some());
    }
    Some(DatasetCoverage {
        dataset: dataset.dataset.clone(),
        title: dataset.title.clone(),
        known,
        concepts: states(dataset, shown, &expected, &run.plan.not_entered),
    })
}

fn is_known(run: Run<'_>, persona: &Persona) -> bool {
    // Of a persona that is not on the server nothing was asked, so nothing of it was left out either.
    let is_lost = run.answers.persona(&persona.persona).is_some_and(|found| found.patient.is_none());
    !is_lost && run.plan.persona(&persona.persona).is_some_and(|planned| planned.data == Data::Fixture)
}

/// Resources of a persona that the plan asks for.
fn asked<'s>(run: Run<'_>, persona: &'s Persona) -> BTreeSet<&'s String> {
    let own = |scenario: &&PlannedScenario| scenario.persona.as_deref() == Some(&persona.persona);
    let steps: Vec<_> = run.plan.scenarios.iter().filter(own).flat_map(|scenario| &scenario.steps).collect();
    let exchanges: BTreeSet<_> = steps.iter().filter_map(|step| step.exchange.as_deref()).collect();
    let answers = persona.exchanges.iter().filter(|(name, _)| exchanges.contains(name.as_str())).map(|(_, answer)| answer);
    let mut names: BTreeSet<_> = answers.flat_map(|answer| answer.matches.iter().chain(&answer.include)).collect();
    if steps.iter().any(|step| matches!(step.action, Action::Follow(_))) {
        names.extend(&persona.reachable);
    }
    names
}

/// Where each concept is first seen, by its number.
fn seen<'p>(table: &Table<'_>, eyes: &Eyes<'p>, pool: &'p Pool<'p>) -> Vec<Option<Place>> {
    let mut found: Vec<Option<Place>> = vec![None; table.dataset.concepts.len()];
    for member in &pool.members {
        for subject in table.subjects.iter().filter(|subject| subject.resource == member.node.type_name()) {
            if subject.concepts.iter().all(|concept| found[concept.index].is_some()) {
                continue;
            }
            for instance in subject.instances(eyes, member.node) {
                for concept in &subject.concepts {
                    if found[concept.index].is_some() {
                        continue;
                    }
                    if let Some((_, item)) = concept.first(eyes, instance) {
                        found[concept.index] = Some(pool.place(item.node().unwrap_or(instance), *member));
                    }
                }
            }
        }
    }
    found
}

fn states(dataset: &Dataset, mut shown: Vec<Option<Place>>, expected: &[bool], declared: &[NotEntered]) -> Vec<ConceptCoverage> {
    let is_declared = |concept: &crate::scenario::Concept| {
        declared.iter().flat_map(|own| &own.concepts).any(|id| dataset.is_within(concept, *id))
    };
    let concepts = &dataset.concepts;
    let index = |id: u32| concepts.iter().position(|concept| concept.id == id);
    let mut is_seen: Vec<bool> = shown.iter().map(Option::is_some).collect();
    let mut is_expected = expected.to_vec();
    let mut is_mapped: Vec<bool> = concepts.iter().map(|concept| concept.of.is_some()).collect();
    // A group stands before what is in it: from the end, what is known of a part is known of the whole.
    for (part, concept) in concepts.iter().enumerate().rev() {
        if let Some(whole) = concept.group.and_then(index) {
            is_seen[whole] |= is_seen[part];
            is_expected[whole] |= is_expected[part];
            is_mapped[whole] |= is_mapped[part];
        }
    }
    let state = |at: usize| match (is_mapped[at], is_seen[at], is_expected[at]) {
        (false, ..) => ConceptState::NotMapped,
        (_, true, _) => ConceptState::Seen,
        (_, _, true) if is_declared(&concepts[at]) => ConceptState::NotEntered,
        (_, _, true) => ConceptState::NotShown,
        _ => ConceptState::NotInData,
    };
    let concept = |(at, concept): (usize, &crate::scenario::Concept)| {
        let of = concept.of.as_ref().and_then(|of| dataset.subjects.get(of)).map(|subject| subject.of_type());
        let path = |path: &String| match (of, path.as_str()) {
            (Some(of), "$this") => of.to_owned(),
            (Some(of), path) => format!("{of}.{path}"),
            (None, path) => path.to_owned(),
        };
        ConceptCoverage {
            id: concept.id,
            name: concept.name.clone(),
            depth: dataset.depth(concept),
            group: concept.kind == ConceptKind::Group,
            paths: concept.at.iter().map(path).collect(),
            state: state(at),
            place: shown[at].take(),
        }
    };
    concepts.iter().enumerate().map(concept).collect()
}
