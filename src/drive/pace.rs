//! A bound on how many requests begin in a second.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::clock;

/// Gives out turns, one after the other with the same time between them.
#[derive(Debug)]
pub(super) struct Pace {
    between: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// So many turns a second, at this tempo.
    pub(super) fn new(per_second: u32, tempo: f64) -> Self {
        Self { between: clock::scaled(1_000, tempo) / per_second.max(1), next: Mutex::new(None) }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) {
        sleep_until(self.reserve(Instant::now())).await;
    }

    fn reserve(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + self.between);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_have_the_same_time_between_them_and_none_are_saved_up() {
        let pace = Pace::new(10, 1.0);
        let now = Instant::now();
        let turns = [now, now, now + Duration::from_secs(5), now + Duration::from_secs(5)].map(|now| pace.reserve(now));
        assert_eq!(turns.map(|turn| turn.duration_since(now).as_millis()), [0, 100, 5_000, 5_100]);
    }
}
