//! Finding numbers that may be a BSN: nine digits on their own that pass the
//! eleven-test, and are not something else for certain. Linear in the text:
//! what is looked at around a number is bounded.

/// Digits of a BSN.
pub(super) const LENGTH: usize = 9;

/// How far back the surroundings of a number are read at most.
const LOOKBACK: usize = 256;

/// Where a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside a string of a JSON text: a number of its own.
    BareJson,
    /// Anywhere else.
    Text,
}

/// Whether a number is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may be a BSN.
    Hide,
    /// It is none, or it is a code for certain.
    Keep,
}

/// Whether nine digits pass the eleven-test of the BSN.
#[must_use]
pub fn is_elfproof(digits: &[u8]) -> bool {
    if digits.len() != LENGTH || !digits.iter().all(u8::is_ascii_digit) || digits.iter().all(|digit| *digit == b'0') {
        return false;
    }
    let sum: i32 = digits.iter().zip([9, 8, 7, 6, 5, 4, 3, 2, -1]).map(|(digit, weight)| i32::from(digit - b'0') * weight).sum();
    sum % 11 == 0
}

/// Calls `found` with the start of every run of exactly nine digits. A percent
/// escape and a JSON escape count as one character: `%20123456782` holds nine digits.
pub(super) fn candidates(bytes: &[u8], mut found: impl FnMut(usize, Place)) {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let json = text.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| matches!(byte, b'{' | b'['));
    let mut in_string = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                in_string = !in_string;
                at += 1;
            }
            b'%' if is_hex(bytes, at + 1, 2) && !is_run(bytes, at + 1) => at += 3,
            b'\\' => at += escape_length(bytes, at),
            b'0'..=b'9' => {
                let run = run_length(bytes, at);
                if run == LENGTH {
                    found(at, if json && !in_string { Place::BareJson } else { Place::Text });
                }
                at += run;
            }
            _ => at += 1,
        }
    }
}

/// Whether the nine digits from `start` are hidden.
pub(super) fn judge(bytes: &[u8], start: usize) -> Verdict {
    let digits = &bytes[start..start + LENGTH];
    let before = &bytes[start.saturating_sub(LOOKBACK)..start];
    if !is_elfproof(digits)
        || is_fraction_of_time(before)
        || is_in_uuid(bytes, start)
        || (is_snomed_concept(digits) && is_code_context(before))
    {
        Verdict::Keep
    } else {
        Verdict::Hide
    }
}

/// Digits from here on.
fn run_length(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Whether nine digits follow: `%123456782` is a sign and a number rather than an escape and seven digits.
fn is_run(bytes: &[u8], from: usize) -> bool {
    run_length(&bytes[..bytes.len().min(from + LENGTH + 1)], from) == LENGTH
}

/// No JSON escape has a digit after the backslash: there it is a backslash and a number.
fn escape_length(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'u') if is_hex(bytes, at + 2, 4) => 6,
        Some(next) if !next.is_ascii_digit() => 2,
        _ => 1,
    }
}

fn is_hex(bytes: &[u8], from: usize, count: usize) -> bool {
    bytes.get(from..from + count).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// `T14:03:22.123456782Z`: nanoseconds.
fn is_fraction_of_time(before: &[u8]) -> bool {
    matches!(before, [.., b':', tens, ones, b'.'] if tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// Nine digits in the last group of a UUID (8-4-4-4-12): servers make these at random, thousands of them.
fn is_in_uuid(bytes: &[u8], start: usize) -> bool {
    const GROUPS: &[u8; 36] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'-' { *byte == b'-' } else { byte.is_ascii_hexdigit() };
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (24..=27).any(|before| {
        let Some(from) = start.checked_sub(before) else { return false };
        let Some(text) = bytes.get(from..from + GROUPS.len()) else { return false };
        let edges = is_edge(from.checked_sub(1).map(|at| &bytes[at])) && is_edge(bytes.get(from + GROUPS.len()));
        edges && text.iter().zip(GROUPS).all(fits)
    })
}

/// A concept id of the international edition: partition 00 and a right check digit.
fn is_snomed_concept(digits: &[u8]) -> bool {
    &digits[6..8] == b"00" && digits[0] != b'0' && is_verhoeff(digits)
}

/// The check digit of Verhoeff: the dihedral group of order ten.
pub(super) fn is_verhoeff(digits: &[u8]) -> bool {
    const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let multiply = |left: u8, right: u8| match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => 5 + (left + right - 5) % 5,
        (false, true) => 5 + (left - right) % 5,
        (false, false) => (left + 5 - right) % 5,
    };
    let mut sum = 0;
    for (position, digit) in digits.iter().rev().enumerate() {
        let mut value = digit - b'0';
        for _ in 0..position % 8 {
            value = PERMUTATION[usize::from(value)];
        }
        sum = multiply(sum, value);
    }
    sum == 0
}

/// Where a code is expected: `"code": "`, `<code value="`, a token of SNOMED CT
/// in a query (`sct|1,2`), or a text that names SNOMED shortly before.
fn is_code_context(before: &[u8]) -> bool {
    let text = String::from_utf8_lossy(before).to_ascii_lowercase();
    if let Some(rest) = text.strip_suffix('"') {
        let rest = rest.trim_end();
        let json = rest.strip_suffix(':').is_some_and(|rest| rest.trim_end().ends_with("\"code\""));
        if json || rest.ends_with("<code value=") {
            return true;
        }
    }
    let list = without_codes(&text);
    let system = list.strip_suffix('|').or_else(|| list.strip_suffix("%7c"));
    let token = system.is_some_and(|system| system.ends_with("sct"));
    let near = text.char_indices().rev().nth(40).map_or(text.as_str(), |(at, _)| &text[at..]);
    token || near.contains("snomed")
}

/// Drops `1,2%2C3%2C` from the end: codes and the commas between them.
fn without_codes(text: &str) -> &str {
    let text = text.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ',');
    // The digits of an escape are no code: `%2C` ends in a letter, so nothing of it was dropped.
    text.strip_suffix("%2c").map_or(text, without_codes)
}
