//! Filters of a value set over a code system that is here whole.

use super::code_system::{CodeSystem, Concept};
use super::value_set::Filter;
use super::{Membership, Reason};

/// Longest regular expression of a filter.
const MAX_REGEX: usize = 1 << 10;
/// Most memory of one.
const MAX_REGEX_SIZE: usize = 1 << 20;

/// Whether a concept passes a filter.
pub(super) fn passes(filter: &Filter, system: &CodeSystem, code: &str, concept: &Concept) -> Membership {
    let Filter { property, operator, value } = filter;
    let is_concept = matches!(&**property, "concept" | "code");
    let decided = match &**operator {
        "is-a" if is_concept && system.is_a => known(system, value, code == &**value || system.is_below(code, value)),
        "descendent-of" if is_concept && system.is_a => known(system, value, system.is_below(code, value)),
        "is-not-a" if is_concept && system.is_a => known(system, value, code != &**value && !system.is_below(code, value)),
        "generalizes" if is_concept && system.is_a => known(system, value, code == &**value || system.is_below(value, code)),
        "=" => Some(values(property, code, concept).contains(&&**value)),
        "in" => Some(is_listed(property, value, code, concept)),
        "not-in" => Some(!is_listed(property, value, code, concept)),
        "exists" => Some(values(property, code, concept).is_empty() == (&**value == "false")),
        "regex" => matches(value, &values(property, code, concept)),
        _ => None,
    };
    match decided {
        Some(true) => Membership::In,
        Some(false) => Membership::Out,
        None => Membership::Unknown(Reason::Filter {
            system: system.url.to_string(),
            property: property.to_string(),
            operator: operator.to_string(),
            value: value.to_string(),
        }),
    }
}

/// A filter by a code that the system does not have was meant for another version of it.
fn known(system: &CodeSystem, code: &str, answer: bool) -> Option<bool> {
    system.concept(code).map(|_| answer)
}

fn values<'c>(property: &'c str, code: &'c str, concept: &'c Concept) -> Vec<&'c str> {
    match property {
        "concept" | "code" => vec![code],
        "display" => concept.display.as_deref().into_iter().collect(),
        "parent" => concept.parents.iter().map(|parent| &**parent).collect(),
        _ => concept.property(property).collect(),
    }
}

fn is_listed(property: &str, list: &str, code: &str, concept: &Concept) -> bool {
    let found = values(property, code, concept);
    list.split(',').any(|value| found.contains(&value.trim()))
}

/// FHIR does not say whether a part may match: where it matters, it stays open.
fn matches(pattern: &str, found: &[&str]) -> Option<bool> {
    if pattern.len() > MAX_REGEX {
        return None;
    }
    let compile = |pattern: &str| regex::RegexBuilder::new(pattern).size_limit(MAX_REGEX_SIZE).build().ok();
    let (part, whole) = (compile(pattern)?, compile(&format!("^(?:{pattern})$"))?);
    let (part, whole) = (found.iter().any(|text| part.is_match(text)), found.iter().any(|text| whole.is_match(text)));
    (part == whole).then_some(whole)
}
