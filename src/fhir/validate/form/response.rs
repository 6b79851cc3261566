//! A response walked along its form: nesting, order, repetition, what must be
//! there and what may not.

use std::collections::HashMap;

use super::enabled::{Answered, Around, is_enabled};
use super::item::{Item, Kind};
use super::questionnaire::Form;
use super::value::Value;
use super::{answer, codes};
use crate::fhir::knowledge::Knowledge;
use crate::fhir::node::Node;
use crate::fhir::validate::{Code, Issue, Issues, Severity};
use crate::nearest::nearest;

/// Statuses of a response that is whole: what is required must be there.
const WHOLE: [&str; 2] = ["completed", "amended"];

/// The code system of answers that are none, in R4 and in STU3.
const NULL_FLAVOR: [&str; 2] = ["http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "http://hl7.org/fhir/v3/NullFlavor"];

/// Looks at all items of a response.
pub(super) fn check(knowledge: &Knowledge, form: &Form, response: Node<'_>, issues: &mut Issues) {
    let is_whole = response.child_value("status").is_some_and(|status| WHOLE.contains(&status));
    let answered = Answered::new(response);
    let mut walk = Walk { knowledge, form, answered, is_whole, around: Vec::new(), issues };
    walk.level(response, None);
}

struct Walk<'w> {
    knowledge: &'w Knowledge,
    form: &'w Form,
    answered: Answered<'w>,
    is_whole: bool,
    around: Around<'w>,
    issues: &'w mut Issues,
}

impl<'w> Walk<'w> {
    /// The items in a response, an item or an answer.
    fn level(&mut self, holder: Node<'w>, parent: Option<usize>) {
        let found = self.placed(holder, parent);
        for place in self.form.inside(parent).to_vec() {
            let item = &self.form.items[place];
            let nodes = found.get(&place).map_or(&[][..], Vec::as_slice);
            let full: Vec<Node<'w>> = nodes.iter().copied().filter(|node| is_full(*node)).collect();
            let enabled = is_enabled(self.form, place, &self.around, &self.answered);
            self.enabled(item, enabled, &full, holder);
            if !item.repeats && full.len() > 1 {
                let details = [("count", &*full.len().to_string()), ("place", &*full[1].path())];
                self.push_at(&codes::ITEM_TWICE, holder, full[1], item, &details);
            } else if full.len() > 1 && item.kind != Some(Kind::Group) {
                // Answers repeat within one item; only groups repeat as items.
                let issue = at(Issue::warning(&codes::ITEM_SPLIT, holder), full[1]).with("item", &*item.link_id);
                self.issues.push(issue.with("count", full.len().to_string()).with("place", full[1].path()));
            }
            if nodes.is_empty() && enabled == Some(true) {
                self.absent(holder, item);
            }
            for node in nodes {
                self.item(*node, place, enabled);
            }
        }
    }

    /// An item that may be there and is not.
    fn absent(&mut self, holder: Node<'w>, item: &Item) {
        if item.is_required {
            self.missing(&codes::ANSWER_MISSING, holder, item);
        }
        self.unanswered(holder, item);
        self.open(holder, item);
    }

    /// A preset that the form asks to be sent along.
    fn unanswered(&mut self, holder: Node<'_>, item: &Item) {
        if item.is_read_only && !item.initial.is_empty() {
            let presets: Vec<String> = item.initial.iter().map(ToString::to_string).collect();
            let issue = Issue::information(&codes::PRESET_MISSING, holder).with("item", &*item.link_id);
            self.issues.push(issue.with("expected", presets.join(", ")));
        }
    }

    /// A question that could be answered with "unknown", and is not answered; also
    /// those of a group that is not there.
    fn open(&mut self, holder: Node<'_>, item: &Item) {
        let form = self.form;
        if self.is_whole && item.choices.iter().any(|choice| is_unknown(&choice.value)) {
            self.issues.push(Issue::information(&codes::QUESTION_OPEN, holder).with("item", &*item.link_id));
        }
        if item.kind == Some(Kind::Group) {
            for place in &item.items {
                if is_enabled(form, *place, &self.around, &self.answered) == Some(true) {
                    self.open(holder, &form.items[*place]);
                }
            }
        }
    }

    /// The items by their place in the form; those that have none here are told.
    fn placed(&mut self, holder: Node<'w>, parent: Option<usize>) -> HashMap<usize, Vec<Node<'w>>> {
        let mut found: HashMap<usize, Vec<Node<'w>>> = HashMap::new();
        let mut last = 0;
        // That an item is empty is for the rules about elements.
        for node in holder.children_named("item").filter(|node| node.children().next().is_some()) {
            let Some(link_id) = node.child_value("linkId").filter(|link_id| !link_id.is_empty()) else {
                self.issues.push(at(Issue::error(&codes::NO_LINK_ID, holder), node));
                continue;
            };
            let Some(place) = self.form.place(link_id) else {
                let meant = nearest(link_id, self.form.items.iter().map(|item| &*item.link_id));
                let issue = at(Issue::error(&codes::ITEM_UNKNOWN, holder), node).with("item", link_id);
                self.issues.push(issue.with("place", node.path()).meaning(meant));
                continue;
            };
            let item = &self.form.items[place];
            if item.parent != parent {
                self.push_at(&codes::ITEM_MISPLACED, holder, node, item, &[]);
                let enabled = is_enabled(self.form, place, &self.around, &self.answered);
                self.item(node, place, enabled);
                continue;
            }
            if place < last {
                self.push_at(&codes::ITEM_ORDER, holder, node, item, &[("place", &node.path())]);
            }
            last = place;
            found.entry(place).or_default().push(node);
        }
        found
    }

    /// Answers where none may be, and conditions that are not understood.
    fn enabled(&mut self, item: &Item, enabled: Option<bool>, full: &[Node<'w>], holder: Node<'w>) {
        match enabled {
            Some(true) => {}
            Some(false) => {
                for node in full {
                    self.issues.push(Issue::error(&codes::ITEM_DISABLED, *node).with("item", &*item.link_id));
                }
            }
            None if full.is_empty() && !item.is_required => {}
            None => {
                let node = full.first().copied().unwrap_or(holder);
                self.issues.push(Issue::cant_tell(&codes::CONDITION_UNCLEAR, node).with("item", &*item.link_id));
            }
        }
    }

    /// An item that has a place in the form.
    fn item(&mut self, node: Node<'w>, place: usize, enabled: Option<bool>) {
        let form = self.form;
        let item = &form.items[place];
        if let Some(text) = node.child_value("text").filter(|text| !text.is_empty())
            && !item.texts.contains(&super::item::TextDigest::of(text))
        {
            self.issues.push(Issue::error(&codes::OTHER_TEXT, node).with("item", &*item.link_id).with("found", text));
        }
        let answers: Vec<Node<'w>> = node.children_named("answer").collect();
        let items = node.child("item");
        self.around.push((place, node));
        match item.kind {
            None => {
                self.issues.push(Issue::cant_tell(&codes::KIND_UNKNOWN, node).with("item", &*item.link_id));
            }
            Some(Kind::Group) => {
                if enabled == Some(true) && item.is_required && answers.is_empty() && items.is_none() {
                    self.missing(&codes::GROUP_EMPTY, node, item);
                }
                self.unless(answers.is_empty(), &codes::GROUP_ANSWERED, node, item);
                self.level(node, Some(place));
            }
            Some(Kind::Display) => {
                self.unless(answers.is_empty(), &codes::DISPLAY_ANSWERED, node, item);
                self.unless(items.is_none(), &codes::DISPLAY_WITH_ITEMS, node, item);
            }
            Some(_) => {
                if enabled == Some(true) {
                    self.enough(node, item, answers.len());
                }
                if answers.is_empty() && enabled == Some(true) {
                    self.unanswered(node, item);
                    self.open(node, item);
                }
                self.answers(node, place, &answers);
                self.unless(items.is_none(), &codes::ITEMS_OUTSIDE_ANSWER, node, item);
            }
        }
        self.around.pop();
    }

    /// Fewer answers than the form asks for.
    fn enough(&mut self, node: Node<'w>, item: &Item, count: usize) {
        if item.is_required && count == 0 {
            return self.missing(&codes::ANSWER_MISSING, node, item);
        }
        let limit = item.limits.as_ref().and_then(|limits| limits.min_occurs);
        if let Some(limit) = limit.filter(|limit| count < *limit) {
            let issue = Issue::new(&codes::TOO_FEW_ANSWERS, self.severity(), node).with("item", &*item.link_id);
            self.issues.push(issue.with("expected", limit.to_string()).with("found", count.to_string()));
        }
    }

    fn answers(&mut self, node: Node<'w>, place: usize, answers: &[Node<'w>]) {
        let form = self.form;
        let item = &form.items[place];
        let most = if item.repeats { item.limits.as_ref().and_then(|limits| limits.max_occurs) } else { Some(1) };
        if let Some(most) = most.filter(|most| answers.len() > *most) {
            let details = [("expected", &*most.to_string()), ("found", &*answers.len().to_string())];
            self.push_at(&codes::TOO_MANY_ANSWERS, node, answers[most.min(answers.len() - 1)], item, &details);
        }
        for given in answers {
            if let Some(value) = given.child("value") {
                answer::check(self.knowledge, form, item, value, self.issues);
            }
            self.level(*given, Some(place));
        }
        self.alone(item, answers);
        self.preset(item, node, answers);
    }

    /// An answer that allows no other beside it.
    fn alone(&mut self, item: &Item, answers: &[Node<'w>]) {
        if answers.len() < 2 {
            return;
        }
        for answer in answers {
            let Some(value) = answer.child("value") else { continue };
            let mut exclusive = item.choices.iter().filter(|choice| choice.is_exclusive);
            if let Some(choice) = exclusive.find(|choice| choice.value.is(value) == Some(true)) {
                self.issues.push(Issue::error(&codes::ANSWER_ALONE, *answer).with("found", choice.value.to_string()));
            }
        }
    }

    /// A value that the form gives and nobody is to change.
    fn preset(&mut self, item: &Item, node: Node<'w>, answers: &[Node<'w>]) {
        if !item.is_read_only || item.initial.is_empty() {
            return;
        }
        let is_open = item.kind == Some(Kind::OpenChoice);
        // An open choice asks for other words where the preset does not fit.
        let is_free = |value: &Node<'_>| is_open && value.type_name() == "string";
        let mut values = answers.iter().filter_map(|answer| answer.child("value")).filter(|value| !is_free(value));
        let is_other = |value: &Node<'_>| item.initial.iter().all(|initial| initial.is(*value) == Some(false));
        if let Some(value) = values.find(is_other) {
            let presets: Vec<String> = item.initial.iter().map(ToString::to_string).collect();
            let issue = Issue::warning(&codes::PRESET_CHANGED, node).with("item", &*item.link_id);
            self.issues.push(issue.with("expected", presets.join(", ")).with("found", super::limits::found(value)));
        }
    }

    fn unless(&mut self, is_right: bool, code: &'static Code, node: Node<'_>, item: &Item) {
        if !is_right {
            self.issues.push(Issue::error(code, node).with("item", &*item.link_id));
        }
    }

    fn missing(&mut self, code: &'static Code, node: Node<'_>, item: &Item) {
        self.issues.push(Issue::new(code, self.severity(), node).with("item", &*item.link_id));
    }

    /// What lacks in a response that is not whole may still come.
    fn severity(&self) -> Severity {
        if self.is_whole { Severity::Error } else { Severity::Warning }
    }

    /// Something about what an element holds, at the line where it stands.
    fn push_at(&mut self, code: &'static Code, holder: Node<'_>, node: Node<'_>, item: &Item, details: &[(&'static str, &str)]) {
        let issue = at(Issue::error(code, holder), node).with("item", &*item.link_id);
        let issue = details.iter().fold(issue, |issue, (name, value)| issue.with(name, *value));
        self.issues.push(issue);
    }
}

/// The answer "unknown".
fn is_unknown(value: &Value) -> bool {
    matches!(value, Value::Coding { system: Some(system), code: Some(code), .. }
        if NULL_FLAVOR.contains(&&**system) && **code == *"UNK")
}

/// An item that has neither answers nor items is as good as absent.
fn is_full(node: Node<'_>) -> bool {
    node.child("answer").is_some() || node.child("item").is_some()
}

fn at(issue: Issue, node: Node<'_>) -> Issue {
    Issue { span: node.span(), ..issue }
}
