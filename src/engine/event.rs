//! Events: what a run tells while it runs, for progress. Whatever counts is in
//! the evidence; who listens to nothing misses nothing.

use crate::evidence::{BrokenKind, FoundPersona, PhaseEnd};
use crate::text::Text;

/// Something that just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The run began.
    Started {
        /// Scenarios in the plan, variants counted apart.
        scenarios: usize,
        /// Steps in the plan.
        steps: usize,
        /// Expectations in the plan.
        expectations: usize,
    },
    /// It is known whether the server has this persona.
    Persona(FoundPersona),
    /// A scenario began: `scenario@variant`.
    ScenarioStarted(String),
    /// A request is sent.
    Sent {
        /// Id of the exchange.
        exchange: String,
        /// `GET` or `POST`
        method: String,
        /// Its URL, redacted.
        url: String,
    },
    /// An answer came.
    Answered {
        /// Id of the exchange.
        exchange: String,
        /// Status code.
        status: u16,
        /// Microseconds it took.
        took_us: u64,
    },
    /// No whole answer came.
    Broken {
        /// Id of the exchange.
        exchange: String,
        /// Why.
        kind: BrokenKind,
    },
    /// A phase began in which a client is answered.
    PhaseStarted {
        /// `scenario@variant`
        scenario: String,
        /// The step.
        step: String,
        /// What the user of the client is to do.
        instruct: Text,
    },
    /// A request of the client came, and is recorded.
    Received {
        /// Id of the exchange.
        exchange: String,
        /// `GET`
        method: String,
        /// Its URL, redacted.
        url: String,
        /// The exchange that it is.
        asks: Option<String>,
        /// How it is not as the agreement has it, redacted.
        remarks: Vec<Text>,
    },
    /// A question that only a person can answer.
    Question {
        /// `scenario/step/expectation`
        key: String,
        /// The question.
        ask: Text,
    },
    /// Questions that nobody answered in time: `scenario/step/expectation` of each.
    Unanswered(Vec<String>),
    /// A phase is over.
    PhaseOver {
        /// `scenario@variant`
        scenario: String,
        /// The step.
        step: String,
        /// Why.
        why: PhaseEnd,
    },
    /// A phase was over when the table was broken off that now goes on.
    WasOver {
        /// `scenario@variant`
        scenario: String,
        /// The step.
        step: String,
        /// Why.
        why: PhaseEnd,
    },
    /// What starts the client, or what it left, cannot be used; why.
    Trouble(Text),
    /// What happens cannot be stored any more: where, and why.
    NotKept(String),
    /// A number outside the test range was seen and replaced: the data may be real (settled 21).
    RealDataSuspected,
    /// A scenario ended: `scenario@variant`.
    ScenarioFinished(String),
    /// The run ended.
    Finished {
        /// Exchanges that were answered.
        answered: usize,
        /// Exchanges that broke.
        broken: usize,
        /// The user stopped it.
        stopped: bool,
    },
}
