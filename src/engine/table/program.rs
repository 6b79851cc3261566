//! The program that plays the client in a phase: how it is started, and what its
//! end means.

use tokio::time::Instant;

use super::super::driver::{Driver, Facts, Running};
use super::super::statement::{StatementError, Statements};
use super::{Going, Sitting};
use crate::evidence::ProgramEnd;
use crate::text::Text;

impl<'p> Sitting<'p> {
    /// Starts the client where something starts it.
    pub(super) fn start_client(&self, going: &mut Going<'p>) -> Option<Running> {
        let persona = going.scenario.persona.as_deref().and_then(|name| self.plan.persona(name));
        let facts = Facts {
            scenario: going.scenario.scenario.clone(),
            step: going.step.id.clone(),
            patient: persona.map_or_else(String::new, |persona| persona.fixture.clone()),
            bsn: persona.map_or_else(String::new, |persona| persona.bsn.clone()),
        };
        match self.table.driver.as_ref()?.start(facts) {
            Ok(running) => Some(running),
            Err(why) => {
                self.trouble(going, &not_started(&why.to_string()));
                going.program = Some(ProgramEnd::NotStarted(why.to_string()));
                None
            }
        }
    }

    /// The client ended, and said what it shows.
    pub(super) fn ended(&self, going: &mut Going<'p>, end: ProgramEnd, said: Result<Statements, StatementError>) {
        let goes_on = self.table.driver.as_ref().is_some_and(Driver::goes_on);
        if let ProgramEnd::NotStarted(why) = &end {
            self.trouble(going, &not_started(why));
        }
        going.said = said.unwrap_or_else(|why| {
            self.trouble(going, &why.text());
            Statements::new()
        });
        going.program = Some(end).filter(|end| !goes_on || *end != ProgramEnd::Code(0));
        // What it sent last may still be on its way.
        going.quiet = Instant::now() + self.scaled(1);
    }
}

fn not_started(why: &str) -> Text {
    let (en, nl) = (format!("the client was not started: {why}"), format!("de client is niet gestart: {why}"));
    Text { en, nl }
}
