//! A Questionnaire itself: whether its conditions look at questions that they
//! can look at. What FHIR asks of its elements is not judged here.

use super::codes;
use super::item::Condition;
use super::questionnaire::Form;
use crate::fhir::node::Node;
use crate::fhir::validate::{Code, Issue, Issues};

/// Looks at the conditions of all items.
pub(in crate::fhir::validate) fn check(questionnaire: Node<'_>, issues: &mut Issues) {
    let form = Form::read(questionnaire);
    // The items of the form stand in the order in which the elements do.
    let mut places = 0..;
    items(questionnaire, &mut |node| {
        let place = places.next().unwrap_or_default();
        for condition in form.items.get(place).map_or(&[][..], |item| &item.conditions) {
            if let Some((code, is_wrong)) = problem(&form, place, condition) {
                let issue = if is_wrong { Issue::error(code, node) } else { Issue::warning(code, node) };
                issues.push(issue.with("item", &*form.items[place].link_id).with("question", &*condition.question));
            }
        }
    });
}

fn items<'t>(holder: Node<'t>, visit: &mut impl FnMut(Node<'t>)) {
    for node in holder.children_named("item") {
        visit(node);
        items(node, visit);
    }
}

/// What is wrong with the question of a condition, or only odd.
fn problem(form: &Form, place: usize, condition: &Condition) -> Option<(&'static Code, bool)> {
    let Some(question) = form.place(&condition.question) else { return Some((&codes::CONDITION_NOWHERE, true)) };
    let above = |place: usize| std::iter::successors(Some(place), |place| form.items[*place].parent);
    if above(question).any(|around| around == place) {
        return Some((&codes::CONDITION_INSIDE, true));
    }
    (question > place).then_some((&codes::CONDITION_AHEAD, false))
}
