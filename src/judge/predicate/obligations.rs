//! `obligations`: what the persona has of the elements that carry an obligation,
//! the same fact of the server has as well: its value, or why it is absent.

use super::super::case::Case;
use super::super::code::Code;
use super::super::expression::{Scope, Unevaluated, parse};
use super::super::finding::Finding;
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use super::complete::{Compared, over_chains};
use super::key::title;
use crate::agreements::obligations;
use crate::fhir::fhirpath::{Expression, Item};
use crate::fhir::node::Node;

pub(super) fn judge(case: &Case<'_>) -> Ruling {
    over_chains(case, |chain, compared, ruling| hold((case, &Scope::of(case, chain)), compared, ruling))
}

/// Holds what was found against what it is of the persona. A fact that was not found is for `complete`.
fn hold<'c>((case, scope): (&Case<'c>, &Scope<'_, 'c>), compared: &Compared<'c>, ruling: &mut Ruling) -> Result<(), Obstacle> {
    for (fixture, entry) in compared.pairs() {
        let Some(found) = entry.resource else { continue };
        ruling.judged();
        for element in obligations(profile(fixture)) {
            let expression = parse(element)?;
            if exists(&Scope::bare(), &expression, fixture)? && !exists(scope, &expression, found)? {
                if let Some(reason) = excuse(case, &expression, fixture)? {
                    ruling.hinder(Obstacle::Untested(Reason::NotEntered(reason)));
                    continue;
                }
                let place = entry.answer.place_of(found);
                let finding = Finding::new(Code::ObligationUnmet, place, entry.subject());
                ruling.find(finding.expected(format!("{}.{element}", found.type_name())));
            }
        }
    }
    Ok(())
}

/// Why what the persona has here cannot be entered, where that is all that it has.
fn excuse<'c>(case: &Case<'c>, expression: &Expression, fixture: Node<'c>) -> Result<Option<String>, Obstacle> {
    let (Some(declared), Some(persona)) = (case.run.declared, case.scenario.persona.as_deref()) else { return Ok(None) };
    let name = title(fixture);
    let why = |items: &[Item<'_>]| {
        let mut reasons = items.iter().map(|item| declared.element(persona, &name, &item.node()?.path()).map(str::to_owned));
        reasons.next().flatten().filter(|_| reasons.all(|reason| reason.is_some()))
    };
    Scope::bare().evaluate(expression, fixture, why).map_err(Unevaluated::obstacle)
}

/// The name of the profile of a fixture, which says it itself.
fn profile(fixture: Node<'_>) -> &str {
    let named = fixture.child("meta").and_then(|meta| meta.child_value("profile"));
    named.and_then(|profile| profile.rsplit('/').next()).unwrap_or_default()
}

fn exists<'c>(scope: &Scope<'_, 'c>, expression: &Expression, node: Node<'c>) -> Result<bool, Obstacle> {
    scope.evaluate(expression, node, |items| !items.is_empty()).map_err(Unevaluated::obstacle)
}
