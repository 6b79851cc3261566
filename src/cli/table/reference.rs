//! The reference consulter at the table: started anew for each phase, and
//! honest about what it shows.

use std::sync::Arc;

use crate::agreements::FhirVersion;
use crate::consult::{self, Outcome, ReasonKind, Whom};
use crate::engine::{BuiltIn, Statement, Statements};
use crate::evidence::{ProgramEnd, Said};
use crate::scenario::Suite;

/// The reference consulter for this address and token, with these faults.
pub(crate) fn reference(
    suite: Arc<Suite>,
    (base, token): (String, String),
    faults: Vec<String>,
    (fhir, tempo): (FhirVersion, f64),
) -> BuiltIn {
    Box::new(move |facts| {
        let (suite, base, token, faults) = (Arc::clone(&suite), base.clone(), token.clone(), faults.clone());
        Box::pin(async move {
            let mut settings = consult::Settings::new(&suite, base, Whom::Bsn(facts.bsn));
            (settings.token, settings.faults, settings.tempo) = (Some(token), faults.clone(), tempo);
            settings.fhir = fhir;
            // Without a consultation nothing is shown.
            let Ok(outcome) = consult::run(&settings).await else { return (ProgramEnd::Code(2), Statements::new()) };
            let shown = consult::shown(&outcome.plan, &suite, &faults);
            let said = shown.into_iter().map(|(what, yes)| (what.name().to_owned(), statement(yes))).collect();
            (end(&outcome), said)
        })
    })
}

/// By a fault it stops as a client that crashed.
fn end(outcome: &Outcome) -> ProgramEnd {
    let crashed = outcome.incomplete.iter().any(|reason| reason.kind == ReasonKind::Stopped);
    if crashed { ProgramEnd::Signal } else { ProgramEnd::Code(i32::from(!outcome.incomplete.is_empty())) }
}

fn statement(yes: bool) -> Statement {
    let answer = if yes { Said::Yes } else { Said::No };
    Statement { answer, remark: None, exhibit: None, by: "the reference consulter".to_owned() }
}
