//! Languages: codes as BCP 47 writes them (RFC 5646, 2.1). Which of them there are
//! is not asked.

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, codes};

codes! {
    /// No code of a language.
    WRONG "language-wrong" "code-invalid" Some("Terminology_TX_NoValid_11");
        en "`{found}` is no code of a language", "write a code of BCP 47: `nl`, `nl-NL`, `en`";
        nl "`{found}` is geen code van een taal", "schrijf een code volgens BCP 47: `nl`, `nl-NL`, `en`";
}

/// Types whose `language` may be any that BCP 47 can write.
const OF: [&str; 2] = ["Attachment", "Narrative"];

/// Whether the language of a resource or attachment is written as one.
pub(crate) fn check(node: Node<'_>, issues: &mut Issues) {
    if !node.is_resource() && !OF.contains(&node.type_name()) {
        return;
    }
    let Some(language) = node.child("language").filter(|language| language.type_name() == "code") else { return };
    if let Some(text) = language.value().filter(|text| !text.is_empty() && !is_language(text)) {
        issues.push(Issue::error(&WRONG, language).with("found", text));
    }
}

/// Whether a text has the form of a tag: language, script, region, variants,
/// extensions and what is private, in that order.
pub(crate) fn is_language(text: &str) -> bool {
    const OLD: [&str; 8] = ["i-default", "i-klingon", "i-lux", "i-mingo", "i-navajo", "i-enochian", "sgn-BE-NL", "en-GB-oed"];
    if OLD.iter().any(|old| old.eq_ignore_ascii_case(text)) {
        return true;
    }
    let parts: Vec<&str> = text.split('-').collect();
    if !parts.iter().all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return false;
    }
    let is_alphabetic = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut rest = parts.iter().copied().peekable();
    if parts[0].eq_ignore_ascii_case("x") {
        return parts.len() > 1;
    }
    let Some(language) = rest.next().filter(|part| part.len() > 1 && is_alphabetic(part)) else { return false };
    let mut extended = if language.len() <= 3 { 3 } else { 0 };
    while extended > 0 && rest.next_if(|part| part.len() == 3 && is_alphabetic(part)).is_some() {
        extended -= 1;
    }
    rest.next_if(|part| part.len() == 4 && is_alphabetic(part));
    rest.next_if(|part| {
        part.len() == 2 && is_alphabetic(part) || part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit())
    });
    while rest.next_if(|part| part.len() >= 5 || part.len() == 4 && part.as_bytes()[0].is_ascii_digit()).is_some() {}
    // What is left are extensions: a letter or digit, then at least one part of two or more; after `x` any.
    while let Some(single) = rest.next_if(|part| part.len() == 1) {
        let is_private = single.eq_ignore_ascii_case("x");
        if rest.next_if(|part| is_private || part.len() > 1).is_none() {
            return false;
        }
        while rest.next_if(|part| is_private || part.len() > 1).is_some() {}
    }
    rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_language;

    #[test]
    fn a_language_has_the_form_of_bcp_47() {
        for right in
            ["nl", "nl-NL", "en", "zh-Hans-CN", "sl-rozaj-biske", "de-CH-1996", "en-a-bbb-x-a", "x-own", "es-419", "zh-yue"]
        {
            assert!(is_language(right), "{right}");
        }
        for wrong in
            ["nederlands taal", "nl_NL", "", "n", "nl-", "-nl", "nederlandse", "x", "en-a", "nl-NL-NL", "12", "nl-NL-a-b"]
        {
            assert!(!is_language(wrong), "{wrong}");
        }
    }
}
