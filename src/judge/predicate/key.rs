//! Business keys (settled 14): what makes two resources the same fact, on any
//! server. Ids and displays never; dates at the coarser precision; references by
//! the key of what they point to, and left aside where that is not known.

use super::super::answers::resource_name;
use super::super::habit::is_local;
use crate::fhir::date::DateTime;
use crate::fhir::fhirpath::Item;
use crate::fhir::node::Node;

/// The key of a resource: for each expression its values, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// One for each expression of the exchange.
    pub(crate) parts: Vec<Vec<Value>>,
    /// Parts that the other may lack: the vendor cannot enter them.
    pub(crate) optional: Vec<usize>,
}

/// One value of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// A date or time, as precise as it is.
    Date(String),
    /// A reference, by what identifies its target.
    Reference(Vec<String>),
    /// A reference of which the target is not known: the same as any.
    Unknown,
    /// Anything else, in one case and with single spaces.
    Text(String),
}

impl Key {
    /// Whether two keys are of the same fact.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len() && self.likeness(other) == self.parts.len()
    }

    /// The dates that the other lacks, where that is all that differs.
    pub(crate) fn lacks_only_dates(&self, other: &Self) -> Option<Self> {
        let mut dates = Self { parts: vec![Vec::new(); self.parts.len()], optional: Vec::new() };
        for (at, (left, right)) in
            self.parts.iter().zip(&other.parts).enumerate().filter(|(_, (left, right))| !agree(left, right))
        {
            let is_date = right.is_empty() && left.iter().all(|value| matches!(value, Value::Date(_)));
            dates.parts[at] = is_date.then(|| left.clone())?;
        }
        dates.parts.iter().any(|part| !part.is_empty()).then_some(dates)
    }

    /// How many parts of two keys are the same.
    pub(crate) fn likeness(&self, other: &Self) -> usize {
        let may_lack = |at: usize, right: &[Value]| right.is_empty() && self.optional.contains(&at);
        let parts = self.parts.iter().zip(&other.parts).enumerate();
        parts.filter(|(at, (left, right))| agree(left, right) || may_lack(*at, right)).count()
    }
}

fn agree(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
}

/// Whether two values are the same, as far as is known.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Unknown, Value::Unknown | Value::Reference(_)) | (Value::Reference(_), Value::Unknown) => true,
        (Value::Date(left), Value::Date(right)) => same_date(left, right),
        (left, right) => left == right,
    }
}

/// Values of one expression, sorted: the order of a list carries no meaning.
pub(crate) fn values<'r>(items: &[Item<'_>], resolve: &dyn Fn(&str) -> Option<Node<'r>>) -> Vec<Value> {
    let mut values: Vec<Value> = items.iter().filter_map(|item| value(item, resolve)).collect();
    values.sort();
    values
}

fn value<'r>(item: &Item<'_>, resolve: &dyn Fn(&str) -> Option<Node<'r>>) -> Option<Value> {
    match item {
        // A code of somebody's own, beside the one that is meant.
        Item::Node(node) if node.parent().is_some_and(is_local) && node.name() == "code" => None,
        Item::Node(node) => of_node(*node, resolve),
        Item::Date(_) | Item::DateTime(_) => item.text().map(Value::Date),
        other => other.text().map(|text| Value::Text(normal(&text))),
    }
}

fn of_node<'r>(node: Node<'_>, resolve: &dyn Fn(&str) -> Option<Node<'r>>) -> Option<Value> {
    let text = |name: &str| node.child_value(name).unwrap_or_default();
    match node.type_name() {
        "date" | "dateTime" | "instant" => node.value().map(|value| Value::Date(value.to_owned())),
        "Reference" => {
            let target = node.child_value("reference").and_then(resolve);
            Some(target.and_then(identity).map_or(Value::Unknown, Value::Reference))
        }
        "Coding" => Some(Value::Text(format!("{}|{}", text("system"), text("code")))),
        "Identifier" => Some(Value::Text(format!("{}|{}", text("system"), text("value")))),
        "CodeableConcept" => Some(Value::Text(concept(node))),
        _ => node.value().map(|value| Value::Text(normal(value))),
    }
}

/// What identifies a person, a role or a thing beyond one server; nothing when
/// it has no such properties.
pub(crate) fn identity(resource: Node<'_>) -> Option<Vec<String>> {
    let mut identity: Vec<String> = Vec::new();
    for identifier in resource.children_named("identifier") {
        if let (Some(system), Some(value)) = (identifier.child_value("system"), identifier.child_value("value")) {
            identity.push(format!("{system}|{value}"));
        }
    }
    if identity.is_empty() {
        identity.extend(resource.children_named("name").filter_map(|name| name.child_value("family")).map(normal));
        let roles = ["relationship", "code", "specialty", "type"].into_iter().flat_map(|name| resource.children_named(name));
        identity.extend(roles.filter(|node| node.type_name() == "CodeableConcept").map(concept));
    }
    identity.sort();
    identity.dedup();
    (!identity.is_empty()).then(|| std::iter::once(resource.type_name().to_owned()).chain(identity).collect())
}

fn concept(node: Node<'_>) -> String {
    let known = node.children_named("coding").filter(|coding| !is_local(*coding));
    let mut codes: Vec<&str> = known.filter_map(|coding| coding.child_value("code")).collect();
    codes.sort_unstable();
    if codes.is_empty() { normal(node.child_value("text").unwrap_or_default()) } else { codes.join(" ") }
}

/// Text in one case and with single spaces.
pub(crate) fn normal(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Whether two dates are the same at the coarser of their precisions.
pub(crate) fn same_date(left: &str, right: &str) -> bool {
    match (instant(left), instant(right)) {
        (Some(left), Some(right)) => left == right,
        _ if is_midnight(left, right) || is_midnight(right, left) => true,
        _ => {
            let (left, right) = (date_of(left), date_of(right));
            let length = left.len().min(right.len());
            left.get(..length) == right.get(..length)
        }
    }
}

/// Whether a time in UTC is the midnight with which a bare date begins in the Netherlands, where
/// it is one or two hours before that of UTC: a server that keeps moments gives a date back so.
fn is_midnight(date: &str, moment: &str) -> bool {
    let (Some(date), Some(moment)) = (DateTime::parse(date), DateTime::parse(moment)) else { return false };
    if date.time().is_some() || moment.offset() != Some(0) {
        return false;
    }
    let minutes = |of: DateTime| of.range().0.div_euclid(60_000);
    matches!(minutes(date) - minutes(moment), 60 | 120)
}

fn date_of(text: &str) -> &str {
    text.split('T').next().unwrap_or(text)
}

/// Whole minutes since 1970, in UTC, of a time with a zone; without one it is no moment.
fn instant(text: &str) -> Option<i64> {
    let (_, time) = text.split_once('T')?;
    let moment = DateTime::parse(text).filter(|_| time.contains(['Z', '+', '-']))?;
    Some(moment.range().0.div_euclid(60_000))
}

/// A key as lines: expression and values.
pub(crate) fn shown(expressions: &[String], key: &Key) -> Vec<String> {
    let line = |(expression, values): (&String, &Vec<Value>)| {
        let values: Vec<_> = values.iter().map(Value::shown).collect();
        (!values.is_empty()).then(|| format!("{expression} = {}", values.join(", ")))
    };
    expressions.iter().zip(&key.parts).filter_map(line).collect()
}

impl Value {
    /// It as text.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Date(text) | Self::Text(text) => text.clone(),
            Self::Reference(identity) => identity.join(" "),
            Self::Unknown => String::from("a reference that leads nowhere here"),
        }
    }
}

/// Type and id of a resource as text, or its type alone.
pub(crate) fn title(resource: Node<'_>) -> String {
    resource_name(resource).map_or_else(|| resource.type_name().to_owned(), |name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[&[Value]]) -> Key {
        Key { parts: parts.iter().map(|part| part.to_vec()).collect(), optional: Vec::new() }
    }

    #[test]
    fn same_date_looks_at_the_coarser_precision() {
        assert!(same_date("2024-03-12", "2024-03"));
        assert!(same_date("2024-03-12T10:00:00+01:00", "2024-03-12"));
        assert!(!same_date("2024-03-12", "2024-03-13"));
    }

    #[test]
    fn same_date_knows_time_zones() {
        assert!(same_date("2024-03-12T00:30:00+01:00", "2024-03-11T23:30:00Z"));
        assert!(same_date("2024-03-01T00:30:00.000+01:00", "2024-02-29T23:30:00Z"));
        assert!(!same_date("2024-03-12T10:00:00+01:00", "2024-03-12T10:00:00Z"));
    }

    #[test]
    fn same_date_knows_midnight_in_the_netherlands() {
        assert!(same_date("2025-09-18", "2025-09-17T22:00:00Z"));
        assert!(same_date("2025-12-18T00:00:00Z", "2025-12-18"));
        assert!(same_date("2025-12-17T23:00:00.000Z", "2025-12-18"));
        assert!(!same_date("2025-09-18", "2025-09-17T21:00:00Z"));
        assert!(!same_date("2025-09-18", "2025-09-17T22:00:00+02:00"));
        assert!(!same_date("2025-09-18", "2025-09-16T22:00:00Z"));
    }

    #[test]
    fn key_ignores_a_reference_that_leads_nowhere() {
        let known = key(&[&[Value::Reference(vec![String::from("bsn|1")])]]);
        assert!(known.agrees(&key(&[&[Value::Unknown]])));
        assert!(!known.agrees(&key(&[&[Value::Reference(vec![String::from("bsn|2")])]])));
    }

    #[test]
    fn key_differs_when_a_value_lacks() {
        assert!(!key(&[&[Value::Text(String::from("a"))]]).agrees(&key(&[&[]])));
    }

    #[test]
    fn normal_ignores_case_and_white_space() {
        assert_eq!(normal(" Geen  Sonde\nvoeding "), "geen sonde voeding");
    }
}
