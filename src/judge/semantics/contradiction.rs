//! `no-contradiction`: active directives about one treatment do not decide the
//! opposite. What is decided in words (specificationOther) is neither yes nor no.

use std::collections::BTreeMap;

use super::super::code::Code;
use super::super::finding::Finding;
use super::super::habit::is_local;
use super::super::ruling::Ruling;
use super::directive::{self, Decision};
use super::question::{Found, Question};
use crate::fhir::node::Node;

/// "Another one": the treatment is in the text.
const OTHER: &str = "OTH";

pub(super) fn judge(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(directives) = question.matches("treatment-directives", &mut ruling) else { return ruling };
    let in_force: Vec<_> = directives.into_iter().filter(|directive| directive::is_in_force(directive.node)).collect();
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
            let date = directive::dated(directive.node).and_then(|date| date.value()).unwrap_or("-");
            finding = finding.actual(format!("{}: {decision}, {date}", directive.subject()));
        }
        ruling.find(finding);
    }
    ruling
}

/// `permit` or `deny`, unless words overrule it.
fn decision(directive: Node<'_>) -> Option<&'static str> {
    match directive::decision(directive) {
        Decision::Permit => Some("permit"),
        Decision::Deny => Some("deny"),
        Decision::Otherwise | Decision::Unknown => None,
    }
}

/// The treatments that a directive is about: codes, or the text where the code says "other".
fn treatments(directive: Node<'_>) -> Vec<String> {
    let concepts = directive::treatments(directive);
    let codings = concepts.iter().flat_map(|concept| concept.children_named("coding")).filter(|coding| !is_local(*coding));
    let coded = codings.filter_map(|coding| coding.child_value("code"));
    let mut treatments: Vec<String> = coded.filter(|code| *code != OTHER).map(str::to_owned).collect();
    if treatments.is_empty() {
        let texts = concepts.iter().filter_map(|concept| concept.child_value("text"));
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
