//! The resources of a persona as they are written: in dependency order, with
//! the tag, and with references to the ids that the server chose.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::agreements::{BSN, FhirVersion};
use crate::scenario::Persona;

/// System of the tag that every resource of a persona carries.
pub const TAG_SYSTEM: &str = "urn:toets:tag";

/// Ids of a server by ours: `Patient/full-plan-patient` to `Patient/17`.
pub type Ids = BTreeMap<String, String>;

/// A resource that is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resource {
    /// `Patient/full-plan-patient`
    pub(super) name: String,
    /// `Patient`
    pub(super) kind: String,
    /// The resource, with its tag.
    pub(super) json: Value,
}

/// The code of a persona's tag.
#[must_use]
pub fn tag_code(persona: &Persona) -> String {
    format!("persona-{}", persona.persona)
}

/// The resources of a persona, each after those that it refers to. Where two
/// refer to each other one has to be first.
///
/// # Errors
/// With the name of a resource that is no JSON.
pub(super) fn ordered(persona: &Persona, fhir: FhirVersion) -> Result<Vec<Resource>, String> {
    let mut resources = BTreeMap::new();
    for (name, text) in persona.resources(fhir) {
        let mut json: Value = serde_json::from_str(text).map_err(|_| name.clone())?;
        if !has_tag(&json, &tag_code(persona)) {
            add_tag(&mut json, &tag_code(persona));
        }
        let kind = name.split('/').next().unwrap_or_default().to_owned();
        resources.insert(name.clone(), Resource { name: name.clone(), kind, json });
    }
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for name in resources.keys() {
        visit(name, &resources, &mut seen, &mut order);
    }
    Ok(order.iter().filter_map(|name| resources.remove(name)).collect())
}

fn visit(name: &str, resources: &BTreeMap<String, Resource>, seen: &mut BTreeSet<String>, order: &mut Vec<String>) {
    let Some(resource) = resources.get(name) else { return };
    if !seen.insert(name.to_owned()) {
        return;
    }
    for target in references(&resource.json) {
        visit(&target, resources, seen, order);
    }
    order.push(name.to_owned());
}

/// Every literal reference in a resource.
fn references(json: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match json {
        Value::Object(members) => {
            found.extend(members.get("reference").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| found.extend(references(member)));
        }
        Value::Array(items) => items.iter().for_each(|item| found.extend(references(item))),
        _ => {}
    }
    found
}

/// Whether a resource carries the tag of a persona.
pub(super) fn has_tag(json: &Value, code: &str) -> bool {
    let tags = json["meta"]["tag"].as_array();
    tags.is_some_and(|tags| tags.iter().any(|tag| tag["system"] == TAG_SYSTEM && tag["code"] == code))
}

/// Whether a resource is one of the persona: it carries the tag, and is no patient with another BSN.
pub(super) fn is_ours(json: &Value, persona: &Persona) -> bool {
    let identifiers = json["identifier"].as_array().map_or(&[][..], Vec::as_slice);
    let mut bsns = identifiers.iter().filter(|identifier| identifier["system"] == BSN);
    let is_other = json["resourceType"] == "Patient" && bsns.any(|identifier| identifier["value"] != *persona.bsn);
    has_tag(json, &tag_code(persona)) && !is_other
}

fn add_tag(json: &mut Value, code: &str) {
    let tag = serde_json::json!({ "system": TAG_SYSTEM, "code": code });
    match json["meta"]["tag"].as_array_mut() {
        Some(tags) => tags.push(tag),
        None => json["meta"]["tag"] = Value::Array(vec![tag]),
    }
}

/// Makes the references to resources of the persona those of the server. One
/// whose target has no id yet is left out when `unknown` says so.
pub(super) fn rewritten(json: &Value, ids: &Ids, unknown: &BTreeSet<String>) -> Value {
    match json {
        Value::Object(members) => {
            let mut written = serde_json::Map::new();
            for (name, member) in members {
                let target = member.as_str().filter(|_| name == "reference");
                match target {
                    Some(target) if unknown.contains(target) => {}
                    Some(target) if ids.contains_key(target) => {
                        written.insert(name.clone(), Value::String(ids[target].clone()));
                    }
                    _ => {
                        written.insert(name.clone(), rewritten(member, ids, unknown));
                    }
                }
            }
            Value::Object(written)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| rewritten(item, ids, unknown)).collect()),
        other => other.clone(),
    }
}

/// Whether a resource refers to one of these.
pub(super) fn refers_to(json: &Value, names: &BTreeSet<String>) -> bool {
    references(json).iter().any(|target| names.contains(target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Source, load};
    use serde_json::json;

    #[test]
    fn ordered_puts_what_is_referred_to_first() {
        let suite = load(&Source::Embedded).expect("the suite has no mistakes");
        let persona = suite.persona("full-plan").expect("it is a persona");
        let resources = ordered(persona, FhirVersion::R4).expect("fixtures are JSON");
        assert_eq!(resources.len(), persona.resources.len());
        let place = |name: &str| resources.iter().position(|resource| resource.name == name);
        assert!(place("Patient/full-plan-patient") < place("Goal/full-plan-goal-1"));
        assert!(place("Practitioner/full-plan-practitioner-gp") < place("PractitionerRole/full-plan-role-gp"));
        assert!(resources.iter().all(|resource| has_tag(&resource.json, "persona-full-plan")));
    }

    #[test]
    fn rewritten_changes_references_and_nothing_else() {
        let json = json!({ "id": "Patient/a", "subject": { "reference": "Patient/a" }, "x": [{ "reference": "Goal/b", "display": "b" }] });
        let ids = Ids::from([("Patient/a".to_owned(), "Patient/1".to_owned())]);
        let unknown = BTreeSet::from(["Goal/b".to_owned()]);
        let expected = json!({ "id": "Patient/a", "subject": { "reference": "Patient/1" }, "x": [{ "display": "b" }] });
        assert_eq!(rewritten(&json, &ids, &unknown), expected);
    }

    #[test]
    fn has_tag_needs_system_and_code() {
        assert!(has_tag(&json!({ "meta": { "tag": [{ "system": TAG_SYSTEM, "code": "persona-a" }] } }), "persona-a"));
        assert!(!has_tag(&json!({ "meta": { "tag": [{ "system": TAG_SYSTEM, "code": "persona-b" }] } }), "persona-a"));
        assert!(!has_tag(&json!({ "meta": { "tag": [{ "system": "urn:x", "code": "persona-a" }] } }), "persona-a"));
        assert!(!has_tag(&json!({}), "persona-a"));
    }
}
