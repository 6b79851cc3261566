//! How often an element occurs.

use crate::fhir::definition::Max;
use crate::fhir::node::Node;
use crate::fhir::validate::walk::Place;
use crate::fhir::validate::{Code, Issue, Issues, codes};

codes! {
    /// Fewer than there must be.
    MISSING "element-missing" "required" Some("Validation_VAL_Profile_Minimum");
        en "`{element}` is there {found} times, at least {expected} asked for", "add `{element}`";
        nl "`{element}` staat er {found} keer, minstens {expected} gevraagd", "voeg `{element}` toe";
    /// More than there may be.
    TOO_MANY "element-too-often" "structure" Some("Validation_VAL_Profile_Maximum");
        en "`{element}` is there {found} times, at most {expected} allowed", "keep at most {expected}";
        nl "`{element}` staat er {found} keer, hoogstens {expected} toegestaan", "houd er hoogstens {expected} over";
    /// The profile does not allow it at all.
    NOT_ALLOWED "element-not-allowed" "structure" Some("Validation_VAL_Profile_NotAllowed");
        en "the profile does not allow `{element}`", "take it out, or say it in another way that the profile knows";
        nl "het profiel staat `{element}` niet toe", "haal het weg, of zeg het op een andere manier die het profiel kent";
}

/// Whether there are as many of an element as a profile asks for.
pub(crate) fn check(parent: Node<'_>, found: &[Node<'_>], place: Place<'_>, issues: &mut Issues) {
    let element = &place.rule.element;
    let count = number(found);
    if let Some(min) = element.min.filter(|min| count < *min) {
        issues.push(issue(&MISSING, parent, place).with("expected", min.to_string()).with("found", count.to_string()));
    }
    if let Some(Max::Count(max)) = element.max
        && count > max
    {
        too_many(parent, (found, max), place, issues);
    }
}

/// Says that there are too many; where none may be, of each of them.
pub(crate) fn too_many(parent: Node<'_>, (found, max): (&[Node<'_>], u32), place: Place<'_>, issues: &mut Issues) {
    if max > 0 {
        let issue = issue(&TOO_MANY, parent, place).with("expected", max.to_string());
        return issues.push(issue.with("found", number(found).to_string()));
    }
    for node in found {
        issues.push(issue(&NOT_ALLOWED, *node, place));
    }
}

fn issue(code: &'static Code, node: Node<'_>, place: Place<'_>) -> Issue {
    Issue::error(code, node).of(&place.profile.canonical).with("element", &*place.rule.element.id)
}

fn number(found: &[Node<'_>]) -> u32 {
    u32::try_from(found.len()).unwrap_or(u32::MAX)
}
