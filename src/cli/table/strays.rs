//! Requests that are nobody's: each is shown to the client that it is nearest
//! to, and kept beside its evidence. They count for no vendor, so no record of
//! the evidence is made of them; and nothing in them is of another vendor.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::lock;
use crate::redact::Redactor;
use crate::report::live::Stray;
use crate::serve::{Arrival, Seat};
use crate::text::{Language, Text, steers};

/// File in the folder of a table.
pub(crate) const FILE: &str = "strays.ndjson";
/// Lines of that file.
const MOST_KEPT: usize = 1_000;
/// Strays that are shown.
const MOST_SHOWN: usize = 20;
/// Letters of a path.
const LETTERS: usize = 200;
/// What stands for a path of another vendor.
const HIDDEN: &str = "…";

/// What came that is nobody's and nearest to one client.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strays(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    last: VecDeque<Stray>,
    count: usize,
    path: PathBuf,
    file: Option<File>,
}

impl Strays {
    /// Those of a table with this folder. What was kept before it was broken off stays.
    pub(crate) fn of(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let count = std::fs::read_to_string(&path).map_or(0, |before| before.lines().count());
        Self(Arc::new(Mutex::new(Kept { count, path, ..Kept::default() })))
    }

    /// Takes one in: it is shown, and kept as long as there is room.
    pub(crate) fn add(&self, stray: Stray) {
        let mut kept = lock(&self.0);
        kept.count += 1;
        if kept.count <= MOST_KEPT {
            kept.write(&stray);
        }
        kept.last.push_back(stray);
        if kept.last.len() > MOST_SHOWN {
            kept.last.pop_front();
        }
    }

    /// The last of them, oldest first.
    pub(crate) fn last(&self) -> Vec<Stray> {
        lock(&self.0).last.iter().cloned().collect()
    }

    /// What is said of them at the end; nothing when there were none.
    pub(crate) fn summary(&self, language: Language) -> Option<String> {
        let kept = lock(&self.0);
        let last = kept.last.back()?;
        let reasons: Vec<&str> = last.reasons.iter().map(|reason| reason.get(language)).collect();
        let (count, reasons) = (kept.count, reasons.join("; "));
        let asked = format!("{} {}", last.method, last.path);
        Some(match language {
            Language::En => {
                format!(" strays  {count} fitted nobody and came nearest to this client; the last: {asked}: {reasons} ({FILE})")
            }
            Language::Nl => format!(
                " verdwaald  {count} pasten bij niemand en kwamen het dichtst bij deze client; de laatste: {asked}: {reasons} ({FILE})"
            ),
        })
    }
}

impl Kept {
    /// What cannot be written is still shown: nothing is judged by it.
    fn write(&mut self, stray: &Stray) {
        if self.file.is_none() {
            self.file = OpenOptions::new().create(true).append(true).open(&self.path).ok();
        }
        if let (Some(file), Ok(line)) = (&mut self.file, serde_json::to_string(stray)) {
            let _ = writeln!(file, "{line}");
        }
    }
}

/// Whose nearest an arrival is that is nobody's: of the only one at the table it is all that comes.
pub(crate) fn nearest<'a>(arrival: &'a Arrival, seats: &'a [Seat]) -> Option<&'a str> {
    let named = arrival.seat.as_deref().or(arrival.stray.as_ref().and_then(|stray| stray.nearest.as_deref()));
    match seats {
        [only] => Some(named.unwrap_or(&only.name)),
        _ => named,
    }
}

/// An arrival as it is shown to the vendor that it is nearest to.
pub(crate) fn stray(arrival: &Arrival, (nearest, seats): (&str, &[Seat]), redactor: &Redactor) -> Stray {
    let asked = &arrival.request;
    let clean = |text: &str| text.chars().map(|letter| if steers(letter) { '?' } else { letter }).collect::<String>();
    let others = seats.iter().filter(|seat| seat.name != nearest);
    let is_of_another = others.filter_map(|seat| first(&seat.path)).any(|own| asked.path.contains(own));
    let path = if is_of_another { HIDDEN.to_owned() } else { redactor.text(&asked.path).chars().take(LETTERS).collect() };
    let reasons: [Option<Text>; 2] =
        [arrival.stray.as_ref().map(|stray| stray.reason.text()), arrival.broken.map(crate::serve::Broken::text)];
    Stray {
        at: arrival.at.clone(),
        method: clean(&asked.method).chars().take(LETTERS).collect(),
        path: clean(&path),
        status: arrival.answer.as_ref().map(|answer| answer.status),
        reasons: reasons.into_iter().flatten().collect(),
    }
}

/// The part of a base path that is one vendor's.
fn first(path: &str) -> Option<&str> {
    path.split('/').find(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str) -> Stray {
        let reason = Text { en: "the base URL is not whole".to_owned(), nl: "de base-URL is niet heel".to_owned() };
        Stray { at: String::new(), method: "GET".to_owned(), path: path.to_owned(), status: Some(404), reasons: vec![reason] }
    }

    #[test]
    fn strays_are_kept_and_shown_within_bounds_and_told_at_the_end() {
        let folder = std::env::temp_dir().join(format!("toets-strays-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let strays = Strays::of(&folder);
        assert_eq!(strays.summary(Language::En), None);
        (0..MOST_KEPT + 7).for_each(|number| strays.add(one(&format!("/{number}"))));
        let written = std::fs::read_to_string(folder.join(FILE)).expect("it is kept");
        let told = strays.summary(Language::Nl).expect("there are some");
        let _ = std::fs::remove_dir_all(&folder);
        assert_eq!((written.lines().count(), strays.last().len()), (MOST_KEPT, MOST_SHOWN));
        assert!(told.contains("1007") && told.contains("GET /1006") && told.contains("de base-URL is niet heel"), "{told}");
    }
}
