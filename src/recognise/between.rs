//! What lies between two versions of the agreement, whoever speaks which.

use std::collections::BTreeSet;

use crate::agreements::Dialect;
use crate::scenario::{Change, DialectFile};

/// What changed between two versions that bears on an exchange, older changes first; whichever of the two is newer.
#[must_use]
pub fn changes<'s>(files: &'s [DialectFile], one: Dialect, other: Dialect, exchange: &str) -> Vec<&'s Change> {
    let all = between(files, one, other);
    all.filter(|change| change.exchanges.iter().any(|name| name == exchange)).collect()
}

/// Changes up to a version, of which the side that who speaks another one has shows in nothing that is exchanged. Of several
/// that may be spoken, the nearest counts: what lies between it and the one to reach is true of all.
pub(super) fn unseen<'s>(files: &'s [DialectFile], spoken: &BTreeSet<Dialect>, reach: Dialect) -> Vec<&'s Change> {
    if spoken.contains(&reach) {
        return Vec::new();
    }
    let own = spoken.iter().copied().filter(|dialect| dialect.fhir() == reach.fhir());
    let Some(nearest) = own.min_by_key(|dialect| between(files, *dialect, reach).count()) else { return Vec::new() };
    let goes_back = nearest > reach;
    let shows = |change: &Change| {
        let side = if goes_back { Some(&change.after) } else { change.before.as_ref() };
        !change.exchanges.is_empty() || side.is_some_and(|side| !side.marks.is_empty())
    };
    // Whoever goes back has nothing to do for what a later version only adds.
    let is_nothing = |change: &Change| goes_back && change.additive;
    between(files, nearest, reach).filter(|change| !shows(change) && !is_nothing(change)).collect()
}

fn between(files: &[DialectFile], one: Dialect, other: Dialect) -> impl Iterator<Item = &Change> {
    let (earlier, later) = if one < other { (one, other) } else { (other, one) };
    let files = files.iter().filter(move |file| earlier.fhir() == later.fhir() && file.dialect.fhir() == later.fhir());
    files.filter(move |file| file.dialect > earlier && file.dialect <= later).flat_map(|file| &file.changes)
}
