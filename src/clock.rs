//! Time and randomness: the one place that asks for either, so that what is
//! recorded in the evidence is all that a replay needs. Waiting is `engine`'s.

use std::time::{Duration, Instant, SystemTime};

use jiff::civil::Date;
use jiff::{Timestamp, Unit};

use crate::digest;

/// The present time in UTC: RFC 3339 with whole milliseconds.
#[must_use]
pub fn now() -> String {
    let now = Timestamp::now();
    let rounded = now.round(Unit::Millisecond).unwrap_or(now);
    format!("{rounded:.3}")
}

/// The present time, to hold an HTTP date against.
#[must_use]
pub fn system_now() -> SystemTime {
    SystemTime::now()
}

/// The name of a run's folder: `2026-11-25T14-03-22Z`, from what `now` gave.
/// Colons are left out because Windows does not take them in a file name.
#[must_use]
pub fn folder_name(at: &str) -> String {
    let seconds = at.split('.').next().unwrap_or(at).trim_end_matches('Z');
    format!("{}Z", seconds.replace(':', "-"))
}

/// Whether a text is a day of the calendar: `2027-01-31`.
#[must_use]
pub fn is_day(text: &str) -> bool {
    text.len() == "2027-01-31".len() && text.parse::<Date>().is_ok()
}

/// Seconds by which the date of an answer (as in HTTP) is ahead of the moment this many
/// microseconds after a start (RFC 3339); nothing when either is no date.
#[must_use]
pub fn seconds_between(start: &str, after_us: u64, date: &str) -> Option<i64> {
    let start: Timestamp = start.parse().ok()?;
    let date = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    Some(date.as_second() - start.as_second() - i64::try_from(after_us / 1_000_000).ok()?)
}

/// Microseconds from a moment (RFC 3339) until now; nothing when it is none, or still to come.
#[must_use]
pub fn micros_since(moment: &str) -> Option<u64> {
    let moment: Timestamp = moment.parse().ok()?;
    u64::try_from(Timestamp::now().as_microsecond() - moment.as_microsecond()).ok()
}

/// A date as HTTP writes it: `Wed, 25 Nov 2026 14:03:22 GMT`.
#[must_use]
pub fn http_date(date: &str) -> Option<SystemTime> {
    let date = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(date.as_second()).ok()?))
}

/// Random bytes as hex: a seed, a key.
#[must_use]
pub fn random_hex(bytes: usize) -> String {
    digest::random_hex(bytes)
}

/// Measures from its making.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Microseconds since the start.
    #[must_use]
    pub fn elapsed_us(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// A wait or a deadline at this tempo (settled 22).
#[must_use]
pub fn scaled(milliseconds: u64, tempo: f64) -> Duration {
    let factor = if tempo.is_finite() && tempo > 0.0 { tempo } else { 1.0 };
    Duration::try_from_secs_f64(Duration::from_millis(milliseconds).as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_name_has_no_colons_and_no_fraction() {
        assert_eq!(folder_name("2026-11-25T14:03:22.125Z"), "2026-11-25T14-03-22Z");
    }

    #[test]
    fn is_day_knows_the_calendar() {
        assert!(is_day("2028-02-29"));
        assert!(!is_day("2027-02-29") && !is_day("31-01-2027") && !is_day("2027-01-31T00:00"));
    }

    #[test]
    fn seconds_between_a_start_and_a_date_of_http() {
        let between = |date| seconds_between("2026-11-25T14:03:22.125Z", 3_000_000, date);
        assert_eq!(between("Wed, 25 Nov 2026 14:03:26 GMT"), Some(1));
        assert_eq!(between("yesterday"), None);
    }

    #[test]
    fn micros_since_counts_from_the_past_only() {
        assert!(micros_since("2026-11-25T14:03:22.125Z").is_none_or(|passed| passed > 0));
        assert!(micros_since(&now()).is_none_or(|passed| passed < 60_000_000));
        assert_eq!((micros_since("9999-01-01T00:00:00Z"), micros_since("yesterday")), (None, None));
    }

    #[test]
    fn now_is_rfc_3339_with_whole_milliseconds() {
        let now = now();
        assert_eq!(now.len(), "2026-11-25T14:03:22.125Z".len(), "{now}");
        assert!(now.ends_with('Z') && now.as_bytes()[19] == b'.', "{now}");
    }

    #[test]
    fn scaled_multiplies_and_takes_a_senseless_tempo_for_one() {
        assert_eq!(scaled(20_000, 0.01), Duration::from_millis(200));
        assert_eq!(scaled(20_000, f64::NAN), Duration::from_secs(20));
    }

    #[test]
    fn random_hex_has_two_digits_a_byte() {
        assert_eq!(random_hex(16).len(), 32);
    }
}
