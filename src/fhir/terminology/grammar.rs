//! Code systems that are a grammar and no list: which codes they have is told by how
//! a code is written.

mod language;
pub(crate) mod ucum;

use language::Tag;
use ucum::Unit;

/// Whether a system has a code; `None` of the outer for a system that is no grammar
/// known here, of the inner where its parts are not.
pub(super) fn has(system: &str, code: &str) -> Option<Option<bool>> {
    match system {
        "urn:ietf:bcp:13" => Some(Some(is_mime_type(code))),
        "urn:ietf:bcp:47" => Some(match language::read(code) {
            Tag::Known => Some(true),
            Tag::Unknown => None,
            Tag::Wrong => Some(false),
        }),
        "http://unitsofmeasure.org" => Some(match ucum::read(code) {
            Unit::Known => Some(true),
            Unit::Unknown(_) => None,
            Unit::Broken(_) => Some(false),
        }),
        _ => None,
    }
}

/// RFC 2045, 5.1: a type, a subtype, and parameters that nobody looks at here.
fn is_mime_type(text: &str) -> bool {
    // FHIR writes its own formats short (https://hl7.org/fhir/R4/http.html#mime-type).
    if matches!(text, "json" | "xml" | "ttl") {
        return true;
    }
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte))
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.split_once('/').is_some_and(|(of, subtype)| is_token(of) && is_token(subtype))
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn a_grammar_says_which_codes_it_has() {
        for (system, code, answer) in [
            ("urn:ietf:bcp:13", "application/pdf", Some(true)),
            ("urn:ietf:bcp:13", "text/plain; charset=UTF-8", Some(true)),
            ("urn:ietf:bcp:13", "pdf", Some(false)),
            ("urn:ietf:bcp:13", "json", Some(true)),
            ("urn:ietf:bcp:13", "application/", Some(false)),
            ("urn:ietf:bcp:47", "nl-NL", Some(true)),
            ("urn:ietf:bcp:47", "nl_NL", Some(false)),
            ("urn:ietf:bcp:47", "gsw", None),
            ("http://unitsofmeasure.org", "mm[Hg]", Some(true)),
            ("http://unitsofmeasure.org", "mm Hg", Some(false)),
            ("http://unitsofmeasure.org", "flurb", None),
        ] {
            assert_eq!(has(system, code), Some(answer), "{code}");
        }
        assert_eq!(has("http://loinc.org", "1"), None);
    }
}
