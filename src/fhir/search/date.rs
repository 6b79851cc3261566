//! Date parameters: every date is the span of time it may mean, and prefixes
//! compare spans. <https://hl7.org/fhir/R4/search.html#date>

use crate::fhir::date::DateTime;
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

/// From `start` up to but without `end`, in milliseconds since 1970; open where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    start: Option<i64>,
    end: Option<i64>,
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
        // A period without an end and a start says nothing about time.
        if stored.start.is_none() && stored.end.is_none() {
            return false;
        }
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
    // In a query, a `+` before an offset that was not encoded has become a space.
    let (start, end) = DateTime::parse(&text.replace(' ', "+"))?.range();
    Some(Interval { start: Some(start), end: Some(end) })
}
