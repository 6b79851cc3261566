//! `obligations`: what the persona has of the elements that carry an obligation,
//! the same fact of the server has as well: its value, or why it is absent.

use super::super::case::Case;
use super::super::code::Code;
use super::super::expression::{Scope, Unevaluated, parse};
use super::super::finding::Finding;
use super::super::ruling::{Obstacle, Ruling};
use super::complete::{Compared, over_chains};
use crate::agreements::FhirVersion;
use crate::agreements::obligations;
use crate::fhir::fhirpath::Expression;
use crate::fhir::node::Node;

pub(super) fn judge(case: &Case<'_>) -> Ruling {
    over_chains(case, |chain, compared, ruling| hold(case.run.fhir(), &Scope::of(case, chain), compared, ruling))
}

/// Holds what was found against what it is of the persona. A fact that was not found is for `complete`.
fn hold<'c>(fhir: FhirVersion, scope: &Scope<'_, 'c>, compared: &Compared<'c>, ruling: &mut Ruling) -> Result<(), Obstacle> {
    for (fixture, entry) in compared.pairs() {
        let Some(found) = entry.resource else { continue };
        ruling.judged();
        for element in obligations(profile(fixture)) {
            let expression = parse(element)?;
            if exists(&Scope::bare(fhir), &expression, fixture)? && !exists(scope, &expression, found)? {
                let place = entry.answer.place_of(found);
                let finding = Finding::new(Code::ObligationUnmet, place, entry.subject());
                ruling.find(finding.expected(format!("{}.{element}", found.type_name())));
            }
        }
    }
    Ok(())
}

/// The name of the profile of a fixture, which says it itself.
fn profile(fixture: Node<'_>) -> &str {
    let named = fixture.child("meta").and_then(|meta| meta.child_value("profile"));
    named.and_then(|profile| profile.rsplit('/').next()).unwrap_or_default()
}

fn exists<'c>(scope: &Scope<'_, 'c>, expression: &Expression, node: Node<'c>) -> Result<bool, Obstacle> {
    scope.evaluate(expression, node, |items| !items.is_empty()).map_err(Unevaluated::obstacle)
}
