//! Mutants of the structure: members and items taken out, doubled, swapped, of
//! the wrong type, from another resource, nested, or far too many.

use serde_json::{Map, Value, json};

use super::bytes;
use super::dice::Dice;

/// Values that are easily got wrong.
const ODD: [&str; 30] = [
    "",
    " ",
    "\u{0}",
    "\u{feff}",
    "0",
    "-0.0",
    "1e999999999",
    "99999999999999999999",
    "2024-02-30",
    "24:00:00",
    "0000-00-00",
    "9999-12-31T23:59:60+14:00",
    "#",
    "#a",
    "urn:uuid:",
    "urn:oid:",
    "Patient/1",
    "http://",
    "%20",
    "a|b|c",
    "true",
    "null",
    "*",
    "\u{1F9EA}",
    "$this",
    "(.*)+x",
    "resolve()",
    "https://toets.example/StructureDefinition/mutated-observation",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"/>",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>&nbsp;</div>",
];
/// Most bytes of a mutant: enough for each bound to be met.
const LARGEST: usize = 4 << 20;

/// One of the seeds broken in one to four places: mostly as JSON, else as bytes.
pub(crate) fn mutant(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let seed: &[u8] = dice.pick::<Vec<u8>>(seeds);
    if dice.one_in(4) {
        return bytes::mutant(dice, seed.to_vec());
    }
    let text = structure(dice, seed, seeds);
    if dice.one_in(8) { bytes::mutant(dice, text) } else { text }
}

/// A text of which the structure alone is broken.
pub(crate) fn structure(dice: &mut Dice, seed: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(seed) else { return seed.to_vec() };
    // Half of them in one place only: what is broken too much is refused too early.
    let places = if dice.one_in(2) { 1 } else { 1 + dice.below(4) };
    for _ in 0..places {
        let donor =
            if dice.one_in(3) { serde_json::from_slice(dice.pick::<Vec<u8>>(others)).unwrap_or_default() } else { Value::Null };
        let size = seed.len();
        walk(dice, &mut value, &donor, size);
    }
    let text = value.to_string().into_bytes();
    if text.len() > LARGEST { seed.to_vec() } else { text }
}

/// Walks to some place in a value and breaks it there.
fn walk(dice: &mut Dice, value: &mut Value, donor: &Value, size: usize) {
    let deeper = !dice.one_in(5);
    match value {
        Value::Object(members) if deeper && !members.is_empty() => {
            let at = dice.below(members.len());
            if let Some((_, inner)) = members.iter_mut().nth(at) {
                return walk(dice, inner, donor, size);
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = dice.below(items.len());
            return walk(dice, &mut items[at], donor, size);
        }
        _ => {}
    }
    break_here(dice, value, donor, size);
}

fn break_here(dice: &mut Dice, value: &mut Value, donor: &Value, size: usize) {
    let odd = *dice.pick(&ODD);
    match (dice.below(12), &mut *value) {
        (0, _) => *value = Value::Null,
        (1, _) => *value = json!([value.take()]),
        (2, _) => *value = json!({ odd: value.take() }),
        (3, Value::Object(members)) => {
            let key = key(dice, members);
            members.shift_remove(&key);
        }
        (4, Value::Object(members)) => graft(dice, members, donor),
        (5, Value::Array(items)) if !items.is_empty() => many(dice, items, size),
        (6, _) => {
            for _ in 0..dice.below(60) {
                *value = json!({ "extension": [value.take()] });
            }
        }
        (7, _) => *value = json!(dice.below(1000)),
        (8, Value::Object(members)) => rename(dice, members),
        (9, Value::Array(items)) if !items.is_empty() => {
            let (from, to) = (dice.below(items.len()), dice.below(items.len()));
            items.swap(from, to);
            if dice.one_in(2) {
                items.remove(from);
            }
        }
        (10, Value::String(text)) => *value = json!(text.repeat(1 + dice.below(3)) + odd),
        (11, _) => *value = json!(dice.one_in(2)),
        _ => *value = json!(odd),
    }
}

fn key(dice: &mut Dice, members: &Map<String, Value>) -> String {
    members.keys().nth(dice.below(members.len())).cloned().unwrap_or_default()
}

/// An item many times; now and then thousands.
fn many(dice: &mut Dice, items: &mut Vec<Value>, size: usize) {
    let item = items[dice.below(items.len())].clone();
    let most = if dice.one_in(60) { 5_000 } else { 40 };
    // A whole resource is not made a thousand times larger.
    let most = if size > 20_000 { most.min(100) } else { most };
    items.extend(vec![item; 1 + dice.below(most)]);
}

/// Takes a member of another resource over.
fn graft(dice: &mut Dice, members: &mut Map<String, Value>, donor: &Value) {
    if let Value::Object(theirs) = donor
        && let Some((key, value)) = theirs.iter().nth(dice.below(theirs.len()))
    {
        members.insert(key.clone(), value.clone());
    }
}

/// A member under another name: of a sibling, as a sibling's `_element`, of another choice.
fn rename(dice: &mut Dice, members: &mut Map<String, Value>) {
    let (from, to) = (key(dice, members), key(dice, members));
    let Some(value) = members.get(&from).cloned() else { return };
    let other = match dice.below(4) {
        0 => format!("_{from}"),
        1 => from.trim_end_matches(|letter: char| letter.is_lowercase()).to_owned() + "String",
        2 => from.chars().rev().collect(),
        _ => to,
    };
    members.insert(other, value);
}
