//! Languages: codes as BCP 47 writes them (RFC 5646, 2.1), of a language that is
//! registered where it has two letters.

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, codes};

codes! {
    /// No code of a language.
    WRONG "language-wrong" "code-invalid" Some("Terminology_TX_NoValid_11");
        en "`{found}` is no code of a language", "write a code of BCP 47: `nl`, `nl-NL`, `en`";
        nl "`{found}` is geen code van een taal", "schrijf een code volgens BCP 47: `nl`, `nl-NL`, `en`";
}

/// Languages of two letters (ISO 639-1), as the registry of BCP 47 has them.
const TWO_LETTERS: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv \
    dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw \
    ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd \
    ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv \
    sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

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
    // Longer languages are reserved; none is registered.
    let is_known = |part: &&str| match part.len() {
        2 => TWO_LETTERS.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(part)),
        length => length == 3 && is_alphabetic(part),
    };
    if rest.next_if(is_known).is_none() {
        return false;
    }
    let mut extended = 3;
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
        for wrong in [
            "nederlands taal",
            "nl_NL",
            "",
            "n",
            "nl-",
            "-nl",
            "nederlandse",
            "x",
            "en-a",
            "nl-NL-NL",
            "12",
            "nl-NL-a-b",
            "dutch",
            "xx",
        ] {
            assert!(!is_language(wrong), "{wrong}");
        }
    }
}
