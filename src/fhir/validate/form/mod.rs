//! A QuestionnaireResponse against its Questionnaire: which items stand where,
//! what they may be answered with, and which of them must or may not be there.
//! What FHIR asks of any QuestionnaireResponse is not judged here.

mod answer;
mod codes;
mod enabled;
mod item;
mod limits;
mod questionnaire;
mod response;
mod table;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use super::{Issue, Issues, Scene};
use crate::fhir::node::Node;

pub(super) use codes::CODES;
use questionnaire::Form;
pub use table::form_facts;

/// Looks at a response and all its items, when its form is to be had.
pub(super) fn check(scene: &Scene<'_, '_>, response: Node<'_>, issues: &mut Issues) {
    let Some((canonical, node)) = named(response) else {
        return issues.push(Issue::information(&codes::FORM_NOT_NAMED, response));
    };
    match find(scene, response, canonical) {
        Ok(form) => {
            current(&form, response, node, issues);
            response::check(scene, &form, response, issues);
        }
        Err(why) => {
            issues.push(Issue::cant_tell(&codes::FORM_UNKNOWN, node).with("form", canonical).with("why", why));
        }
    }
}

/// The form that a response names: a canonical, in STU3 a reference.
fn named<'t>(response: Node<'t>) -> Option<(&'t str, Node<'t>)> {
    let node = response.child("questionnaire")?;
    let canonical = node.value().or_else(|| node.child_value("reference"))?;
    (!canonical.trim().is_empty()).then_some((canonical, node))
}

fn find(scene: &Scene<'_, '_>, response: Node<'_>, canonical: &str) -> Result<Arc<Form>, String> {
    if let Some(id) = canonical.strip_prefix('#') {
        let holders = [Some(response), response.parent()].into_iter().flatten();
        let mut contained = holders.flat_map(|holder| holder.children_named("contained"));
        let questionnaire = contained
            .find(|resource| resource.type_name() == "Questionnaire" && resource.child_value("id") == Some(id))
            .ok_or_else(|| "the resource contains no such Questionnaire".to_owned())?;
        return Ok(Arc::new(Form::read(questionnaire)));
    }
    match scene.knowledge.find_resource("Questionnaire", canonical) {
        Ok(tree) => Ok(Arc::new(Form::read(tree.root()))),
        // What is installed goes before what is built in.
        Err(lack) => table::built_in(canonical, scene.types()).ok_or_else(|| lack.to_string()),
    }
}

/// A form outside its own period is worth a look.
fn current(form: &Form, response: Node<'_>, node: Node<'_>, issues: &mut Issues) {
    let Some(authored) = response.child_value("authored") else { return };
    if form.is_outside_period(authored) {
        issues.push(Issue::warning(&codes::FORM_NOT_CURRENT, node).with("form", &*form.url).with("authored", authored));
    }
}
