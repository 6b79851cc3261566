//! Bytes as text: base64, in both of its alphabets (RFC 4648, sections 4 and 5).

/// The two last letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// `+` and `/`
    Standard,
    /// `-` and `_`
    Url,
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes as base64, filled up with `=`.
#[must_use]
pub fn base64(bytes: &[u8], alphabet: Alphabet) -> String {
    let letters = match alphabet {
        Alphabet::Standard => STANDARD,
        Alphabet::Url => URL,
    };
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(group.get(at).copied().unwrap_or(0)));
        for position in 0..4 {
            let letter = letters[bits >> (18 - 6 * position) & 63];
            text.push(if position <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// The bytes that a text stands for, in the standard alphabet and filled up. What stands in the bits that mean
/// nothing is nobody's concern.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let letters = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text).as_bytes();
    let is_whole = text.len().is_multiple_of(4) && letters.len() % 4 != 1;
    (is_whole && letters.iter().all(|letter| STANDARD.contains(letter))).then(|| from_base64_letters(letters))
}

/// The bytes that letters stand for, of either alphabet and not filled up; a letter that is left over stands for
/// nothing.
#[must_use]
pub fn from_base64_letters(letters: &[u8]) -> Vec<u8> {
    let six = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3 + 2);
    for group in letters.chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, letter| bits << 6 | u32::from(six(*letter))) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_comes_back_as_it_was() {
        for text in ["", "a", "ab", "abc", "abcd", "\u{fffd}?~"] {
            let filled = base64(text.as_bytes(), Alphabet::Standard);
            assert_eq!(from_base64(&filled).as_deref(), Some(text.as_bytes()));
            for alphabet in [Alphabet::Standard, Alphabet::Url] {
                let letters = base64(text.as_bytes(), alphabet);
                assert_eq!(from_base64_letters(letters.trim_end_matches('=').as_bytes()), text.as_bytes());
            }
        }
        assert_eq!(base64(&[0xfb, 0xff], Alphabet::Standard), "+/8=");
        assert_eq!(base64(&[0xfb, 0xff], Alphabet::Url), "-_8=");
    }

    #[test]
    fn text_that_is_no_base64_is_none() {
        for text in ["a", "YQ", "Y Q=", "YQ==YQ==", "-_8="] {
            assert_eq!(from_base64(text), None, "{text}");
        }
        assert_eq!(from_base64_letters(b"YWJjZ"), b"abc");
    }
}
