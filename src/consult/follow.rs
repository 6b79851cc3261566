//! What follows from the answers: reads of the references that a reader needs,
//! from this server only.

use std::collections::BTreeSet;

use super::ask::Call;
use super::gather::{Work, is_named};
use super::settings::ReasonKind;
use crate::drive::Verb;
use crate::fhir::node::{Node, Tree};
use crate::fhir::search::link_of;
use crate::scenario::WriteMethod;

/// Types that a reader of a plan needs, and which are read when a reference leads to them.
const NEEDED: [&str; 6] = ["PractitionerRole", "Practitioner", "RelatedPerson", "Device", "Encounter", "Consent"];

impl Work<'_, '_> {
    /// Reads what references lead to, and what those lead to.
    pub(super) async fn references(&mut self) {
        if self.asker.behaviour().reads_nothing() {
            return;
        }
        let mut tried = BTreeSet::new();
        loop {
            let wanted: Vec<String> = self.wanted().into_iter().filter(|name| !tried.contains(name)).collect();
            if wanted.is_empty() {
                return;
            }
            for name in wanted {
                if tried.len() >= self.settings.limits.reads {
                    let (en, nl) =
                        ("there are more references than are read", "er zijn meer verwijzingen dan er worden opgehaald");
                    return self.records.reason(ReasonKind::TooMuch, None, en, nl);
                }
                tried.insert(name.clone());
                self.reference(&name).await;
            }
        }
    }

    async fn reference(&mut self, name: &str) {
        let Some(link) = link_of(name, "") else {
            let en = format!("`{name}` has no address on this server, and is not read");
            let nl = format!("`{name}` heeft geen adres op deze server, en wordt niet opgehaald");
            return self.records.reason(ReasonKind::Reference, None, en, nl);
        };
        let url = self.asker.address().request(name, "");
        match self.asker.ask(&Call::read(url)).await {
            Ok(answer) if is_named(answer.tree.root(), link.resource, link.id) => {
                self.records.keep(answer.tree.root(), None);
            }
            Ok(_) => {
                let (en, nl) = (
                    format!("`{name}`: the answer is another resource"),
                    format!("`{name}`: het antwoord is een andere resource"),
                );
                self.records.reason(ReasonKind::Reference, None, en, nl);
            }
            Err(why) => self.failed(None, &format!("`{name}`"), &format!("`{name}`"), &why),
        }
    }

    /// References that lead to what a reader needs and is not here: `Type/id`, or a URL of elsewhere.
    fn wanted(&self) -> BTreeSet<String> {
        let mut wanted = BTreeSet::new();
        for resource in self.records.resources.values().map(Tree::root) {
            match resource.type_name() {
                // Of a patient only contacts matter: who else treats them is not asked for.
                "Patient" => resource.children_named("contact").for_each(|contact| self.references_in(contact, &mut wanted)),
                _ => self.references_in(resource, &mut wanted),
            }
        }
        wanted
    }

    fn references_in(&self, node: Node<'_>, wanted: &mut BTreeSet<String>) {
        if node.type_name() == "Reference"
            && self.records.target(node).is_none()
            && let Some(text) = node.child_value("reference")
            && !text.starts_with('#')
        {
            match link_of(text, &self.records.base) {
                Some(link) if NEEDED.contains(&link.resource) => {
                    wanted.insert(format!("{}/{}", link.resource, link.id));
                }
                None if leads_to_needed(node, text) => {
                    wanted.insert(text.to_owned());
                }
                _ => {}
            }
        }
        node.children().for_each(|child| self.references_in(child, wanted));
    }

    /// Writes, when a fault says so.
    pub(super) async fn writes(&mut self) {
        let written: Vec<_> = self.asker.behaviour().writes().cloned().collect();
        for write in written {
            let id = "toets-consulter-fault";
            let (verb, path) = match write.method {
                WriteMethod::Put => (Verb::Put, format!("{}/{id}", write.resource)),
                WriteMethod::Post => (Verb::Post, write.resource.clone()),
            };
            let body = format!(r#"{{"resourceType":"{}","id":"{id}"}}"#, write.resource);
            let url = self.asker.address().request(&path, "");
            let call = Call { exchange: None, verb, url, body: Some(("application/fhir+json", body)) };
            // What comes of it is of no interest to a plan.
            drop(self.asker.ask(&call).await);
        }
    }
}

/// Whether a reference that is no address of this server leads to what a reader needs, as far as it says. A display is
/// enough of what has no address at all.
fn leads_to_needed(reference: Node<'_>, text: &str) -> bool {
    let said = reference.child_value("type").map(|kind| NEEDED.contains(&kind));
    let named = || NEEDED.iter().any(|kind| text.contains(&format!("/{kind}/")));
    if text.starts_with("urn:") {
        said.unwrap_or(true) && reference.child_value("display").is_none()
    } else {
        said.unwrap_or_else(named)
    }
}
