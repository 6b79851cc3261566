//! Fixed values and patterns, smallest and largest value, longest text.

use crate::fhir::date::DateTime;
use crate::fhir::json;
use crate::fhir::node::Node;
use crate::fhir::validate::walk::Place;
use crate::fhir::validate::{Issue, Issues, Scene, codes};

codes! {
    /// The value is not the fixed one.
    FIXED "value-not-fixed" "value" Some("_DT_Fixed_Wrong");
        en "`{element}` has another value than the profile fixes", "use exactly the fixed value";
        nl "`{element}` heeft een andere waarde dan het profiel vastlegt", "gebruik precies de vastgelegde waarde";
    /// The value lacks something of the pattern.
    PATTERN "value-not-pattern" "value" Some("TYPE_CHECKS_PATTERN_CC");
        en "`{element}` does not hold what the profile's pattern asks for", "add what the pattern holds; more may stand beside it";
        nl "`{element}` bevat niet wat het patroon van het profiel vraagt", "voeg toe wat het patroon bevat; er mag meer naast staan";
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
}

/// Whether the value of an element is one that a profile allows.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, place: Place<'_>, issues: &mut Issues) {
    let element = &place.rule.element;
    let issue = |code, expected: String, found: String| {
        let issue = Issue::error(code, node).of(&place.profile.canonical).with("element", &*element.id);
        issue.with("expected", expected).with("found", found)
    };
    if let Some(fixed) = &element.fixed
        && !same(fixed.root(), node)
    {
        issues.push(issue(&FIXED, shown(fixed.root()), shown(node)));
    }
    if let Some(pattern) = &element.pattern
        && !holds(pattern.root(), node)
    {
        issues.push(issue(&PATTERN, shown(pattern.root()), shown(node)));
    }
    if let (Some(max), Some(text)) = (element.max_length, node.value())
        && text.chars().nth(max as usize).is_some()
    {
        issues.push(issue(&TOO_LONG, max.to_string(), text.chars().count().to_string()));
    }
    let outside = |limit: &Node<'_>, wrong| compare(scene, node, *limit) == Some(wrong);
    if let Some(limit) =
        element.min_value.as_ref().map(|tree| tree.root()).filter(|limit| outside(limit, std::cmp::Ordering::Less))
    {
        issues.push(issue(&TOO_SMALL, shown(limit), shown(node)));
    }
    if let Some(limit) =
        element.max_value.as_ref().map(|tree| tree.root()).filter(|limit| outside(limit, std::cmp::Ordering::Greater))
    {
        issues.push(issue(&TOO_LARGE, shown(limit), shown(node)));
    }
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

/// Numbers are the same by their value's digits, all else by its characters.
fn same_value(wanted: Node<'_>, found: Node<'_>) -> bool {
    match wanted.value() {
        None => true,
        Some(text) => found.value() == Some(text),
    }
}

fn compare(scene: &Scene<'_, '_>, node: Node<'_>, limit: Node<'_>) -> Option<std::cmp::Ordering> {
    let (left, right) = (node.child_value("value").or(node.value())?, limit.child_value("value").or(limit.value())?);
    if scene.types().is_a(node.type_name(), "Quantity") && node.child_value("code") != limit.child_value("code") {
        return None;
    }
    if let (Ok(left), Ok(right)) = (left.parse::<bigdecimal::BigDecimal>(), right.parse::<bigdecimal::BigDecimal>()) {
        return Some(left.cmp(&right));
    }
    DateTime::parse(left)?.compare(DateTime::parse(right)?)
}

/// A value for people: the characters of a primitive, JSON of all else.
pub(crate) fn shown(node: Node<'_>) -> String {
    node.value().map_or_else(|| json::write(node), ToOwned::to_owned)
}
