//! Scenarios about a client: phases in which we answer its requests, and what
//! is expected of what it sent. The other half of the same language.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::{Misbehaviour, Target};
use crate::text::Text;

/// A phase: what the user of the client does, and how we answer meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Phase {
    /// What the user of the client is asked to do; `${name}` and `${bsn}` are those of the persona.
    pub instruct: Text,
    /// How the answers differ from those of a right provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answering>,
    /// When the phase is over.
    #[serde(default)]
    pub until: Until,
}

/// How some of the answers differ: as a fault has it, but nothing here is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answering {
    /// Which requests get such an answer; all when it names nothing.
    #[serde(default)]
    pub on: Target,
    /// How the answer differs, in order.
    #[serde(rename = "do")]
    pub behaviour: Vec<Misbehaviour>,
}

/// When a phase is over. Its own deadlines are scaled by `--tempo` (settled 22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Until {
    /// Exchanges that are asked before it can be over; all of them when left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// Seconds without a request, after which it is over when all has been asked.
    pub quiet_s: u32,
    /// Seconds after which it is over in any case.
    pub within_s: u32,
}

impl Default for Until {
    fn default() -> Self {
        Self { asked: Vec::new(), quiet_s: 3, within_s: 600 }
    }
}

/// Exchanges of which the client asks one, exactly as the agreement has it (3.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Asks {
    /// Names of exchanges; one of them is enough.
    pub any: Vec<String>,
}

/// What only a person who looks at the client can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attest {
    /// The question, to be answered with yes or no; `${name}` is that of the persona.
    pub ask: Text,
    /// What it is about. A client that is driven without people may answer by this.
    pub about: Shown,
}

/// What a client shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// All that the provider has of this patient, and no error.
    Everything,
    /// That nothing is known, and no error.
    Nothing,
    /// That not everything could be had.
    Incomplete,
    /// That there is a plan, or that not everything could be had: anything but that nothing is known.
    NotNothing,
    /// The specification of an agreement above its yes or no.
    Specification,
    /// Date and status of each agreement, the ended and older ones too.
    DatesAndStatus,
}

impl Shown {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Everything, Self::Nothing, Self::Incomplete, Self::NotNothing, Self::Specification, Self::DatesAndStatus];

    /// As it is written: `dates-and-status`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Nothing => "nothing",
            Self::Incomplete => "incomplete",
            Self::NotNothing => "not-nothing",
            Self::Specification => "specification",
            Self::DatesAndStatus => "dates-and-status",
        }
    }
}

/// Predicates over all that a client sent in a phase, in whatever order (settled 11): a closed list, each with tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClientPredicate {
    /// Something of each transaction group is asked.
    BothGroups,
    /// Every request carries the credentials that were given out.
    Credentials,
    /// Credentials go to the origin that they were given for and to no other.
    CredentialsAtHome,
    /// Every search of clinical resources names the patient.
    NamesPatient,
    /// No search names more than one patient.
    OnePatient,
    /// No URL but that of the lookup holds a BSN.
    NoBsnInUrl,
    /// Nothing is written.
    OnlyReads,
    /// No search of a type that the agreement filters goes without its filter.
    NoOverFetch,
    /// No search has filters of its own that hide agreements.
    NoOwnFilters,
    /// The includes of the agreement are asked for, and written as servers read them.
    Includes,
    /// JSON or XML is asked for, and a refusal is not repeated.
    Format,
    /// References that came without their target are read.
    ReadsReferences,
    /// Every next link that was given is fetched.
    FollowsPages,
    /// A chain of pages that never ends is left at some point.
    EndsPages,
    /// After a refusal with Retry-After nothing is asked again before its time, and not over and over.
    ObeysRetryAfter,
    /// It goes on: all that it asks elsewhere in the run, it asks in this phase too.
    GoesOn,
    /// The program that was started for this phase did not crash or hang; where none was, who looks at the client says so.
    NoCrash,
}

/// What who looks at a client is asked where no program tells whether it crashed.
#[must_use]
pub fn crash_question() -> Text {
    Text {
        en: "Did your client keep working, without a crash and without a screen that hangs?".to_owned(),
        nl: "Bleef uw client werken, zonder te crashen en zonder vast te lopen?".to_owned(),
    }
}

/// Fills the placeholders of a text for people.
#[must_use]
pub fn filled(text: &str, values: &BTreeMap<&str, String>) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_replaces_each_placeholder_by_its_value() {
        let values = BTreeMap::from([("name", "A. Test".to_owned()), ("bsn", "999990019".to_owned())]);
        assert_eq!(filled("open ${name} (${bsn}), ${other}", &values), "open A. Test (999990019), ${other}");
    }

    #[test]
    fn shown_is_named_as_it_is_written() {
        for shown in Shown::ALL {
            assert_eq!(serde_json::to_value(shown).expect("it can be written"), shown.name());
        }
    }
}
