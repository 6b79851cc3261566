//! What was noted while resources were judged by profiles, in words: what the
//! list of noise took away, and which codes nobody could look up here.

use super::view::{OpenCode, Profiles, Silenced};
use super::words::both;
use crate::judge::ProfileNotes;
use crate::text::Text;

/// The notes as they are shown; nothing where nothing was judged by a profile.
pub(super) fn profiles(notes: &ProfileNotes) -> Option<Profiles> {
    (notes.judged > 0).then(|| Profiles {
        judged: notes.judged,
        warnings: notes.warnings,
        sentence: sentence(notes),
        silenced: notes.silenced.iter().map(silenced).collect(),
        open: notes.open.iter().map(open).collect(),
    })
}

fn silenced(noise: &crate::judge::Silenced) -> Silenced {
    let crate::judge::Silenced { id, reason, source, until, count } = noise.clone();
    Silenced { id, reason, source, until, count }
}

fn open(code: &crate::judge::OpenCode) -> OpenCode {
    let crate::judge::OpenCode { value_set, codes, count } = code.clone();
    OpenCode { value_set, codes, count }
}

fn sentence(notes: &ProfileNotes) -> Text {
    let open: usize = notes.open.iter().map(|open| open.count).sum();
    let silenced: usize = notes.silenced.iter().map(|noise| noise.count).sum();
    let unmet = notes.silenced.iter().filter(|noise| noise.count == 0).count();
    let judged = notes.judged;
    both(
        format!(
            "Profiles: judged {judged} times. Noise by the list of the agreement: {silenced} (entries that met nothing: {unmet}). Codes that only a terminology server can look up: {open}. Worth a look: {}.",
            notes.warnings
        ),
        format!(
            "Profielen: {judged} keer beoordeeld. Ruis volgens de lijst van de afspraak: {silenced} (regels die niet voorkwamen: {unmet}). Codes die alleen een terminologieserver kan opzoeken: {open}. Een blik waard: {}.",
            notes.warnings
        ),
    )
}
