//! The type of an element, and the profiles that its type has to meet.

use std::sync::Arc;

use super::claims::PROFILE_BROKEN;
use crate::fhir::definition::ElementType;
use crate::fhir::knowledge::Lack;
use crate::fhir::node::Node;
use crate::fhir::validate::profile::Profile;
use crate::fhir::validate::walk::{self, Place};
use crate::fhir::validate::{Issue, Issues, Meets, Scene, codes};

codes! {
    /// The type is not one of those allowed.
    TYPE_NOT_ALLOWED "type-not-allowed" "structure" Some("Validation_VAL_Profile_WrongType");
        en "`{element}` is a `{found}`, allowed: {expected}", "use one of the types allowed";
        nl "`{element}` is een `{found}`, toegestaan: {expected}", "gebruik een van de toegestane typen";
    /// The profile of a type is not to be had.
    TYPE_PROFILE_UNKNOWN "type-profile-unknown" "not-found" Some("VALIDATION_VAL_UNKNOWN_PROFILE");
        en "`{element}` has to meet `{profile}`, which is not known here: {why}", "load the package that has it";
        nl "`{element}` moet voldoen aan `{profile}`, dat hier niet bekend is: {why}", "laad het package waarin het staat";
    /// None of several profiles is met.
    NO_PROFILE_MET "type-profile-none-met" "structure" Some("Validation_VAL_Profile_NoMatch");
        en "`{element}` meets none of {expected}", "make it meet one of them";
        nl "`{element}` voldoet aan geen van {expected}", "laat het aan een ervan voldoen";
}

/// Whether elements have a type that a profile allows.
pub(crate) fn check(scene: &Scene<'_, '_>, found: &[Node<'_>], place: Place<'_>, issues: &mut Issues) {
    let types = &place.rule.element.types;
    for node in found {
        if !is_allowed(scene, *node, place) {
            let allowed: Vec<&str> = types.iter().map(|allowed| &*allowed.code).collect();
            let issue = Issue::error(&TYPE_NOT_ALLOWED, *node).of(&place.profile.canonical);
            let issue = issue.with("element", &*place.rule.element.id).with("expected", allowed.join(", "));
            issues.push(issue.with("found", node.type_name()));
        }
    }
}

/// Whether an element is of one of the types of its rule; one that FHIR does not
/// know is told elsewhere.
pub(crate) fn is_allowed(scene: &Scene<'_, '_>, node: Node<'_>, place: Place<'_>) -> bool {
    let types = &place.rule.element.types;
    types.is_empty() || node.type_name().is_empty() || types.iter().any(|allowed| fits(scene, node, allowed))
}

fn fits(scene: &Scene<'_, '_>, node: Node<'_>, allowed: &ElementType) -> bool {
    is_of(scene, node, &allowed.code)
}

/// Whether an element is of a type. Elements with elements of their own are of
/// an unnamed type, which the tables name by its path. The name of a choice says its
/// type: where a `string` is allowed a `valueCode` is not, though a code is a string.
pub(super) fn is_of(scene: &Scene<'_, '_>, node: Node<'_>, allowed: &str) -> bool {
    let found = node.type_name();
    let is_exact = node.is_choice() && !scene.types().get(allowed).is_some_and(|allowed| allowed.is_abstract);
    *allowed == *found || found.contains('.') || (!is_exact && scene.types().is_a(found, allowed))
}

/// The profiles that the type of an element has to meet. Of several, one is
/// enough: the first that is met, or an issue where none is.
pub(crate) fn profiles<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) -> Vec<Arc<Profile>> {
    let allowed = place.rule.element.types.iter().filter(|allowed| fits(scene, node, allowed));
    let named: Vec<&Arc<str>> = allowed.flat_map(|allowed| &allowed.profiles).collect();
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for canonical in &named {
        match scene.profile(canonical) {
            Ok(profile) => known.push(profile),
            Err(lack) => unknown.push((canonical, lack)),
        }
    }
    let answers: Vec<Meets> = match named.len() {
        0 | 1 => vec![Meets::Yes; known.len()],
        _ => known.iter().map(|profile| walk::meets(scene, node, profile)).collect(),
    };
    if let Some(met) = answers.iter().position(|answer| *answer == Meets::Yes) {
        return vec![known.swap_remove(met)];
    }
    for (canonical, lack) in &unknown {
        if let Lack::Broken { message, .. } = lack {
            let issue = Issue::cant_tell(&PROFILE_BROKEN, node).of(&place.profile.canonical);
            issues.push(issue.with("profile", &****canonical).with("why", &**message));
            continue;
        }
        let issue = Issue::cant_tell(&TYPE_PROFILE_UNKNOWN, node).of(&place.profile.canonical);
        let issue = issue.with("element", &*place.rule.element.id).with("profile", &****canonical);
        issues.push(issue.with("why", lack.to_string()));
    }
    if !named.is_empty() && unknown.is_empty() && answers.iter().all(|answer| *answer == Meets::No) {
        let names: Vec<String> = named.iter().map(|name| format!("`{name}`")).collect();
        let issue = Issue::error(&NO_PROFILE_MET, node).of(&place.profile.canonical);
        issues.push(issue.with("element", &*place.rule.element.id).with("expected", names.join(", ")));
    }
    let doubtful = known.into_iter().zip(answers).filter(|(_, answer)| *answer != Meets::No);
    doubtful.map(|(profile, _)| profile).collect()
}
