//! What is written so that the eye does not see it: nine digits as escapes
//! (`%31`, `\u0031`, `&#49;`), as hex, and in texts in base64. Finds where such a
//! text stands and what it says; what is hidden in it is decided elsewhere.

use super::number::{LENGTH, is_elfproof};
use crate::encoding::{Alphabet, base64, from_base64_letters};

/// A place in a text, and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: Vec<u8>,
}

/// Nine digits of which one or more are escapes: start, end and the digits. Only those that pass the eleven-test.
pub(super) fn escaped_numbers(bytes: &[u8]) -> Vec<(usize, usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (start, mut digits, mut escapes) = (at, String::new(), 0);
        while let Some((digit, length)) = digit(&bytes[at..]) {
            digits.push(char::from(digit));
            escapes += usize::from(length > 1);
            at += length;
        }
        if digits.len() == LENGTH && escapes > 0 && is_elfproof(digits.as_bytes()) {
            found.push((start, at, digits));
        }
        at = at.max(start + 1);
    }
    found
}

/// A digit, plain or as an escape, and how many bytes it takes.
fn digit(bytes: &[u8]) -> Option<(u8, usize)> {
    match bytes {
        [digit @ b'0'..=b'9', ..] => Some((*digit, 1)),
        [b'%', b'3', digit @ b'0'..=b'9', ..] => Some((*digit, 3)),
        [b'%', b'2', b'5', b'3', digit @ b'0'..=b'9', ..] => Some((*digit, 5)),
        [b'\\', b'u', b'0', b'0', b'3', digit @ b'0'..=b'9', ..] => Some((*digit, 6)),
        [b'&', b'#', b'x' | b'X', b'3', digit @ b'0'..=b'9', b';', ..] => Some((*digit, 6)),
        [b'&', b'#', tens @ b'4'..=b'5', ones @ b'0'..=b'9', b';', ..] => {
            let digit = (tens - b'0') * 10 + (ones - b'0');
            digit.is_ascii_digit().then_some((digit, 5))
        }
        _ => None,
    }
}

/// Nine digits written as the hex of their letters: start, end and the digits.
pub(super) fn hex_numbers(bytes: &[u8]) -> Vec<(usize, usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 1 < bytes.len() {
        let pairs = bytes[at..].chunks_exact(2).take_while(|pair| pair[0] == b'3' && pair[1].is_ascii_digit());
        let digits: String = pairs.map(|pair| char::from(pair[1])).collect();
        let end = at + 2 * digits.len();
        if digits.len() == LENGTH && is_elfproof(digits.as_bytes()) {
            found.push((at, end, digits));
        }
        // A run may be shifted by one: `33132…` is a three and then the hex of digits.
        at = if end > at + 2 * LENGTH - 2 { end } else { at + 1 };
    }
    found
}

/// What `redact` changes in texts in base64 that hold digits, written back in the same way.
pub(super) fn encoded(bytes: &[u8], redact: &dyn Fn(&[u8]) -> Option<Vec<u8>>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| is_letter(**byte)).count();
        changes.extend(of_run(&bytes[at..at + length], redact).map(|change| Change {
            start: change.start + at,
            end: at + length,
            text: change.text,
        }));
        at += length.max(1);
    }
    changes
}

/// A run may begin before the text in it does: a path ends in a slash, which base64 has as well. Nine digits fill
/// two whole groups wherever they begin, and those tell how the text lies.
fn of_run(run: &[u8], redact: &dyn Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Change> {
    let start = run.windows(8).position(|letters| is_digits(&letters[..4]) && is_digits(&letters[4..]))? % 4;
    let url = run.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let text = redact(&from_base64_letters(&run[start..]))?;
    let letters = base64(&text, if url { Alphabet::Url } else { Alphabet::Standard });
    Some(Change { start, end: run.len(), text: letters.trim_end_matches('=').into() })
}

/// Whether four letters are the base64 of three digits.
fn is_digits(letters: &[u8]) -> bool {
    matches!(letters[0], b'M'..=b'O')
        && matches!(letters[1], b'D' | b'T' | b'j' | b'z')
        && b"AEIMQUYcgk".contains(&letters[2])
        && matches!(letters[3], b'w'..=b'z' | b'0'..=b'5')
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Text as the hex of its letters.
pub(super) fn hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_numbers_are_nine_digits_and_no_more() {
        assert_eq!(escaped_numbers(b"%31%32%33%34%35%36%37%38%32").len(), 1);
        assert_eq!(escaped_numbers(b"x%31%32345678&#50;y").len(), 1);
        assert_eq!(escaped_numbers(b"123456782").len(), 0);
        assert_eq!(escaped_numbers(b"%31%32%33%34%35%36%37%38%32%30").len(), 0);
    }
}
