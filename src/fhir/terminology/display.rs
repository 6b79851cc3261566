//! Whether a display is one that its code system gives for the code.

use crate::digest::sha256_hex;

use super::code_system::{CodeSystem, Content};

/// What a code system says of a code with its display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisplayCheck {
    /// The display is one of those of the code.
    Right,
    /// The code has other displays.
    Wrong {
        /// Those that it has, as far as their text is here.
        known: Vec<String>,
    },
    /// The code system does not have the code.
    NoCode,
    /// What is here cannot tell.
    Unknown,
}

/// Whether a display is one that the code system gives for a code: in any
/// language, capitals and white space aside.
#[must_use]
pub fn check_display(system: &CodeSystem, code: &str, display: &str) -> DisplayCheck {
    let is_whole = system.content == Content::Complete && !system.is_empty();
    let Some((_, concept)) = system.concept(code) else {
        let other_case = system.case_sensitive.is_none() && system.other_case(code).is_some();
        return if is_whole && !other_case { DisplayCheck::NoCode } else { DisplayCheck::Unknown };
    };
    let designations = concept.designations.iter().map(|(_, value)| value);
    let known: Vec<String> = concept.display.iter().chain(designations).map(ToString::to_string).collect();
    let is_known = known.iter().any(|known| folded(known) == folded(display)) || concept.digests.contains(&digest(display));
    match is_known {
        true => DisplayCheck::Right,
        false if known.is_empty() && concept.digests.is_empty() => DisplayCheck::Unknown,
        false => DisplayCheck::Wrong { known },
    }
}

/// What the built-in set has of a display: enough to tell whether another one is
/// the same, too little to say what it was.
#[must_use]
pub fn digest(display: &str) -> u32 {
    let hex = sha256_hex(folded(display).as_bytes());
    u32::from_str_radix(&hex[..8], 16).expect("a digest is hexadecimal")
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
