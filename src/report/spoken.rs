//! Which version of the agreement a system speaks, in words: in a sentence, with
//! what to change to reach the claimed version. No part of the verdict.

use serde::Serialize;

use super::words::both;
use crate::agreements::Dialect;
use crate::judge::{OfNoVersion, Speech as Heard, UnseenChange, VersionDifference};
use crate::recognise::Evidence;
use crate::scenario::Standing;
use crate::text::Text;

/// Differences that the terminal and the summary of a job tell; of the rest the number.
const TOLD: usize = 12;

/// What is shown of the version that is spoken.
#[derive(Debug, Clone, Serialize)]
pub struct Speech {
    /// The version that is claimed.
    pub claimed: Dialect,
    /// `superseded`, `current` or `development`.
    pub standing: &'static str,
    /// Whether who speaks the claimed version can be certified.
    pub certifiable: bool,
    /// Whether all that was seen fits the claim.
    pub fits: bool,
    /// All of it in a sentence.
    pub sentence: Text,
    /// The likeliest versions.
    pub likeliest: Vec<Dialect>,
    /// Every version that something speaks for, the likeliest first.
    pub versions: Vec<Version>,
    /// What the claimed version has otherwise.
    pub differences: Vec<VersionDifference>,
    /// What else changed up to the claimed version, and shows in nothing that is exchanged.
    pub unseen: Vec<UnseenChange>,
    /// What no version has.
    pub of_no_version: Vec<OfNoVersion>,
}

/// A version that something speaks for.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    /// The version.
    pub dialect: Dialect,
    /// `R4 1.0.0-rc2`
    pub name: String,
    /// Nothing is likelier.
    pub likeliest: bool,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// What speaks against it.
    pub against: Vec<Evidence>,
}

/// What is shown of what was heard.
pub(super) fn speech(heard: &Heard) -> Speech {
    let version = |spoken: &crate::recognise::Spoken| Version {
        dialect: spoken.dialect,
        name: name(spoken.dialect),
        likeliest: heard.likeliest.contains(&spoken.dialect),
        evidence: spoken.evidence.clone(),
        against: spoken.against.clone(),
    };
    Speech {
        claimed: heard.claimed,
        standing: standing(heard.standing),
        certifiable: heard.standing == Standing::Current,
        fits: heard.fits(),
        sentence: sentence(heard),
        likeliest: heard.likeliest.iter().copied().collect(),
        versions: heard.versions.iter().map(version).collect(),
        differences: heard.differences.clone(),
        unseen: heard.unseen.clone(),
        of_no_version: heard.of_no_version.clone(),
    }
}

/// What must be said before all else: another version than the claimed one is spoken, or the claimed one cannot be certified.
pub(super) fn warnings(heard: &Heard) -> Vec<Text> {
    let claim = name(heard.claimed);
    let other = (!heard.is_of_claimed()).then(|| {
        let (en, nl) = (names(heard, "or"), names(heard, "of"));
        both(
            format!("What was seen is of {en}, where {claim} is claimed: many findings may follow from that."),
            format!("Wat gezien is hoort bij {nl}, terwijl {claim} geclaimd is: veel bevindingen kunnen daaruit volgen."),
        )
    });
    let standing = match heard.standing {
        Standing::Current => None,
        Standing::Superseded => Some(both(
            format!("Not certifiable: {claim} has been superseded. It is tested on its own terms."),
            format!(
                "Niet te certificeren: {claim} is vervangen door een latere versie. Er is op zijn eigen voorwaarden getoetst."
            ),
        )),
        Standing::Development => Some(both(
            format!("Not certifiable: {claim} is in development. It is tested on its own terms, which may still change."),
            format!(
                "Niet te certificeren: {claim} is in ontwikkeling. Er is op zijn eigen voorwaarden getoetst, en die kunnen nog veranderen."
            ),
        )),
    };
    other.into_iter().chain(standing).collect()
}

/// The sentence, and below it what to change; each with the mark before it.
pub(super) fn lines(speech: &Speech) -> Vec<(&'static str, Text)> {
    let mut lines = vec![("= ", speech.sentence.clone())];
    let wrong = speech.of_no_version.iter().map(of_no_version);
    let all = wrong.chain(speech.differences.iter().map(|own| difference(own, &name(speech.claimed))));
    lines.extend(all.map(|text| ("  - ", text)).take(TOLD));
    let more = (speech.differences.len() + speech.of_no_version.len()).saturating_sub(TOLD);
    if more > 0 {
        lines.push((
            "  - ",
            both(format!("{more} more; all are in the report"), format!("nog {more}; alle staan in het rapport")),
        ));
    }
    if !speech.unseen.is_empty() {
        let claim = name(speech.claimed);
        let told =
            |language: fn(&Text) -> &str| speech.unseen.iter().map(|own| language(&own.what)).collect::<Vec<_>>().join("; ");
        let (en, nl) = (told(|text| &text.en), told(|text| &text.nl));
        lines.push((
            "  - ",
            both(
                format!("look yourself, for nothing that is exchanged shows it; in {claim}: {en}"),
                format!("kijk zelf, want niets van wat uitgewisseld wordt toont het; in {claim}: {nl}"),
            ),
        ));
    }
    lines
}

fn difference(own: &VersionDifference, claim: &str) -> Text {
    let VersionDifference { now, wanted, what, why, seen, .. } = own;
    let place = place(seen);
    if why.is_none() {
        return both(
            format!("`{now}` is not in {claim} yet, which has `{wanted}` (seen: {}{place})", seen.text),
            format!("`{now}` zit nog niet in {claim}, dat `{wanted}` heeft (gezien: {}{place})", seen.text),
        );
    }
    both(
        format!("`{now}` becomes `{wanted}`: {} (seen: {}{place})", what.en, seen.text),
        format!("`{now}` wordt `{wanted}`: {} (gezien: {}{place})", what.nl, seen.text),
    )
}

fn of_no_version(own: &OfNoVersion) -> Text {
    let OfNoVersion { instead, what, seen, .. } = own;
    let place = place(seen);
    both(
        format!("`{}` is of no version; write `{instead}`: {}{place}", seen.text, what.en),
        format!("`{}` is van geen enkele versie; schrijf `{instead}`: {}{place}", seen.text, what.nl),
    )
}

/// `, 12×, directives@r4.json.plain/all#1, Bundle.entry[0].resource`
fn place(seen: &Evidence) -> String {
    let Evidence { count, exchange, path, .. } = seen;
    let place = [exchange, path].into_iter().flatten().map(|part| format!(", {part}"));
    format!(", {count}×{}", place.collect::<String>())
}

fn sentence(heard: &Heard) -> Text {
    let claim = name(heard.claimed);
    let later = heard.differences.iter().filter(|own| own.why.is_none()).count();
    let rest = count_of(&claim, heard.differences.len() - later + heard.of_no_version.len(), later);
    if heard.versions.is_empty() {
        return both(
            format!("Version spoken: nothing that was seen tells the versions of the agreement apart.{}", rest.en),
            format!("Gesproken versie: niets van wat gezien is onderscheidt de versies van de afspraak.{}", rest.nl),
        );
    }
    if !heard.is_of_claimed() {
        let (en, nl) = (names(heard, "or"), names(heard, "of"));
        return both(
            format!("Version spoken: {en}, where {claim} is claimed.{}", rest.en),
            format!("Gesproken versie: {nl}, terwijl {claim} geclaimd is.{}", rest.nl),
        );
    }
    let others: Vec<String> = heard.likeliest.iter().filter(|other| **other != heard.claimed).map(|other| name(*other)).collect();
    let others = others.join(", ");
    let (en, nl) = match others.is_empty() {
        true => (String::new(), String::new()),
        false => (format!("; what was seen fits {others} as well"), format!("; wat gezien is past ook bij {others}")),
    };
    both(
        format!("Version spoken: {claim}, as is claimed{en}.{}", rest.en),
        format!("Gesproken versie: {claim}, zoals geclaimd{nl}.{}", rest.nl),
    )
}

/// What has to change, and apart from that what the claimed version does not have yet: to that nothing has to be mended.
fn count_of(claim: &str, count: usize, later: usize) -> Text {
    let change = match count {
        0 => both("", ""),
        1 => both(format!(" To reach {claim} one thing has to change"), format!(" Om {claim} te bereiken moet één ding anders")),
        _ => both(
            format!(" To reach {claim} {count} things have to change"),
            format!(" Om {claim} te bereiken moeten {count} dingen anders"),
        ),
    };
    let (en, nl) = match (count, later) {
        (0, 0) => return change,
        (_, 0) => (String::new(), String::new()),
        (0, _) => (
            format!(" Not in {claim} yet, of what was seen ({later})"),
            format!(" Nog niet in {claim}, van wat gezien is ({later})"),
        ),
        _ => (format!("; not in it yet, of what was seen ({later})"), format!("; er nog niet in, van wat gezien is ({later})")),
    };
    both(format!("{}{en}:", change.en), format!("{}{nl}:", change.nl))
}

/// The likeliest versions in words.
fn names(heard: &Heard, or: &str) -> String {
    let all: Vec<String> = heard.likeliest.iter().copied().map(name).collect();
    all.join(&format!(" {or} "))
}

fn name(dialect: Dialect) -> String {
    format!("{} {}", dialect.fhir().name(), dialect.version())
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Superseded => "superseded",
        Standing::Current => "current",
        Standing::Development => "development",
    }
}
