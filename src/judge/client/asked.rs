//! What a client asks: each exchange of the agreement, about one patient, with
//! the filters of the agreement and no others, and on after answers that fail.

use std::collections::{BTreeMap, BTreeSet};

use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::ruling::Ruling;
use super::super::semantics::references_in;
use super::super::{case::Case, reference};
use super::Phase;
use crate::evidence::Exchange;
use crate::recognise::{Meaning, What};
use crate::scenario::{Asks, Shown, TransactionGroup};

/// Types that are about no patient.
const OF_NOBODY: [&str; 11] = [
    "CapabilityStatement",
    "CodeSystem",
    "Device",
    "HealthcareService",
    "Location",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
    "StructureDefinition",
    "ValueSet",
];
/// Types of the persons who are needed to say who agreed what.
const PERSONS: [&str; 3] = ["Practitioner", "PractitionerRole", "RelatedPerson"];
/// Filters that hide agreements when a client chooses them by itself.
const HIDING: [&str; 12] = [
    "status",
    "clinical-status",
    "verification-status",
    "lifecycle-status",
    "date",
    "period",
    "start-date",
    "authored",
    "_lastUpdated",
    "_since",
    "_filter",
    "_query",
];

/// One of these exchanges is asked, all codes of its list together.
pub(super) fn asks(phase: &Phase<'_>, asks: &Asks, ruling: &mut Ruling) {
    let meanings = phase.meanings();
    let findings: Vec<Finding> = asks.any.iter().filter_map(|name| unasked(phase, &meanings, name)).collect();
    if findings.len() < asks.any.len() {
        ruling.judged();
    } else if let Some(finding) = findings.into_iter().min_by_key(|finding| finding.code == Code::ExchangeNotAsked) {
        ruling.find(finding);
    }
}

/// What is wrong with how an exchange is asked; nothing when it is right.
fn unasked<'c>(phase: &Phase<'c>, meanings: &[(&'c Exchange, Meaning)], name: &str) -> Option<Finding> {
    let asked = |meaning: &Meaning| meaning.asks.as_ref().filter(|asks| asks.exchange == name).map(|asks| asks.without.clone());
    let without: Vec<BTreeSet<String>> = meanings.iter().filter_map(|(_, meaning)| asked(meaning)).collect();
    let open = without.iter().cloned().reduce(|left, right| left.intersection(&right).cloned().collect());
    match open {
        Some(open) if open.is_empty() => return None,
        Some(open) => {
            let first = meanings.iter().find(|(_, meaning)| asked(meaning).is_some())?.0;
            let mut finding = Finding::new(Code::CodesNotAsked, phase.place(first), name);
            finding.expected = open.into_iter().collect();
            return Some(finding);
        }
        None => {}
    }
    let near = meanings.iter().find_map(|(exchange, meaning)| {
        let near = meaning.near.as_ref().filter(|near| near.exchange == name)?;
        Some((*exchange, near))
    });
    let expected = phase.template(name);
    let Some((exchange, near)) = near else {
        return Some(Finding::new(Code::ExchangeNotAsked, Place::default(), name).expected(expected));
    };
    let mut finding = Finding::new(Code::ExchangeAskedOtherwise, phase.place(exchange), name).expected(expected);
    finding.actual.push(phase.name(exchange));
    finding.actual.extend(near.differences.iter().cloned());
    finding.actual.extend(near.dialect.map(|dialect| format!("this is the query of {}", dialect.version())));
    Some(finding)
}

/// Something of each group is asked, however it is asked.
pub(super) fn both_groups(phase: &Phase<'_>, ruling: &mut Ruling) {
    let touched = touched(&phase.meanings());
    for (group, name) in [(TransactionGroup::IndividualResources, "individual-resources"), (TransactionGroup::Form, "form")] {
        ruling.judged();
        let mut exchanges = phase.exchanges_of(group);
        if !exchanges.any(|exchange| touched.contains(exchange)) {
            ruling.find(Finding::new(Code::GroupNotAsked, Place::default(), name));
        }
    }
}

/// Every search of what is about patients names one.
pub(super) fn names_patient(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        let What::Search(resource) = &meaning.what else { continue };
        if OF_NOBODY.contains(&resource.as_str()) || phase.has_parameter(exchange, "_id") {
            continue;
        }
        ruling.judged();
        if meaning.patients.is_empty() {
            ruling.find(Finding::new(Code::PatientUnnamed, phase.place(exchange), phase.name(exchange)));
        }
    }
}

/// No search names several.
pub(super) fn one_patient(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        if meaning.patients.is_empty() {
            continue;
        }
        ruling.judged();
        if meaning.patients.len() > 1 {
            let finding = Finding::new(Code::PatientsSeveral, phase.place(exchange), phase.name(exchange));
            ruling.find(finding.expected("1").actual(meaning.patients.len().to_string()));
        }
    }
}

/// The BSN stands in no URL but that of the lookup.
pub(super) fn no_bsn_in_url(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        if matches!(meaning.what, What::Lookup | What::Capabilities) {
            continue;
        }
        ruling.judged();
        if phase.holds_bsn(&exchange.request.url) {
            ruling.find(Finding::new(Code::BsnInUrl, phase.place(exchange), phase.name(exchange)));
        }
    }
}

/// No search leaves out a filter of the agreement.
pub(super) fn no_over_fetch(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        let near = meaning.near.as_ref().filter(|near| near.dialect.is_none() && !near.missing.is_empty());
        if let Some(asks) = &meaning.asks {
            ruling.judged();
            if !asks.beside.is_empty() {
                let finding = Finding::new(Code::FilterLeftOut, phase.place(exchange), phase.name(exchange));
                let mut finding = finding.expected(phase.template(&asks.exchange));
                finding.actual = asks.beside.iter().cloned().collect();
                ruling.find(finding);
            }
        } else if let Some(near) = near {
            let mut finding = Finding::new(Code::FilterLeftOut, phase.place(exchange), phase.name(exchange));
            finding.expected.clone_from(&near.missing);
            ruling.find(finding);
        }
    }
}

/// No search has a filter of its own that hides what was agreed.
pub(super) fn no_own_filters(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        if meaning.asks.is_none() {
            continue;
        }
        ruling.judged();
        let hides = |own: &&String| HIDING.contains(&own.split(['=', ':']).next().unwrap_or(own));
        let mut hiding: Vec<String> = meaning.own.iter().filter(hides).cloned().collect();
        if phase.has_parameter(exchange, "_sort") && phase.has_parameter(exchange, "_count") && !phase.goes_on_from(exchange) {
            hiding.push("_sort, _count".to_owned());
        }
        if !hiding.is_empty() {
            let mut finding = Finding::new(Code::FilterAdded, phase.place(exchange), phase.name(exchange));
            finding.actual = hiding;
            ruling.find(finding);
        }
    }
}

/// Includes are written as servers read them.
pub(super) fn includes(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        if phase.has_parameter(exchange, "_include") {
            ruling.judged();
        }
        if !meaning.misspelled.is_empty() {
            let mut finding = Finding::new(Code::IncludeMisspelled, phase.place(exchange), phase.name(exchange));
            finding.actual.clone_from(&meaning.misspelled);
            ruling.find(finding);
        }
    }
}

/// What is asked anywhere in the run is asked in this phase too.
pub(super) fn goes_on(phase: &Phase<'_>, everywhere: &BTreeSet<String>, ruling: &mut Ruling) {
    let here = touched(&phase.meanings());
    for exchange in everywhere {
        ruling.judged();
        if !here.contains(exchange) {
            ruling.find(Finding::new(Code::ClientBrokeOff, Place::default(), exchange));
        }
    }
}

/// Persons who are referred to and did not come along are read.
pub(super) fn reads_references(case: &Case<'_>, phase: &Phase<'_>, ruling: &mut Ruling) {
    let mut there: BTreeSet<String> = BTreeSet::new();
    let mut wanted: BTreeMap<String, &Exchange> = BTreeMap::new();
    for exchange in phase.at_home() {
        let path = phase.path(exchange).unwrap_or_default();
        there.extend(reference::name(path, &[phase.base]).map(|name| name.to_string()));
        let Some(root) = phase.answer(exchange).and_then(|answer| answer.root()) else { continue };
        let mut texts = Vec::new();
        references_in(root, &mut texts);
        for text in texts {
            let Some(name) = reference::name(text, &[phase.base]) else { continue };
            if PERSONS.contains(&name.kind) {
                wanted.entry(name.to_string()).or_insert(exchange);
            }
        }
        let resources = phase.answer(exchange).into_iter().flat_map(|answer| answer.entries()).filter_map(|entry| entry.resource);
        let ids =
            resources.chain(Some(root)).filter_map(|node| Some(format!("{}/{}", node.type_name(), node.child_value("id")?)));
        there.extend(ids);
    }
    let told = super::attest::is_shown(case, Shown::Incomplete);
    for (name, exchange) in wanted {
        ruling.judged();
        if !told && !there.contains(&name) {
            ruling.find(Finding::new(Code::ReferenceUnread, phase.place(exchange), name));
        }
    }
}

/// Exchanges that are asked, in whatever way.
pub(super) fn touched(meanings: &[(&Exchange, Meaning)]) -> BTreeSet<String> {
    let of = |meaning: &Meaning| {
        let asked = meaning.asks.as_ref().map(|asks| asks.exchange.clone());
        asked.or_else(|| meaning.near.as_ref().map(|near| near.exchange.clone()))
    };
    meanings.iter().filter_map(|(_, meaning)| of(meaning)).collect()
}
