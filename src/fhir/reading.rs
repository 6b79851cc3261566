//! What both readers share: the bounds on what they take in, and how they
//! refuse. What they accept but the specification does not is the judge's.

/// Most bytes of one resource.
pub(crate) const MAX_BYTES: usize = 64 << 20;
/// Most elements inside one another.
pub(crate) const MAX_DEPTH: usize = 64;
/// Most elements of one resource.
pub(crate) const MAX_NODES: usize = 4_000_000;

/// Why a text is no resource, or not one that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (byte {offset})")]
pub struct ReadError {
    /// Byte of the text where reading stopped.
    pub offset: usize,
    /// What is wrong, lower case, no final period.
    pub message: String,
}

impl ReadError {
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into() }
    }

    /// Line and column of the offset in the text that was read, both from 1;
    /// columns count characters.
    #[must_use]
    pub fn line_and_column(&self, text: &[u8]) -> (usize, usize) {
        let before = &text[..self.offset.min(text.len())];
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
    }
}

/// The text as UTF-8 within its bound; and how many bytes of byte order mark come first.
pub(crate) fn utf8(text: &[u8]) -> Result<(&str, usize), ReadError> {
    if text.len() > MAX_BYTES {
        return Err(ReadError::new(MAX_BYTES, format!("longer than {} MiB", MAX_BYTES >> 20)));
    }
    let whole = std::str::from_utf8(text).map_err(|error| ReadError::new(error.valid_up_to(), "a byte that is no UTF-8"))?;
    Ok((whole, if whole.starts_with('\u{feff}') { 3 } else { 0 }))
}
