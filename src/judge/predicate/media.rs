//! `media-type` and `fhir-version`: what the body is, and what the answer says
//! that it is.

use super::super::answers::Answer;
use super::super::body::Body;
use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use crate::agreements::FhirVersion;
use crate::evidence::{Exchange, Outcome};
use crate::scenario::Format;

pub(super) fn judge_type(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let asked = case.format(case.step);
    for chain in case.raw_chains(case.step, &mut ruling) {
        for exchange in std::iter::once(chain.first).chain(chain.next.iter().copied()) {
            ruling.saw(&exchange.id);
            match answer_of_any_format(case, exchange) {
                Ok(answer) => judge_answer(case, answer, asked, &mut ruling),
                Err(obstacle) => ruling.hinder(obstacle),
            }
        }
    }
    ruling
}

/// The answer whatever its format: this check alone looks at one in the wrong format.
fn answer_of_any_format<'c>(case: &Case<'c>, exchange: &'c Exchange) -> Result<Answer<'c>, Obstacle> {
    match (case.usable(case.step, exchange, Need::Answer), &exchange.outcome) {
        (Err(Obstacle::Untested(Reason::BlockedBy(_))), Outcome::Answered(_)) => {
            case.run.answers.answer(exchange).ok_or(Obstacle::Beside)
        }
        (usable, _) => usable,
    }
}

fn judge_answer(case: &Case<'_>, answer: Answer<'_>, asked: Format, ruling: &mut Ruling) {
    if matches!(answer.received.status, 406 | 415) {
        let finding = Finding::new(Code::FormatWrong, answer.place(), name(asked));
        ruling.find(finding.expected(media_type(asked)).actual(answer.received.status.to_string()));
        return;
    }
    match answer.body {
        // An error may go without a body, and a success without one is for the checks of its content.
        Body::Empty if !answer.is_success() => {}
        Body::Empty => ruling.find(not_fhir(case, answer, asked).actual("-")),
        Body::Other(why) => ruling.find(not_fhir(case, answer, asked).actual(why)),
        Body::Lost => ruling.hinder(Obstacle::CantTell(Reason::KnowledgeLacking(format!(
            "the evidence does not hold the body of `{}`",
            case.request(answer.exchange)
        )))),
        Body::Fhir(document) if document.format != asked => {
            let finding = Finding::new(Code::FormatWrong, answer.place(), name(asked));
            ruling.find(finding.expected(media_type(asked)).actual(name(document.format)));
        }
        Body::Fhir(_) => judge_header(case, answer, asked, ruling),
    }
}

fn not_fhir(case: &Case<'_>, answer: Answer<'_>, asked: Format) -> Finding {
    Finding::new(Code::BodyNotFhir, answer.place(), case.request(answer.exchange)).expected(media_type(asked))
}

fn judge_header(case: &Case<'_>, answer: Answer<'_>, asked: Format, ruling: &mut Ruling) {
    ruling.judged();
    let header = answer.header("content-type");
    let essence = header.map(|header| header.split(';').next().unwrap_or(header).trim().to_ascii_lowercase());
    if essence.as_deref() != Some(media_type(asked)) {
        let finding = Finding::new(Code::ContentTypeWrong, answer.place(), case.request(answer.exchange));
        ruling.find(finding.expected(media_type(asked)).actual(header.unwrap_or("-")));
    }
}

pub(super) fn judge_version(case: &Case<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let claimed = case.run.fhir();
    for answer in case.firsts(&mut ruling, Need::Resource) {
        if let Some(version) = parameter(answer, "fhirversion") {
            ruling.judged();
            if !claimed.number().starts_with(&version) {
                let finding = Finding::new(Code::FhirVersionWrong, answer.place(), "Content-Type");
                ruling.find(finding.expected(short(claimed)).actual(version));
            }
        }
        let Some(root) = answer.root().filter(|root| root.type_name() == "CapabilityStatement") else { continue };
        ruling.judged();
        let version = root.child_value("fhirVersion");
        if version != Some(claimed.number()) {
            let place = root.child("fhirVersion").map_or_else(|| answer.place_of(root), |node| answer.place_of(node));
            let shown = version.unwrap_or("-");
            let finding = Finding::new(Code::FhirVersionWrong, place, "CapabilityStatement.fhirVersion");
            ruling.find(finding.expected(claimed.number()).actual(shown));
        }
    }
    ruling
}

/// A parameter of Content-Type.
fn parameter(answer: Answer<'_>, wanted: &str) -> Option<String> {
    answer.header("content-type")?.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn short(version: FhirVersion) -> &'static str {
    let number = version.number();
    number.rsplit_once('.').map_or(number, |(short, _)| short)
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Json => "JSON",
        Format::Xml => "XML",
    }
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/fhir+json",
        Format::Xml => "application/fhir+xml",
    }
}
