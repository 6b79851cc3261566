//! What a server gives back held against the personas, element by element
//! through the concepts of the dataset: what lacks, what is another, what is more.

use std::collections::{BTreeMap, BTreeSet};

use super::super::answers::resource_name;
use super::super::case::{Case, Need};
use super::super::finding::Place;
use super::super::predicate::{Sorted, Value, compared, identity, same, values};
use super::super::ruling::Ruling;
use super::super::run::Run;
use super::super::verdict::Reason;
use super::pool::{Eyes, Pool, look};
use super::table::Table;
use crate::fhir::fhirpath::Item;
use crate::fhir::node::Node;
use crate::plan::{NotEntered, PlannedScenario};
use crate::scenario::{ConceptKind, Persona};

/// What came back of the data of a persona.
#[derive(Debug, Clone, PartialEq)]
pub struct DataCheck {
    /// The persona.
    pub persona: String,
    /// Its logical id on the server; nothing when it was not found.
    pub patient: Option<String>,
    /// How many resources of the persona were found.
    pub found: usize,
    /// Of how many that were asked for.
    pub of: usize,
    /// What is different, in the order of the dataset within each resource.
    pub differences: Vec<DataDifference>,
    /// Why a part could not be compared.
    pub open: Vec<Reason>,
}

/// Something that is not as the persona has it.
#[derive(Debug, Clone, PartialEq)]
pub struct DataDifference {
    /// What of it.
    pub kind: DifferenceKind,
    /// The resource of the persona; of the server where only that has it.
    pub resource: String,
    /// The concept; nothing for a resource as a whole.
    pub concept: Option<(u32, String)>,
    /// What the persona has.
    pub expected: Vec<String>,
    /// What the server has.
    pub actual: Vec<String>,
    /// Where that stands.
    pub place: Place,
    /// Why the vendor cannot enter it.
    pub reason: Option<String>,
}

/// What of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// The server does not have it.
    Missing,
    /// The server has another value.
    Changed,
    /// The server has more than the persona.
    Extra,
    /// The server does not have it, as the vendor said.
    NotEntered,
}

/// Values of the concepts of a resource, by number of the concept, with the place of the first.
type Told = BTreeMap<usize, (Vec<Value>, Place)>;

/// Resources of a persona beside those of the server, by name.
#[derive(Debug, Default)]
struct Pairs {
    pairs: Vec<(String, String)>,
    missing: BTreeSet<String>,
    extra: BTreeSet<String>,
}

/// What came back of the data of each persona that a scenario of the plan is about.
pub(crate) fn check(run: Run<'_>) -> Result<Vec<DataCheck>, String> {
    let dataset = run.suite.dataset(run.fhir()).ok_or_else(|| format!("the suite has no dataset for {:?}", run.fhir()))?;
    let table = Table::new(dataset)?;
    let of = |scenario: &PlannedScenario| {
        let persona = run.suite.persona(scenario.persona.as_deref()?)?;
        Some(check_one(run, &table, scenario, persona))
    };
    Ok(run.plan.scenarios.iter().filter_map(of).collect())
}

fn check_one(run: Run<'_>, table: &Table<'_>, scenario: &PlannedScenario, persona: &Persona) -> DataCheck {
    let patient = run.answers.persona(&persona.persona).and_then(|found| found.patient.clone());
    let (found, of, differences, open) = (0, 0, Vec::new(), Vec::new());
    let mut check = DataCheck { persona: persona.persona.clone(), patient, found, of, differences, open };
    let Some(fixtures) = run.personas.fixtures(persona) else { return check };
    if check.patient.is_none() {
        check.open.push(Reason::PersonaNotFound(persona.persona.clone()));
        return check;
    }
    let key = scenario.name();
    let own = Pool::of_fixtures(fixtures, persona.resources(run.fhir()).keys());
    let theirs = Pool::of_answers(run, |exchange| exchange.scenario == key);
    let expected = look(&own, table.dataset.fhir, |eyes, pool| told(table, eyes, pool));
    let came = look(&theirs, table.dataset.fhir, |eyes, pool| told(table, eyes, pool));
    let mut pairs = by_key(run, scenario, persona, &mut check.open);
    // What comes along, or is read: each by what identifies it, or by what it says.
    let fhir = run.fhir();
    let names = persona.exchanges(fhir).flat_map(|answer| &answer.include).chain(persona.reachable(fhir));
    let left: BTreeSet<&String> = names.filter(|name| pairs.is_new(name) && fixtures.get(name).is_some()).collect();
    for name in left {
        let Some(node) = own.target(name) else { continue };
        match partner(node, &theirs, &pairs).or_else(|| nearest(name, &expected, &came, &pairs)) {
            Some(found) => pairs.pairs.push((name.clone(), found)),
            None => {
                pairs.missing.insert(name.clone());
            }
        }
    }
    (check.found, check.of) = (pairs.pairs.len(), pairs.pairs.len() + pairs.missing.len());
    let mut weigh = Weigh { table, persona: &persona.persona, declared: &run.plan.not_entered, differences: Vec::new() };
    for (own, their) in &pairs.pairs {
        let (own_told, their_told) = (expected.get(own), came.get(their));
        weigh.resource(own, own_told.unwrap_or(&Told::new()), their_told.unwrap_or(&Told::new()));
    }
    for name in &pairs.missing {
        weigh.missing(name, expected.get(name).unwrap_or(&Told::new()));
    }
    for name in &pairs.extra {
        let place = theirs.target(name).map(|node| theirs.place_of(node)).unwrap_or_default();
        weigh.extra(name, place);
    }
    check.differences = weigh.differences;
    check
}

/// Which resource of the server is which of the persona, by the key of the exchange that found it.
fn by_key(run: Run<'_>, scenario: &PlannedScenario, persona: &Persona, open: &mut Vec<Reason>) -> Pairs {
    let mut pairs = Pairs::default();
    let key = scenario.name();
    for step in &scenario.steps {
        let (Some(exchange), Some(expectation)) = (&step.exchange, step.expect.first()) else { continue };
        let case = Case { run, scenario, key: &key, step, expectation };
        let mut ruling = Ruling::default();
        let chains = case.chains(&mut ruling, Need::Bundle);
        let is_silent = chains.is_empty() && persona.exchange(run.fhir(), exchange).is_some_and(|own| !own.matches.is_empty());
        for chain in chains {
            match compared(&case, &chain) {
                Ok(sorted) => pairs.take(sorted),
                Err(obstacle) => open.push(obstacle.reason()),
            }
            open.extend(case.rest(&chain).map(|obstacle| obstacle.reason()));
        }
        let silent =
            is_silent.then(|| Reason::Undetermined(format!("`{exchange}` was refused, or not answered with a searchset")));
        open.extend(ruling.into_reason().or(silent));
    }
    // A search of which the answer is not known says nothing of what lacks.
    open.sort();
    open.dedup();
    pairs
}

impl Pairs {
    fn take(&mut self, sorted: Sorted<'_>) {
        let name = |node: Node<'_>| resource_name(node).map(|name| name.to_string());
        for (own, their) in sorted.pairs {
            if let (Some(own), Some(their)) = (name(own), their.resource.and_then(name)) {
                self.missing.remove(&own);
                if self.is_new(&own) {
                    self.pairs.push((own, their));
                }
            }
        }
        let missing: Vec<_> = sorted.missing.into_iter().filter_map(name).filter(|own| self.is_new(own)).collect();
        self.missing.extend(missing);
        self.extra.extend(sorted.extra.into_iter().filter_map(|entry| entry.resource.and_then(name)));
    }

    fn is_new(&self, own: &str) -> bool {
        !self.missing.contains(own) && self.pairs.iter().all(|(known, _)| known != own)
    }
}

/// The resource of the server that is this one: it has the same numbers or names, or is the only one of its type left.
fn partner(own: Node<'_>, theirs: &Pool<'_>, pairs: &Pairs) -> Option<String> {
    let name = |node: Node<'_>| resource_name(node).map(|name| name.to_string());
    let taken: BTreeSet<&str> = pairs.pairs.iter().map(|(_, their)| their.as_str()).collect();
    let of_type = theirs.members.iter().map(|member| member.node).filter(|node| node.type_name() == own.type_name());
    let free: Vec<(String, Node<'_>)> =
        of_type.filter_map(|node| Some((name(node)?, node))).filter(|(name, _)| !taken.contains(name.as_str())).collect();
    let wanted = identity(own);
    let same = free.iter().find(|(_, node)| wanted.is_some() && identity(*node) == wanted);
    let shares = |node: Node<'_>| match (&wanted, identity(node)) {
        // The first is the type.
        (Some(wanted), Some(has)) => wanted.iter().skip(1).any(|part| has.contains(part)),
        _ => false,
    };
    let names: BTreeSet<&String> = free.iter().map(|(name, _)| name).collect();
    let near = || free.iter().find(|(_, node)| shares(*node));
    let only = || free.first().filter(|_| names.len() == 1);
    same.or_else(near).or_else(only).map(|(name, _)| name.clone())
}

/// The resource of the same type that says most of the same, and at least half of it.
fn nearest(name: &str, expected: &BTreeMap<String, Told>, came: &BTreeMap<String, Told>, pairs: &Pairs) -> Option<String> {
    let own = expected.get(name)?;
    let kind = name.split('/').next()?;
    let is_free = |their: &String| their.split('/').next() == Some(kind) && pairs.pairs.iter().all(|(_, taken)| taken != their);
    let is_same = |index: &usize, values: &[Value], their: &Told| {
        their.get(index).is_some_and(|(other, _)| without(values, other).is_empty() && without(other, values).is_empty())
    };
    let alike = |their: &Told| own.iter().filter(|(index, (values, _))| is_same(index, values, their)).count();
    let free = came.iter().filter(|(their, _)| is_free(their)).map(|(their, told)| (alike(told), their));
    // Of equals the first by name, so that the answer is always the same.
    let best = free
        .filter(|(alike, _)| *alike > 0 && 2 * alike >= own.len())
        .reduce(|best, own| if own.0 > best.0 { own } else { best });
    best.map(|(_, their)| their.clone())
}

/// What each resource has of the concepts.
fn told<'p>(table: &Table<'_>, eyes: &Eyes<'p>, pool: &'p Pool<'p>) -> BTreeMap<String, Told> {
    let mut all: BTreeMap<String, Told> = BTreeMap::new();
    let resolve = |text: &str| pool.target(text);
    for member in &pool.members {
        let Some(name) = resource_name(member.node).map(|name| name.to_string()) else { continue };
        let own = all.entry(name).or_default();
        if !own.is_empty() {
            continue;
        }
        for subject in table.subjects.iter().filter(|subject| subject.is_direct()) {
            for instance in subject.instances(eyes, member.node) {
                let items = subject.concepts.iter().filter(|own| own.concept.kind == ConceptKind::Item);
                for concept in items.filter(|own| !own.concept.is_subject()) {
                    let Ok(items) = concept.items(eyes, instance) else { continue };
                    let told = told_of(&items, &resolve);
                    if !told.is_empty() {
                        let first = items.first().and_then(Item::node).unwrap_or(instance);
                        own.insert(concept.index, (told, pool.place(first, *member)));
                    }
                }
            }
        }
    }
    all
}

/// Values as they are compared; of what has none of its own, all that stands in it.
fn told_of<'r>(items: &[Item<'_>], resolve: &dyn Fn(&str) -> Option<Node<'r>>) -> Vec<Value> {
    let mut told = Vec::new();
    for item in items {
        let simple = values(std::slice::from_ref(item), resolve);
        match item.node() {
            Some(node) if simple.is_empty() => told.extend(leaves(node).map(Value::Text)),
            _ => told.extend(simple),
        }
    }
    told.sort();
    told.dedup();
    told
}

/// `name value` of all that stands in an element and has a value.
fn leaves(node: Node<'_>) -> impl Iterator<Item = String> {
    let mut found = Vec::new();
    let mut left: Vec<Node<'_>> = node.children().collect();
    while let Some(node) = left.pop() {
        found.extend(node.value().map(|value| format!("{} {value}", node.name())));
        left.extend(node.children());
    }
    found.into_iter()
}

/// Weighs what the server has beside what the persona has.
struct Weigh<'w> {
    table: &'w Table<'w>,
    persona: &'w str,
    declared: &'w [NotEntered],
    differences: Vec<DataDifference>,
}

impl Weigh<'_> {
    fn resource(&mut self, name: &str, own: &Told, their: &Told) {
        let concepts: BTreeSet<usize> = own.keys().chain(their.keys()).copied().collect();
        let none = (Vec::new(), Place::default());
        for index in concepts {
            let ((expected, _), (actual, place)) = (own.get(&index).unwrap_or(&none), their.get(&index).unwrap_or(&none));
            let (lacks, more) = (without(expected, actual), without(actual, expected));
            let kind = match (lacks.is_empty(), more.is_empty()) {
                (true, true) => continue,
                (true, false) => DifferenceKind::Extra,
                (false, true) => DifferenceKind::Missing,
                (false, false) => DifferenceKind::Changed,
            };
            let (expected, actual) = (shown(&lacks), shown(&more));
            self.tell(kind, name, Some(index), (expected, actual, place.clone()));
        }
    }

    /// A resource that is not there: declared when all that it has of the dataset is in what cannot be entered.
    fn missing(&mut self, name: &str, own: &Told) {
        let reasons: Vec<_> = own.keys().map(|index| self.reason(*index)).collect();
        let reason = reasons.first().cloned().flatten().filter(|_| reasons.iter().all(Option::is_some));
        let kind = if reason.is_some() { DifferenceKind::NotEntered } else { DifferenceKind::Missing };
        self.differences.push(DataDifference {
            kind,
            resource: name.to_owned(),
            concept: None,
            expected: own.iter().flat_map(|(index, (values, _))| self.line(*index, values)).take(6).collect(),
            actual: Vec::new(),
            place: Place::default(),
            reason,
        });
    }

    fn extra(&mut self, name: &str, place: Place) {
        let (expected, actual, reason) = (Vec::new(), Vec::new(), None);
        let resource = name.to_owned();
        let kind = DifferenceKind::Extra;
        self.differences.push(DataDifference { kind, resource, concept: None, expected, actual, place, reason });
    }

    fn tell(&mut self, kind: DifferenceKind, name: &str, index: Option<usize>, told: (Vec<String>, Vec<String>, Place)) {
        let (expected, actual, place) = told;
        // Only what lacks is excused: a value that is another is wrong, whatever was declared.
        let reason = index.filter(|_| kind == DifferenceKind::Missing).and_then(|index| self.reason(index));
        let kind = if reason.is_some() { DifferenceKind::NotEntered } else { kind };
        let concept = index.map(|index| &self.table.dataset.concepts[index]).map(|own| (own.id, own.name.clone()));
        self.differences.push(DataDifference { kind, resource: name.to_owned(), concept, expected, actual, place, reason });
    }

    fn reason(&self, index: usize) -> Option<String> {
        let concept = &self.table.dataset.concepts[index];
        let fits = |declared: &&NotEntered| {
            declared.is_about(self.persona) && declared.concepts.iter().any(|id| self.table.dataset.is_within(concept, *id))
        };
        self.declared.iter().find(fits).map(|declared| declared.reason.clone())
    }

    fn line(&self, index: usize, values: &[Value]) -> Option<String> {
        Some(format!("{} = {}", self.table.dataset.concepts[index].name, shown(values).join(", ")))
    }
}

/// The values of the first that the second does not have, each as often.
fn without(left: &[Value], right: &[Value]) -> Vec<Value> {
    let mut right: Vec<&Value> = right.iter().collect();
    let mut lacks = Vec::new();
    for value in left {
        match right.iter().position(|other| same(value, other)) {
            Some(at) => {
                right.remove(at);
            }
            None => lacks.push(value.clone()),
        }
    }
    lacks
}

fn shown(values: &[Value]) -> Vec<String> {
    values.iter().map(Value::shown).collect()
}
