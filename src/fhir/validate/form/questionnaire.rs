//! A form as judging reads it: the items of a Questionnaire in their order. The
//! differences between R4 and STU3 end here.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::item::{Behaviour, Choice, Condition, Item, Kind, Operator, TextDigest};
use super::limits::{Limits, extensions};
use super::value::Value;
use crate::fhir::date::DateTime;
use crate::fhir::node::{Node, Tree};
use crate::fhir::terminology::ValueSet;

const EXCLUSIVE: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive";
const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
const ENABLED_BY_EXPRESSION: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression";

/// A form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    pub(crate) url: Box<str>,
    pub(crate) version: Box<str>,
    /// From when, until when it is meant to be used.
    period: [Option<DateTime>; 2],
    /// Each before those in it.
    pub(crate) items: Vec<Item>,
    /// Places of the outermost ones.
    pub(crate) outer: Vec<usize>,
    places: HashMap<Box<str>, usize>,
    /// Value sets that the form brings, by their id.
    value_sets: HashMap<Box<str>, Arc<ValueSet>>,
}

impl Form {
    /// The form that a Questionnaire is.
    pub(crate) fn read(questionnaire: Node<'_>) -> Self {
        let text = |name: &str| questionnaire.child_value(name).unwrap_or_default().into();
        let period = questionnaire.child("effectivePeriod");
        let moment = |name: &str| period.and_then(|period| period.child_value(name)).and_then(DateTime::parse);
        let mut form =
            Self { url: text("url"), version: text("version"), period: ["start", "end"].map(moment), ..Self::default() };
        for resource in questionnaire.children_named("contained").filter(|found| found.type_name() == "ValueSet") {
            let id = resource.child_value("id").unwrap_or_default();
            form.value_sets.insert(id.into(), Arc::new(ValueSet::read(&Tree::copy_of(resource))));
        }
        form.read_items(questionnaire, None);
        form
    }

    /// A form without items.
    pub(super) fn named(url: &str, version: &str) -> Self {
        Self { url: url.into(), version: version.into(), ..Self::default() }
    }

    /// Takes in an item, after those that stand before it.
    pub(crate) fn add(&mut self, item: Item) -> usize {
        let place = self.items.len();
        self.places.entry(item.link_id.clone()).or_insert(place);
        match item.parent {
            Some(parent) => self.items[parent].items.push(place),
            None => self.outer.push(place),
        }
        self.items.push(item);
        place
    }

    /// Where an item stands.
    pub(crate) fn place(&self, link_id: &str) -> Option<usize> {
        self.places.get(link_id).copied()
    }

    /// The items in an item, or the outermost ones.
    pub(crate) fn inside(&self, parent: Option<usize>) -> &[usize] {
        parent.map_or(&self.outer, |place| &self.items[place].items)
    }

    /// A value set that the form brings.
    pub(crate) fn value_set(&self, id: &str) -> Option<&Arc<ValueSet>> {
        self.value_sets.get(id)
    }

    /// Whether a moment is before or after the time in which the form is to be used.
    pub(crate) fn is_outside_period(&self, moment: &str) -> bool {
        let Some(moment) = DateTime::parse(moment) else { return false };
        let is = |end: Option<DateTime>, order| end.is_some_and(|end| moment.compare(end) == Some(order));
        is(self.period[0], Ordering::Less) || is(self.period[1], Ordering::Greater)
    }

    fn read_items(&mut self, holder: Node<'_>, parent: Option<usize>) {
        for node in holder.children_named("item") {
            let place = self.add(item(node, parent));
            self.read_items(node, Some(place));
        }
    }
}

fn item(node: Node<'_>, parent: Option<usize>) -> Item {
    let is = |name: &str| node.child_value(name) == Some("true");
    let (choices, selected) = choices(node);
    let behaviour = behaviour(node);
    let initial = node.children_named("initial").filter_map(|initial| Value::read(initial.child("value").unwrap_or(initial)));
    // R4 names a value set, STU3 refers to one.
    let value_set = node.child_value("answerValueSet").or_else(|| node.child("options")?.child_value("reference"));
    Item {
        link_id: node.child_value("linkId").unwrap_or_default().into(),
        kind: node.child_value("type").and_then(Kind::of),
        texts: texts(node),
        is_required: is("required"),
        repeats: is("repeats"),
        is_read_only: is("readOnly"),
        max_length: node.child_value("maxLength").and_then(|length| length.parse().ok()),
        choices,
        value_set: value_set.map(Box::from),
        conditions: node.children_named("enableWhen").map(condition).collect(),
        behaviour,
        initial: selected.into_iter().chain(initial).collect(),
        limits: Limits::read(node).map(Box::new),
        parent,
        items: Vec::new(),
    }
}

/// The text in the language of the form, and its translations.
fn texts(node: Node<'_>) -> Vec<TextDigest> {
    let Some(text) = node.child("text") else { return Vec::new() };
    let translated = extensions(text, TRANSLATION).flat_map(|translation| extensions(translation, "content"));
    let contents = translated.filter_map(|content| content.child_value("value"));
    text.value().into_iter().chain(contents).map(TextDigest::of).collect()
}

/// The answers that are offered, and those that are chosen from the start.
fn choices(node: Node<'_>) -> (Vec<Choice>, Vec<Value>) {
    let (mut choices, mut selected) = (Vec::new(), Vec::new());
    for option in node.children_named("answerOption").chain(node.children_named("option")) {
        let Some(value) = option.child("value").and_then(Value::read) else { continue };
        if option.child_value("initialSelected") == Some("true") {
            selected.push(value.clone());
        }
        let mut exclusive = extensions(option, EXCLUSIVE);
        let is_exclusive = exclusive.any(|extension| extension.child_value("value") == Some("true"));
        choices.push(Choice { value, is_exclusive });
    }
    (choices, selected)
}

fn behaviour(node: Node<'_>) -> Behaviour {
    let is_elsewhere = node.child("modifierExtension").is_some() || extensions(node, ENABLED_BY_EXPRESSION).next().is_some();
    let mut conditions = node.children_named("enableWhen");
    // Conditions of STU3 have no operator: any of them is enough.
    let is_stu3 = conditions.next().is_some_and(|condition| condition.child("operator").is_none());
    let is_alone = conditions.next().is_none();
    match node.child_value("enableBehavior") {
        _ if is_elsewhere => Behaviour::Expression,
        Some("any") => Behaviour::Any,
        Some("all") => Behaviour::All,
        _ if is_stu3 => Behaviour::Any,
        _ if is_alone => Behaviour::All,
        _ => Behaviour::Unsaid,
    }
}

fn condition(node: Node<'_>) -> Condition {
    let (operator, value) = match (node.child_value("operator"), node.child("hasAnswer")) {
        (Some(operator), _) => (Operator::of(operator), node.child("answer")),
        (None, Some(has_answer)) => (Some(Operator::Exists), Some(has_answer)),
        (None, None) => (Some(Operator::Equal), node.child("answer")),
    };
    Condition { question: node.child_value("question").unwrap_or_default().into(), operator, value: value.and_then(Value::read) }
}
