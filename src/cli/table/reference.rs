//! The reference consulter at the table: started anew for each phase, and
//! honest about what it shows.

use std::sync::Arc;

use crate::agreements::FhirVersion;
use crate::consult::{self, Outcome, ReasonKind, Whom};
use crate::engine::{BuiltIn, Done, Facts, Statement, Statements};
use crate::evidence::{ProgramEnd, Said};
use crate::plan::Limits;
use crate::scenario::Suite;

/// How the reference consulter is to be.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Gives the exchanges, and its faults.
    pub suite: Arc<Suite>,
    /// FHIR base URL that it asks at.
    pub base: String,
    /// Bearer token.
    pub token: String,
    /// Faults that it has, by name.
    pub faults: Vec<String>,
    /// The version of FHIR that it speaks.
    pub fhir: FhirVersion,
    /// Factor on every wait and deadline.
    pub tempo: f64,
    /// Bounds on what it takes; its usual ones when absent.
    pub limits: Option<Limits>,
}

impl Reference {
    /// The client, for the table.
    #[must_use]
    pub fn client(self) -> BuiltIn {
        let this = Arc::new(self);
        Box::new(move |facts| {
            let this = Arc::clone(&this);
            Box::pin(async move { this.consult(facts).await })
        })
    }

    async fn consult(&self, facts: Facts) -> Done {
        let mut settings = consult::Settings::new(&self.suite, self.base.clone(), Whom::Bsn(facts.bsn));
        (settings.token, settings.faults) = (Some(self.token.clone()), self.faults.clone());
        (settings.tempo, settings.fhir) = (self.tempo, self.fhir);
        settings.limits = self.limits.clone().unwrap_or(settings.limits);
        // Without a consultation nothing is shown.
        let Ok(outcome) = consult::run(&settings).await else { return (ProgramEnd::Code(2), Statements::new()) };
        let shown = consult::shown(&outcome.plan, &self.suite, &self.faults);
        let said = shown.into_iter().map(|(what, yes)| (what.name().to_owned(), statement(yes))).collect();
        (end(&outcome), said)
    }
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
