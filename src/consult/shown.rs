//! What the reference consulter shows, as a person who looks at it would
//! answer: told from the plan that it made, so that it can sit at a table
//! without people.

use std::collections::BTreeMap;

use super::plan::{CarePlan, Item, SectionKind};
use crate::scenario::{ConsulterMisbehaviour, Shown, Suite};

/// An answer for everything that can be asked; a fault may hide what is there.
#[must_use]
pub fn shown(plan: &CarePlan, suite: &Suite, faults: &[String]) -> BTreeMap<Shown, bool> {
    let hidden: Vec<Shown> = suite
        .consulter_faults
        .iter()
        .filter(|fault| faults.contains(&fault.consulter_fault))
        .flat_map(|fault| &fault.behaviour)
        .filter_map(|behaviour| match behaviour {
            ConsulterMisbehaviour::Hides(what) => Some(*what),
            _ => None,
        })
        .collect();
    Shown::ALL.into_iter().map(|what| (what, !hidden.contains(&what) && shows(plan, what))).collect()
}

fn shows(plan: &CarePlan, what: Shown) -> bool {
    let is_empty = plan.sections.iter().all(|section| section.items.is_empty());
    match what {
        Shown::Everything => plan.complete && !is_empty,
        Shown::Nothing => plan.complete && is_empty,
        Shown::Incomplete => !plan.complete,
        Shown::NotNothing => !plan.complete || !is_empty,
        Shown::Specification => directives(plan).any(|item| item.overrules.is_some()),
        Shown::DatesAndStatus => directives(plan).next().is_some() && directives(plan).all(|item| item.date.is_some()),
    }
}

fn directives(plan: &CarePlan) -> impl Iterator<Item = &Item> {
    let kinds = [SectionKind::TreatmentDirectives, SectionKind::AdvanceDirectives];
    plan.sections.iter().filter(move |section| kinds.contains(&section.kind)).flat_map(|section| &section.items)
}
