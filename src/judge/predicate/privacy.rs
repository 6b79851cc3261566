//! `no-patient-data`: an answer that may tell nothing of a patient tells
//! nothing. What we sent ourselves (an id, a parameter) may come back.

use super::super::answers::Answer;
use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::ruling::Ruling;
use crate::evidence::Exchange;
use crate::fhir::node::Node;

/// Resources that are about no patient.
const IMPERSONAL: [&str; 6] =
    ["OperationOutcome", "Bundle", "CapabilityStatement", "Parameters", "StructureDefinition", "SearchParameter"];

pub(super) fn judge(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    for answer in case.firsts(&mut ruling, Need::Answer) {
        ruling.judged();
        for (place, name) in resources(answer) {
            ruling.find(Finding::new(Code::PatientDataShown, place, name));
        }
        let text = without_echo(case.run.answers.text(answer.received), answer.exchange);
        for shown in case.run.personas.traits().iter().filter(|known| has_word(&text, &known.text)) {
            let finding = Finding::new(Code::PatientDataShown, answer.place(), shown.what);
            ruling.find(finding.actual(shown.text.clone()));
        }
    }
    ruling
}

/// Resources in the answer that are, or are about, a patient.
fn resources(answer: Answer<'_>) -> Vec<(Place, String)> {
    let Some(root) = answer.root() else { return Vec::new() };
    let mut found = Vec::new();
    collect(answer, root, &mut found);
    found
}

fn collect(answer: Answer<'_>, node: Node<'_>, found: &mut Vec<(Place, String)>) {
    if node.is_resource() && !IMPERSONAL.contains(&node.type_name()) {
        found.push((answer.place_of(node), super::key::title(node)));
        return;
    }
    node.children().for_each(|child| collect(answer, child, found));
}

/// The body in lower case, without what the request held: its URL, its
/// parameters and the id of its patient, as they are and percent-encoded.
fn without_echo(body: String, exchange: &Exchange) -> String {
    let sent = &exchange.request;
    let mut echoes = vec![sent.url.clone()];
    echoes.extend(sent.form.clone());
    echoes.extend(sent.patient.clone());
    let path = sent.url.split(['?', '#']).next().unwrap_or(&sent.url);
    echoes.extend(path.rsplit('/').next().map(str::to_owned));
    let query = sent.url.split_once('?').map_or("", |(_, query)| query);
    for part in [query, sent.form.as_deref().unwrap_or_default()] {
        for (_, value) in url::form_urlencoded::parse(part.as_bytes()) {
            echoes.extend(value.split(['|', ',']).map(str::to_owned));
            echoes.push(value.into_owned());
        }
        echoes.extend(part.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned()));
    }
    // The longest first: an id may be a part of the URL.
    echoes.retain(|echo| !echo.is_empty());
    echoes.sort_by_key(|echo| std::cmp::Reverse(echo.len()));
    let body = body.to_lowercase();
    echoes.iter().fold(body, |body, echo| body.replace(&echo.to_lowercase(), " "))
}

/// Whether a text has this as a whole word.
fn has_word(text: &str, word: &str) -> bool {
    let is_edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(word)
        .any(|(start, found)| is_edge(text[..start].chars().next_back()) && is_edge(text[start + found.len()..].chars().next()))
}
