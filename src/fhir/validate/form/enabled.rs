//! Whether an item may be answered: `enableWhen`, with what is not decided left open.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::item::{Behaviour, Condition, Operator};
use super::questionnaire::Form;
use super::value::Compared;
use crate::fhir::node::Node;

/// The items around a place, outermost first: where each stands in the form, and in the response.
pub(super) type Around<'t> = Vec<(usize, Node<'t>)>;

/// The items of a response by their `linkId`, wherever they stand.
pub(super) struct Answered<'t> {
    root: Node<'t>,
    items: HashMap<&'t str, Vec<Node<'t>>>,
}

impl<'t> Answered<'t> {
    pub(super) fn new(response: Node<'t>) -> Self {
        let mut items: HashMap<&str, Vec<Node<'_>>> = HashMap::new();
        gather(response, &mut items);
        Self { root: response, items }
    }

    /// The answers to a question inside an item, or to that item itself.
    fn inside(&self, focus: Node<'t>, question: &str) -> Vec<Node<'t>> {
        let here = |item: &&Node<'t>| focus == self.root || is_in(**item, focus);
        let items = self.items.get(question).into_iter().flatten().filter(here);
        let answers = items.flat_map(|item| item.children_named("answer"));
        answers.filter_map(|answer| answer.child("value")).collect()
    }
}

fn gather<'t>(holder: Node<'t>, items: &mut HashMap<&'t str, Vec<Node<'t>>>) {
    for child in holder.children() {
        match child.name() {
            "item" => {
                if let Some(link_id) = child.child_value("linkId") {
                    items.entry(link_id).or_default().push(child);
                }
                gather(child, items);
            }
            "answer" => gather(child, items),
            _ => {}
        }
    }
}

fn is_in(item: Node<'_>, focus: Node<'_>) -> bool {
    item.outward().any(|node| node == focus)
}

/// Whether an item is enabled in a place; `None` when that cannot be told.
pub(super) fn is_enabled<'t>(form: &Form, place: usize, around: &Around<'t>, answered: &Answered<'t>) -> Option<bool> {
    let item = &form.items[place];
    if item.behaviour == Behaviour::Expression {
        return None;
    }
    if item.conditions.is_empty() {
        return Some(true);
    }
    let mut held = item.conditions.iter().map(|condition| holds(form, condition, around, answered));
    let held: Vec<Option<bool>> = held.by_ref().collect();
    let (some, all) = (any_of(&held), all_of(&held));
    match item.behaviour {
        Behaviour::Any => some,
        Behaviour::All => all,
        _ => some.filter(|some| Some(*some) == all),
    }
}

fn any_of(held: &[Option<bool>]) -> Option<bool> {
    if held.contains(&Some(true)) { Some(true) } else { (!held.contains(&None)).then_some(false) }
}

fn all_of(held: &[Option<bool>]) -> Option<bool> {
    if held.contains(&Some(false)) { Some(false) } else { (!held.contains(&None)).then_some(true) }
}

/// A condition looks for its question in the nearest item that holds both.
fn holds<'t>(form: &Form, condition: &Condition, around: &Around<'t>, answered: &Answered<'t>) -> Option<bool> {
    let question = form.place(&condition.question)?;
    let mut above = std::iter::successors(Some(question), |place| form.items[*place].parent);
    let above: Vec<usize> = above.by_ref().collect();
    let shared = around.iter().rev().find(|(place, _)| above.contains(place));
    let focus = shared.map_or(answered.root, |(_, node)| *node);
    let answers = answered.inside(focus, &condition.question);
    let value = condition.value.as_ref()?;
    match condition.operator? {
        Operator::Exists => match value.to_string().as_str() {
            "true" => Some(!answers.is_empty()),
            "false" => Some(answers.is_empty()),
            _ => None,
        },
        Operator::NotEqual => {
            differs(&answers.iter().map(|answer| is_so(Operator::Equal, value.compare(*answer))).collect::<Vec<_>>())
        }
        operator => any_of(&answers.iter().map(|answer| is_so(operator, value.compare(*answer))).collect::<Vec<_>>()),
    }
}

/// Whether answers differ from a value, of which it is known whether each is equal. FHIR says that none may be equal, which
/// also holds of no answer at all; others read that one has to differ. Where the two disagree, it is left open.
fn differs(equal: &[Option<bool>]) -> Option<bool> {
    match (any_of(equal), all_of(equal)) {
        _ if equal.is_empty() => None,
        (Some(false), _) => Some(true),
        (_, Some(true)) => Some(false),
        _ => None,
    }
}

fn is_so(operator: Operator, compared: Compared) -> Option<bool> {
    match compared {
        Compared::Unknown | Compared::OtherType | Compared::OtherDimension => None,
        Compared::Same(same) => match operator {
            Operator::Equal => Some(same),
            Operator::NotEqual => Some(!same),
            _ => None,
        },
        Compared::Ordered(order) => Some(match operator {
            Operator::Exists => true,
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Greater => order == Ordering::Greater,
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual => order != Ordering::Greater,
        }),
    }
}
