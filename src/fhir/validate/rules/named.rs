//! What has to be known to judge at all: the profiles that are named beside a
//! resource, and the definition of its type.

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, codes, walk};

codes! {
    /// A profile that was asked for is not known.
    NAMED_UNKNOWN "profile-asked-unknown" "not-found" Some("VALIDATION_VAL_PROFILE_UNKNOWN");
        en "the profile asked for, `{profile}`, is not known here: {why}", "load the package that has it, or mend the canonical";
        nl "het gevraagde profiel `{profile}` is hier niet bekend: {why}", "laad het package waarin het staat, of herstel de canonical";
    /// A profile that was asked for is about another type.
    NAMED_OTHER_TYPE "profile-asked-other-type" "invalid" Some("VALIDATION_VAL_PROFILE_WRONGTYPE");
        en "the profile asked for, `{profile}`, is about `{expected}`, the resource is a `{found}`", "ask for a profile of `{found}`";
        nl "het gevraagde profiel `{profile}` gaat over `{expected}`, de resource is een `{found}`", "vraag om een profiel van `{found}`";
    /// Nothing is known of the type itself.
    DEFINITION_UNKNOWN "definition-unknown" "not-found" None;
        en "no definition of `{found}` is known here, so that its rules could not be looked at", "load the core package of this version of FHIR, `{expected}`";
        nl "er is hier geen definitie van `{found}` bekend, zodat de regels ervan niet bekeken konden worden", "laad het kernpackage van deze versie van FHIR, `{expected}`";
}

/// Whether the profiles that were asked for are known and about this type.
pub(crate) fn check(scene: &Scene<'_, '_>, resource: Node<'_>, profiles: &[&str], issues: &mut Issues) {
    for canonical in profiles {
        match scene.profile(canonical) {
            Err(lack) => {
                let issue = Issue::cant_tell(&NAMED_UNKNOWN, resource).with("profile", *canonical);
                issues.push(issue.with("why", lack.to_string()));
            }
            Ok(profile) if !walk::applies(scene, resource, &profile) => {
                let issue = Issue::error(&NAMED_OTHER_TYPE, resource).with("profile", *canonical);
                issues.push(issue.with("expected", &*profile.definition.type_name).with("found", resource.type_name()));
            }
            Ok(_) => {}
        }
    }
}

/// A resource of whose type no definition is known.
pub(crate) fn undefined(scene: &Scene<'_, '_>, resource: Node<'_>, issues: &mut Issues) {
    let core = scene.types().definition();
    let issue = Issue::cant_tell(&DEFINITION_UNKNOWN, resource).with("found", resource.type_name());
    issues.push(issue.with("expected", format!("{}#{}", core.id, core.version)));
}
