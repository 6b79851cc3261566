//! Bodies of answers, as text.

use super::BASE;

/// A searchset of entries: mode, and the resource as JSON.
pub(crate) fn searchset(entries: &[(&str, &str)]) -> String {
    bundle("", entries)
}

/// A searchset with more elements in front: `"total": 1,`.
pub(crate) fn bundle(more: &str, entries: &[(&str, &str)]) -> String {
    let entry = |(mode, resource): &(&str, &str)| {
        let value: serde_json::Value = serde_json::from_str(resource).expect("JSON");
        let url = format!("{BASE}/{}/{}", value["resourceType"].as_str().unwrap_or(""), value["id"].as_str().unwrap_or(""));
        let search = if mode.is_empty() { String::new() } else { format!(r#","search":{{"mode":"{mode}"}}"#) };
        format!(r#"{{"fullUrl":"{url}","resource":{resource}{search}}}"#)
    };
    let entries: Vec<_> = entries.iter().map(entry).collect();
    let list = if entries.is_empty() { String::new() } else { format!(r#","entry":[{}]"#, entries.join(",")) };
    format!(r#"{{"resourceType":"Bundle",{more}"type":"searchset"{list}}}"#)
}

/// An active Consent of Patient/12 as JSON.
pub(crate) fn consent(id: &str) -> String {
    format!(r#"{{"resourceType":"Consent","id":"{id}","status":"active","patient":{{"reference":"Patient/12"}}}}"#)
}
