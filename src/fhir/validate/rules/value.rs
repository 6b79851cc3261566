//! Fixed values and patterns, smallest and largest value, longest text.

use std::cmp::Ordering;

use crate::fhir::date::DateTime;
use crate::fhir::fhirpath::{self, Comparison, Quantity, Unit, compare_quantities};
use crate::fhir::json;
use crate::fhir::node::Node;
use crate::fhir::validate::walk::Place;
use crate::fhir::validate::{Code, Issue, Issues, Scene, codes};

codes! {
    /// The value is not the fixed one.
    FIXED "value-not-fixed" "value" Some("_DT_Fixed_Wrong");
        en "`{element}` has another value than the profile fixes{at}", "use exactly the fixed value";
        nl "`{element}` heeft een andere waarde dan het profiel vastlegt{at}", "gebruik precies de vastgelegde waarde";
    /// The value lacks something of the pattern.
    PATTERN "value-not-pattern" "value" Some("TYPE_CHECKS_PATTERN_CC");
        en "`{element}` does not hold what the profile's pattern asks for{at}", "{advice}; more may stand beside it";
        nl "`{element}` bevat niet wat het patroon van het profiel vraagt{at}", "{advice_nl}; er mag meer naast staan";
    /// The text is too long.
    TOO_LONG "value-too-long" "too-long" Some("Validation_VAL_Profile_MaxLength");
        en "`{element}` has {found} characters, at most {expected} allowed", "shorten it";
        nl "`{element}` heeft {found} tekens, hoogstens {expected} toegestaan", "maak het korter";
    /// The value is below the smallest.
    TOO_SMALL "value-too-small" "value" None;
        en "`{element}` is {found}, at least {expected} asked for", "use a value that is not smaller";
        nl "`{element}` is {found}, minstens {expected} gevraagd", "gebruik een waarde die niet kleiner is";
    /// The value is above the largest.
    TOO_LARGE "value-too-large" "value" None;
        en "`{element}` is {found}, at most {expected} allowed", "use a value that is not larger";
        nl "`{element}` is {found}, hoogstens {expected} toegestaan", "gebruik een waarde die niet groter is";
    /// The value and the limit are in units that are not compared here.
    LIMIT_UNDECIDED "value-limit-undecided" "not-supported" Some("TYPE_SPECIFIC_CHECKS_DT_QTY_MIN_SYSTEM_MISMATCH");
        en "whether `{element}` keeps to the limit {expected} cannot be told of {found}", "give it in the unit of the limit";
        nl "of `{element}` binnen de grens {expected} blijft is van {found} niet te zeggen", "geef het in de eenheid van de grens";
}

/// Whether the value of an element is one that a profile allows.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, place: Place<'_>, issues: &mut Issues) {
    let element = &place.rule.element;
    if let Some(fixed) = &element.fixed
        && !same(fixed.root(), node)
    {
        issues.push(differing(&FIXED, (fixed.root(), node), place));
    }
    if let Some(pattern) = &element.pattern
        && !holds(pattern.root(), node)
    {
        issues.push(differing(&PATTERN, (pattern.root(), node), place));
    }
    if let (Some(max), Some(text)) = (element.max_length, node.value())
        && text.chars().nth(max as usize).is_some()
    {
        let issue = issue(&TOO_LONG, node, place).with("expected", max.to_string());
        issues.push(issue.with("found", text.chars().count().to_string()));
    }
    let limits = [(&element.min_value, &TOO_SMALL, Ordering::Less), (&element.max_value, &TOO_LARGE, Ordering::Greater)];
    for (limit, code, wrong) in limits {
        let Some(limit) = limit.as_ref().map(|tree| tree.root()) else { continue };
        let found = match compare(scene, node, limit) {
            Some(found) if found == wrong => issue(code, node, place),
            None if node.value().or(node.child_value("value")).is_some() => {
                Issue::cant_tell(&LIMIT_UNDECIDED, node).of(&place.profile.canonical).with("element", &*element.id)
            }
            _ => continue,
        };
        issues.push(found.with("expected", shown(limit)).with("found", shown(node)));
    }
}

fn issue(code: &'static Code, node: Node<'_>, place: Place<'_>) -> Issue {
    Issue::error(code, node).of(&place.profile.canonical).with("element", &*place.rule.element.id)
}

/// About the first element below that differs. A concept is wrong as a whole, as its
/// codings may stand in any order; what differs in it is named and shown.
fn differing(code: &'static Code, (wanted, node): (Node<'_>, Node<'_>), place: Place<'_>) -> Issue {
    let (wanted, found, missing) = first_difference(wanted, node, code == &FIXED);
    let below = found.path().get(node.path().len()..).unwrap_or_default().trim_start_matches('.').to_owned();
    let steps: Vec<&str> = [&*below, missing.unwrap_or_default()].into_iter().filter(|step| !step.is_empty()).collect();
    let at = if steps.is_empty() { String::new() } else { format!(": `{}`", steps.join(".")) };
    let about = if node.type_name() == "CodeableConcept" { node } else { found };
    let shown_found = if missing.is_some() { "-".to_owned() } else { shown(found) };
    let advice = match wanted.value() {
        Some(value) if missing.is_none() => (format!("write `{value}` there"), format!("schrijf daar `{value}`")),
        _ => ("add what the pattern holds".to_owned(), "voeg toe wat het patroon bevat".to_owned()),
    };
    let issue = issue(code, about, place).shown_at(found).with("at", at).saying(("advice", "advice_nl"), advice);
    issue.with("expected", shown(wanted)).with("found", shown_found)
}

/// What is wanted, the element there, and the name of what it lacks.
fn first_difference<'w, 'n>(wanted: Node<'w>, node: Node<'n>, exact: bool) -> (Node<'w>, Node<'n>, Option<&'w str>) {
    for child in wanted.children().filter(|child| child.name() != "id") {
        let fits = |found: &Node<'n>| if exact { same(child, *found) } else { holds(child, *found) };
        if node.children_named(child.name()).any(|found| fits(&found)) {
            continue;
        }
        let mut all = node.children_named(child.name());
        return match (all.next(), all.next()) {
            (None, _) => (child, node, Some(child.name())),
            (Some(found), None) => first_difference(child, found, exact),
            // Which of several it was meant to be nobody knows.
            (Some(_), Some(_)) => (wanted, node, None),
        };
    }
    (wanted, node, None)
}

/// Whether two elements say exactly the same, ids and the order of names aside.
pub(crate) fn same(fixed: Node<'_>, node: Node<'_>) -> bool {
    let count = |node: Node<'_>| node.children().filter(|child| child.name() != "id").count();
    same_value(fixed, node) && count(fixed) == count(node) && {
        let names: Vec<&str> = fixed.children().map(Node::name).filter(|name| *name != "id").collect();
        names.iter().all(|name| {
            let (mut left, mut right) = (fixed.children_named(name), node.children_named(name));
            loop {
                match (left.next(), right.next()) {
                    (Some(left), Some(right)) if same(left, right) => {}
                    (None, None) => return true,
                    _ => return false,
                }
            }
        })
    }
}

/// Whether an element holds all that a pattern holds: of a list, each item
/// somewhere in the list.
pub(crate) fn holds(pattern: Node<'_>, node: Node<'_>) -> bool {
    same_value(pattern, node)
        && pattern.children().all(|wanted| node.children_named(wanted.name()).any(|found| holds(wanted, found)))
}

/// The characters decide, of numbers too: 1.0 says another thing than 1.00.
fn same_value(wanted: Node<'_>, found: Node<'_>) -> bool {
    match wanted.value() {
        None => true,
        Some(text) => found.value() == Some(text),
    }
}

/// How a value stands to a limit; `None` where units or precision do not allow it.
fn compare(scene: &Scene<'_, '_>, node: Node<'_>, limit: Node<'_>) -> Option<Ordering> {
    if scene.types().is_a(node.type_name(), "Quantity") {
        return compare_units(node, limit);
    }
    let (left, right) = (node.value()?, limit.value()?);
    match (fhirpath::decimal(left), fhirpath::decimal(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => DateTime::parse(left)?.compare(DateTime::parse(right)?),
    }
}

/// Units of UCUM are reckoned into one another; others have to be the same.
fn compare_units(node: Node<'_>, limit: Node<'_>) -> Option<Ordering> {
    let system = node.child_value("system");
    if system != limit.child_value("system") {
        return None;
    }
    let (code, other) = (node.child_value("code"), limit.child_value("code"));
    let (left, right) = (decimal_of(node)?, decimal_of(limit)?);
    if code == other {
        return Some(left.cmp(&right));
    }
    let quantity = |value, code: &str| Quantity { value, unit: Unit::Ucum(code.into()) };
    match compare_quantities(&quantity(left, code?), &quantity(right, other?)) {
        Comparison::Ordered(order) if system == Some("http://unitsofmeasure.org") => Some(order),
        _ => None,
    }
}

fn decimal_of(quantity: Node<'_>) -> Option<bigdecimal::BigDecimal> {
    fhirpath::decimal(quantity.child_value("value")?)
}

/// A value for people: the characters of a primitive, JSON of all else.
pub(crate) fn shown(node: Node<'_>) -> String {
    node.value().map_or_else(|| json::write_element(node), ToOwned::to_owned)
}
