//! The earliest and the latest value that a date or time may stand for, at a
//! wanted number of digits: what FHIRPath's boundary functions answer.

use super::{Date, DateTime, Precision, Time, month_length};

/// Which end of what a value may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// The earliest.
    Low,
    /// The latest.
    High,
}

impl Date {
    /// An end of this date with so many digits (4, 6 or 8); `None` for other numbers.
    #[must_use]
    pub fn boundary(self, end: Boundary, digits: i64) -> Option<Self> {
        let low = end == Boundary::Low;
        let month = if self.month > 0 { self.month } else { [12, 1][usize::from(low)] };
        let last = month_length(self.year, month);
        let day = if self.day > 0 { self.day } else { [last, 1][usize::from(low)] };
        match digits {
            4 => Some(Self { month: 0, day: 0, ..self }),
            6 => Some(Self { month, day: 0, ..self }),
            8 => Some(Self { month, day, ..self }),
            _ => None,
        }
    }

    /// How many digits it is written with.
    #[must_use]
    pub fn digits(self) -> i64 {
        match self.precision() {
            Precision::Year => 4,
            Precision::Month => 6,
            _ => 8,
        }
    }
}

impl Time {
    /// An end of this time with so many digits (2, 4, 6 or 9); `None` for other numbers.
    #[must_use]
    pub fn boundary(self, end: Boundary, digits: i64) -> Option<Self> {
        let last = |known: bool, value: u8| if known || end == Boundary::Low { value } else { 59 };
        let mut full = self;
        full.minute = last(self.precision >= Precision::Minute, self.minute);
        full.second = last(self.precision >= Precision::Second, self.second);
        if end == Boundary::High {
            full.nanos = u32::try_from(i128::from(self.nanos) + self.grain().min(1_000_000_000) - 1).ok()?;
        }
        full.nanos = full.nanos / 1_000_000 * 1_000_000;
        (full.digits, full.precision) = match digits {
            2 => (0, Precision::Hour),
            4 => (0, Precision::Minute),
            6 => (0, Precision::Second),
            9 => (3, Precision::Second),
            _ => return None,
        };
        Some(full)
    }

    /// How many digits it is written with.
    #[must_use]
    pub fn written_digits(self) -> i64 {
        match self.precision {
            Precision::Minute => 4,
            Precision::Second => 6 + i64::from(self.digits),
            _ => 2,
        }
    }
}

impl DateTime {
    /// An end of this moment with so many digits (4, 6, 8, 10, 12, 14 or 17).
    /// Without an offset the low end is the earliest place on earth, the high end the latest.
    #[must_use]
    pub fn boundary(self, end: Boundary, digits: i64) -> Option<Self> {
        if digits <= 8 {
            return self.date.boundary(end, digits).map(Self::from);
        }
        let date = self.date.boundary(end, 8)?;
        let midnight = Time { precision: Precision::Hour, hour: 0, minute: 0, second: 0, nanos: 0, digits: 0 };
        let unknown = if end == Boundary::Low { midnight } else { Time { hour: 23, ..midnight } };
        let time = self.time.unwrap_or(unknown).boundary(end, digits - 8)?;
        let offset = self.offset.unwrap_or(if end == Boundary::Low { 14 * 60 } else { -12 * 60 });
        Some(Self { date, time: Some(time), offset: Some(offset) })
    }

    /// How many digits it is written with.
    #[must_use]
    pub fn digits(self) -> i64 {
        self.time.map_or_else(|| self.date.digits(), |time| 8 + time.written_digits())
    }
}
