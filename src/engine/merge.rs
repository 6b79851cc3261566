//! Joining the evidence of a run that was split into shares. The shares have to
//! be of one plan: the same suite, claims, selection and server.

use std::collections::BTreeMap;
use std::path::Path;

use thiserror::Error;

use super::persona::PERSONAS;
use super::record::{RecordError, Recorder};
use crate::evidence::{End, Evidence, FoundPersona, Record};
use crate::plan::{Plan, Shard};

/// Why shares make no whole. They are named by what the user called them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MergeError {
    /// Nothing to join.
    #[error("there are no shares to join")]
    Nothing,
    /// It is a whole run.
    #[error("`{0}` is no share of a run: it was not run with `--shard`")]
    NoShard(String),
    /// The shares differ in what has to be the same.
    #[error("`{one}` and `{other}` are not of one run: {what} differ")]
    Differ {
        /// The first share.
        one: String,
        /// The other.
        other: String,
        /// What differs: "their suites".
        what: &'static str,
    },
    /// The same share twice.
    #[error("`{one}` and `{other}` are both share {shard}")]
    Twice {
        /// The first.
        one: String,
        /// The second.
        other: String,
        /// Which share.
        shard: Shard,
    },
    /// A share that is not there.
    #[error("share {0} is missing")]
    Missing(Shard),
}

/// One run of its shares, each with the name by which errors speak of it.
///
/// # Errors
/// When the shares are not all of one run, or not all there.
pub fn merge(mut shares: Vec<(String, Evidence)>) -> Result<Evidence, MergeError> {
    fit(&mut shares)?;
    let shares: Vec<Evidence> = shares.into_iter().map(|(_, evidence)| evidence).collect();
    let mut start = shares.first().ok_or(MergeError::Nothing)?.start.clone();
    start.at = shares.iter().map(|share| share.start.at.clone()).min().unwrap_or_default();
    start.plan.scenarios = Shard::deal_back(shares.iter().map(|share| share.start.plan.scenarios.clone()).collect());
    start.plan.shard = None;
    let mut blobs = BTreeMap::new();
    let mut records = Records::default();
    for share in shares {
        blobs.extend(share.blobs);
        records.add(share.records);
    }
    Ok(Evidence { start, records: records.whole(), blobs })
}

/// Stores evidence in a folder that holds none.
///
/// # Errors
/// When the folder cannot be written, or holds the evidence of a run.
pub fn store(evidence: &Evidence, folder: &Path) -> Result<(), RecordError> {
    let mut recorder = Recorder::in_folder(folder);
    let mut copy = recorder.start(evidence.start.clone());
    for body in evidence.blobs.values() {
        recorder.keep(&mut copy, body);
    }
    for record in &evidence.records {
        recorder.add(&mut copy, record.clone());
    }
    recorder.finish()
}

/// Puts the shares in order, and makes sure that they are one run.
fn fit(shares: &mut [(String, Evidence)]) -> Result<(), MergeError> {
    let shard = |name: &str, evidence: &Evidence| evidence.start.plan.shard.ok_or_else(|| MergeError::NoShard(name.to_owned()));
    for (name, evidence) in shares.iter() {
        shard(name, evidence)?;
    }
    shares.sort_by_key(|(_, evidence)| evidence.start.plan.shard);
    let (first, one) = shares.first().ok_or(MergeError::Nothing)?;
    for (name, evidence) in shares.iter().skip(1) {
        if let Some(what) = difference(&one.start.plan, &evidence.start.plan) {
            return Err(MergeError::Differ { one: first.clone(), other: name.clone(), what });
        }
    }
    for pair in shares.windows(2) {
        if let [(one, left), (other, right)] = pair
            && left.start.plan.shard == right.start.plan.shard
        {
            return Err(MergeError::Twice { one: one.clone(), other: other.clone(), shard: shard(one, left)? });
        }
    }
    let of = shard(first, one)?.of;
    let numbers: Vec<u32> = shares.iter().filter_map(|(_, evidence)| Some(evidence.start.plan.shard?.number)).collect();
    match (1..=of).find(|number| !numbers.contains(number)) {
        Some(number) => Err(MergeError::Missing(Shard { number, of })),
        None => Ok(()),
    }
}

fn difference(one: &Plan, other: &Plan) -> Option<&'static str> {
    let of = |plan: &Plan| plan.shard.map(|shard| shard.of);
    match () {
        () if one.suite != other.suite => Some("their suites"),
        () if one.claims != other.claims => Some("their claims"),
        () if one.selection != other.selection => Some("their selections"),
        () if one.personas != other.personas => Some("their personas"),
        () if (&one.target.base, &one.target.auth) != (&other.target.base, &other.target.auth) => Some("their servers"),
        () if one.target.fault != other.target.fault => Some("the faults of their servers"),
        () if of(one) != of(other) => Some("the numbers of their shares"),
        () => None,
    }
}

/// Records of all shares.
#[derive(Default)]
struct Records {
    records: Vec<Record>,
    /// By persona, what is kept of finding it: of the first share that found it, else of the first.
    personas: BTreeMap<String, (Vec<Record>, FoundPersona)>,
    end: Option<End>,
    shares: usize,
    ends: usize,
}

impl Records {
    fn add(&mut self, share: Vec<Record>) {
        self.shares += 1;
        let mut search = Vec::new();
        for record in share {
            match record {
                Record::Exchange(exchange) if exchange.scenario == PERSONAS => search.push(Record::Exchange(exchange)),
                Record::Persona(found) => self.persona(std::mem::take(&mut search), found),
                Record::End(end) => self.end(end),
                record => self.records.push(record),
            }
        }
    }

    fn persona(&mut self, search: Vec<Record>, found: FoundPersona) {
        let is_known =
            self.personas.get(&found.persona).is_some_and(|(_, known)| known.patient.is_some() || found.patient.is_none());
        if !is_known {
            self.personas.insert(found.persona.clone(), (search, found));
        }
    }

    fn end(&mut self, end: End) {
        self.ends += 1;
        let known = self.end.take();
        self.end = Some(match known {
            None => end,
            Some(known) => {
                End { at: known.at.max(end.at), took_us: known.took_us.max(end.took_us), stopped: known.stopped || end.stopped }
            }
        });
    }

    /// Finding the personas comes first. A share that was killed leaves a run without an end.
    fn whole(self) -> Vec<Record> {
        let mut whole = Vec::new();
        for (search, found) in self.personas.into_values() {
            whole.extend(search);
            whole.push(Record::Persona(found));
        }
        whole.extend(self.records);
        whole.extend(self.end.filter(|_| self.ends == self.shares).map(Record::End));
        whole
    }
}
