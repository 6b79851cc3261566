//! Digests: SHA-256 of files and bodies, and HMAC for ids that say nothing of
//! what they stand for. Not for passwords, and not for signatures.

use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{digest, hmac};

/// SHA-256 of bytes, in lower case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// SHA-256 of bytes, as it is.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// HMAC-SHA-256 of data under a key, in lower case hexadecimal.
#[must_use]
pub fn hmac_hex(key: &[u8], data: &[u8]) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data).as_ref())
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ.
#[must_use]
pub fn is_same_secret(left: &str, right: &str) -> bool {
    let (left, right) = (digest::digest(&digest::SHA256, left.as_bytes()), digest::digest(&digest::SHA256, right.as_bytes()));
    left.as_ref().iter().zip(right.as_ref()).fold(0, |different, (left, right)| different | (left ^ right)) == 0
}

/// Hexadecimal in letters alone: for what stands in addresses. Nine digits in a row could pass for a BSN there, and what is
/// kept of the address would be another one.
#[must_use]
pub fn in_letters(hex: &str) -> String {
    let letter = |digit: char| if digit.is_ascii_digit() { char::from(digit as u8 - b'0' + b'g') } else { digit };
    hex.chars().map(letter).collect()
}

/// Random bytes in lower case hexadecimal: for `clock`, which is asked for them.
///
/// # Panics
/// When the system has no randomness to give, without which no key of a run is one.
pub(crate) fn random_hex(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    SystemRandom::new().fill(&mut buffer).expect("the system gives randomness");
    hex(&buffer)
}

/// A SHA-256 that is fed bit by bit.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Sha256 {
    /// One that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    /// Takes these bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that was taken in, in lower case hexadecimal.
    #[must_use]
    pub fn hex(self) -> String {
        hex(self.0.finish().as_ref())
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sha256")
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_hex_gives_the_digest_of_the_standard() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn is_same_secret_holds_for_the_same_only() {
        assert!(is_same_secret("a", "a") && is_same_secret("", ""));
        assert!(!is_same_secret("a", "b") && !is_same_secret("a", "aa") && !is_same_secret("a", ""));
    }

    #[test]
    fn sha256_fed_in_parts_is_sha256_of_the_whole() {
        let mut digest = Sha256::new();
        digest.update(b"a");
        digest.update(b"bc");
        assert_eq!(digest.hex(), sha256_hex(b"abc"));
    }

    #[test]
    fn hmac_hex_gives_the_second_case_of_rfc_4231() {
        assert_eq!(
            hmac_hex(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
