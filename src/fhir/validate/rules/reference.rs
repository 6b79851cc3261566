//! References: how they are written, and what they lead to in the same document.
//! What is not in the document is not fetched: only its type is looked at, where
//! the reference says it. What profiles ask of it is in `target`.
//! <https://hl7.org/fhir/R4/references.html>

use super::primitive::{is_absolute, is_id};
use crate::fhir::node::Node;
use crate::fhir::validate::{Found, Issue, Issues, Scene, codes};

codes! {
    /// It is written as no reference is.
    MALFORMED "reference-malformed" "invalid" Some("REFERENCE_REF_INVALID_REF");
        en "`{found}` is no reference", "write `Type/id`, an absolute URL, `urn:uuid:…`, or `#` and the id of a contained resource";
        nl "`{found}` is geen verwijzing", "schrijf `Type/id`, een absolute URL, `urn:uuid:…`, of `#` en het id van een ingesloten resource";
    /// It is relative, and not to a type with an id.
    NO_TYPE_AND_ID "reference-relative" "invalid" Some("Reference_REF_Format2");
        en "`{found}` is no `Type/id` with a type of FHIR", "write the type and the id of the resource, or its absolute URL";
        nl "`{found}` is geen `Type/id` met een type van FHIR", "schrijf het type en het id van de resource, of de absolute URL";
    /// The contained resource is not there.
    NOT_CONTAINED "reference-contained-missing" "not-found" Some("Reference_REF_CantResolve");
        en "`{found}` refers to a contained resource that is not there (ref-1)", "add it to `contained` with this id, or mend the reference";
        nl "`{found}` verwijst naar een ingesloten resource die er niet is (ref-1)", "zet hem met dit id in `contained`, of herstel de verwijzing";
    /// Several entries of the Bundle are meant.
    SEVERAL "reference-ambiguous" "business-rule" Some("Bundle_BUNDLE_MultipleMatches");
        en "`{found}` leads to several entries of the Bundle", "name the version: `{found}/_history/` and the `meta.versionId`";
        nl "`{found}` leidt naar verschillende entries van de Bundle", "noem de versie: `{found}/_history/` en de `meta.versionId`";
    /// `Reference.type` and the reference differ.
    TYPES_DIFFER "reference-types-differ" "structure" Some("Reference_REF_BadTargetType");
        en "`type` says `{expected}`, the reference itself leads to a `{found}`", "make both say the same, or leave `type` out";
        nl "`type` zegt `{expected}`, de verwijzing zelf leidt naar een `{found}`", "laat beide hetzelfde zeggen, of laat `type` weg";
}

/// Keys of the invariants of `Reference` that are said here.
pub(super) const SAID: &[&str] = &["ref-1"];

/// How a reference itself is written, whatever a profile says.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, issues: &mut Issues) {
    // An empty one is told of as any empty value.
    let Some(text) = text(node).filter(|text| !text.is_empty()) else { return };
    if let Some(id) = text.strip_prefix('#') {
        let is_there = if id.is_empty() { is_within(node) } else { contained(scene, node, id).is_some() };
        if !is_there {
            issues.push(Issue::error(&NOT_CONTAINED, node).with("found", text).keyed("ref-1"));
        }
    } else if text.contains(char::is_whitespace) {
        issues.push(Issue::error(&MALFORMED, node).with("found", text));
    } else if !is_absolute(text) && relative(scene, text).is_none() {
        relative_wrong(node, text, issues);
    }
    // A history holds the versions of a resource side by side: any of them may be meant.
    if scene.bundled(node, text) == Found::Several && bundle_type(node) != Some("history") {
        issues.push(Issue::error(&SEVERAL, node).with("found", text));
    }
    if let (Some(said), Some(found)) = (node.child_value("type"), leads_to(scene, node, text))
        && said != found
        && scene.types().resource(said).is_some()
    {
        issues.push(Issue::error(&TYPES_DIFFER, node).with("expected", said).with("found", found));
    }
}

fn relative_wrong(node: Node<'_>, text: &str, issues: &mut Issues) {
    let of_bundle = bundle_type(node);
    let is_search = text.contains('?') && matches!(of_bundle, Some("transaction" | "batch"));
    if !is_search {
        // Within a Bundle it has to lead somewhere; elsewhere only its reader may know where.
        let new = if of_bundle.is_some() { Issue::error } else { Issue::warning };
        issues.push(new(&NO_TYPE_AND_ID, node).with("found", text));
    }
}

/// What a Bundle is for that an element stands in.
fn bundle_type(node: Node<'_>) -> Option<&str> {
    let entry = node.outward().find(|node| node.type_name() == "Bundle.entry")?;
    entry.parent()?.child_value("type").or(Some(""))
}

/// The characters of a Reference.
pub(super) fn text(node: Node<'_>) -> Option<&str> {
    node.child_value("reference").filter(|_| node.type_name() == "Reference")
}

/// The resource that holds contained ones: that around an element, which may be contained itself.
fn holder(node: Node<'_>) -> Option<Node<'_>> {
    node.parent()?.outward().filter(|node| node.is_resource()).find(|node| node.name() != "contained")
}

fn is_within(node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| parent.outward().any(|node| node.name() == "contained" && node.is_resource()))
}

fn contained<'t>(scene: &Scene<'_, 't>, node: Node<'t>, id: &str) -> Option<Node<'t>> {
    scene.contained(holder(node)?, id)
}

/// The resource behind a reference, where it is in the same document or known around it.
pub(crate) fn resolve<'t>(scene: &Scene<'_, 't>, node: Node<'t>, text: &str) -> Option<Node<'t>> {
    match text.strip_prefix('#') {
        Some("") => is_within(node).then(|| holder(node)).flatten(),
        Some(id) => contained(scene, node, id),
        None => match scene.bundled(node, text) {
            Found::One(resource) => Some(resource),
            Found::Several => None,
            Found::Nothing => scene.environment.resolver.and_then(|resolver| resolver(text)),
        },
    }
}

/// The type that a reference leads to, by what it finds or by how it is written.
pub(super) fn leads_to<'t>(scene: &Scene<'_, 't>, node: Node<'t>, text: &'t str) -> Option<&'t str> {
    if let Some(target) = resolve(scene, node, text) {
        // One that does not say its type is told elsewhere.
        return Some(target.type_name()).filter(|of_type| !of_type.is_empty());
    }
    relative(scene, text).or_else(|| {
        // Of an absolute address only the end is ours to read.
        let parts: Vec<&str> = text.split('/').collect();
        let place = parts.iter().rposition(|part| scene.types().resource(part).is_some())?;
        (is_absolute(text) && place > 2 && parts.get(place + 1).is_some_and(|id| is_id(id))).then_some(parts[place])
    })
}

/// The type of `Type/id` and `Type/id/_history/version`.
fn relative<'r>(scene: &Scene<'_, '_>, text: &'r str) -> Option<&'r str> {
    let parts: Vec<&str> = text.split('/').collect();
    let (of, id) = match parts.as_slice() {
        [of, id] | [of, id, "_history", _] => (*of, *id),
        _ => return None,
    };
    (scene.types().resource(of).is_some() && is_id(id)).then_some(of)
}

#[cfg(test)]
mod tests {
    use super::CODES;
    use crate::fhir::validate::rules::trying::Try;

    fn observation(subject: &str) -> Vec<String> {
        let text = format!(
            r##"{{"resourceType":"Observation","contained":[{{"resourceType":"Patient","id":"p"}}],"subject":{{{subject}}}}}"##
        );
        Try::default().said(CODES, &text)
    }

    #[test]
    fn a_reference_is_relative_absolute_or_a_fragment() {
        let forms = [
            "Patient/1",
            "Patient/1/_history/2",
            "https://server.voorbeeld.nl/fhir/Patient/1",
            "urn:uuid:9d1b3c1e-2f5a-4d6b-8c7d-0123456789ab",
            "urn:oid:2.999.1",
            "#p",
        ];
        for form in forms {
            assert!(observation(&format!(r#""reference":"{form}""#)).is_empty(), "{form}");
        }
        assert_eq!(observation(r#""reference":"Patient 1""#), ["reference-malformed at Observation.subject"]);
        assert!(observation(r#""reference":"""#).is_empty());
        for form in ["Patient", "Patient/", "patient/1", "Patient/1/2", "Patient/é", "Chicken/1"] {
            let said = observation(&format!(r#""reference":"{form}""#));
            assert_eq!(said, ["~reference-relative at Observation.subject"], "{form}");
        }
    }

    #[test]
    fn a_reference_without_address_is_a_reference() {
        assert!(observation(r#""display":"mevrouw Jansen""#).is_empty());
        assert!(observation(r#""identifier":{"system":"urn:s","value":"1"}"#).is_empty());
    }

    #[test]
    fn a_fragment_is_a_contained_resource_of_the_one_around() {
        assert_eq!(observation(r##""reference":"#q""##), ["reference-contained-missing at Observation.subject"]);
        assert_eq!(observation(r##""reference":"#""##), ["reference-contained-missing at Observation.subject"]);
        let inner = r##"{"resourceType":"Patient","contained":[{"resourceType":"Person","id":"a","link":[
            {"target":{"reference":"#"}},{"target":{"reference":"#a"}},{"target":{"reference":"#b"}}]}]}"##;
        assert_eq!(Try::default().said(CODES, inner), ["reference-contained-missing at Patient.contained[0].link[2].target"]);
    }

    #[test]
    fn type_and_address_say_the_same() {
        assert!(observation(r##""reference":"#p","type":"Patient""##).is_empty());
        assert!(observation(r#""reference":"Patient/1","type":"urn:a-model""#).is_empty());
        assert!(observation(r#""reference":"urn:oid:2.999.1","type":"Group""#).is_empty());
        let said = ["reference-types-differ at Observation.subject"];
        assert_eq!(observation(r##""reference":"#p","type":"Group""##), said);
        assert_eq!(observation(r#""reference":"Patient/1","type":"Group""#), said);
        assert_eq!(observation(r#""reference":"https://s.nl/fhir/Patient/1","type":"Group""#), said);
    }

    fn bundle(of_type: &str, reference: &str) -> Vec<String> {
        let patient = |version: u8| {
            format!(
                r#"{{"fullUrl":"https://s.nl/fhir/Patient/1","resource":{{"resourceType":"Patient","id":"1",
                "meta":{{"versionId":"{version}"}}}}}}"#
            )
        };
        let text = format!(
            r#"{{"resourceType":"Bundle","type":"{of_type}","entry":[{},{},{{"fullUrl":"https://s.nl/fhir/Observation/2",
            "resource":{{"resourceType":"Observation","id":"2","subject":{{"reference":"{reference}"}}}}}}]}}"#,
            patient(1),
            patient(2)
        );
        Try::default().said(CODES, &text)
    }

    #[test]
    fn one_of_several_versions_is_named() {
        for reference in ["Patient/1/_history/2", "https://s.nl/fhir/Patient/1/_history/1", "Patient/1/_history/9", "Patient/2"] {
            assert!(bundle("collection", reference).is_empty(), "{reference}");
        }
        assert_eq!(bundle("collection", "Patient/1"), ["reference-ambiguous at Bundle.entry[2].resource.subject"]);
        assert!(bundle("history", "Patient/1").is_empty());
    }

    #[test]
    fn within_a_bundle_a_reference_leads_somewhere() {
        let said = ["reference-relative at Bundle.entry[2].resource.subject"];
        assert_eq!(bundle("collection", "Patient"), said);
        assert_eq!(bundle("collection", "Patient?identifier=1"), said);
        assert!(bundle("transaction", "Patient?identifier=1").is_empty());
    }
}
