//! What a reference leads to, as a profile asks: its type, its profile, where it
//! is kept, and whether a version is named. A resource in the same document is
//! held against the profiles; of any other only the type is known.
//! <https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.targetProfile>

use std::sync::Arc;

use super::reference::{leads_to, resolve, text};
use crate::fhir::definition::{Derivation, ElementType};
use crate::fhir::knowledge::Lack;
use crate::fhir::node::Node;
use crate::fhir::validate::profile::Profile;
use crate::fhir::validate::walk::{self, Place};
use crate::fhir::validate::{Code, Issue, Issues, Meets, Scene, Severity, codes};

codes! {
    /// What it leads to is of another type.
    WRONG_TYPE "reference-target-type" "invalid" Some("Reference_REF_BadTargetType");
        en "`{element}` refers to a `{found}`, allowed: {expected}", "refer to a resource of a type that is allowed";
        nl "`{element}` verwijst naar een `{found}`, toegestaan: {expected}", "verwijs naar een resource van een toegestaan type";
    /// `Reference.type` is no type that is allowed.
    TYPE_NOT_ALLOWED "reference-type-not-allowed" "structure" Some("Reference_REF_WrongTarget");
        en "`{element}` says that it refers to a `{found}`, allowed: {expected}", "mend `type`, or refer to something else";
        nl "`{element}` zegt naar een `{found}` te verwijzen, toegestaan: {expected}", "herstel `type`, of verwijs naar iets anders";
    /// What it leads to meets none of the profiles.
    NO_PROFILE_MET "reference-target-profile" "structure" Some("Reference_REF_CantMatchChoice");
        en "what `{element}` refers to, `{found}`, meets none of {expected}", "mend the resource, or refer to another";
        nl "waar `{element}` naar verwijst, `{found}`, voldoet aan geen van {expected}", "herstel de resource, of verwijs naar een andere";
    /// Whether it meets one of the profiles cannot be told.
    UNDECIDED "reference-target-undecided" "not-supported" None;
        en "whether what `{element}` refers to, `{found}`, meets one of {expected} cannot be told here{why}", "look at it by hand, or load the package that is missing";
        nl "of waar `{element}` naar verwijst, `{found}`, aan een van {expected} voldoet, is hier niet te zeggen{why}", "bekijk het met de hand, of laad het package dat ontbreekt";
    /// It is kept elsewhere than the profile asks.
    AGGREGATION "reference-aggregation" "business-rule" Some("Reference_REF_Aggregation");
        en "what `{element}` refers to is {found}, asked for: {expected}", "put it where the profile asks for it";
        nl "waar `{element}` naar verwijst is {found}, gevraagd: {expected}", "zet het waar het profiel erom vraagt";
    /// It names a version where it should not, or the other way round.
    VERSIONING "reference-versioning" "business-rule" None;
        en "`{element}` has to be {expected} of the version, found `{found}`", "write it with `/_history/` and a version where it is specific, without where it is independent";
        nl "`{element}` moet {expected} zijn van de versie, gevonden: `{found}`", "schrijf hem met `/_history/` en een versie als hij specific is, zonder als hij independent is";
}

/// What is asked of a reference, and where.
struct Asked<'p> {
    place: Place<'p>,
    types: Vec<&'p ElementType>,
    known: Vec<Arc<Profile>>,
    unknown: Vec<Lack>,
}

/// Whether a reference leads to what a profile asks for.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) {
    if node.type_name() != "Reference" {
        return;
    }
    let asked = Asked::of(scene, place);
    let said = asked.said(scene, node, issues);
    if let Some(text) = text(node).filter(|text| !text.is_empty()) {
        let target = resolve(scene, node, text);
        asked.kept(node, (text, target), issues);
        asked.versioned(node, text, issues);
        asked.target(scene, node, (text, target, said), issues);
    }
}

impl<'p> Asked<'p> {
    fn of(scene: &Scene<'_, '_>, place: Place<'p>) -> Self {
        let types: Vec<&ElementType> = place.rule.element.types.iter().filter(|asked| &*asked.code == "Reference").collect();
        let mut asked = Self { place, types, known: Vec::new(), unknown: Vec::new() };
        for canonical in asked.types.iter().flat_map(|asked| &asked.targets) {
            match scene.profile(canonical) {
                Ok(profile) => asked.known.push(profile),
                Err(lack) => asked.unknown.push(lack),
            }
        }
        asked
    }

    fn issue(&self, code: &'static Code, severity: Severity, node: Node<'_>) -> Issue {
        Issue::new(code, severity, node).of(&self.place.profile.canonical).with("element", &*self.place.rule.element.id)
    }

    /// The canonicals of the targets.
    fn names(&self) -> String {
        let names = self.types.iter().flat_map(|asked| &asked.targets).map(|name| format!("`{name}`"));
        names.collect::<Vec<_>>().join(", ")
    }

    fn allows(&self, scene: &Scene<'_, '_>, found: &str) -> bool {
        self.known.iter().any(|profile| scene.types().is_a(found, &profile.definition.type_name))
    }

    /// The types of the targets.
    fn type_names(&self) -> String {
        let mut names: Vec<&str> = self.known.iter().map(|profile| &*profile.definition.type_name).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }

    fn target<'t>(
        &self,
        scene: &Scene<'_, 't>,
        node: Node<'t>,
        (text, target, said): (&'t str, Option<Node<'t>>, Option<&str>),
        issues: &mut Issues,
    ) {
        if self.known.is_empty() && self.unknown.is_empty() {
            return;
        }
        let Some(found) = leads_to(scene, node, text) else { return };
        match target {
            // That the type is wrong is told of the type that it says itself.
            None if said == Some(found) => {}
            _ if !self.allows(scene, found) => {
                // Nobody has the resource here; its address is a strong hint, no proof.
                let severity = if target.is_some() { Severity::Error } else { Severity::Warning };
                issues.push(match self.unknown.first() {
                    Some(lack) => self.undecided(node, text, &format!(": {lack}")),
                    None => self.issue(&WRONG_TYPE, severity, node).with("found", found).with("expected", self.type_names()),
                });
            }
            Some(target) => self.profiles(scene, (node, text), target, issues),
            None => {}
        }
    }

    fn undecided(&self, node: Node<'_>, text: &str, why: &str) -> Issue {
        self.issue(&UNDECIDED, Severity::CantTell, node).with("found", text).with("expected", self.names()).with("why", why)
    }

    fn profiles<'t>(&self, scene: &Scene<'_, 't>, (node, text): (Node<'t>, &str), target: Node<'t>, issues: &mut Issues) {
        let (mut in_doubt, mut leans_on_codes) = (None, false);
        for profile in self.known.iter().filter(|profile| walk::applies(scene, target, profile)) {
            // By its type every resource is judged where it stands.
            let is_type = profile.definition.derivation == Derivation::Specialization;
            match if is_type { Meets::Yes } else { walk::meets(scene, target, profile) } {
                Meets::Yes => return,
                Meets::ButForCodes => leans_on_codes = true,
                Meets::No => {}
                Meets::Unknown => in_doubt = Some(String::new()),
            }
        }
        if leans_on_codes {
            return issues.lean_on_codes();
        }
        let why = in_doubt.or_else(|| self.unknown.first().map(|lack| format!(": {lack}")));
        issues.push(match why {
            Some(why) => self.undecided(node, text, &why),
            None => self.issue(&NO_PROFILE_MET, Severity::Error, node).with("found", text).with("expected", self.names()),
        });
    }

    /// `Reference.type` beside the types that are allowed: the one that it says where it is none of them.
    fn said<'t>(&self, scene: &Scene<'_, '_>, node: Node<'t>, issues: &mut Issues) -> Option<&'t str> {
        let said = node.child_value("type").filter(|_| self.unknown.is_empty() && !self.known.is_empty())?;
        let said = said.strip_prefix("http://hl7.org/fhir/StructureDefinition/").unwrap_or(said);
        if self.allows(scene, said) {
            return None;
        }
        let issue = self.issue(&TYPE_NOT_ALLOWED, Severity::Error, node);
        issues.push(issue.with("found", said).with("expected", self.type_names()));
        Some(said)
    }

    /// Where the resource is kept.
    fn kept(&self, node: Node<'_>, (text, target): (&str, Option<Node<'_>>), issues: &mut Issues) {
        if self.types.iter().any(|asked| asked.aggregation.is_empty()) {
            return;
        }
        let modes: Vec<&str> = self.types.iter().flat_map(|asked| &asked.aggregation).map(|mode| &**mode).collect();
        let found = match target {
            _ if text.starts_with('#') => "contained",
            Some(_) => "bundled",
            None => "referenced",
        };
        // What is in the same Bundle is referred to as well.
        let fits = |mode: &str| mode == found || (found == "bundled" && mode == "referenced");
        if !modes.is_empty() && !modes.iter().any(|mode| fits(mode)) {
            let issue = self.issue(&AGGREGATION, Severity::Error, node).with("found", found);
            issues.push(issue.with("expected", modes.join(", ")));
        }
    }

    /// Whether a version is named.
    fn versioned(&self, node: Node<'_>, text: &str, issues: &mut Issues) {
        let names_version = text.contains("/_history/");
        let fits = |asked: &&ElementType| match asked.versioning.as_deref() {
            Some("specific") => names_version,
            Some("independent") => !names_version,
            _ => true,
        };
        if let Some(asked) = self.types.first().filter(|_| !self.types.iter().any(fits)) {
            let wanted = asked.versioning.as_deref().unwrap_or_default();
            issues.push(self.issue(&VERSIONING, Severity::Error, node).with("found", text).with("expected", wanted));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CODES;
    use crate::fhir::validate::rules::trying::{Try, definition, of_bundle, of_type};

    const PATIENT: &str = "http://hl7.org/fhir/StructureDefinition/Patient";

    /// Observation with a subject of this type, Patients that have a birth date, and types.
    fn asking(subject: &str) -> Try {
        let root = r#""id":"Observation","path":"Observation""#;
        let subject = format!(r#""id":"Observation.subject","path":"Observation.subject","max":"1","type":[{subject}]"#);
        let born = r#""id":"Patient.birthDate","path":"Patient.birthDate","min":1,"max":"1""#;
        let mut tried = Try::with([
            definition("urn:observation", "Observation", "", &[root, &subject]),
            definition("urn:born", "Patient", "", &[r#""id":"Patient","path":"Patient""#, born]),
            of_type("Patient"),
            of_type("Group"),
            of_bundle(),
        ]);
        tried.profiles = vec!["urn:observation"];
        tried
    }

    fn target(profile: &str) -> String {
        format!(r#"{{"code":"Reference","targetProfile":["{profile}"]}}"#)
    }

    fn said(asked: &str, contained: &str, subject: &str) -> Vec<String> {
        let text = format!(r#"{{"resourceType":"Observation","contained":[{contained}],"subject":{{{subject}}}}}"#);
        asking(asked).said(CODES, &text)
    }

    const BORN: &str = r#"{"resourceType":"Patient","id":"c","birthDate":"1950-01-01"}"#;
    const UNBORN: &str = r#"{"resourceType":"Patient","id":"c"}"#;
    const GROUP: &str = r#"{"resourceType":"Group","id":"c"}"#;
    const TO_C: &str = r##""reference":"#c""##;

    #[test]
    fn a_target_has_an_allowed_type() {
        assert!(said(&target(PATIENT), UNBORN, TO_C).is_empty());
        assert_eq!(said(&target(PATIENT), GROUP, TO_C), ["reference-target-type at Observation.subject"]);
        assert!(said(&target(PATIENT), "", r#""reference":"Patient/1""#).is_empty());
        assert_eq!(said(&target(PATIENT), "", r#""reference":"Group/1""#), ["~reference-target-type at Observation.subject"]);
        assert!(said(&target(PATIENT), "", r#""reference":"urn:oid:2.999.1""#).is_empty());
        assert!(said(r#"{"code":"Reference"}"#, GROUP, TO_C).is_empty());
    }

    #[test]
    fn a_target_meets_one_of_the_profiles() {
        assert!(said(&target("urn:born"), BORN, TO_C).is_empty());
        assert_eq!(said(&target("urn:born"), UNBORN, TO_C), ["reference-target-profile at Observation.subject"]);
        let either = r#"{"code":"Reference","targetProfile":["urn:born","http://hl7.org/fhir/StructureDefinition/Group"]}"#;
        assert!(said(either, GROUP, TO_C).is_empty());
        assert_eq!(said(either, UNBORN, TO_C), ["reference-target-profile at Observation.subject"]);
    }

    #[test]
    fn what_is_not_known_cannot_be_told() {
        assert_eq!(said(&target("urn:nobody"), BORN, TO_C), ["?reference-target-undecided at Observation.subject"]);
        assert_eq!(
            said(&target("urn:nobody"), "", r#""reference":"Patient/1""#),
            ["?reference-target-undecided at Observation.subject"]
        );
        let either = r#"{"code":"Reference","targetProfile":["urn:nobody","urn:born"]}"#;
        assert!(said(either, BORN, TO_C).is_empty());
        assert_eq!(said(either, UNBORN, TO_C), ["?reference-target-undecided at Observation.subject"]);
    }

    #[test]
    fn the_type_that_is_said_is_allowed() {
        assert!(said(&target(PATIENT), "", r#""type":"Patient","display":"x""#).is_empty());
        let wrong = ["reference-type-not-allowed at Observation.subject"];
        assert_eq!(said(&target(PATIENT), "", r#""type":"Group","display":"x""#), wrong);
        assert!(said(&target("urn:nobody"), "", r#""type":"Group","display":"x""#).is_empty());
        // The address says the same: once is enough. Another is another mistake.
        assert_eq!(said(&target(PATIENT), "", r#""type":"Group","reference":"Group/1""#), wrong);
        let both = said(&target(PATIENT), "", r#""type":"Group","reference":"Device/1""#);
        assert!(both.contains(&"~reference-target-type at Observation.subject".to_owned()), "{both:?}");
    }

    #[test]
    fn a_target_is_kept_where_the_profile_asks() {
        let kept =
            |modes: &str, subject: &str| said(&format!(r#"{{"code":"Reference","aggregation":[{modes}]}}"#), BORN, subject);
        assert!(kept(r#""contained""#, TO_C).is_empty());
        assert!(kept(r#""referenced""#, r#""reference":"Patient/1""#).is_empty());
        assert!(kept("", TO_C).is_empty());
        let wrong = ["reference-aggregation at Observation.subject"];
        assert_eq!(kept(r#""referenced","bundled""#, TO_C), wrong);
        assert_eq!(kept(r#""contained","bundled""#, r#""reference":"Patient/1""#), wrong);
    }

    #[test]
    fn a_version_is_named_where_the_profile_asks() {
        let named = |versioning: &str, subject: &str| {
            said(&format!(r#"{{"code":"Reference","versioning":"{versioning}"}}"#), "", &format!(r#""reference":"{subject}""#))
        };
        assert!(named("specific", "Patient/1/_history/2").is_empty());
        assert!(named("independent", "Patient/1").is_empty());
        assert!(named("either", "Patient/1").is_empty());
        assert_eq!(named("specific", "Patient/1"), ["reference-versioning at Observation.subject"]);
        assert_eq!(named("independent", "Patient/1/_history/2"), ["reference-versioning at Observation.subject"]);
    }

    #[test]
    fn a_target_in_the_same_bundle_is_found_by_its_address() {
        let bundle = |base: &str, birth: &str| {
            format!(
                r#"{{"resourceType":"Bundle","type":"collection","entry":[
                {{"fullUrl":"https://s.nl/fhir/Observation/1","resource":{{"resourceType":"Observation","id":"1",
                "meta":{{"profile":["urn:observation"]}},"subject":{{"reference":"Patient/1"}}}}}},
                {{"fullUrl":"{base}/Patient/1","resource":{{"resourceType":"Patient","id":"1"{birth}}}}}]}}"#
            )
        };
        let mut tried = asking(&target("urn:born"));
        tried.profiles.clear();
        let wrong = ["reference-target-profile at Bundle.entry[0].resource.subject"];
        assert_eq!(tried.said(CODES, &bundle("https://s.nl/fhir", "")), wrong);
        assert!(tried.said(CODES, &bundle("https://s.nl/fhir", r#","birthDate":"1950""#)).is_empty());
        // Another server: another Patient.
        assert!(tried.said(CODES, &bundle("https://other.nl/fhir", "")).is_empty());
    }

    /// Persons that are linked to Persons who are linked too.
    fn linked(count: usize, links: impl Fn(usize) -> Vec<usize>) -> Vec<String> {
        let target = r#"{"code":"Reference","targetProfile":["urn:linked"]}"#;
        let to = format!(r#""id":"Person.link.target","path":"Person.link.target","max":"1","type":[{target}]"#);
        let elements = [r#""id":"Person","path":"Person""#, r#""id":"Person.link","path":"Person.link","min":1,"max":"*""#, &to];
        let tried = Try::with([definition("urn:linked", "Person", "", &elements), of_bundle()]);
        let entry = |at: usize| {
            let links: Vec<String> =
                links(at).iter().map(|to| format!(r#"{{"target":{{"reference":"Person/{to}"}}}}"#)).collect();
            let links = if links.is_empty() { String::new() } else { format!(r#","link":[{}]"#, links.join(",")) };
            format!(
                r#"{{"fullUrl":"https://s.nl/Person/{at}","resource":{{"resourceType":"Person","id":"{at}",
                "meta":{{"profile":["urn:linked"]}}{links}}}}}"#
            )
        };
        let entries: Vec<String> = (0..count).map(entry).collect();
        tried.said(CODES, &format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#, entries.join(",")))
    }

    #[test]
    fn references_may_run_in_rings() {
        assert!(linked(3, |at| vec![(at + 1) % 3]).is_empty());
        assert!(linked(1, |_| vec![0]).is_empty());
        // All to all: 14 make more paths than anyone could walk one by one.
        assert!(linked(14, |_| (0..14).collect()).is_empty());
    }

    #[test]
    fn one_that_fails_in_a_ring_fails_those_that_lean_on_it() {
        // The last has no link; each leads to the next and to the first.
        let said = linked(4, |at| if at == 3 { vec![] } else { vec![0, at + 1] });
        assert_eq!(said.len(), 6, "{said:?}");
        assert!(said.iter().all(|said| said.starts_with("reference-target-profile")), "{said:?}");
    }

    #[test]
    fn a_long_chain_is_given_up_and_takes_no_stack() {
        let said = linked(400, |at| vec![if at == 399 { at } else { at + 1 }]);
        assert!(!said.is_empty() && said.iter().all(|said| said.starts_with("?reference-target-undecided")), "{said:?}");
    }
}
