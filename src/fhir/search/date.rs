//! Date parameters: every date is the span of time it may mean, and prefixes
//! compare spans. <https://hl7.org/fhir/R4/search.html#date>

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use crate::fhir::node::Node;

/// One value of a date parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateTest {
    prefix: Prefix,
    wanted: Interval,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    StartsAfter,
    EndsBefore,
}

/// From `start` up to but without `end`; open where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

impl DateTest {
    /// Reads `ge2024-03`; nothing when it is no date.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let prefix = match value.get(..2)? {
            "eq" => Some(Prefix::Equal),
            "ne" => Some(Prefix::NotEqual),
            "gt" => Some(Prefix::Greater),
            "lt" => Some(Prefix::Less),
            "ge" => Some(Prefix::GreaterOrEqual),
            "le" => Some(Prefix::LessOrEqual),
            "sa" => Some(Prefix::StartsAfter),
            "eb" => Some(Prefix::EndsBefore),
            _ => None,
        };
        let date = if prefix.is_some() { &value[2..] } else { value };
        Some(Self { prefix: prefix.unwrap_or(Prefix::Equal), wanted: interval(date)? })
    }

    /// Whether a date, a period or a list of moments fits.
    pub(super) fn matches(&self, node: Node<'_>) -> bool {
        match node.type_name() {
            "Period" => self.fits(Interval {
                start: node.child_value("start").and_then(interval).and_then(|start| start.start),
                end: node.child_value("end").and_then(interval).and_then(|end| end.end),
            }),
            "Timing" => node.children_named("event").any(|event| self.matches(event)),
            _ => node.value().and_then(interval).is_some_and(|stored| self.fits(stored)),
        }
    }

    fn fits(&self, stored: Interval) -> bool {
        let wanted = self.wanted;
        let inside = stored.start.is_some() && stored.end.is_some() && stored.start >= wanted.start && stored.end <= wanted.end;
        let after = stored.end.is_none_or(|end| Some(end) > wanted.end);
        let before = stored.start.is_none_or(|start| Some(start) < wanted.start);
        match self.prefix {
            Prefix::Equal => inside,
            Prefix::NotEqual => !inside,
            Prefix::Greater => after,
            Prefix::Less => before,
            Prefix::GreaterOrEqual => after || inside,
            Prefix::LessOrEqual => before || inside,
            Prefix::StartsAfter => stored.start.is_some_and(|start| Some(start) >= wanted.end),
            Prefix::EndsBefore => stored.end.is_some_and(|end| Some(end) <= wanted.start),
        }
    }
}

/// The span of time that a date of any precision may mean. Without a zone it is read as UTC.
fn interval(text: &str) -> Option<Interval> {
    let (day, clock) = text.split_once(['T', ' ']).map_or((text, None), |(day, clock)| (day, Some(clock)));
    let (start, end) = match clock {
        None => days(day)?,
        Some(clock) => moment(day.parse().ok()?, clock)?,
    };
    Some(Interval { start: Some(start), end: Some(end) })
}

fn days(text: &str) -> Option<(Timestamp, Timestamp)> {
    let numbers: Vec<&str> = text.split('-').collect();
    let number = |text: &str, digits: usize| (text.len() == digits).then(|| text.parse::<i16>().ok()).flatten();
    let part = |text: &str| number(text, 2).and_then(|part| i8::try_from(part).ok());
    let (first, next) = match *numbers {
        [year] => {
            let first = Date::new(number(year, 4)?, 1, 1).ok()?;
            (first, first.checked_add(1.year()).ok()?)
        }
        [year, month] => {
            let first = Date::new(number(year, 4)?, part(month)?, 1).ok()?;
            (first, first.checked_add(1.month()).ok()?)
        }
        [year, month, day] => {
            let first = Date::new(number(year, 4)?, part(month)?, part(day)?).ok()?;
            (first, first.checked_add(1.day()).ok()?)
        }
        _ => return None,
    };
    Some((at(first.to_datetime(Time::midnight()), Offset::UTC)?, at(next.to_datetime(Time::midnight()), Offset::UTC)?))
}

fn moment(day: Date, text: &str) -> Option<(Timestamp, Timestamp)> {
    let zone = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone);
    let time: Time = clock.parse().ok()?;
    let start = at(day.to_datetime(time), offset(zone)?)?;
    let precision = match clock.len() {
        5 => 1.minute(),
        8 => 1.second(),
        _ => 1.millisecond(),
    };
    Some((start, start.checked_add(precision).ok()?))
}

fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "" | "Z") {
        return Some(Offset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text[1..].split_once(':')?;
    Offset::from_seconds(sign * (hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60)).ok()
}

fn at(moment: DateTime, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(moment).ok()
}
