//! Wishes and positions: the observations of a plan.

use super::people::parties;
use super::value::{any, codes, concept, dated, has_code, lacks, modifiers, notes, validity};
use super::words::text;
use super::{Item, Section, SectionKind};
use crate::consult::records::Records;
use crate::fhir::node::Node;

const EXCHANGE: &str = "observations";

/// Codes with the concepts of the information standard.
const KINDS: [(&str, &str, &str); 6] = [
    ("153851000146100", "Wishes and expectations", "Wens en verwachting patiënt"),
    ("395091006", "Preferred place of death", "Gewenste plek van overlijden"),
    ("340171000146104", "Position on euthanasia", "Euthanasie standpunt"),
    ("570801000146104", "Choice on organ donation registered", "Keuze orgaandonatie vastgelegd in donorregister"),
    ("247751003", "What else is important", "Wat verder nog belangrijk is"),
    ("665671000146101", "Capable of deciding on treatment", "Wilsbekwaamheid m.b.t. medische behandelbeslissingen"),
];

pub(super) fn section(records: &Records) -> Section {
    let title = text("Wishes and positions", "Behandelwensen en standpunten");
    let mut section = Section::of(SectionKind::Wishes, title, &[EXCHANGE], records);
    let codes: Vec<&str> = KINDS.iter().map(|(code, ..)| *code).collect();
    let is_wish = |wish: Node<'_>| wish.type_name() == "Observation" && has_code(wish, "code", &codes);
    let (wishes, others): (Vec<_>, Vec<_>) = records.matches(&[EXCHANGE]).partition(|(_, wish)| is_wish(*wish));
    section.left_out = others.len();
    section.items = wishes.into_iter().map(|(name, wish)| read(records, name, wish)).collect();
    section
}

fn read(records: &Records, name: &str, wish: Node<'_>) -> Item {
    let kind = codes(wish, "code").find_map(|code| KINDS.iter().find(|(known, ..)| *known == code));
    let title = kind.map_or_else(|| text("Observation", "Meting"), |(_, en, nl)| text(*en, *nl));
    let mut item = Item::new(name, title);
    item.value = wish.child("value").and_then(any);
    let absent = wish.child("dataAbsentReason");
    if item.value.is_none() || absent.is_some() {
        let why = absent.and_then(reason);
        lacks(&mut item, text("Value", "MetingWaarde"), why);
    }
    let effective = wish.child("effective");
    dated(
        &mut item,
        &[effective.map(|effective| effective.child("start").unwrap_or(effective))],
        text("Date", "MeetDatumBeginTijd"),
    );
    item.validity = validity(wish.child("status"), &["final", "amended", "corrected"], &["cancelled"], None);
    item.by = parties(records, wish.children_named("performer"));
    item.detail(text("Method", "MeetMethode"), wish.child("method").and_then(concept));
    notes(&mut item, wish);
    modifiers(&mut item, wish, &[]);
    item
}

/// A reason in words: by its code where that is one of FHIR's.
fn reason(reason: Node<'_>) -> Option<crate::text::Text> {
    let code = reason.children_named("coding").find_map(|coding| coding.child_value("code"));
    code.map(super::words::absent).or_else(|| concept(reason))
}
