//! Advance directives: what the patient wrote down, and who represents them.

use super::people::{line, parties};
use super::value::{concept, dated, has_code, joined, lacks, modifiers, notes, validity};
use super::words::text;
use super::{Item, Section, SectionKind};
use crate::consult::records::Records;
use crate::fhir::node::Node;
use crate::text::Text;

const EXCHANGE: &str = "advance-directives";

/// The category of every advance directive in STU3.
const WILL: &str = "11341000146107";

pub(super) fn section(records: &Records) -> Section {
    let title = text("Advance directives", "Wilsverklaringen");
    let mut section = Section::of(SectionKind::AdvanceDirectives, title, &[EXCHANGE], records);
    let (wills, others): (Vec<_>, Vec<_>) = records.matches(&[EXCHANGE]).partition(|(_, consent)| is_will(*consent));
    section.left_out = others.len();
    section.items = wills.into_iter().map(|(name, will)| read(records, name, will)).collect();
    section
}

fn is_will(consent: Node<'_>) -> bool {
    let scope = consent.child("scope").is_none() || has_code(consent, "scope", &["adr"]);
    consent.type_name() == "Consent" && scope && has_code(consent, "category", &["acd", WILL])
}

/// What kind of will it is.
pub(super) fn kind(will: Node<'_>) -> Option<Text> {
    let provision = will.child("provision");
    let kinds = provision.into_iter().flat_map(|provision| provision.children_named("code").collect::<Vec<_>>());
    let kind = joined(&kinds.filter_map(concept).collect::<Vec<_>>());
    // In STU3 the kind is one of the categories, beside the one that every will has.
    let categories = will.children_named("category").filter(|_| provision.is_none());
    let kinds = categories.filter(|category| !super::value::codes_of(*category).any(|code| code == WILL));
    kind.or_else(|| kinds.filter_map(concept).last())
}

fn read(records: &Records, name: &str, will: Node<'_>) -> Item {
    let mut item = Item::new(name, text("Advance directive", "Wilsverklaring"));
    let provision = will.child("provision");
    item.value = kind(will);
    if item.value.is_none() {
        lacks(&mut item, text("Kind", "WilsverklaringType"), None);
    }
    dated(&mut item, &[will.child("dateTime")], text("Date", "WilsverklaringDatum"));
    let end = provision.and_then(|provision| provision.child("period")).and_then(|period| period.child_value("end"));
    item.validity = validity(will.child("status"), &["active"], &["inactive"], end.map(str::to_owned));
    let actors = provision.into_iter().flat_map(|provision| provision.children_named("actor").collect::<Vec<_>>());
    let representatives = actors.filter_map(|actor| actor.child("reference")).chain(will.children_named("consentingParty"));
    item.detail(text("Representative", "Vertegenwoordiger"), line(&parties(records, representatives)));
    for source in will.children_named("source") {
        item.detail(text("Document", "WilsverklaringDocument"), super::value::any(source));
    }
    let disorders = will.children_named("extension").filter(|extension| {
        extension
            .child_value("url")
            .is_some_and(|url| url.ends_with("/ext-AdvanceDirective.Disorder") || url.ends_with("-Disorder"))
    });
    for disorder in disorders.filter_map(|extension| extension.child("value")) {
        let known = records.target(disorder).and_then(|condition| condition.child("code")).and_then(concept);
        item.detail(text("Disorder", "Aandoening"), known.or_else(|| super::value::any(disorder)));
    }
    notes(&mut item, will);
    modifiers(&mut item, will, &[]);
    item
}
