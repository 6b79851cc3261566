//! Follow steps: reads of the resources in earlier answers, or of what they
//! refer to, until nothing new comes or the bound is reached.

use std::collections::{BTreeSet, VecDeque};

use super::answer::{Answer, Reference, identity};
use super::scenario::{Running, Went};
use super::slots::credentials;
use crate::drive::{Address, Request, encode_path};
use crate::evidence::{OmittedReason, Origin};
use crate::plan::{FollowTemplate, PlannedStep};
use crate::scenario::{FollowWhat, Method};

/// Something to read: `Type/id` and why.
type ToRead = (String, Origin);

/// Reads what the answers of earlier steps hold or refer to. What a follow
/// step of the scenario has read before in the same way is not read again.
pub(super) async fn run<'a>(running: &mut Running<'a>, step: &'a PlannedStep, template: &FollowTemplate) -> Went {
    let mut went = Went::default();
    let (follow, how) = (&template.follow, (template.format, template.auth));
    let address = running.session.client.address().clone();
    let answers: Vec<&Answer> = follow.of.iter().filter_map(|step| running.answers.get(step.as_str())).flatten().collect();
    let mut queue: VecDeque<ToRead> = match follow.what {
        FollowWhat::Resources => answers.iter().flat_map(|answer| resources(answer)).collect(),
        FollowWhat::References => answers.iter().flat_map(|answer| references(answer, &address)).collect(),
    };
    let read_so = running.read.iter().filter(|(other, _)| *other == how);
    let mut present: BTreeSet<String> = read_so.map(|(_, target)| target.clone()).collect();
    if follow.what == FollowWhat::References {
        present.extend(answers.iter().flat_map(|answer| answer.resources()).filter_map(identity));
    }
    while let Some((target, origin)) = queue.pop_front() {
        if went.omitted.is_some() || went.sent >= running.session.plan.target.limits.reads {
            break;
        }
        if !present.insert(target.clone()) {
            continue;
        }
        let before = went.answers.len();
        let credentials = credentials(template.auth, &running.session.generated(&running.name, &step.id));
        let url = address.request(&encode_path(&target), "");
        let request = Request { url, method: Method::Get, form: None, format: template.format, credentials };
        running.ask(&step.id, running.scenario.persona.as_deref(), origin, request, &mut went).await;
        running.read.insert((how, target));
        if let (FollowWhat::References, Some(answer)) = (follow.what, went.answers.get(before)) {
            queue.extend(references(answer, &address));
        }
    }
    if went.sent == 0 && went.omitted.is_none() {
        went.omitted = Some(OmittedReason::NothingToFollow);
    }
    went
}

fn resources(answer: &Answer) -> Vec<ToRead> {
    let origin = || Origin::Resource(answer.exchange.clone());
    answer.resources().into_iter().filter_map(identity).map(|target| (target, origin())).collect()
}

fn references(answer: &Answer, address: &Address) -> Vec<ToRead> {
    let to_read = |Reference { path, target }: Reference| {
        let target = local(&target, address)?;
        Some((target, Origin::Reference(path, answer.exchange.clone())))
    };
    answer.references().into_iter().filter_map(to_read).collect()
}

/// `Type/id` of a literal reference to this server; nothing for contained
/// resources, other servers, and searches.
fn local(reference: &str, address: &Address) -> Option<String> {
    let below = if reference.contains("://") { address.below(reference)? } else { reference };
    let mut parts = below.split('/');
    let (kind, id) = (parts.next()?, parts.next()?);
    let version = matches!((parts.next(), parts.next(), parts.next()), (None, None, None) | (Some("_history"), Some(_), None));
    let named =
        kind.starts_with(|letter: char| letter.is_ascii_uppercase()) && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    (named && is_id && version).then(|| format!("{kind}/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_is_a_read_of_this_server_and_nothing_else() {
        let address = Address::new("http://localhost/fhir").expect("it is a base");
        assert_eq!(local("Patient/1", &address).as_deref(), Some("Patient/1"));
        assert_eq!(local("http://localhost/fhir/Patient/1/_history/2", &address).as_deref(), Some("Patient/1"));
        for other in [
            "#a",
            "urn:uuid:1",
            "http://elsewhere/fhir/Patient/1",
            "Patient?identifier=1",
            "Patient",
            "Patient/1/x/2",
            "Patient/.%2e",
        ] {
            assert_eq!(local(other, &address), None, "{other}");
        }
    }
}
