//! The check `profile`: whether the profile exists, is about what the step asks
//! for, and has the elements that are named.

use super::place::{Place, Problems, suggest};
use super::scenario::Walk;
use super::step::Asks;
use crate::agreements::{FhirVersion, profile_names, profile_type};
use crate::fhir::fhirpath;
use crate::scenario::{Part, ProfileCheck};

/// Reports what is wrong with a check by a profile.
pub(super) fn check<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, check: &'d ProfileCheck, asks: &Asks<'d>) {
    let resource = profile_type(&check.is);
    if resource.is_none() && !check.is_base() {
        let message = format!("the agreement has no profile `{}`", check.is);
        let names: Vec<&str> = profile_names().chain([ProfileCheck::BASE]).collect();
        walk.problems.at(place.key("is"), "profile-unknown", message).hint = suggest(&check.is, &names);
    }
    if let Some(condition) = &check.condition {
        walk.expression(place.key("where"), condition, &[resource.unwrap_or_default()]);
    }
    misplaced(walk.problems, place, check, resource, asks);
    for (index, element) in check.only.iter().enumerate() {
        let versions = walk.versions.clone();
        self::element(walk.problems, place.key("only").item(index), (element, &versions), resource);
    }
}

/// Nothing is ever judged where the profile is about another type than what is there.
fn misplaced(problems: &mut Problems, place: Place<'_>, check: &ProfileCheck, resource: Option<&str>, asks: &Asks<'_>) {
    let found = match check.of {
        Part::Matches => asks.matched(),
        Part::Resources if !asks.is_search() => asks.matched(),
        Part::Resources | Part::Includes => "",
        Part::Entries => {
            let hint = "write `matches`, `includes` or `resources`";
            problems.at(place.key("of"), "predicate-misplaced", "an entry is no resource and has no profile").hint =
                Some(hint.to_owned());
            return;
        }
    };
    if let Some(resource) = resource
        && !found.is_empty()
        && resource != found
    {
        let message = format!("`{}` is about {resource}, and what comes here is {found}", check.is);
        problems.at(place.key("is"), "predicate-misplaced", message);
    }
}

/// An element of the type, by its path; a word without a point is the key of an invariant.
fn element(problems: &mut Problems, place: Place<'_>, (element, versions): (&str, &[FhirVersion]), resource: Option<&str>) {
    let Some((head, _)) = element.split_once('.') else { return };
    if resource.is_some_and(|resource| resource != head) {
        let resource = resource.unwrap_or_default();
        problems.at(place, "element-unknown", format!("`{element}` is no element of {resource}")).hint =
            Some(format!("begin with the type: `{resource}.…`"));
        return;
    }
    let Ok(expression) = fhirpath::parse(element) else {
        problems.at(place, "element-unknown", format!("`{element}` is no path of an element"));
        return;
    };
    let in_version =
        |fhir: &FhirVersion| expression.check(head, &fhirpath::Variables::default(), fhir.types()).into_iter().next();
    // One version may have it where another has not: then it is about nothing there.
    let wrong: Option<Vec<_>> = versions.iter().map(in_version).collect();
    if let Some(wrong) = wrong.and_then(|wrong| wrong.into_iter().next()) {
        problems.at(place, "element-unknown", wrong.message).hint = wrong.hint;
    }
}
