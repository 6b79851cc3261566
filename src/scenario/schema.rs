//! JSON Schemas of the files, generated from the vocabulary: editors complete
//! and explain with them, and `shape` holds files against them.

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{Exchange, Fault, Kind, Persona, Scenario};
use crate::agreements::RequirementFile;

/// The schema of a kind of file (JSON Schema, draft 2020-12).
#[must_use]
pub fn schema(kind: Kind) -> &'static Value {
    static SCHEMAS: OnceLock<Vec<Value>> = OnceLock::new();
    let schemas = SCHEMAS.get_or_init(|| Kind::ALL.into_iter().map(generate).collect());
    &schemas[Kind::ALL.iter().position(|known| *known == kind).expect("ALL holds every kind")]
}

fn generate(kind: Kind) -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = match kind {
        Kind::Exchange => generator.into_root_schema_for::<Exchange>(),
        Kind::Scenario => generator.into_root_schema_for::<Scenario>(),
        Kind::Fault => generator.into_root_schema_for::<Fault>(),
        Kind::Requirements => generator.into_root_schema_for::<RequirementFile>(),
        Kind::Persona => generator.into_root_schema_for::<Persona>(),
    };
    let mut schema = schema.to_value();
    polish(&mut schema);
    schema
}

/// A mapping of which the keys are the words of `K`, each explained.
pub(super) fn keyed<K: JsonSchema, V: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let value = generator.subschema_for::<V>().to_value();
    let keys = K::json_schema(generator).to_value();
    let words =
        keys["oneOf"].as_array().into_iter().flatten().filter_map(|word| Some((word["const"].as_str()?, &word["description"])));
    let properties: Map<String, Value> = words
        .map(|(word, description)| {
            let mut property = value.as_object().cloned().unwrap_or_default();
            property.insert("description".into(), description.clone());
            (word.to_owned(), property.into())
        })
        .collect();
    Schema::try_from(json!({ "type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1 }))
        .expect("an object is a schema")
}

/// Makes what is generated fit for people: nobody writes `null`, a flattened choice is closed, and a description is
/// one line.
fn polish(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(polish),
        Value::Object(object) => {
            without_null(object);
            close_choice(object);
            if let Some(Value::String(description)) = object.get_mut("description") {
                *description = spoken(description);
            }
            object.values_mut().for_each(polish);
        }
        _ => {}
    }
}

/// A description as one line, without the numbers of decisions that stand in our own comments.
fn spoken(description: &str) -> String {
    let mut text = description.replace('\n', " ");
    while let Some(start) = text.find(" (settled ") {
        let end = text[start..].find(')').map_or(text.len(), |length| start + length + 1);
        text.replace_range(start..end, "");
    }
    text
}

/// An optional value is left out, not null.
fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(branches)) = object.get_mut("anyOf") {
        let before = branches.len();
        branches.retain(|branch| branch["type"] != "null");
        if let ([Value::Object(only)], true) = (branches.as_slice(), branches.len() < before) {
            let only = only.clone();
            object.remove("anyOf");
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
}

/// A flattened choice: its keys stand beside the others, and exactly one of them is there.
fn close_choice(object: &mut Map<String, Value>) {
    if !object.contains_key("properties") || object.contains_key("additionalProperties") {
        return;
    }
    let Some(Value::Array(branches)) = object.get_mut("oneOf") else { return };
    let mut added = Map::new();
    for branch in branches.iter_mut() {
        let description = branch["description"].take();
        let Some(Value::Object(properties)) = branch.get_mut("properties").map(Value::take) else { continue };
        for (key, mut value) in properties {
            if let Some(value) = value.as_object_mut() {
                value.insert("description".into(), description.clone());
            }
            added.insert(key, value);
        }
        *branch = json!({ "required": branch["required"] });
    }
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.extend(added);
    }
    object.insert("additionalProperties".into(), false.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_of_an_expectation_has_every_check_as_a_key_and_asks_for_exactly_one() {
        let expectation = &schema(Kind::Scenario)["$defs"]["Expectation"];
        assert_eq!(expectation["additionalProperties"], false);
        assert!(expectation["properties"]["fhirpath"]["description"].as_str().is_some_and(|text| text.contains("FHIRPath")));
        let choices: Vec<_> =
            expectation["oneOf"].as_array().into_iter().flatten().filter_map(|choice| choice["required"][0].as_str()).collect();
        assert!(choices.contains(&"status") && choices.contains(&"run") && !choices.contains(&"id"));
    }

    #[test]
    fn schema_never_allows_null() {
        for kind in Kind::ALL {
            assert!(!schema(kind).to_string().contains("\"null\""), "{kind:?}");
        }
    }

    #[test]
    fn schema_of_an_exchange_names_every_version_as_a_key() {
        let request = &schema(Kind::Exchange)["properties"]["request"];
        assert_eq!(request["properties"]["r4-rc2"]["type"], "string");
        assert_eq!(request["additionalProperties"], false);
    }
}
