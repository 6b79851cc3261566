//! `self-link`, `self-link-parameters` and `full-urls`: the URLs in a searchset.

use super::super::answers::{Entry, resource_name};
use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::finding::Finding;
use super::super::reference::{self, Name};
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use crate::evidence::Sent;
use crate::scenario::AnswerPredicate;

/// The requirement that there is a self link.
const SELF_LINK: &str = "PZP-EX-022";

pub(super) fn judge_self_link(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for page in case.chains(&mut ruling, Need::Bundle).iter().flat_map(|chain| &chain.pages) {
        ruling.judged();
        if page.link("self").is_none_or(str::is_empty) {
            ruling.find(Finding::new(Code::SelfLinkMissing, page.place(), case.request(page.exchange)));
        }
    }
    ruling
}

pub(super) fn judge_parameters(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for answer in case.firsts(&mut ruling, Need::Bundle) {
        let sent = sent_parameters(&answer.exchange.request);
        let Some(link) = answer.link("self") else {
            let requirement = case.requirement_of(AnswerPredicate::SelfLink).unwrap_or(SELF_LINK);
            ruling.hinder(Obstacle::Untested(Reason::BlockedBy(requirement.to_owned())));
            continue;
        };
        let mut repeated = normal(&query(link), case.run.base());
        for ((name, value), wanted) in sent.iter().zip(normal(&sent, case.run.base())) {
            ruling.judged();
            match repeated.iter().position(|known| *known == wanted) {
                Some(position) => {
                    repeated.swap_remove(position);
                }
                None => ruling.find(
                    Finding::new(Code::SelfLinkParameterMissing, answer.place(), name)
                        .expected(format!("{name}={value}"))
                        .actual(link),
                ),
            }
        }
    }
    ruling
}

/// Parameters of a request, but for the format: that is no part of the search.
fn sent_parameters(sent: &Sent) -> Vec<(String, String)> {
    let mut parameters = query(&sent.url);
    if let Some(form) = &sent.form {
        parameters.extend(decoded(form));
    }
    parameters.retain(|(name, _)| name != "_format");
    parameters
}

fn query(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    decoded(query.split('#').next().unwrap_or(query))
}

fn decoded(query: &str) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Parameters such that equal ones are the same text: a patient by its id, in
/// whatever spelling; a list in order.
fn normal(parameters: &[(String, String)], base: &str) -> Vec<(String, String)> {
    let one = |(name, value): &(String, String)| {
        if !matches!(name.as_str(), "patient" | "subject" | "patient:Patient" | "subject:Patient") {
            let mut list: Vec<&str> = value.split(',').collect();
            list.sort_unstable();
            return (name.clone(), list.join(","));
        }
        let id = match reference::name(value, &[base]) {
            Some(Name { kind: "Patient", id }) => id,
            _ => value,
        };
        (String::from("patient"), id.to_owned())
    };
    parameters.iter().map(one).collect()
}

pub(super) fn judge_full_urls(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let chains = case.chains(&mut ruling, Need::Bundle);
    for entry in chains.iter().flat_map(|chain| chain.entries()).filter(|entry| !entry.is_note()) {
        ruling.judged();
        judge_full_url(entry, &mut ruling);
    }
    ruling
}

fn judge_full_url(entry: Entry<'_>, ruling: &mut Ruling) {
    let Some(url) = entry.full_url else {
        ruling.find(Finding::new(Code::FullUrlMissing, entry.answer.place_of(entry.node), entry.subject()));
        return;
    };
    // An entry under a urn says who it is by that urn alone.
    if url.starts_with("urn:uuid:") || url.starts_with("urn:oid:") {
        return;
    }
    let is_http = url.starts_with("http://") || url.starts_with("https://");
    let id = entry.resource.and_then(resource_name).map(|name| name.id);
    let ends_with_id = id.is_some_and(|id| url.rsplit('/').next() == Some(id));
    if !is_http || !ends_with_id {
        let place = entry.answer.place_of(entry.node.child("fullUrl").unwrap_or(entry.node));
        let wanted = entry
            .resource
            .and_then(resource_name)
            .map_or_else(|| String::from("[base]/Type/id"), |name| format!("[base]/{name}"));
        ruling.find(Finding::new(Code::FullUrlWrong, place, entry.subject()).expected(wanted).actual(url));
    }
}
