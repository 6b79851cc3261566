//! Dates, times and date-times as FHIR and FHIRPath have them: known down to
//! some precision, with or without an offset. Comparing says nothing where the
//! precision does not reach. The clock of the machine is not read here.

use std::cmp::Ordering;
use std::fmt;

mod arithmetic;
mod boundary;

pub use arithmetic::Period;
pub use boundary::Boundary;

/// How far down a date or time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// `2026`
    Year,
    /// `2026-03`
    Month,
    /// `2026-03-14`
    Day,
    /// `09`
    Hour,
    /// `09:26`
    Minute,
    /// `09:26:53`, with or without a fraction.
    Second,
}

/// A date of which the month or the day may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A time of day, known to the hour at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Time {
    precision: Precision,
    hour: u8,
    minute: u8,
    second: u8,
    nanos: u32,
    digits: u8,
}

/// A date, with or without a time and an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    date: Date,
    time: Option<Time>,
    offset: Option<i16>,
}

/// Numbers from the year down; the second carries its fraction. Those past
/// `known` are meaningless.
struct Parts {
    numbers: [i64; 6],
    known: usize,
}

impl Parts {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        let both = self.known.min(other.known);
        match self.numbers[..both].cmp(&other.numbers[..both]) {
            Ordering::Equal if self.known != other.known => None,
            ordering => Some(ordering),
        }
    }
}

fn digits(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn two_digits(text: &str, most: u32) -> Option<u8> {
    digits(text, 2).filter(|number| *number <= most).and_then(|number| u8::try_from(number).ok())
}

/// Days in a month of the Gregorian calendar.
fn month_length(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Date {
    /// Reads `2026`, `2026-03` or `2026-03-14`; `None` when it is not a date.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let year = digits(parts.next()?, 4).filter(|year| *year > 0)?;
        let month = parts.next().map(|part| two_digits(part, 12).filter(|month| *month > 0));
        let day = parts.next().map(|part| two_digits(part, 31).filter(|day| *day > 0));
        let date = Self {
            year: u16::try_from(year).ok()?,
            month: month.map_or(Some(0), |part| part)?,
            day: day.map_or(Some(0), |part| part)?,
        };
        (date.day <= month_length(date.year, date.month)).then_some(date)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// How far down the date is known.
    #[must_use]
    pub fn precision(self) -> Precision {
        match (self.month, self.day) {
            (0, _) => Precision::Year,
            (_, 0) => Precision::Month,
            _ => Precision::Day,
        }
    }

    fn parts(self) -> Parts {
        Parts {
            numbers: [self.year.into(), self.month.into(), self.day.into(), 0, 0, 0],
            known: match self.precision() {
                Precision::Year => 1,
                Precision::Month => 2,
                _ => 3,
            },
        }
    }

    /// Earlier or later; `None` where the precision does not reach.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        self.parts().compare(&other.parts())
    }
}

impl Time {
    /// Reads `09`, `09:26`, `09:26:53` or `09:26:53.589`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let hour = two_digits(parts.next()?, 23)?;
        let mut time = Self { precision: Precision::Hour, hour, minute: 0, second: 0, nanos: 0, digits: 0 };
        let Some(minute) = parts.next() else { return Some(time) };
        time.minute = two_digits(minute, 59)?;
        time.precision = Precision::Minute;
        let Some(second) = parts.next() else { return Some(time) };
        let (whole, fraction) = second.split_once('.').map_or((second, None), |(whole, fraction)| (whole, Some(fraction)));
        time.second = two_digits(whole, 60)?;
        time.precision = Precision::Second;
        if let Some(fraction) = fraction {
            if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let kept = &fraction[..fraction.len().min(9)];
            time.digits = u8::try_from(kept.len()).ok()?;
            time.nanos = format!("{kept:0<9}").parse().ok()?;
        }
        Some(time)
    }

    /// How far down the time is known.
    #[must_use]
    pub fn precision(self) -> Precision {
        self.precision
    }

    fn fill(self, parts: &mut Parts) {
        parts.numbers[3] = self.hour.into();
        parts.numbers[4] = self.minute.into();
        parts.numbers[5] = i64::from(self.second) * 1_000_000_000 + i64::from(self.nanos);
        parts.known = match self.precision {
            Precision::Minute => 5,
            Precision::Second => 6,
            _ => 4,
        };
    }

    fn parts(self) -> Parts {
        let mut parts = Parts { numbers: [0; 6], known: 4 };
        self.fill(&mut parts);
        parts
    }

    /// Earlier or later; `None` where the precision does not reach.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        self.parts().compare(&other.parts())
    }
}

impl From<Date> for DateTime {
    fn from(date: Date) -> Self {
        Self { date, time: None, offset: None }
    }
}

/// Clocks on earth run from UTC-12 to UTC+14, so two local times whose
/// difference is larger than this are ordered whatever their offsets.
const WIDEST_OFFSET_NANOS: i128 = 14 * 3_600 * 1_000_000_000;

impl DateTime {
    /// Reads a date, or a date with `T`, a time and perhaps `Z` or `+01:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some((date, rest)) = text.split_once('T') else { return Date::parse(text).map(Self::from) };
        let date = Date::parse(date).filter(|date| date.precision() == Precision::Day)?;
        let (time, offset) = match rest.find(['Z', '+', '-']) {
            Some(at) => (&rest[..at], Some(parse_offset(&rest[at..])?)),
            None => (rest, None),
        };
        Some(Self { date, time: Some(Time::parse(time)?), offset })
    }

    /// The date, as it stands at its own offset.
    #[must_use]
    pub fn date(self) -> Date {
        self.date
    }

    /// The time, as it stands at its own offset.
    #[must_use]
    pub fn time(self) -> Option<Time> {
        self.time
    }

    /// Minutes east of UTC, when that is said.
    #[must_use]
    pub fn offset(self) -> Option<i16> {
        self.offset
    }

    /// How far down it is known.
    #[must_use]
    pub fn precision(self) -> Precision {
        self.time.map_or_else(|| self.date.precision(), Time::precision)
    }

    fn parts(self) -> Parts {
        let mut parts = self.date.parts();
        if let Some(time) = self.time {
            time.fill(&mut parts);
        }
        parts
    }

    /// Earlier or later; `None` where precision or a missing offset leaves it open.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        if self.time.is_none() || other.time.is_none() {
            return self.parts().compare(&other.parts());
        }
        match (self.offset, other.offset) {
            (Some(ours), Some(theirs)) if ours != theirs => self.at_utc()?.parts().compare(&other.at_utc()?.parts()),
            (None, Some(_)) | (Some(_), None) => {
                let (ours, theirs) = (self.range_nanos().0, other.range_nanos().0);
                ((ours - theirs).abs() > WIDEST_OFFSET_NANOS).then(|| ours.cmp(&theirs))
            }
            _ => self.parts().compare(&other.parts()),
        }
    }

    /// First millisecond that it may mean and the first one after it, since
    /// 1970 in UTC; a missing offset counts as UTC.
    #[must_use]
    pub fn range(self) -> (i64, i64) {
        let (first, after) = self.range_nanos();
        let millis = |nanos: i128| i64::try_from(nanos.div_euclid(1_000_000)).expect("four-digit years fit");
        (millis(first), millis(after).max(millis(first) + 1))
    }
}

/// Minutes east of UTC of `Z`, `+01:00` or `-05:30`.
fn parse_offset(text: &str) -> Option<i16> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    Some(sign * (i16::from(two_digits(hours, 14)?) * 60 + i16::from(two_digits(minutes, 59)?)))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.precision() {
            Precision::Year => write!(f, "{:04}", self.year),
            Precision::Month => write!(f, "{:04}-{:02}", self.year, self.month),
            _ => write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.hour)?;
        if self.precision >= Precision::Minute {
            write!(f, ":{:02}", self.minute)?;
        }
        if self.precision >= Precision::Second {
            write!(f, ":{:02}", self.second)?;
        }
        if self.digits > 0 {
            let nanos = format!("{:09}", self.nanos);
            write!(f, ".{}", &nanos[..self.digits.into()])?;
        }
        Ok(())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date)?;
        if let Some(time) = self.time {
            write!(f, "T{time}")?;
        }
        match self.offset {
            Some(0) => f.write_str("Z"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> DateTime {
        DateTime::parse(text).expect("a date-time")
    }

    #[test]
    fn what_is_read_is_written_the_same() {
        for text in ["2026", "2026-03", "2026-03-14", "2026-03-14T09:26", "2026-03-14T09:26:53.580+01:00", "2026-03-14T09Z"] {
            assert_eq!(moment(text).to_string(), text);
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_no_date() {
        for text in ["2026-02-29", "2026-13", "2026-00-01", "26", "2026-3-1", "2026-03-14T", "2026-03T10:00", "2026-03-14T24:00"]
        {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn comparing_says_nothing_where_the_precision_does_not_reach() {
        assert_eq!(moment("2026-03").compare(moment("2026-03-01")), None);
        assert_eq!(moment("2026-03").compare(moment("2026-04-01")), Some(Ordering::Less));
        assert_eq!(moment("2026-03-01T10:00Z").compare(moment("2026-03-01T10:00")), None);
    }

    #[test]
    fn offsets_are_taken_into_account() {
        assert_eq!(moment("2026-03-01T15:00:00+02:00").compare(moment("2026-03-01T16:00:00+03:00")), Some(Ordering::Equal));
        assert_eq!(moment("2026-03-01T00:30:00+02:00").compare(moment("2026-02-28T23:00:00Z")), Some(Ordering::Less));
    }

    #[test]
    fn the_range_of_a_month_runs_to_the_next() {
        assert_eq!(moment("1970-01").range(), (0, 31 * 86_400_000));
        assert_eq!(moment("1970-01-01T00:00:00.5Z").range(), (500, 600));
    }
}
