//! An ICD, and the agreement to switch it off.

use super::value::{concept, dated, lacks, modifiers, notes, validity};
use super::words::text;
use super::{Item, Section, SectionKind, directive};
use crate::consult::records::Records;
use crate::fhir::node::Node;

const EXCHANGE: &str = "medical-devices";

/// Kinds of ICD.
const KINDS: [&str; 6] = ["72506001", "465460004", "468542000", "704707009", "1263462004", "1236894001"];

pub(super) fn section(records: &Records) -> Section {
    let mut section =
        Section::of(SectionKind::Icd, text("ICD", "ICD (MedischHulpmiddel)"), &[EXCHANGE, directive::EXCHANGE], records);
    let (uses, others): (Vec<_>, Vec<_>) = records.matches(&[EXCHANGE]).partition(|(_, used)| is_icd(records, *used));
    section.left_out = others.len();
    section.items = uses.into_iter().map(|(name, used)| read(records, name, used)).collect();
    section
        .items
        .extend(directive::all(records).into_iter().filter(|directive| directive.is_icd).map(|directive| directive.item));
    section
}

/// Whether a device is an ICD. One that is not known is not left out: the query asked for an ICD.
fn is_icd(records: &Records, used: Node<'_>) -> bool {
    let device = used.child("device").and_then(|reference| records.target(reference));
    let kind = device.and_then(|device| device.child("type"));
    let codes = || kind.into_iter().flat_map(|kind| kind.children_named("coding").collect::<Vec<_>>());
    let known = codes().filter_map(|coding| coding.child_value("code")).any(|code| KINDS.contains(&code));
    used.type_name() == "DeviceUseStatement" && (known || codes().next().is_none())
}

fn read(records: &Records, name: &str, used: Node<'_>) -> Item {
    let mut item = Item::new(name, text("ICD", "ICD"));
    let reference = used.child("device");
    let device = reference.and_then(|reference| records.target(reference));
    item.value = device.and_then(|device| device.child("type")).and_then(concept);
    if item.value.is_none() {
        let shown = reference.and_then(|reference| reference.child_value("display")).map(super::words::both);
        lacks(&mut item, text("Kind of ICD", "ProductType van ICD"), shown);
    }
    let timing = used.child("timing").or_else(|| used.child("whenUsed"));
    let start = timing.map(|timing| timing.child("start").unwrap_or(timing));
    dated(&mut item, &[start, used.child("recordedOn")], text("Since", "BeginDatum"));
    let end = timing.and_then(|timing| timing.child_value("end")).map(str::to_owned);
    item.validity = validity(used.child("status"), &["active"], &["completed", "stopped"], end);
    item.detail(text("Site", "AnatomischeLocatie"), used.child("bodySite").and_then(concept));
    for reason in used.children_named("reasonReference") {
        let known = records.target(reason).and_then(|condition| condition.child("code")).and_then(concept);
        item.detail(text("Reason", "Indicatie"), known.or_else(|| super::value::any(reason)));
    }
    notes(&mut item, used);
    modifiers(&mut item, used, &[]);
    item
}
