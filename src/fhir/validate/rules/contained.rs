//! Contained resources: each with an id of its own, spoken of by what holds
//! them, none within another. Says what the invariants dom-2 to dom-5 say without
//! FHIRPath, in linear time: of the same element, shown where it goes wrong.
//! <https://hl7.org/fhir/R4/references.html#contained>

use std::collections::HashSet;

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, codes};

codes! {
    /// It has no id.
    NO_ID "contained-id-missing" "invalid" Some("Resource_RES_ID_Missing");
        en "the contained resource has no `id`, so nothing can refer to it", "give it an `id`, and refer to it with `#` and the id";
        nl "de ingesloten resource heeft geen `id`, dus niets kan ernaar verwijzen", "geef hem een `id`, en verwijs ernaar met `#` en het id";
    /// Another has the same id.
    SAME_ID "contained-id-twice" "business-rule" Some("RESOURCE_DUPLICATE_CONTAINED_ID");
        en "two contained resources have the id `{found}`", "give each an id of its own";
        nl "twee ingesloten resources hebben het id `{found}`", "geef elk een eigen id";
    /// Nothing refers to it.
    ORPHAN "contained-orphan" "invariant" Some("CONTAINED_ORPHAN_DOM3");
        en "nothing refers to the contained resource `{found}` (dom-3)", "refer to it with `#{found}`, or take it out";
        nl "niets verwijst naar de ingesloten resource `{found}` (dom-3)", "verwijs ernaar met `#{found}`, of haal hem weg";
    /// It contains one itself.
    NESTED "contained-nested" "invariant" Some("http://hl7.org/fhir/StructureDefinition/DomainResource#dom-2");
        en "the contained resource `{found}` contains another (dom-2)", "put both into the `contained` of the resource around them";
        nl "de ingesloten resource `{found}` bevat er zelf een (dom-2)", "zet beide in `contained` van de resource eromheen";
    /// It has a version or a moment of its own.
    VERSION "contained-version" "invariant" Some("http://hl7.org/fhir/StructureDefinition/DomainResource#dom-4");
        en "the contained resource `{found}` has `meta.{element}`, which only a resource of its own has (dom-4)", "take it out";
        nl "de ingesloten resource `{found}` heeft `meta.{element}`, dat alleen een zelfstandige resource heeft (dom-4)", "haal het weg";
    /// It has a security label of its own.
    SECURITY "contained-security" "invariant" Some("http://hl7.org/fhir/StructureDefinition/DomainResource#dom-5");
        en "the contained resource `{found}` has a security label (dom-5)", "put the label on the resource around it";
        nl "de ingesloten resource `{found}` heeft een beveiligingslabel (dom-5)", "zet het label op de resource eromheen";
}

/// Keys of the invariants of `DomainResource` that are said here. `dom-5` of STU3 is none
/// of them: STU3 ends with `dom-4`, and its `dom-1` is about narrative.
pub(super) const SAID: &[&str] = &["dom-2", "dom-3", "dom-4", "dom-5"];

/// The contained resources of a resource.
pub(crate) fn check(scene: &Scene<'_, '_>, resource: Node<'_>, issues: &mut Issues) {
    if resource.child("contained").is_none() {
        return;
    }
    let mut ids = HashSet::new();
    let links = Links::of(resource);
    for contained in resource.children_named("contained") {
        let id = contained.child_value("id");
        match id {
            None => issues.push(Issue::error(&NO_ID, contained)),
            Some(id) if !ids.insert(id) => issues.push(Issue::error(&SAME_ID, contained).with("found", id)),
            Some(_) => {}
        }
        let name = id.unwrap_or("?");
        if !id.is_some_and(|id| links.to.contains(id)) && !links.back.contains(&contained.id()) {
            issues.push(Issue::error(&ORPHAN, contained).with("found", name).keyed("dom-3"));
        }
        let said = |code, key, at| Issue::error(code, resource).shown_at(at).keyed(key).with("found", name);
        if let Some(nested) = contained.child("contained") {
            issues.push(said(&NESTED, "dom-2", nested));
        }
        let Some(meta) = contained.child("meta") else { continue };
        for element in ["versionId", "lastUpdated"] {
            if let Some(node) = meta.child(element) {
                issues.push(said(&VERSION, "dom-4", node).with("element", element));
            }
        }
        // STU3 asks nothing of labels.
        if let Some(label) = meta.child("security").filter(|_| !scene.is_stu3()) {
            issues.push(said(&SECURITY, "dom-5", label));
        }
    }
}

/// What speaks of contained resources.
struct Links<'t> {
    /// Ids behind `#`.
    to: HashSet<&'t str>,
    /// Contained resources that refer to the one around them.
    back: HashSet<crate::fhir::node::NodeId>,
}

impl<'t> Links<'t> {
    fn of(resource: Node<'t>) -> Self {
        let mut links = Self { to: HashSet::new(), back: HashSet::new() };
        for child in resource.children() {
            links.gather(child, (child.name() == "contained").then_some(child));
        }
        links
    }

    /// References, and URIs and canonicals as well: a questionnaire may be contained.
    fn gather(&mut self, node: Node<'t>, within: Option<Node<'t>>) {
        let value =
            node.value().filter(|_| node.name() == "reference" || matches!(node.type_name(), "uri" | "url" | "canonical"));
        if let Some(id) = value.and_then(|value| value.strip_prefix('#')) {
            self.to.insert(id);
            if let Some(within) = within.filter(|_| id.is_empty()) {
                self.back.insert(within.id());
            }
        }
        for child in node.children() {
            self.gather(child, within);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CODES;
    use crate::fhir::validate::rules::trying::Try;

    fn observation(contained: &str, more: &str) -> String {
        format!(r##"{{"resourceType":"Observation","subject":{{"reference":"#a"}},"contained":[{contained}]{more}}}"##)
    }

    fn said(contained: &str) -> Vec<String> {
        Try::default().said(CODES, &observation(contained, ""))
    }

    #[test]
    fn each_has_an_id_of_its_own() {
        assert!(said(r#"{"resourceType":"Patient","id":"a"}"#).is_empty());
        let none = ["contained-id-missing at Observation.contained[0]", "contained-orphan at Observation.contained[0]"];
        assert_eq!(said(r#"{"resourceType":"Patient"}"#), none);
        let twice = r#"{"resourceType":"Patient","id":"a"},{"resourceType":"Group","id":"a"}"#;
        assert_eq!(said(twice), ["contained-id-twice at Observation.contained[1]"]);
    }

    #[test]
    fn each_is_spoken_of() {
        let orphan = r#"{"resourceType":"Patient","id":"a"},{"resourceType":"Patient","id":"b"}"#;
        assert_eq!(said(orphan), ["contained-orphan at Observation.contained[1]"]);
        // From within another contained one, by speaking of the one around it, or by a canonical.
        let inner = r##"{"resourceType":"Patient","id":"a","managingOrganization":{"reference":"#b"}},
            {"resourceType":"Organization","id":"b"}"##;
        assert!(said(inner).is_empty());
        let back = r##"{"resourceType":"Patient","id":"a"},{"resourceType":"Provenance","id":"b","target":[{"reference":"#"}]}"##;
        assert!(said(back).is_empty());
        let form = r##"{"resourceType":"QuestionnaireResponse","questionnaire":"#q",
            "contained":[{"resourceType":"Questionnaire","id":"q"}]}"##;
        assert!(Try::default().said(CODES, form).is_empty());
    }

    #[test]
    fn none_holds_another_or_has_a_version_or_a_label() {
        let nested = r##"{"resourceType":"Patient","id":"a","managingOrganization":{"reference":"#b"},
            "contained":[{"resourceType":"Organization","id":"b"}]}"##;
        assert_eq!(said(nested), ["contained-nested at Observation"]);
        let meta = |meta: &str| format!(r#"{{"resourceType":"Patient","id":"a","meta":{{{meta}}}}}"#);
        assert!(said(&meta(r#""profile":["urn:p"],"tag":[{"code":"x"}]"#)).is_empty());
        assert_eq!(said(&meta(r#""versionId":"1""#)), ["contained-version at Observation"]);
        assert_eq!(said(&meta(r#""lastUpdated":"2026-01-01T00:00:00Z""#)), ["contained-version at Observation"]);
        assert_eq!(said(&meta(r#""security":[{"code":"R"}]"#)), ["contained-security at Observation"]);
        let stu3 = Try::default().stu3();
        assert!(stu3.said(CODES, &observation(&meta(r#""security":[{"code":"R"}]"#), "")).is_empty());
    }

    #[test]
    fn what_is_said_of_the_whole_is_shown_where_it_goes_wrong() {
        let text = observation(r#"{"resourceType":"Patient","id":"a","meta":{"versionId":"1"}}"#, r#","status":"final""#);
        let issues = Try::default().issues(&text);
        let issue = issues.iter().find(|issue| issue.code.name == "contained-version").expect("it is said");
        assert!(
            text[issue.span.start as usize..].starts_with(r#""1""#)
                || text[issue.span.start as usize..].starts_with("\"versionId\"")
        );
        assert_eq!(issue.key.as_deref(), Some("dom-4"));
    }
}
