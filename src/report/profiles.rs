//! What was noted while resources were judged by profiles, in words: what the
//! list of noise took away, and which codes nobody could look up here.

use super::view::Profiles;
use super::words::both;
use crate::judge::ProfileNotes;
use crate::text::Text;

/// The notes as they are shown; nothing where nothing was judged by a profile.
pub(super) fn profiles(notes: &ProfileNotes) -> Option<Profiles> {
    (notes.judged > 0).then(|| Profiles { notes: notes.clone(), sentence: sentence(notes) })
}

fn sentence(notes: &ProfileNotes) -> Text {
    let open: usize = notes.open.iter().map(|open| open.count).sum();
    let silenced: usize = notes.silenced.iter().map(|noise| noise.count).sum();
    let unmet = notes.silenced.iter().filter(|noise| noise.count == 0).count();
    let judged = notes.judged;
    both(
        format!(
            "Profiles: judged {judged} times. Noise by the list of the agreement: {silenced} (entries that met nothing: {unmet}). Codes that only a terminology server can look up: {open}. Worth a look: {}.",
            notes.warnings()
        ),
        format!(
            "Profielen: {judged} keer beoordeeld. Ruis volgens de lijst van de afspraak: {silenced} (regels die niet voorkwamen: {unmet}). Codes die alleen een terminologieserver kan opzoeken: {open}. Een blik waard: {}.",
            notes.warnings()
        ),
    )
}
