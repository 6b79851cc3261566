//! Writing personas to a server that allows it, and removing them again. Only
//! fixtures are ever written, and nothing that does not carry their tag is
//! overwritten or deleted. What is told of it is `cli`'s.

mod compare;
mod remove;
mod resource;
mod server;
mod write;

pub use remove::{Removed, removable, remove};
pub use resource::{Ids, TAG_SYSTEM, tag_code};
pub use server::Trouble;
pub use write::{Loaded, load};

use thiserror::Error;

use crate::agreements::{BSN, FhirVersion};
use crate::drive::Client;
use crate::scenario::Persona;
use resource::{Resource, is_ours, ordered};
use server::Server;

/// A way of writing, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Each resource under its own id.
    Put,
    /// All at once, each under its own id.
    Transaction,
    /// Each resource under an id of the server's choice.
    Post,
}

impl Way {
    /// All ways, in order.
    pub const ALL: [Self; 3] = [Self::Put, Self::Transaction, Self::Post];

    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Put => "put",
            Self::Transaction => "transaction",
            Self::Post => "post",
        }
    }
}

/// Where a persona goes, or comes from.
#[derive(Debug, Clone, Copy)]
pub struct Place<'l> {
    /// The server.
    pub client: &'l Client,
    /// The persona.
    pub persona: &'l Persona,
    /// The version of FHIR that it is written in.
    pub fhir: FhirVersion,
}

/// Why a persona was not written or removed.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Resources are there that are not ours.
    #[error(
        "the server has {} with the id of a fixture and without the tag `{TAG_SYSTEM}|{tag}`; nothing was written",
        names.join(", ")
    )]
    Untagged {
        /// `Type/id` of each.
        names: Vec<String>,
        /// The code of the tag.
        tag: String,
    },
    /// The persona is there already under other ids.
    #[error("the persona is there already, as {}; nothing was written", names.join(", "))]
    AlreadyThere {
        /// `Patient/id` of each.
        names: Vec<String>,
    },
    /// No way of writing worked.
    #[error("the server took none of it: {}", tried.iter().map(|(way, why)| format!("by {}: {why}", way.name())).collect::<Vec<_>>().join("; "))]
    NoWay {
        /// Ways, and why not.
        tried: Vec<(Way, Trouble)>,
    },
    /// It went wrong on the way.
    #[error("{done} of {of} resources were written, then it stopped: {why}")]
    Halfway {
        /// Resources that were written.
        done: usize,
        /// Of how many.
        of: usize,
        /// Why it stopped.
        why: Trouble,
    },
    /// Some could not be deleted.
    #[error("{} could not be deleted: {why}", names.join(", "))]
    NotRemoved {
        /// `Type/id` of each.
        names: Vec<String>,
        /// Why the last of them was not.
        why: Trouble,
    },
    /// One request came to nothing.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// A fixture is no JSON.
    #[error("the fixture `{0}` cannot be read")]
    Fixture(String),
}

impl LoadError {
    /// How to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Untagged { .. } => {
                "they may be somebody else's: move or delete them yourself, or let the server choose other ids with `--how post`"
            }
            Self::AlreadyThere { .. } => "remove it first, with `toets load --remove`",
            Self::Halfway { .. } => "remove what was written with `toets load --remove`, and try another way with `--how`",
            Self::Fixture(_) => "run `toets lint`",
            Self::NoWay { tried } => return tried.last().map(|(_, why)| mend(why).to_owned()),
            Self::NotRemoved { why, .. } | Self::Trouble(why) => mend(why),
        };
        Some(hint.to_owned())
    }
}

fn mend(why: &Trouble) -> &'static str {
    match why.status() {
        None => "is the address right, and does the server run?",
        Some(401 | 403) => "give credentials that may write: `--auth bearer` with the token in TOETS_TOKEN",
        Some(405 | 501) => {
            "the server does not do this over FHIR: enter the persona by hand or import fixtures/<persona>/<version> by its own means, \
             and run with `--patient PERSONA=ID`; or judge data of its own with `--patient ID`"
        }
        Some(409) => "the server keeps what others refer to: remove it by its own means",
        Some(400 | 422) => "the server finds a resource wrong: its words are above; it may accept another way, see `--how`",
        Some(_) => "look into the log of the server",
    }
}

/// What is on the server before anything is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Before {
    /// Resources with our tag, which are written again.
    pub tagged: Vec<String>,
    /// Ids that nothing has.
    pub free: Vec<String>,
    /// Patients that have the BSN of the persona and are not ours.
    pub twins: Vec<String>,
}

/// Reads what is there.
///
/// # Errors
/// When something is there that is not ours, or the server does not let us look.
pub async fn look(place: Place<'_>, ways: &[Way]) -> Result<Before, LoadError> {
    let server = Server { client: place.client };
    let tag = tag_code(place.persona);
    let mut before = Before::default();
    others(server, place.persona, &mut before).await?;
    if ways == [Way::Post] {
        before.free = place.persona.resources(place.fhir).keys().cloned().collect();
        return Ok(before);
    }
    let mut untagged = Vec::new();
    for resource in resources(place)? {
        match server.read(&resource.name).await? {
            None => before.free.push(resource.name),
            Some(found) if is_ours(&found, place.persona) => before.tagged.push(resource.name),
            Some(_) => untagged.push(resource.name),
        }
    }
    if untagged.is_empty() { Ok(before) } else { Err(LoadError::Untagged { names: untagged, tag }) }
}

/// Looks for the persona under other ids, and for patients with the same BSN. A server without these searches
/// has told us nothing.
async fn others(server: Server<'_>, persona: &Persona, before: &mut Before) -> Result<(), LoadError> {
    let tag = tag_code(persona);
    let name = |resource: &serde_json::Value| format!("Patient/{}", resource["id"].as_str().unwrap_or_default());
    let own = format!("Patient/{}", persona.patient);
    let search = |parameter: &'static str, value: String| async move {
        match server.search("Patient", &[(parameter, value)]).await {
            Err(why) if why.is_final() => Err(why),
            found => Ok(found.unwrap_or_default()),
        }
    };
    let tagged = search("_tag", format!("{TAG_SYSTEM}|{tag}")).await?;
    let names: Vec<_> = tagged.iter().filter(|found| is_ours(found, persona)).map(name).filter(|name| *name != own).collect();
    if !names.is_empty() {
        return Err(LoadError::AlreadyThere { names });
    }
    let is_bsn = |identifier: &serde_json::Value| identifier["system"] == BSN && identifier["value"] == *persona.bsn;
    let has_bsn = |found: &&serde_json::Value| found["identifier"].as_array().is_some_and(|all| all.iter().any(is_bsn));
    let same = search("identifier", format!("{BSN}|{}", persona.bsn)).await?;
    before.twins = same.iter().filter(has_bsn).filter(|found| !is_ours(found, persona)).map(name).collect();
    Ok(())
}

fn resources(place: Place<'_>) -> Result<Vec<Resource>, LoadError> {
    ordered(place.persona, place.fhir).map_err(LoadError::Fixture)
}
