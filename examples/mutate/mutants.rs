//! Mutants: of JSON as values, of any text as bytes, of expressions as tokens.

use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// Bytes that mean something in JSON, XML or FHIRPath.
const BYTES: &[u8] = b"\"{}[]<>:,\\/&;=#|.'`%$()\0\xff\xf0 \n0-e";
/// Values that are easily got wrong.
const ODD: &[&str] = &[
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
    "#",
    "#a",
    "urn:uuid:",
    "Patient/1",
    "http://",
    "%20",
    "a|b|c",
    "true",
    "null",
    "\u{1F9EA}",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"/>",
];

/// A text broken in one to four places: mostly as JSON, else as bytes.
pub(crate) fn text(dice: &mut Dice, seed: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let parsed = serde_json::from_slice::<Value>(seed);
    let (Ok(mut value), true) = (parsed, dice.below(4) > 0) else { return bytes(dice, seed.to_vec()) };
    for _ in 0..=dice.below(4) {
        let donor = &others[dice.below(others.len())];
        let donor = serde_json::from_slice::<Value>(donor).unwrap_or(Value::Null);
        mutate(dice, &mut value, &donor);
    }
    value.to_string().into_bytes()
}

/// A text with bytes changed, taken out, doubled or cut off.
pub(crate) fn bytes(dice: &mut Dice, mut text: Vec<u8>) -> Vec<u8> {
    for _ in 0..=dice.below(4) {
        if text.is_empty() {
            break;
        }
        let at = dice.below(text.len());
        match dice.below(5) {
            0 => text[at] = BYTES[dice.below(BYTES.len())],
            1 => text.insert(at, BYTES[dice.below(BYTES.len())]),
            2 => {
                text.remove(at);
            }
            3 => text.truncate(at),
            _ => {
                let end = (at + dice.below(200)).min(text.len());
                let piece: Vec<u8> = text[at..end].to_vec();
                let to = dice.below(text.len());
                text.splice(to..to, piece);
            }
        }
    }
    text
}

/// Walks to some place in a value and breaks it there.
fn mutate(dice: &mut Dice, value: &mut Value, donor: &Value) {
    let deeper = dice.below(5) > 0;
    match value {
        Value::Object(members) if deeper && !members.is_empty() => {
            let at = dice.below(members.len());
            if let Some((_, inner)) = members.iter_mut().nth(at) {
                return mutate(dice, inner, donor);
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = dice.below(items.len());
            return mutate(dice, &mut items[at], donor);
        }
        _ => {}
    }
    break_here(dice, value, donor);
}

fn break_here(dice: &mut Dice, value: &mut Value, donor: &Value) {
    let odd = ODD[dice.below(ODD.len())];
    match (dice.below(9), &mut *value) {
        (0, _) => *value = Value::Null,
        (1, _) => *value = json!([value.take()]),
        (2, _) => *value = json!({ odd: value.take() }),
        (3, Value::Object(members)) => {
            let key = members.keys().nth(dice.below(members.len().max(1))).cloned();
            members.remove(&key.unwrap_or_default());
        }
        (4, Value::Object(members)) => graft(dice, members, donor),
        (5, Value::Array(items)) if !items.is_empty() => {
            let item = items[dice.below(items.len())].clone();
            items.extend(vec![item; 1 + dice.below(40)]);
        }
        (6, _) => {
            for _ in 0..dice.below(40) {
                *value = json!({ "extension": [value.take()] });
            }
        }
        (7, _) => *value = json!(dice.below(1000)),
        _ => *value = json!(odd),
    }
}

/// Takes a member of another resource over.
fn graft(dice: &mut Dice, members: &mut Map<String, Value>, donor: &Value) {
    if let Value::Object(theirs) = donor
        && let Some((key, value)) = theirs.iter().nth(dice.below(theirs.len().max(1)))
    {
        members.insert(key.clone(), value.clone());
    }
}

/// Two expressions cut and glued, with something between.
pub(crate) fn expression(dice: &mut Dice, seeds: &[String]) -> String {
    let glue = [".", " and ", " | ", "(", ")", ".where(", ".repeat(", ".descendants().", "[", "]", " + ", " implies ", "'", ""];
    let mut text = String::new();
    for _ in 0..=dice.below(3) {
        let seed = &seeds[dice.below(seeds.len())];
        let letters: Vec<char> = seed.chars().collect();
        let (from, to) = (dice.below(letters.len() + 1), dice.below(letters.len() + 1));
        text.extend(&letters[from.min(to)..from.max(to)]);
        text.push_str(glue[dice.below(glue.len())]);
    }
    for _ in 0..dice.below(3) {
        text = format!("({text}).select({text})").chars().take(4_000).collect();
    }
    text
}
