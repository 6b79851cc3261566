//! The forms that are built in, as a table of facts, and how they are written
//! and read. A line a fact, in the order of the form; fields apart by tabs, `-`
//! for nothing, an indent for what belongs to the line before:
//!
//! ```text
//! form CANONICAL VERSION
//! LINK-ID KIND DIGEST [required] [repeats] [read-only] [any|all|unsaid|expression] [max=LENGTH]
//!  option VALUE [exclusive]      initial VALUE      value-set CANONICAL
//!  when QUESTION OPERATOR VALUE
//! ```
//!
//! An item in another is one indent deeper. A value is `coding SYSTEM CODE
//! DIGEST` or `TYPE TEXT`.

use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::{Arc, LazyLock};

use super::item::{Behaviour, Choice, Condition, Item, Kind, Operator, TextDigest};
use super::questionnaire::Form;
use super::value::Value;
use crate::fhir::knowledge::split;
use crate::fhir::node::Tree;
use crate::fhir::types::Types;

const NOTHING: &str = "-";

const BEHAVIOURS: &[(Behaviour, &str)] =
    &[(Behaviour::All, "all"), (Behaviour::Any, "any"), (Behaviour::Unsaid, "unsaid"), (Behaviour::Expression, "expression")];

/// The form with this canonical that is built in; one without a version fits any.
pub(super) fn built_in(canonical: &str, types: &Types) -> Option<Arc<Form>> {
    let (url, version) = split(canonical);
    let mut forms = forms(types).iter();
    let is_it = |form: &&Arc<Form>| *form.url == *url && version.is_none_or(|version| *form.version == *version);
    forms.find(is_it).map(Arc::clone)
}

/// The forms that are built in, each with its version.
pub(super) fn known(types: &Types) -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
    forms(types).iter().map(|form| (&*form.url, &*form.version))
}

fn forms(types: &Types) -> &'static [Arc<Form>] {
    static R4: LazyLock<Vec<Arc<Form>>> = LazyLock::new(|| unpack(include_bytes!(concat!(env!("OUT_DIR"), "/r4.forms.z"))));
    static STU3: LazyLock<Vec<Arc<Form>>> = LazyLock::new(|| unpack(include_bytes!(concat!(env!("OUT_DIR"), "/stu3.forms.z"))));
    if types.definition().version.starts_with("3.") { &STU3 } else { &R4 }
}

fn unpack(compressed: &[u8]) -> Vec<Arc<Form>> {
    let mut text = String::new();
    flate2::read::ZlibDecoder::new(compressed).read_to_string(&mut text).expect("the build compressed it");
    read(&text).into_iter().map(Arc::new).collect()
}

/// The facts of a Questionnaire, as the table has them.
///
/// # Errors
/// When it holds what the table has no place for.
pub fn form_facts(questionnaire: &Tree) -> Result<String, String> {
    written_form(&Form::read(questionnaire.root()))
}

fn written_form(form: &Form) -> Result<String, String> {
    let mut text = format!("form\t{}\t{}\n", form.url, form.version);
    for place in &form.outer {
        write_item(form, *place, 0, &mut text)?;
    }
    Ok(text)
}

fn write_item(form: &Form, place: usize, depth: usize, text: &mut String) -> Result<(), String> {
    let item = &form.items[place];
    let refuse = |what: &str| Err(format!("item `{}` has {what}, which the table has no place for", item.link_id));
    let Some(kind) = item.kind else { return refuse("no known type") };
    if item.limits.as_ref().is_some_and(|limits| !limits.is_empty()) || item.texts.len() > 1 {
        return refuse("limits or translations");
    }
    let indent = " ".repeat(depth);
    let digest = item.texts.first().map_or(NOTHING, |digest| &digest.0);
    let mut line = format!("{indent}{}\t{}\t{digest}", item.link_id, kind.code());
    let flags = [(item.is_required, "required"), (item.repeats, "repeats"), (item.is_read_only, "read-only")];
    let behaviour = BEHAVIOURS.iter().find(|(behaviour, _)| *behaviour == item.behaviour && !item.conditions.is_empty());
    for flag in flags.iter().filter(|(is, _)| *is).map(|(_, flag)| flag).chain(behaviour.map(|(_, word)| word)) {
        line.extend(["\t", flag]);
    }
    if let Some(length) = item.max_length {
        let _ = write!(line, "\tmax={length}");
    }
    let _ = writeln!(text, "{line}");
    for choice in &item.choices {
        let exclusive = if choice.is_exclusive { "\texclusive" } else { "" };
        let _ = writeln!(text, "{indent} option\t{}{exclusive}", written(&choice.value)?);
    }
    for value in &item.initial {
        let _ = writeln!(text, "{indent} initial\t{}", written(value)?);
    }
    if let Some(value_set) = &item.value_set {
        let _ = writeln!(text, "{indent} value-set\t{value_set}");
    }
    for Condition { question, operator, value } in &item.conditions {
        let (Some(operator), Some(value)) = (operator, value) else { return refuse("an unknown condition") };
        let _ = writeln!(text, "{indent} when\t{question}\t{}\t{}", operator.code(), written(value)?);
    }
    item.items.iter().try_for_each(|place| write_item(form, *place, depth + 1, text))
}

fn written(value: &Value) -> Result<String, String> {
    let or_nothing = |text: &Option<Box<str>>| text.as_deref().unwrap_or(NOTHING).to_owned();
    match value {
        Value::Coding { system, code, display } => {
            let digest = display.as_ref().map_or(NOTHING, |digest| &digest.0);
            Ok(format!("coding\t{}\t{}\t{digest}", or_nothing(system), or_nothing(code)))
        }
        Value::Primitive { type_name, text } => Ok(format!("{type_name}\t{text}")),
        Value::Quantity { .. } | Value::Reference(_) => Err(format!("`{value}` is of a type that the table has no place for")),
    }
}

fn read(text: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    // The items around a line, outermost first.
    let mut around: Vec<usize> = Vec::new();
    for line in text.lines() {
        let depth = line.len() - line.trim_start_matches(' ').len();
        let fields: Vec<&str> = line[depth..].split('\t').collect();
        if fields[0] == "form" {
            forms.push(Form::named(fields[1], fields[2]));
            continue;
        }
        let form = forms.last_mut().expect("a table begins with a form");
        match Kind::of(fields[1]) {
            // No kind is a word that a fact begins with, so a line with one is an item.
            Some(kind) if !FACTS.contains(&fields[0]) => {
                around.truncate(depth);
                let place = form.add(read_item(&fields, kind, around.last().copied()));
                around.push(place);
            }
            _ => {
                let place = around[depth - 1];
                read_fact(&fields, &mut form.items[place]);
            }
        }
    }
    forms
}

const FACTS: [&str; 4] = ["option", "initial", "value-set", "when"];

fn read_item(fields: &[&str], kind: Kind, parent: Option<usize>) -> Item {
    let flags = &fields[3..];
    let behaviour = BEHAVIOURS.iter().find(|(_, word)| flags.contains(word)).map_or(Behaviour::All, |(behaviour, _)| *behaviour);
    Item {
        link_id: fields[0].into(),
        kind: Some(kind),
        texts: or_nothing(fields[2]).map(|digest| TextDigest(digest.into())).into_iter().collect(),
        is_required: flags.contains(&"required"),
        repeats: flags.contains(&"repeats"),
        is_read_only: flags.contains(&"read-only"),
        max_length: flags.iter().find_map(|flag| flag.strip_prefix("max=")?.parse().ok()),
        choices: Vec::new(),
        value_set: None,
        conditions: Vec::new(),
        behaviour,
        initial: Vec::new(),
        limits: None,
        parent,
        items: Vec::new(),
    }
}

fn read_fact(fields: &[&str], item: &mut Item) {
    match fields[0] {
        "option" => {
            let is_exclusive = fields.last() == Some(&"exclusive");
            item.choices.push(Choice { value: read_value(&fields[1..]), is_exclusive });
        }
        "initial" => item.initial.push(read_value(&fields[1..])),
        "value-set" => item.value_set = Some(fields[1].into()),
        _ => item.conditions.push(Condition {
            question: fields[1].into(),
            operator: Operator::of(fields[2]),
            value: Some(read_value(&fields[3..])),
        }),
    }
}

fn read_value(fields: &[&str]) -> Value {
    if fields[0] != "coding" {
        return Value::Primitive { type_name: fields[0].into(), text: fields[1].into() };
    }
    Value::Coding {
        system: or_nothing(fields[1]).map(Box::from),
        code: or_nothing(fields[2]).map(Box::from),
        display: or_nothing(fields[3]).map(|digest| TextDigest(digest.into())),
    }
}

fn or_nothing(field: &str) -> Option<&str> {
    (field != NOTHING).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::types;

    const R4: &str = "https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020";

    #[test]
    fn built_in_forms_are_found_by_url_and_version() {
        for canonical in [R4.to_owned(), format!("{R4}|1.0.0-rc2")] {
            assert!(built_in(&canonical, types::r4()).is_some(), "{canonical}");
        }
        assert!(built_in(&format!("{R4}|9.9"), types::r4()).is_none());
        assert!(built_in(R4, types::stu3()).is_none());
    }

    #[test]
    fn a_form_reads_as_it_was_written() {
        for form in forms(types::r4()).iter().chain(forms(types::stu3())) {
            let text = written_form(form).expect("the table has a place for it");
            let again = read(&text).pop().expect("one form");
            assert_eq!(written_form(&again), Ok(text));
        }
    }

    #[test]
    fn the_form_of_rc2_asks_a_date_of_birth_and_the_role_of_the_first_contact() {
        let form = built_in(R4, types::r4()).expect("it is built in");
        let item = |link_id: &str| &form.items[form.place(link_id).expect("the form has it")];
        assert_eq!(item("967").kind, Some(Kind::Date));
        assert!(item("1644").is_read_only);
        let goals: Vec<String> = item("999").choices.iter().map(|choice| choice.value.to_string()).collect();
        assert!(goals.contains(&"http://snomed.info/sct|713148004".to_owned()) && goals.len() == 4, "{goals:?}");
    }
}
