//! Which version of the agreement a system speaks, heard from all that it
//! answered or asked: on which evidence, and what to change to reach the version
//! that it claims. Never part of a verdict.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::client::received;
use super::run::Run;
use crate::agreements::{Actor, Dialect};
use crate::recognise::{Asked, Evidence, Spoken, Step, Tongue, Wrong};
use crate::scenario::{Change, Standing};
use crate::text::Text;

/// What was heard of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Speech {
    /// The version that is claimed.
    pub claimed: Dialect,
    /// Where that version stands.
    pub standing: Standing,
    /// The versions that least speaks against, of those that something speaks for.
    pub likeliest: BTreeSet<Dialect>,
    /// Every version that something speaks for, the likeliest first.
    pub versions: Vec<Spoken>,
    /// What was seen that the claimed version has otherwise.
    pub differences: Vec<VersionDifference>,
    /// What else changed up to the claimed version, where another one is spoken: nothing that is exchanged shows it.
    pub unseen: Vec<UnseenChange>,
    /// What was seen that no version has.
    pub of_no_version: Vec<OfNoVersion>,
}

/// Something that the claimed version has otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct VersionDifference {
    /// The change between the versions: `goal-by-category`.
    pub id: String,
    /// What changed.
    pub what: Text,
    /// As the system has it.
    pub now: String,
    /// As the claimed version has it.
    pub wanted: String,
    /// Why it is so there; nothing where the system has what the claimed version does not have yet: a change speaks for
    /// the later version, not for the earlier one.
    pub why: Option<Text>,
    /// Where that is written.
    pub source: String,
    /// What was seen.
    pub seen: Evidence,
}

/// A change between versions that nothing shows which is exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseenChange {
    /// The change: `form-items-changed`.
    pub id: String,
    /// What changed.
    pub what: Text,
    /// As the claimed version has it.
    pub wanted: String,
    /// Where that is written.
    pub source: String,
}

/// Something that no version has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct OfNoVersion {
    /// What is wrong with it.
    pub what: Text,
    /// What belongs there.
    pub instead: String,
    /// Where that is written.
    pub source: String,
    /// What was seen.
    pub seen: Evidence,
}

impl Speech {
    /// Whether what was heard fits the claim: nothing that was seen belongs to another version alone.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.is_of_claimed() && self.differences.is_empty() && self.of_no_version.is_empty()
    }

    /// Whether the claimed version is among the likeliest, or nothing was heard at all.
    #[must_use]
    pub fn is_of_claimed(&self) -> bool {
        self.likeliest.is_empty() || self.likeliest.contains(&self.claimed)
    }
}

/// What a run lets hear; nothing where the suite does not know the claimed version.
pub(crate) fn heard(run: Run<'_>) -> Option<Speech> {
    let suite = run.suite;
    let claimed = run.plan.claims.dialect;
    let own = suite.dialects.iter().find(|file| file.dialect == claimed)?;
    let mut tongue = Tongue::new(&suite.dialects, &suite.exchanges);
    match run.plan.claims.actor {
        Actor::Consulter => requests(run, &mut tongue),
        Actor::Provider | Actor::Harness => answers(run, &mut tongue),
    }
    let difference = |step: Step<'_>| VersionDifference {
        id: step.change.id.clone(),
        what: step.change.what.clone(),
        now: step.from.to_owned(),
        wanted: step.to.to_owned(),
        why: (!step.later).then(|| step.change.why.clone()),
        source: step.change.source.clone(),
        seen: step.seen,
    };
    let of_none = |wrong: Wrong<'_>| OfNoVersion {
        what: wrong.mistake.what.clone(),
        instead: wrong.mistake.instead.clone(),
        source: wrong.mistake.source.clone(),
        seen: wrong.seen,
    };
    let likeliest = of_fhir(tongue.likeliest(), claimed);
    let unseen = tongue.unseen(&likeliest, claimed);
    Some(Speech {
        claimed,
        standing: own.standing,
        unseen: unseen.into_iter().map(|change| unseen_change(change, &likeliest, claimed)).collect(),
        likeliest,
        versions: tongue.spoken(),
        differences: tongue.to_reach(claimed).into_iter().map(difference).collect(),
        of_no_version: tongue.wrong().into_iter().map(of_none).collect(),
    })
}

/// A change that cannot be seen, with how it is in the claimed version: as it was before, for who goes back to that.
fn unseen_change(change: &Change, spoken: &BTreeSet<Dialect>, claimed: Dialect) -> UnseenChange {
    let goes_back = spoken.iter().all(|spoken| *spoken > claimed);
    let side = change.before.as_ref().filter(|_| goes_back).unwrap_or(&change.after);
    let (what, wanted, source) = (change.what.clone(), side.text.clone(), change.source.clone());
    UnseenChange { id: change.id.clone(), what, wanted, source }
}

/// Versions of the claimed FHIR, where there are any: what both have alike speaks for neither.
fn of_fhir(likeliest: BTreeSet<Dialect>, claimed: Dialect) -> BTreeSet<Dialect> {
    let own: BTreeSet<Dialect> = likeliest.iter().copied().filter(|dialect| dialect.fhir() == claimed.fhir()).collect();
    if own.is_empty() { likeliest } else { own }
}

/// All that a server answered with success. The same body is heard once, however often it was sent.
fn answers(run: Run<'_>, tongue: &mut Tongue<'_>) {
    let mut heard = BTreeSet::new();
    for exchange in run.answers.exchanges() {
        let Some(answer) = run.answers.answer(exchange).filter(|answer| answer.is_success()) else { continue };
        let is_new = answer.received.body.as_ref().is_some_and(|digest| heard.insert(digest.clone()));
        let Some(root) = answer.root().filter(|_| is_new) else { continue };
        tongue.at(&exchange.id).answer(root);
    }
}

/// All that a client asked at our address.
fn requests(run: Run<'_>, tongue: &mut Tongue<'_>) {
    for exchange in received(run) {
        let request = &exchange.request;
        let asked = Asked::at(&request.method, &request.url, request.form.as_deref(), run.base());
        if asked.path.is_some() {
            tongue.at(&exchange.id).request(&asked, &run.requests.meaning(run, exchange));
        }
    }
}
