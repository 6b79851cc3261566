//! `icd-present` and `euthanasia-agrees`: what one answer says is held against
//! what another one says.

use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;
use super::directive;
use super::question::{Found, Question, has_code};
use crate::fhir::node::Node;

/// Switching off an ICD; stands in the text of a treatment that is coded as "other".
const SWITCH_OFF: &str = "400231000146108";
const POSITION: &str = "340171000146104";
const HAS_DECLARATION: &str = "340181000146102";
/// Request for euthanasia, and the same for the case of dementia.
const WILLS: [&str; 2] = ["EU", "EUD"];

pub(super) fn judge_icd(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(directives) = question.matches("treatment-directives", &mut ruling) else { return ruling };
    let about_icd: Vec<_> = directives.into_iter().filter(|directive| switches_off(directive.node)).collect();
    if about_icd.is_empty() {
        return ruling;
    }
    let Some(devices) = question.matches("medical-devices", &mut ruling) else { return ruling };
    for directive in about_icd {
        ruling.judged();
        if devices.is_empty() {
            let finding = Finding::new(Code::IcdMissing, directive.place(), directive.subject());
            ruling.find(finding.expected("DeviceUseStatement: > 0").actual("DeviceUseStatement: 0"));
        }
    }
    ruling
}

fn switches_off(directive: Node<'_>) -> bool {
    let in_text = |concept: &Node<'_>| concept.child_value("text").is_some_and(|text| text.contains(SWITCH_OFF));
    let is_coded =
        |concept: &Node<'_>| concept.children_named("coding").any(|coding| coding.child_value("code") == Some(SWITCH_OFF));
    directive::treatments(directive).iter().any(|concept| is_coded(concept) || in_text(concept))
}

pub(super) fn judge_euthanasia(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let observations = question.matches("observations", &mut ruling);
    let wills = question.matches("advance-directives", &mut ruling);
    let (Some(observations), Some(wills)) = (observations, wills) else { return ruling };
    let positions: Vec<_> = observations.into_iter().filter(|observation| is_position(observation.node)).collect();
    let wills: Vec<_> = wills.into_iter().filter(|will| is_about_euthanasia(will.node)).collect();
    let declared = positions.iter().find(|position| has_code(position.node, "value", &[HAS_DECLARATION])).copied();
    let active = wills.iter().find(|will| will.node.child_value("status") == Some("active")).copied();
    match (declared, active) {
        (Some(_), Some(_)) => ruling.judged(),
        // An ended will may be the one that an older position speaks of.
        (Some(position), None) if wills.is_empty() => {
            ruling.find(differs(position).expected("Consent: EU, EUD").actual("Consent: -"));
        }
        (None, Some(will)) if !positions.is_empty() => {
            let told = positions.iter().map(|position| format!("{}: {}", position.subject(), value(position.node)));
            let mut finding = differs(will).expected(format!("Observation: {HAS_DECLARATION}"));
            finding.actual = told.collect();
            ruling.find(finding);
        }
        _ => {}
    }
    ruling
}

fn differs(found: Found<'_>) -> Finding {
    Finding::new(Code::EuthanasiaDiffers, found.place(), found.subject())
}

fn is_position(observation: Node<'_>) -> bool {
    let is_void = matches!(observation.child_value("status"), Some("entered-in-error" | "cancelled"));
    !is_void && has_code(observation, "code", &[POSITION])
}

fn is_about_euthanasia(will: Node<'_>) -> bool {
    let is_void = matches!(will.child_value("status"), Some("entered-in-error" | "rejected"));
    !is_void && directive::kinds(will).iter().any(|kind| WILLS.contains(kind))
}

fn value(observation: Node<'_>) -> String {
    let codes = super::question::codings(observation, "value");
    codes.first().map_or_else(|| String::from("-"), |(_, code)| (*code).to_owned())
}
