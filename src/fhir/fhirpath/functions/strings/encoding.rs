//! Encodings and escapes of text: `base64`, `urlbase64`, `hex`, `html`, `json`.

use super::{Invocation, Item, Outcome, two_texts};
use crate::encoding::{Alphabet, base64, from_base64};

/// Encodes, decodes, escapes or unescapes; a form that is not known, or a text that is not in it, gives nothing.
pub(super) fn recode<'t>(call: &Invocation<'_, '_, 't>, change: impl Fn(&str, &str) -> Option<String>) -> Outcome<'t> {
    let Some((text, form)) = two_texts(call)? else { return Ok(Vec::new()) };
    let changed = change(&text, &form);
    call.evaluator.spend(changed.as_ref().map_or(0, String::len) / 16, call.range)?;
    Ok(changed.map(Item::String).into_iter().collect())
}

pub(super) fn encode(text: &str, form: &str) -> Option<String> {
    match form {
        "hex" => Some(text.bytes().map(|byte| format!("{byte:02x}")).collect()),
        "base64" => Some(base64(text.as_bytes(), Alphabet::Standard)),
        "urlbase64" => Some(base64(text.as_bytes(), Alphabet::Url)),
        _ => None,
    }
}

pub(super) fn decode(text: &str, form: &str) -> Option<String> {
    let bytes = match form {
        "hex" => from_hex(text)?,
        "base64" => from_base64(&unspaced(text))?,
        "urlbase64" => from_base64(&unspaced(text).replace('-', "+").replace('_', "/"))?,
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

fn unspaced(text: &str) -> String {
    text.split_ascii_whitespace().collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

const HTML: [(&str, &str); 5] = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'")];

pub(super) fn escape(text: &str, form: &str) -> Option<String> {
    match form {
        "html" => Some(HTML.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(plain, escaped))),
        "json" => serde_json::to_string(text).ok().map(|quoted| quoted[1..quoted.len() - 1].to_owned()),
        _ => None,
    }
}

pub(super) fn unescape(text: &str, form: &str) -> Option<String> {
    match form {
        "html" => Some(HTML.iter().rev().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))),
        // A quote that is not escaped stands for itself here.
        "json" => serde_json::from_str(&format!("\"{text}\"")).ok().or_else(|| Some(text.to_owned())),
        _ => None,
    }
}
