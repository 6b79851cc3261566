//! The goals of medical policy.

use super::people::parties;
use super::value::{concept, dated, has_code, lacks, modifiers, notes, validity};
use super::words::text;
use super::{Item, Section, SectionKind};
use crate::consult::records::Records;
use crate::fhir::node::Node;

const EXCHANGE: &str = "medical-policy-goals";
const VALID: [&str; 3] = ["active", "accepted", "in-progress"];
const ENDED: [&str; 5] = ["completed", "achieved", "cancelled", "ended", "rejected"];

pub(super) fn section(records: &Records) -> Section {
    let title = text("Goal of medical policy", "Belangrijkste doel van behandeling");
    let mut section = Section::of(SectionKind::PolicyGoals, title, &[EXCHANGE], records);
    let is_goal = |goal: Node<'_>| goal.type_name() == "Goal" && has_code(goal, "category", &["713603004"]);
    let (goals, others): (Vec<_>, Vec<_>) = records.matches(&[EXCHANGE]).partition(|(_, goal)| is_goal(*goal));
    section.left_out = others.len();
    section.items = goals.into_iter().map(|(name, goal)| read(records, name, goal)).collect();
    let holding: Vec<_> = section.items.iter().filter(|item| item.holds()).map(|item| item.value.clone()).collect();
    for item in section.items.iter_mut().filter(|item| item.holds()) {
        if holding.iter().any(|other| *other != item.value) {
            item.warnings.push(text(
                "CONTRADICTION: more than one goal holds, and they differ",
                "TEGENSTRIJDIG: er geldt meer dan één doel, en ze verschillen",
            ));
        }
    }
    section
}

fn read(records: &Records, name: &str, goal: Node<'_>) -> Item {
    let mut item = Item::new(name, text("Goal", "Doel"));
    item.value = goal.child("description").and_then(concept);
    if item.value.is_none() {
        lacks(&mut item, text("Goal", "Doel"), None);
    }
    dated(&mut item, &[goal.child("start"), goal.child("statusDate")], text("Date", "MeetDatumBeginTijd"));
    item.validity = validity(goal.child("lifecycleStatus").or_else(|| goal.child("status")), &VALID, &ENDED, None);
    item.by = parties(records, goal.children_named("expressedBy"));
    notes(&mut item, goal);
    modifiers(&mut item, goal, &[]);
    item
}
