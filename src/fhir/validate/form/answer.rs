//! One answer against its item: its type, the answers that are offered, and
//! the limits of the form.

use super::codes;
use super::item::{Item, Kind, TextDigest};
use super::limits::{check_reference, found};
use super::questionnaire::Form;
use super::value::Value;
use crate::fhir::node::Node;
use crate::fhir::terminology::{Coded, Membership};
use crate::fhir::validate::{Issue, Issues, Scene};

/// The types that a choice may be answered with, beside references that are offered.
const CHOICE_TYPES: [&str; 5] = ["Coding", "date", "time", "integer", "string"];

/// Looks at the value of an answer.
pub(super) fn check(scene: &Scene<'_, '_>, form: &Form, item: &Item, value: Node<'_>, issues: &mut Issues) {
    let type_name = value.type_name();
    let Some(kind) = item.kind else { return };
    if !allows(item, kind, type_name) {
        let expected = kind.answer_type().map_or_else(|| CHOICE_TYPES.join(", "), str::to_owned);
        let issue = Issue::error(&codes::ANSWER_TYPE, value).with("expected", expected);
        return issues.push(issue.with("found", type_name).with("item", &*item.link_id));
    }
    offered(scene, form, item, value, issues);
    let text = value.value().unwrap_or_default();
    if matches!(type_name, "string" | "uri")
        && let Some(limit) = item.max_length.filter(|limit| text.chars().count() > *limit)
    {
        let issue = Issue::error(&codes::TOO_LONG, value).with("expected", limit.to_string());
        issues.push(issue.with("found", text.chars().count().to_string()));
    }
    if type_name == "Reference" {
        check_reference(scene, value, issues);
    }
    let Some(limits) = &item.limits else { return };
    limits.check(value, issues);
    if type_name == "Quantity"
        && let Some(value_set) = &limits.unit_value_set
    {
        unit_in(scene, form, value_set, value, issues);
    }
}

fn allows(item: &Item, kind: Kind, type_name: &str) -> bool {
    match kind.answer_type() {
        Some(expected) => expected == type_name,
        None if kind.is_choice() => {
            CHOICE_TYPES.contains(&type_name) || item.choices.iter().any(|choice| choice.value.type_name() == type_name)
        }
        None => false,
    }
}

/// Whether an answer is among those that the form offers.
fn offered(scene: &Scene<'_, '_>, form: &Form, item: &Item, value: Node<'_>, issues: &mut Issues) {
    let is_open = item.kind == Some(Kind::OpenChoice);
    let is_code = value.type_name() == "Coding";
    let is_free = if is_code {
        value.child("code").is_none() && value.child("system").is_none() && value.child("display").is_some()
    } else {
        value.type_name() == "string"
    };
    if is_open && is_free {
        return;
    }
    if !item.choices.is_empty() {
        return among(item, value, issues);
    }
    match &item.value_set {
        Some(value_set) if is_code => in_value_set(scene, form, value_set, value, issues),
        Some(_) if item.kind == Some(Kind::Choice) => {
            issues.push(Issue::warning(&codes::ANSWER_NOT_CODED, value).with("item", &*item.link_id));
        }
        None if item.kind.is_some_and(Kind::is_choice) => {
            issues.push(Issue::information(&codes::NOTHING_OFFERED, value).with("item", &*item.link_id));
        }
        _ => {}
    }
}

/// An answer among options. That it differs in its words only is good to know.
fn among(item: &Item, value: Node<'_>, issues: &mut Issues) {
    // What is wrong with a code is wrong with the answer, whose value it is.
    let place = if value.type_name() == "Coding" { value.parent().unwrap_or(value) } else { value };
    let told: Vec<(Option<bool>, &Value)> = item.choices.iter().map(|choice| (choice.value.is(value), &choice.value)).collect();
    if let Some((_, chosen)) = told.iter().find(|(is, _)| *is == Some(true)) {
        if let Value::Coding { display: Some(expected), .. } = chosen
            && value.child_value("display").is_some_and(|display| TextDigest::of(display) != *expected)
        {
            issues.push(Issue::information(&codes::OTHER_DISPLAY, value).with("found", found(value)));
        }
        return;
    }
    let options: Vec<String> = item.choices.iter().map(|choice| choice.value.to_string()).collect();
    let issue = match told.iter().any(|(is, _)| is.is_none()) {
        true => Issue::cant_tell(&codes::OPTION_UNCLEAR, place),
        false => Issue::error(&codes::NOT_OFFERED, place),
    };
    issues.push(issue.with("expected", options.join(", ")).with("found", found(value)).with("item", &*item.link_id));
}

fn in_value_set(scene: &Scene<'_, '_>, form: &Form, value_set: &str, value: Node<'_>, issues: &mut Issues) {
    let place = value.parent().unwrap_or(value);
    let issue = match membership(scene, form, value_set, value) {
        None | Some(Membership::Out) => Issue::error(&codes::NOT_IN_VALUE_SET, place),
        Some(Membership::In) => return,
        Some(Membership::Unknown(reason)) => Issue::cant_tell(&codes::VALUE_SET_UNCLEAR, place).with("why", reason.to_string()),
    };
    issues.push(issue.with("expected", value_set).with("found", found(value)));
}

fn unit_in(scene: &Scene<'_, '_>, form: &Form, value_set: &str, value: Node<'_>, issues: &mut Issues) {
    let issue = match membership(scene, form, value_set, value) {
        None | Some(Membership::Out) => Issue::error(&codes::UNIT_NOT_ALLOWED, value),
        Some(Membership::In) => return,
        Some(Membership::Unknown(reason)) => Issue::cant_tell(&codes::VALUE_SET_UNCLEAR, value).with("why", reason.to_string()),
    };
    issues.push(issue.with("expected", value_set).with("found", found(value)));
}

/// Whether the code of a Coding or Quantity is in a value set; `None` when it has no code.
fn membership(scene: &Scene<'_, '_>, form: &Form, value_set: &str, value: Node<'_>) -> Option<Membership> {
    let code = value.child_value("code")?;
    let coded =
        Coded { system: Some(value.child_value("system").unwrap_or_default()), version: value.child_value("version"), code };
    let own = value_set.strip_prefix('#').and_then(|id| form.value_set(id));
    Some(match own {
        Some(found) => scene.knowledge.membership_of(found, &coded),
        None => scene.knowledge.membership(value_set, &coded),
    })
}
