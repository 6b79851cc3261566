//! Defects of the agreement itself, as they are told to its owners. None of them is
//! held against a product.

use super::view::AgreementDefect;
use super::words::both;
use crate::plan::{Plan, PlannedStep};
use crate::scenario::{Check, Defect, Exchange, Suite};
use crate::text::Text;

/// What is wrong with the claimed version of the agreement, of the exchanges that were asked, or that a client is to ask.
pub(super) fn of(plan: &Plan, suite: &Suite) -> Vec<AgreementDefect> {
    let steps = || plan.scenarios.iter().flat_map(|scenario| &scenario.steps);
    let is_named = |step: &PlannedStep, name: &str| {
        step.exchange.as_deref() == Some(name) || step.expect.iter().any(|expectation| is_asked_for(&expectation.check, name))
    };
    let is_asked = |name: &str| steps().any(|step| is_named(step, name));
    let asked = suite.exchanges.iter().filter(|exchange| is_asked(&exchange.exchange));
    let of_version = asked.flat_map(|exchange| exchange.defects(plan.claims.dialect).map(move |defect| (exchange, defect)));
    let shown = |(exchange, defect): (&Exchange, &Defect)| AgreementDefect {
        exchange: exchange.exchange.clone(),
        what: defect.what.clone(),
        fix: defect.fix.clone(),
    };
    of_version.map(shown).collect()
}

/// Whether a client is held to asking an exchange: then it meets its defects.
fn is_asked_for(check: &Check, name: &str) -> bool {
    matches!(check, Check::Asks(asks) if asks.any.iter().any(|asked| asked == name))
}

/// What stands above the list.
pub(super) fn lead() -> Text {
    both(
        String::from("Defects of the agreement itself, for its owners; none counts against the product:"),
        String::from("Fouten in de afspraak zelf, voor de eigenaren; geen ervan telt voor het product:"),
    )
}

/// A defect and its fix in a sentence.
pub(super) fn sentence(defect: &AgreementDefect) -> Text {
    both(format!("{}. Fix: {}.", defect.what.en, defect.fix.en), format!("{}. Herstel: {}.", defect.what.nl, defect.fix.nl))
}
