//! JSON Schemas of what people write, generated from our types and made fit for
//! them. Which type belongs to which file is for who owns the type.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The schema of a file with this content (JSON Schema, draft 2020-12).
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    polish(&mut schema);
    schema
}

/// A mapping of which the keys are the words of `K`, each explained.
pub(crate) fn keyed<K: JsonSchema, V: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
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
