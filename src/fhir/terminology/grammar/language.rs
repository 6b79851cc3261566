//! Tags of languages as BCP 47 writes them (RFC 5646, 2.1).

/// What a tag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// One of a language that there is, perhaps with a country.
    Known,
    /// Written as one, with a part that is not in the lists here.
    Unknown,
    /// Not one.
    Wrong,
}

/// Languages of two letters (ISO 639-1), as the registry of BCP 47 has them.
const TWO_LETTERS: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv \
    dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw \
    ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd \
    ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv \
    sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Countries (ISO 3166-1).
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE \
    GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR \
    KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI \
    NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS \
    ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Reads a tag.
pub(crate) fn read(text: &str) -> Tag {
    if !is_language(text) {
        return Tag::Wrong;
    }
    let is_in = |list: &str, part: &str| list.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(part));
    let (language, rest) = text.split_once('-').map_or((text, None), |(language, rest)| (language, Some(rest)));
    match is_in(TWO_LETTERS, language) && rest.is_none_or(|rest| is_in(COUNTRIES, rest)) {
        true => Tag::Known,
        false => Tag::Unknown,
    }
}

/// Whether a text has the form of a tag: language, script, region, variants,
/// extensions and what is private, in that order.
fn is_language(text: &str) -> bool {
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
    use super::{Tag, read};

    #[test]
    fn a_language_has_the_form_of_bcp_47() {
        for known in ["nl", "nl-NL", "en", "pt-BR"] {
            assert_eq!(read(known), Tag::Known, "{known}");
        }
        for other in ["zh-Hans-CN", "sl-rozaj-biske", "de-CH-1996", "en-a-bbb-x-a", "x-own", "es-419", "zh-yue", "gsw", "nl-XX"] {
            assert_eq!(read(other), Tag::Unknown, "{other}");
        }
        for wrong in
            ["nederlands taal", "nl_NL", "", "n", "nl-", "-nl", "nederlandse", "x", "en-a", "nl-NL-NL", "12", "dutch", "xx"]
        {
            assert_eq!(read(wrong), Tag::Wrong, "{wrong}");
        }
    }
}
