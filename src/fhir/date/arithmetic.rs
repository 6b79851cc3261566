//! Adding periods to dates and times, and their place on the line of time. A
//! period smaller than the precision is first cut down to it, as FHIRPath has it.

use super::{Date, DateTime, Precision, Time, month_length};

/// A length of time of the calendar (months) or of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Months; a year is twelve of them.
    Months(i64),
    /// Days; a week is seven of them.
    Days(i64),
    /// Nanoseconds.
    Nanos(i128),
}

pub(super) const DAY_NANOS: i128 = 86_400 * 1_000_000_000;

impl Period {
    fn days(self) -> i64 {
        match self {
            Self::Months(months) => months.saturating_mul(30),
            Self::Days(days) => days,
            Self::Nanos(nanos) => i64::try_from(nanos / DAY_NANOS).unwrap_or(i64::MAX),
        }
    }
}

impl Date {
    /// This date moved by a period; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn plus(self, period: Period) -> Option<Self> {
        match (self.precision(), period) {
            (Precision::Year, Period::Months(months)) => self.plus_months(months / 12 * 12),
            (Precision::Year, _) => self.plus_months((period.days() / 365).checked_mul(12)?),
            (_, Period::Months(months)) => self.plus_months(months),
            (Precision::Month, _) => self.plus_months(period.days() / 30),
            _ => Self::from_day_number(self.day_number().checked_add(period.days())?),
        }
    }

    fn plus_months(self, months: i64) -> Option<Self> {
        let from = i64::from(self.year) * 12 + i64::from(self.month.max(1)) - 1;
        let sum = from.checked_add(months)?;
        let year = u16::try_from(sum.div_euclid(12)).ok().filter(|year| (1..=9999).contains(year))?;
        let month = u8::try_from(sum.rem_euclid(12) + 1).ok()?;
        Some(match self.precision() {
            Precision::Year => Self { year, ..self },
            Precision::Month => Self { year, month, ..self },
            _ => Self { year, month, day: self.day.min(month_length(year, month)) },
        })
    }

    /// Days since 1970-01-01; an unknown month or day counts as the first.
    #[must_use]
    pub fn day_number(self) -> i64 {
        let (month, day) = (i64::from(self.month.max(1)), i64::from(self.day.max(1)));
        // Counting years from March puts the leap day at the end of the year.
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    /// The date that lies so many days after 1970-01-01; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn from_day_number(days: i64) -> Option<Self> {
        let shifted = days.checked_add(719_468)?;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = u8::try_from(day_of_year - (153 * shifted_month + 2) / 5 + 1).ok()?;
        let month = u8::try_from(if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 }).ok()?;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let year = u16::try_from(year).ok().filter(|year| (1..=9999).contains(year))?;
        Some(Self { year, month, day })
    }
}

impl Time {
    pub(super) fn nanos_of_day(self) -> i128 {
        let seconds = i128::from(self.hour) * 3_600 + i128::from(self.minute) * 60 + i128::from(self.second);
        seconds * 1_000_000_000 + i128::from(self.nanos)
    }

    /// Nanoseconds in the smallest part that is known.
    pub(super) fn grain(self) -> i128 {
        match self.precision {
            Precision::Minute => 60 * 1_000_000_000,
            Precision::Second => 10_i128.pow(9 - u32::from(self.digits.min(9))),
            _ => 3_600 * 1_000_000_000,
        }
    }

    /// This time moved by so many nanoseconds, and the days that it went past midnight.
    fn moved(self, nanos: i128) -> (i64, Self) {
        let (digits, grain) = match self.precision {
            // A fraction that is added stays, to the millisecond.
            Precision::Second if nanos % 1_000_000_000 != 0 && self.digits < 3 => (3, 1_000_000),
            _ => (self.digits, self.grain()),
        };
        let sum = self.nanos_of_day() + nanos / grain * grain;
        let (days, rest) = (sum.div_euclid(DAY_NANOS), sum.rem_euclid(DAY_NANOS));
        let seconds = rest / 1_000_000_000;
        let small = |number: i128| u8::try_from(number).expect("parts of a day are small");
        let time = Self {
            precision: self.precision,
            hour: small(seconds / 3_600),
            minute: small(seconds / 60 % 60),
            second: small(seconds % 60),
            nanos: u32::try_from(rest % 1_000_000_000).expect("a fraction of a second is small"),
            digits,
        };
        (i64::try_from(days).unwrap_or(i64::MAX), time)
    }

    /// This time moved by a period, round the clock.
    #[must_use]
    pub fn plus(self, period: Period) -> Self {
        match period {
            Period::Nanos(nanos) => self.moved(nanos).1,
            _ => self,
        }
    }
}

impl DateTime {
    /// This moment moved by a period; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn plus(self, period: Period) -> Option<Self> {
        let (Some(time), Period::Nanos(nanos)) = (self.time, period) else {
            return Some(Self { date: self.date.plus(period)?, ..self });
        };
        let (days, time) = time.moved(nanos);
        Some(Self { date: self.date.plus(Period::Days(days))?, time: Some(time), ..self })
    }

    pub(super) fn at_utc(self) -> Option<Self> {
        let (Some(time), Some(offset)) = (self.time, self.offset) else { return Some(self) };
        // An hour without minutes moves by minutes all the same: both sides are compared in whole minutes then.
        let time = Time { precision: time.precision.max(Precision::Minute), ..time };
        let moved = Self { time: Some(time), ..self }.plus(Period::Nanos(i128::from(offset) * -60 * 1_000_000_000))?;
        Some(Self { offset: Some(0), ..moved })
    }

    /// First nanosecond since 1970 that this may mean, and the first after it.
    pub(super) fn range_nanos(self) -> (i128, i128) {
        let midnight = i128::from(self.date.day_number()) * DAY_NANOS;
        let east = i128::from(self.offset.unwrap_or(0)) * 60 * 1_000_000_000;
        let Some(time) = self.time else {
            let days = match self.date.precision() {
                Precision::Year => Date { month: 12, day: 31, ..self.date },
                Precision::Month => Date { day: month_length(self.date.year, self.date.month), ..self.date },
                _ => self.date,
            };
            return (midnight, (i128::from(days.day_number()) + 1) * DAY_NANOS);
        };
        let first = midnight + time.nanos_of_day() - east;
        (first, first + time.grain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).expect("a date")
    }

    #[test]
    fn day_numbers_go_there_and_back() {
        for text in ["0001-01-01", "1600-02-29", "1970-01-01", "2000-02-29", "2026-12-31", "9999-12-31"] {
            assert_eq!(Date::from_day_number(date(text).day_number()), Some(date(text)));
        }
        assert_eq!(date("1970-01-02").day_number(), 1);
    }

    #[test]
    fn a_month_after_the_last_day_of_january_is_the_last_of_february() {
        assert_eq!(date("2024-01-31").plus(Period::Months(1)), Some(date("2024-02-29")));
    }

    #[test]
    fn a_period_is_cut_down_to_the_precision() {
        assert_eq!(date("2024").plus(Period::Months(25)), Some(date("2026")));
        assert_eq!(date("2024-01").plus(Period::Days(59)), Some(date("2024-02")));
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        assert_eq!(date("9999-12-31").plus(Period::Days(1)), None);
        assert_eq!(date("2024").plus(Period::Days(i64::MAX)), None);
        assert_eq!(date("2024-01-01").plus(Period::Months(i64::MAX)), None);
    }

    #[test]
    fn hours_carry_over_midnight() {
        let moment = DateTime::parse("2026-12-31T23:30:00+01:00").expect("a date-time");
        let later = moment.plus(Period::Nanos(3_600 * 1_000_000_000)).expect("within the calendar");
        assert_eq!(later.to_string(), "2027-01-01T00:30:00+01:00");
    }
}
