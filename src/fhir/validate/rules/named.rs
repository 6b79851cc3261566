//! What has to be known to judge at all: the profiles that are named beside a
//! resource, and the definition of its type.

use super::claims;
use crate::fhir::knowledge::Lack;
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, codes, walk};

codes! {
    /// A profile that was asked for is not known.
    NAMED_UNKNOWN "profile-asked-unknown" "not-found" Some("VALIDATION_VAL_PROFILE_UNKNOWN");
        en "the profile asked for, `{profile}`, is not known here: {why}", "load the package that has it, or mend the canonical{meant}";
        nl "het gevraagde profiel `{profile}` is hier niet bekend: {why}", "laad het package waarin het staat, of herstel de canonical{meant_nl}";
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
            Err(Lack::Broken { message, .. }) => {
                let issue = Issue::cant_tell(&claims::PROFILE_BROKEN, resource).with("profile", *canonical);
                issues.push(issue.with("why", message));
            }
            Err(lack) => {
                let near = claims::near_profile(scene, resource, canonical);
                let issue = Issue::cant_tell(&NAMED_UNKNOWN, resource).with("profile", *canonical);
                issues.push(issue.with("why", lack.to_string()).meaning(near));
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

#[cfg(test)]
mod tests {
    use super::super::claims::PROFILE_BROKEN;
    use super::NAMED_UNKNOWN;
    use crate::fhir::validate::rules::trying::{Try, definition};
    use crate::text::Language;

    #[test]
    fn one_that_cannot_be_built_is_to_be_mended_and_one_that_is_not_here_to_be_loaded() {
        let broken = r#"{"resourceType":"StructureDefinition","url":"http://x.nl/broken","name":"Broken","kind":"resource",
            "type":"Patient","derivation":"constraint","baseDefinition":"urn:nobody",
            "differential":{"element":[{"id":"Patient","path":"Patient"}]}}"#;
        let whole = definition("http://x.nl/whole", "Patient", "", &[r#""id":"Patient","path":"Patient""#]);
        let said = |profile: &'static str| {
            let tried = Try { profiles: vec![profile], ..Try::with([broken.to_owned(), whole.clone()]) };
            let issues = tried.issues(r#"{"resourceType":"Patient"}"#).into_iter();
            let mut issues = issues.filter(|issue| [&NAMED_UNKNOWN, &PROFILE_BROKEN].contains(&issue.code));
            issues.next().map(|issue| (issue.code.name, issue.mend(Language::En)))
        };
        let mend = "mend the definition, or load a package that has a sound one";
        assert_eq!(said("http://x.nl/broken"), Some(("profile-unusable", mend.to_owned())));
        let load = "load the package that has it, or mend the canonical; did you mean `http://x.nl/whole`?";
        assert_eq!(said("http://x.nl/whol"), Some(("profile-asked-unknown", load.to_owned())));
        assert_eq!(said("http://x.nl/whole"), None);
    }
}
