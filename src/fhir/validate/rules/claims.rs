//! The profiles that a resource claims in `meta.profile`, and those that are named
//! beside it: whether they are known, and about its type. One that is not to be had
//! is never passed over: what it asks cannot be told.

use crate::fhir::knowledge::{Lack, split};
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, codes, walk};

codes! {
    /// The profile is not known here.
    PROFILE_UNKNOWN "profile-unknown" "not-found" Some("VALIDATION_VAL_PROFILE_UNKNOWN_ERROR");
        en "the profile `{profile}` is not known here, so what it asks was not looked at", "load the package that has it, or mend the canonical{meant}";
        nl "het profiel `{profile}` is hier niet bekend, dus wat het vraagt is niet bekeken", "laad het package waarin het staat, of herstel de canonical{meant_nl}";
    /// The profile is known in other versions.
    PROFILE_VERSION "profile-version-unknown" "not-found" Some("VALIDATION_VAL_PROFILE_UNKNOWN_ERROR");
        en "the profile `{profile}` is not known here in version {found}, so what it asks was not looked at; known: {expected}", "load the package that has this version, or claim one that is known";
        nl "het profiel `{profile}` is hier niet bekend in versie {found}, dus wat het vraagt is niet bekeken; bekend: {expected}", "laad het package met deze versie, of claim een versie die bekend is";
    /// The profile is known, but cannot be used.
    PROFILE_BROKEN "profile-unusable" "not-supported" None;
        en "the profile `{profile}` cannot be used, so what it asks was not looked at: {why}", "mend the definition, or load a package that has a sound one";
        nl "het profiel `{profile}` is niet te gebruiken, dus wat het vraagt is niet bekeken: {why}", "herstel de definitie, of laad een package met een goede";
    /// The profile is about another type.
    PROFILE_OTHER_TYPE "profile-other-type" "invalid" None;
        en "the profile `{profile}` is about `{expected}`, the resource is a `{found}`", "claim a profile of `{found}`";
        nl "het profiel `{profile}` gaat over `{expected}`, de resource is een `{found}`", "claim een profiel van `{found}`";
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

fn look_up(scene: &Scene<'_, '_>, resource: Node<'_>, (at, canonical): (Node<'_>, &str), issues: &mut Issues) {
    let unknown = |code, name: &str| Issue::cant_tell(code, at).with("profile", name);
    match scene.profile(canonical) {
        Ok(profile) if !walk::applies(scene, resource, &profile) => {
            let issue = Issue::error(&PROFILE_OTHER_TYPE, at).with("profile", canonical);
            issues.push(issue.with("expected", &*profile.definition.type_name).with("found", resource.type_name()));
        }
        Ok(_) => {}
        Err(Lack::Unknown { .. }) => {
            let near = near_profile(scene, resource, canonical);
            issues.push(unknown(&PROFILE_UNKNOWN, canonical).meaning(near));
        }
        Err(Lack::OtherVersion { versions, .. }) => {
            let (url, version) = split(canonical);
            let issue = unknown(&PROFILE_VERSION, url).with("found", version.unwrap_or_default());
            issues.push(issue.with("expected", versions.join(", ")));
        }
        Err(Lack::Broken { message, .. }) => issues.push(unknown(&PROFILE_BROKEN, canonical).with("why", message)),
    }
}

/// The profile of this type that may have been meant by a canonical.
pub(super) fn near_profile<'s>(scene: &Scene<'s, '_>, resource: Node<'_>, canonical: &str) -> Option<&'s str> {
    let near = scene.knowledge.nearest_canonical("StructureDefinition", canonical)?;
    scene.profile(near).ok().filter(|profile| walk::applies(scene, resource, profile)).map(|_| near)
}

#[cfg(test)]
mod tests {
    use super::CODES;
    use crate::fhir::validate::rules::trying::{Try, definition};
    use crate::text::Language;

    /// With a profile of Patient in version 1, and one that stands on nothing.
    fn tried() -> Try {
        let broken = r#"{"resourceType":"StructureDefinition","url":"urn:broken","version":"1","name":"Broken","kind":"resource",
            "type":"Patient","derivation":"constraint","baseDefinition":"urn:nobody",
            "differential":{"element":[{"id":"Patient","path":"Patient"}]}}"#;
        Try::with([definition("urn:patient", "Patient", "", &[r#""id":"Patient","path":"Patient""#]), broken.to_owned()])
    }

    fn claimed(of: &str, profile: &str) -> Vec<String> {
        tried().said(CODES, &format!(r#"{{"resourceType":"{of}","meta":{{"profile":["{profile}"]}}}}"#))
    }

    #[test]
    fn what_is_claimed_is_known_and_about_the_type() {
        assert!(claimed("Patient", "urn:patient").is_empty());
        assert!(claimed("Patient", "urn:patient|1").is_empty());
        assert_eq!(claimed("Patient", "urn:nobody"), ["?profile-unknown at Patient.meta.profile[0]"]);
        assert_eq!(claimed("Patient", "urn:patient|2"), ["?profile-version-unknown at Patient.meta.profile[0]"]);
        assert_eq!(claimed("Patient", "urn:broken"), ["?profile-unusable at Patient.meta.profile[0]"]);
        assert_eq!(claimed("Group", "urn:patient"), ["profile-other-type at Group.meta.profile[0]"]);
    }

    #[test]
    fn an_unknown_one_tells_which_may_have_been_meant() {
        let known = [
            definition("http://x.nl/fhir/patient", "Patient", "", &[r#""id":"Patient","path":"Patient""#]),
            definition("http://x.nl/fhir/group", "Group", "", &[r#""id":"Group","path":"Group""#]),
        ];
        let mend = |profile: &str| {
            let issues =
                Try::with(known.clone()).issues(&format!(r#"{{"resourceType":"Patient","meta":{{"profile":["{profile}"]}}}}"#));
            let issue = issues.into_iter().find(|issue| issue.code == &super::PROFILE_UNKNOWN).expect("it is said");
            issue.mend(Language::En)
        };
        let load = "load the package that has it, or mend the canonical";
        assert_eq!(mend("http://x.nl/fhir/patiant"), format!("{load}; did you mean `http://x.nl/fhir/patient`?"));
        assert_eq!(mend("http://x.nl/fhir/groep"), load, "a profile of something else cannot have been meant");
        assert_eq!(mend("http://x.nl/fhir/nothing"), load);
    }

    #[test]
    fn an_unknown_version_tells_the_known_ones() {
        let issues = tried().issues(r#"{"resourceType":"Patient","meta":{"profile":["urn:patient|2"]}}"#);
        let issue = issues.iter().find(|issue| issue.code == &super::PROFILE_VERSION).expect("it is said");
        assert_eq!((issue.detail("found"), issue.detail("expected")), (Some("2"), Some("1")));
    }
}
