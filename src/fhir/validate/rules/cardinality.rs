//! How often an element occurs.

use crate::fhir::definition::Max;
use crate::fhir::node::Node;
use crate::fhir::validate::walk::Place;
use crate::fhir::validate::{Issue, Issues, codes};

codes! {
    /// Fewer than there must be.
    MISSING "element-missing" "required" Some("Validation_VAL_Profile_Minimum");
        en "`{element}` is there {found} times, at least {expected} asked for", "add `{element}`";
        nl "`{element}` staat er {found} keer, minstens {expected} gevraagd", "voeg `{element}` toe";
    /// More than there may be.
    TOO_MANY "element-too-often" "structure" Some("Validation_VAL_Profile_Maximum");
        en "`{element}` is there {found} times, at most {expected} allowed", "keep at most {expected}";
        nl "`{element}` staat er {found} keer, hoogstens {expected} toegestaan", "houd er hoogstens {expected} over";
}

/// Whether there are as many of an element as a profile asks for.
pub(crate) fn check(parent: Node<'_>, found: &[Node<'_>], place: Place<'_>, issues: &mut Issues) {
    let element = &place.rule.element;
    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let issue = |code, expected: u32| {
        let issue = Issue::error(code, parent).of(&place.profile.canonical);
        issue.with("element", &*element.id).with("expected", expected.to_string()).with("found", count.to_string())
    };
    if let Some(min) = element.min.filter(|min| count < *min) {
        issues.push(issue(&MISSING, min));
    }
    if let Some(Max::Count(max)) = element.max
        && count > max
    {
        issues.push(issue(&TOO_MANY, max));
    }
}
