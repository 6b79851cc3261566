//! Habits of systems that break nothing, in words: remarks that count against
//! nobody.

use serde::Serialize;

use super::sentence;
use super::words::both;
use crate::judge;
use crate::text::Text;

/// A habit as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Habit {
    /// `local-coding-beside`
    pub code: String,
    /// As a sentence.
    pub sentence: Text,
    /// What is good to know of it.
    pub hint: Text,
    /// Id of the exchange in which it was seen first.
    pub exchange: Option<String>,
    /// Element path there.
    pub path: Option<String>,
    /// How often it was seen, in all resources.
    pub count: usize,
    /// The first resources that show it, each with what it has.
    pub seen: Vec<String>,
}

/// What is shown of them.
pub(super) fn habits(habits: &[judge::Habit]) -> Vec<Habit> {
    let none = || both(String::new(), String::new());
    let habit = |judge::Habit { finding, count }: &judge::Habit| Habit {
        code: finding.name().to_owned(),
        sentence: sentence::sentence(finding),
        hint: sentence::hint(finding, None).unwrap_or_else(none),
        exchange: finding.place.exchange.clone(),
        path: finding.place.path.clone(),
        count: *count,
        seen: finding.actual.clone(),
    };
    habits.iter().map(habit).collect()
}

/// A habit in one sentence, with how often it was seen and what is good to know.
pub(super) fn line(habit: &Habit) -> Text {
    let count = habit.count;
    let place = habit.exchange.as_deref().unwrap_or_default();
    both(
        format!("{} ({count}×, {place}): {}", habit.sentence.en, habit.hint.en),
        format!("{} ({count}×, {place}): {}", habit.sentence.nl, habit.hint.nl),
    )
}
