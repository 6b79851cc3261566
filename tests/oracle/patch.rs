//! JSON Patch (RFC 6902) on a JSON value whose order of members is kept.

use serde_json::Value;

/// Applies the operations one after another.
pub(crate) fn apply(document: &mut Value, operations: &Value) -> Result<(), String> {
    let operations = operations.as_array().ok_or("a patch is a list of operations")?;
    operations.iter().try_for_each(|operation| one(document, operation).map_err(|error| format!("{error} in {operation}")))
}

fn one(document: &mut Value, operation: &Value) -> Result<(), String> {
    let text = |name: &str| operation[name].as_str().ok_or(format!("no `{name}`"));
    let value = || operation.get("value").cloned().ok_or("no `value`");
    let path = text("path")?;
    match text("op")? {
        "add" => add(document, path, value()?),
        "remove" => remove(document, path).map(drop),
        "replace" => {
            *document.pointer_mut(path).ok_or("nothing to replace")? = value()?;
            Ok(())
        }
        "move" => {
            let moved = remove(document, text("from")?)?;
            add(document, path, moved)
        }
        "copy" => {
            let copied = document.pointer(text("from")?).cloned().ok_or("nothing to copy")?;
            add(document, path, copied)
        }
        "test" if document.pointer(path) == operation.get("value") => Ok(()),
        "test" => Err("another value".to_owned()),
        other => Err(format!("no operation `{other}`")),
    }
}

/// What a pointer leads into, and its last step.
fn parent<'v>(document: &'v mut Value, path: &str) -> Result<(&'v mut Value, String), String> {
    let (above, last) = path.rsplit_once('/').ok_or("no pointer")?;
    let parent = document.pointer_mut(above).ok_or("a pointer that leads nowhere")?;
    Ok((parent, last.replace("~1", "/").replace("~0", "~")))
}

fn add(document: &mut Value, path: &str, value: Value) -> Result<(), String> {
    if path.is_empty() {
        *document = value;
        return Ok(());
    }
    match parent(document, path)? {
        (Value::Object(members), name) => drop(members.insert(name, value)),
        (Value::Array(items), last) => {
            let place = if last == "-" { items.len() } else { place(&last, items.len() + 1)? };
            items.insert(place, value);
        }
        _ => return Err("a pointer into a primitive".to_owned()),
    }
    Ok(())
}

fn remove(document: &mut Value, path: &str) -> Result<Value, String> {
    match parent(document, path)? {
        (Value::Object(members), name) => members.shift_remove(&name).ok_or("nothing to remove".to_owned()),
        (Value::Array(items), last) => Ok(items.remove(place(&last, items.len())?)),
        _ => Err("a pointer into a primitive".to_owned()),
    }
}

fn place(step: &str, length: usize) -> Result<usize, String> {
    step.parse().ok().filter(|place| *place < length).ok_or_else(|| format!("no place `{step}`"))
}
