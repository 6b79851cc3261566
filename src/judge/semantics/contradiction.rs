//! `no-contradiction`: active directives about one treatment do not decide the
//! opposite. What is decided in words (specificationOther) is neither yes nor no.

use std::collections::BTreeMap;

use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;
use super::question::{Found, Question, codings};
use crate::fhir::node::Node;

const SPECIFICATION: &str = "http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther";
/// "Another one": the treatment is in the text.
const OTHER: &str = "OTH";

pub(super) fn judge(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(directives) = question.matches("treatment-directives", &mut ruling) else { return ruling };
    let in_force: Vec<_> = directives.into_iter().filter(|directive| is_in_force(directive.node)).collect();
    if in_force.len() > 1 {
        ruling.judged();
    }
    let mut by_treatment: BTreeMap<String, Vec<(Found<'_>, &str)>> = BTreeMap::new();
    for directive in in_force {
        let Some(decision) = decision(directive.node) else { continue };
        for treatment in treatments(directive.node) {
            by_treatment.entry(treatment).or_default().push((directive, decision));
        }
    }
    for (treatment, directives) in by_treatment {
        let (first, decided) = directives[0];
        if directives.iter().all(|(_, other)| *other == decided) {
            continue;
        }
        let mut finding = Finding::new(Code::DirectivesContradict, first.place(), treatment);
        for (directive, decision) in &directives {
            let date = directive.node.child_value("dateTime").unwrap_or("-");
            finding = finding.actual(format!("{}: {decision}, {date}", directive.subject()));
        }
        ruling.find(finding);
    }
    ruling
}

/// Active, and not said to end.
fn is_in_force(directive: Node<'_>) -> bool {
    let period = directive.child("provision").and_then(|provision| provision.child("period"));
    directive.child_value("status") == Some("active") && period.is_none_or(|period| period.child("end").is_none())
}

/// `permit` or `deny`, unless words overrule it.
fn decision(directive: Node<'_>) -> Option<&str> {
    let in_words = directive.children_named("modifierExtension").any(|own| own.child_value("url") == Some(SPECIFICATION));
    let decision = directive.child("provision")?.child_value("type")?;
    (!in_words && matches!(decision, "permit" | "deny")).then_some(decision)
}

/// The treatments that a directive is about: codes, or the text where the code says "other".
fn treatments(directive: Node<'_>) -> Vec<String> {
    let Some(provision) = directive.child("provision") else { return Vec::new() };
    let codes = codings(provision, "code").into_iter().filter(|(_, code)| *code != OTHER).map(|(_, code)| code.to_owned());
    let mut treatments: Vec<String> = codes.collect();
    if treatments.is_empty() {
        let texts = provision.children_named("code").filter_map(|code| code.child_value("text"));
        treatments.extend(texts.map(normal).filter(|text| !text.is_empty()));
    }
    treatments.sort_unstable();
    treatments.dedup();
    treatments
}

/// Text without what does not make it another one: case and white space.
fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
