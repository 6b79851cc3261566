//! The profiles that a resource claims in `meta.profile`.

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, codes, walk};

codes! {
    /// The profile is not known here.
    PROFILE_UNKNOWN "profile-unknown" "not-found" Some("VALIDATION_VAL_PROFILE_UNKNOWN");
        en "the claimed profile `{profile}` is not known here: {why}", "load the package that has it, or mend the canonical in `meta.profile`";
        nl "het geclaimde profiel `{profile}` is hier niet bekend: {why}", "laad het package waarin het staat, of herstel de canonical in `meta.profile`";
    /// The profile is about another type.
    PROFILE_OTHER_TYPE "profile-other-type" "invalid" Some("VALIDATION_VAL_PROFILE_WRONGTYPE");
        en "the claimed profile `{profile}` is about `{expected}`, the resource is a `{found}`", "claim a profile of `{found}`";
        nl "het geclaimde profiel `{profile}` gaat over `{expected}`, de resource is een `{found}`", "claim een profiel van `{found}`";
}

/// Whether the profiles that a resource claims are known and about its type.
pub(crate) fn check(scene: &Scene<'_, '_>, resource: Node<'_>, issues: &mut Issues) {
    let Some(meta) = resource.child("meta") else { return };
    for claimed in meta.children_named("profile") {
        if let Some(canonical) = claimed.value() {
            look_up(scene, resource, (claimed, canonical), issues);
        }
    }
}

fn look_up(scene: &Scene<'_, '_>, resource: Node<'_>, (claimed, canonical): (Node<'_>, &str), issues: &mut Issues) {
    match scene.profile(canonical) {
        Err(lack) => {
            issues.push(Issue::cant_tell(&PROFILE_UNKNOWN, claimed).with("profile", canonical).with("why", lack.to_string()));
        }
        Ok(profile) if !walk::applies(scene, resource, &profile) => {
            let issue = Issue::error(&PROFILE_OTHER_TYPE, claimed).with("profile", canonical);
            issues.push(issue.with("expected", &*profile.definition.type_name).with("found", resource.type_name()));
        }
        Ok(_) => {}
    }
}
