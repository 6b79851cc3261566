//! A value set as a resource again, for who does not have it: what is in it, and
//! nothing that is for people.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::value_set::{Include, ValueSet};

/// The resource, which R4 and later read; nothing where the value set does not say what is in it.
#[must_use]
pub fn written(set: &ValueSet) -> Option<Value> {
    if set.includes.is_empty() {
        return None;
    }
    let parts = |parts: &[Include]| Value::Array(parts.iter().map(include).collect());
    let mut compose = Map::new();
    if let Some(inactive) = set.inactive {
        compose.insert("inactive".to_owned(), json!(inactive));
    }
    compose.insert("include".to_owned(), parts(&set.includes));
    if !set.excludes.is_empty() {
        compose.insert("exclude".to_owned(), parts(&set.excludes));
    }
    let mut resource = json!({"resourceType": "ValueSet", "url": &*set.url, "status": "active"});
    if !set.version.is_empty() {
        resource["version"] = json!(&*set.version);
    }
    resource["compose"] = Value::Object(compose);
    Some(resource)
}

fn include(include: &Include) -> Value {
    let mut part = Map::new();
    let texts = [("system", &include.system), ("version", &include.version)];
    for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))) {
        part.insert(name.to_owned(), json!(&**text));
    }
    if !include.concepts.is_empty() {
        part.insert("concept".to_owned(), concepts(&include.concepts));
    }
    if !include.filters.is_empty() {
        let filter =
            |filter: &super::Filter| json!({"property": &*filter.property, "op": &*filter.operator, "value": &*filter.value});
        part.insert("filter".to_owned(), include.filters.iter().map(filter).collect());
    }
    if !include.value_sets.is_empty() {
        part.insert("valueSet".to_owned(), include.value_sets.iter().map(|canonical| json!(&**canonical)).collect());
    }
    Value::Object(part)
}

/// In the same order each time.
fn concepts(concepts: &HashMap<Arc<str>, Option<Arc<str>>>) -> Value {
    let mut codes: Vec<&str> = concepts.keys().map(|code| &**code).collect();
    codes.sort_unstable();
    codes.into_iter().map(|code| json!({"code": code})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::{json as reader, types};

    #[test]
    fn written_says_all_that_decides() {
        let text = r#"{"resourceType":"ValueSet","url":"urn:set","version":"2","status":"active","compose":{"inactive":false,"include":[
            {"system":"urn:s","version":"1","concept":[{"code":"a"},{"code":"b"}]},
            {"system":"urn:t","filter":[{"property":"concept","op":"is-a","value":"x"}],"valueSet":["urn:other"]}],
            "exclude":[{"system":"urn:u"}]}}"#;
        let tree = reader::read(text.as_bytes(), types::r4()).expect("a resource");
        let expected: Value = serde_json::from_str(text).expect("it is JSON");
        assert_eq!(written(&ValueSet::read(&tree)), Some(expected));
        let bare = reader::read(br#"{"resourceType":"ValueSet","url":"urn:set"}"#, types::r4()).expect("a resource");
        assert_eq!(written(&ValueSet::read(&bare)), None);
    }
}
