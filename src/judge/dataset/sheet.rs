//! What has to be entered for a persona: each thing that the dataset knows, with
//! what is to be filled in, in the order of the dataset.

use std::collections::BTreeSet;

use super::super::personas::Personas;
use super::dutch;
use super::pool::{Eyes, Member, Pool, look};
use super::table::Table;
use crate::agreements::FhirVersion;
use crate::fhir::fhirpath::Item;
use crate::fhir::node::Node;
use crate::scenario::{Concept, ConceptKind, Dataset, Persona, Suite};
use crate::text::Text;

/// What has to be entered for a persona.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The persona.
    pub persona: String,
    /// Who it is.
    pub title: Text,
    /// What it shows.
    pub why: Text,
    /// What the dataset is called whose concepts these are.
    pub dataset: Text,
    /// Version of FHIR that it goes with.
    pub fhir: FhirVersion,
    /// Test BSN.
    pub bsn: String,
    /// The day on which the data is as it should be.
    pub clock: String,
    /// What is entered, in the order of the dataset.
    pub topics: Vec<Topic>,
}

/// A group of the dataset, once for each time that the persona has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its concept.
    pub id: u32,
    /// Its name in the dataset.
    pub name: String,
    /// Each time that the persona has it.
    pub entries: Vec<Vec<Line>>,
}

/// A concept to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: u32,
    /// Its name in the dataset.
    pub name: String,
    /// The groups that it is in, below that of the topic.
    pub groups: Vec<String>,
    /// Other concepts that stand in the same place, with their ids: a product has a field for one of them.
    pub or: Vec<(u32, String)>,
    /// What is filled in.
    pub values: Vec<String>,
}

/// The sheet of a persona.
pub(crate) fn sheet(suite: &Suite, persona: &Persona, fhir: FhirVersion) -> Result<Sheet, String> {
    let dataset = suite.dataset(fhir).ok_or_else(|| format!("the suite has no dataset for {fhir:?}"))?;
    let table = Table::new(dataset)?;
    let personas = Personas::new(suite, fhir);
    let fixtures = personas.fixtures(persona).ok_or_else(|| format!("persona `{}` has no resources", persona.persona))?;
    // Decoys are not on it: who enters by hand tests what the dataset is about.
    let names = persona.resources(fhir).keys().filter(|name| !persona.is_decoy(fhir, name));
    let pool = Pool::of_fixtures(fixtures, names);
    let topics = look(&pool, fhir, |eyes, pool| topics(&table, eyes, pool));
    let Persona { persona, title, why, bsn, clock, .. } = persona.clone();
    Ok(Sheet { persona, title, why, dataset: dataset.title.clone(), fhir, bsn, clock, topics })
}

fn topics<'p>(table: &Table<'_>, eyes: &Eyes<'p>, pool: &'p Pool<'p>) -> Vec<Topic> {
    let dataset = table.dataset;
    let is_top = |concept: &&Concept| dataset.depth(concept) == 1 || (concept.group.is_none() && concept.of.is_some());
    let mut topics = Vec::new();
    for top in dataset.concepts.iter().filter(is_top) {
        let within: Vec<&Concept> = dataset.concepts.iter().filter(|own| dataset.is_within(own, top.id)).collect();
        let subjects: BTreeSet<&str> = within.iter().filter_map(|own| own.of.as_deref()).collect();
        // The subject of the group itself carries it; others hang on that, such as the device of its use.
        let carrier = top.of.as_deref().or_else(|| within.iter().find_map(|own| own.of.as_deref()));
        let Some(carrier) = carrier else { continue };
        let mut entries = Vec::new();
        for member in ordered(pool, table, carrier) {
            let mut lines = lines(dataset, top, &within, (table, carrier), (eyes, member.node));
            for other in subjects.iter().filter(|other| **other != carrier) {
                for beside in ordered(pool, table, other).into_iter().filter(|own| belongs(pool, member.node, own.node)) {
                    lines.extend(self::lines(dataset, top, &within, (table, other), (eyes, beside.node)));
                }
            }
            lines.sort_by_key(|line| dataset.concepts.iter().position(|own| own.id == line.id));
            lines.dedup();
            if !lines.is_empty() && !entries.contains(&lines) {
                entries.push(lines);
            }
        }
        if !entries.is_empty() {
            topics.push(Topic { id: top.id, name: top.name.clone(), entries });
        }
    }
    topics
}

/// The resources that may be of a subject, in the order of their names.
fn ordered<'p>(pool: &'p Pool<'p>, table: &Table<'_>, subject: &str) -> Vec<Member<'p>> {
    let resource = table.subjects.iter().find(|own| own.name == subject).map(|own| own.resource);
    pool.members.iter().filter(|member| Some(member.node.type_name()) == resource).copied().collect()
}

/// Whether a resource refers to another one, or the other way around, or both are the same.
fn belongs<'p>(pool: &'p Pool<'p>, one: Node<'p>, other: Node<'p>) -> bool {
    let same = |left: Node<'_>, right: Node<'_>| {
        left.type_name() == right.type_name() && left.child_value("id") == right.child_value("id")
    };
    let refers = |from: Node<'p>, to: Node<'p>| {
        let mut left: Vec<Node<'p>> = from.children().collect();
        while let Some(node) = left.pop() {
            if node.type_name() == "Reference"
                && node.child_value("reference").and_then(|text| pool.target(text)).is_some_and(|target| same(target, to))
            {
                return true;
            }
            left.extend(node.children());
        }
        false
    };
    same(one, other) || refers(one, other) || refers(other, one)
}

fn lines<'p>(
    dataset: &Dataset,
    top: &Concept,
    within: &[&Concept],
    (table, subject): (&Table<'_>, &str),
    (eyes, node): (&Eyes<'p>, Node<'p>),
) -> Vec<Line> {
    let Some(subject) = table.subjects.iter().find(|own| own.name == subject) else { return Vec::new() };
    let mut lines = Vec::new();
    for instance in subject.instances(eyes, node) {
        let first = lines.len();
        for concept in &subject.concepts {
            let is_asked = within.iter().any(|own| own.id == concept.concept.id) && concept.concept.kind == ConceptKind::Item;
            let names_party = concept.leads_elsewhere() && concept.concept.kind == ConceptKind::Group;
            if !(is_asked || (names_party && within.iter().any(|own| own.id == concept.concept.id))) {
                continue;
            }
            let items = concept.items(eyes, instance).unwrap_or_default();
            let mut values: Vec<String> =
                if concept.concept.is_subject() { vec![String::from("ja")] } else { items.iter().filter_map(shown).collect() };
            values.dedup();
            let own = concept.concept;
            let is_twin = |line: &&mut Line| dataset.concept(line.id).is_some_and(|other| is_at_one_place(other, own));
            match lines[first..].iter_mut().find(is_twin) {
                _ if values.is_empty() => {}
                Some(twin) => twin.or.push((own.id, own.name.clone())),
                None => {
                    let groups = groups(dataset, top, own);
                    lines.push(Line { id: own.id, name: own.name.clone(), groups, or: Vec::new(), values });
                }
            }
        }
    }
    lines
}

/// Whether two concepts of a group are the same elements, as letter and addition of a house number are: what stands
/// there is entered once.
fn is_at_one_place(one: &Concept, other: &Concept) -> bool {
    one.of == other.of && one.group == other.group && one.at == other.at
}

fn groups(dataset: &Dataset, top: &Concept, concept: &Concept) -> Vec<String> {
    let mut groups = Vec::new();
    let mut now = concept.group.filter(|group| *group != top.id);
    while let Some(group) = now.and_then(|id| dataset.concept(id)).filter(|_| concept.id != top.id && groups.len() < 8) {
        groups.push(group.name.clone());
        now = group.group.filter(|group| *group != top.id);
    }
    groups.reverse();
    groups
}

/// A value as a person fills it in.
fn shown(item: &Item<'_>) -> Option<String> {
    let Some(node) = item.node() else { return item.text() };
    let text = |name: &str| node.child_value(name);
    match node.type_name() {
        "CodeableConcept" => concept(node),
        "Coding" => coding(node),
        "Identifier" => Some(format!("{} ({})", text("value")?, text("system").unwrap_or("-"))),
        "Reference" => text("display").or_else(|| text("reference")).map(str::to_owned),
        "Attachment" => Some(format!("{} ({})", text("title").unwrap_or("document"), text("contentType").unwrap_or("-"))),
        _ if node.is_resource() => person_name(node),
        _ => node.value().map(|value| in_words(node, value)),
    }
}

/// A value in Dutch, where a code of FHIR stands for a word of the form.
fn in_words(node: Node<'_>, value: &str) -> String {
    match (node.type_name(), value) {
        ("boolean", "true") => "ja".to_owned(),
        ("boolean", "false") => "nee".to_owned(),
        ("code", code) => dutch::word(code, node.name()).map_or_else(|| code.to_owned(), |word| format!("{word} ({code})")),
        _ => value.to_owned(),
    }
}

fn concept(node: Node<'_>) -> Option<String> {
    let codings: Vec<String> = node.children_named("coding").filter_map(coding).collect();
    match (codings.is_empty(), node.child_value("text")) {
        (true, text) => text.map(str::to_owned),
        (false, Some(text)) => Some(format!("{text} [{}]", codings.join("; "))),
        (false, None) => Some(codings.join("; ")),
    }
}

fn coding(node: Node<'_>) -> Option<String> {
    let code = node.child_value("code")?;
    let named = |display: &str| format!("{} ({code})", dutch::word(code, display).unwrap_or(display));
    Some(node.child_value("display").map_or_else(|| code.to_owned(), named))
}

/// What a person is called.
fn person_name(node: Node<'_>) -> Option<String> {
    let name = node.child("name")?;
    name.child_value("text").or_else(|| name.child_value("family")).map(str::to_owned)
}
