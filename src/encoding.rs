//! Bytes as text: base64, in both of its alphabets. The only file that names
//! the crate for it.

use ::base64::Engine as _;
use ::base64::alphabet;
use ::base64::engine::DecodePaddingMode;
use ::base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE};

/// The two last letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// `+` and `/`
    Standard,
    /// `-` and `_`
    Url,
}

/// Bytes as base64, filled up with `=`.
#[must_use]
pub fn base64(bytes: &[u8], alphabet: Alphabet) -> String {
    match alphabet {
        Alphabet::Standard => STANDARD.encode(bytes),
        Alphabet::Url => URL_SAFE.encode(bytes),
    }
}

/// The bytes that a text stands for, in the standard alphabet and filled up.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    FORGIVING_BITS.decode(text).ok()
}

/// The bytes that letters stand for, of either alphabet and not filled up; a letter that is left over stands for
/// nothing.
#[must_use]
pub fn from_base64_letters(letters: &[u8]) -> Vec<u8> {
    let whole = letters.len() - usize::from(letters.len() % 4 == 1);
    let plain = letters[..whole].iter().map(|letter| match letter {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    });
    UNFILLED.decode(plain.collect::<Vec<u8>>()).unwrap_or_default()
}

/// What stands in the bits that mean nothing is nobody's concern.
const FORGIVING_BITS: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

const UNFILLED: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

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
