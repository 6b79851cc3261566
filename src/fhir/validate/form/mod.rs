//! A QuestionnaireResponse against its Questionnaire: which items stand where,
//! what they may be answered with, and which of them must or may not be there.
//! What FHIR asks of any QuestionnaireResponse is not judged here.

mod answer;
mod codes;
pub(super) mod conditions;
mod enabled;
mod item;
mod limits;
mod questionnaire;
mod response;
mod table;
#[cfg(test)]
mod tests;
mod value;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Issue, Issues};
use crate::fhir::knowledge::{Knowledge, Lack, near, split};
use crate::fhir::node::Node;

pub(super) use codes::CODES;
use questionnaire::Form;
pub use table::form_facts;

/// Forms that were read, by the canonical that was asked for.
#[derive(Debug, Default)]
pub(super) struct Forms {
    read: Mutex<HashMap<Box<str>, Arc<Form>>>,
}

/// Looks at a response and all its items, when its form is to be had.
pub(super) fn check(knowledge: &Knowledge, forms: &Forms, response: Node<'_>, issues: &mut Issues) {
    let Some((canonical, node)) = named(response) else {
        return issues.push(Issue::information(&codes::FORM_NOT_NAMED, response));
    };
    match find(knowledge, forms, response, canonical) {
        Ok(form) => {
            current(&form, response, node, issues);
            response::check(knowledge, &form, response, issues);
        }
        Err(Lacking { why, near }) => {
            let issue = Issue::cant_tell(&codes::FORM_UNKNOWN, node).with("form", canonical).with("why", why);
            issues.push(issue.meaning(near.as_deref()));
        }
    }
}

/// The form that a response names: a canonical, in STU3 a reference.
fn named<'t>(response: Node<'t>) -> Option<(&'t str, Node<'t>)> {
    let node = response.child("questionnaire")?;
    let canonical = node.value().or_else(|| node.child_value("reference"))?;
    (!canonical.trim().is_empty()).then_some((canonical, node))
}

/// Why a form is not to be had, and which may have been meant.
struct Lacking {
    why: String,
    near: Option<String>,
}

/// What is known of a form that is not here: its versions, or one whose canonical is nearly the same.
fn lacking(knowledge: &Knowledge, canonical: &str, lack: &Lack) -> Lacking {
    let (url, _) = split(canonical);
    let built_in = table::known(knowledge.types());
    let mut versions: Vec<String> = match lack {
        Lack::OtherVersion { versions, .. } => versions.clone(),
        Lack::Unknown { .. } | Lack::Broken { .. } => Vec::new(),
    };
    versions.extend(built_in.clone().filter(|(known, _)| *known == url).map(|(_, version)| version.to_owned()));
    if !versions.is_empty() && !matches!(lack, Lack::Broken { .. }) {
        return Lacking { why: Lack::OtherVersion { canonical: canonical.to_owned(), versions }.to_string(), near: None };
    }
    let near = knowledge.nearest_canonical("Questionnaire", url).or_else(|| near(url, built_in.map(|(known, _)| known)));
    Lacking { why: lack.to_string(), near: near.map(str::to_owned) }
}

fn find(knowledge: &Knowledge, forms: &Forms, response: Node<'_>, canonical: &str) -> Result<Arc<Form>, Lacking> {
    if let Some(id) = canonical.strip_prefix('#') {
        let holders = [Some(response), response.parent()].into_iter().flatten();
        let mut contained = holders.flat_map(|holder| holder.children_named("contained"));
        let questionnaire = contained
            .find(|resource| resource.type_name() == "Questionnaire" && resource.child_value("id") == Some(id))
            .ok_or_else(|| Lacking { why: "the resource contains no such Questionnaire".to_owned(), near: None })?;
        return Ok(Arc::new(Form::read(questionnaire)));
    }
    let known = || forms.read.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(form) = known().get(canonical) {
        return Ok(Arc::clone(form));
    }
    let form = match knowledge.find_resource("Questionnaire", canonical) {
        Ok(tree) => Arc::new(Form::read(tree.root())),
        // What is installed goes before what is built in.
        Err(lack) => table::built_in(canonical, knowledge.types()).ok_or_else(|| lacking(knowledge, canonical, &lack))?,
    };
    known().insert(canonical.into(), Arc::clone(&form));
    Ok(form)
}

/// A form outside its own period is worth a look.
fn current(form: &Form, response: Node<'_>, node: Node<'_>, issues: &mut Issues) {
    let Some(authored) = response.child_value("authored") else { return };
    if form.is_outside_period(authored) {
        issues.push(Issue::warning(&codes::FORM_NOT_CURRENT, node).with("form", &*form.url).with("authored", authored));
    }
}
