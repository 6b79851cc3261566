//! String parameters: the beginning of a word or name, whatever case or accents.

use super::query::unescape;
use crate::fhir::node::Node;

/// How a string is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparing {
    /// From the beginning.
    Start,
    /// `:contains`
    Anywhere,
    /// `:exact`
    Exact,
}

/// One value of a string parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    comparing: Comparing,
    wanted: String,
}

impl Text {
    pub(super) fn new(comparing: Comparing, value: &str) -> Self {
        let plain = unescape(value);
        Self { comparing, wanted: if comparing == Comparing::Exact { plain } else { fold(&plain) } }
    }

    /// Whether the element, or any text in a name or address, fits.
    pub(super) fn matches(&self, node: Node<'_>) -> bool {
        match node.value() {
            Some(value) => self.fits(value),
            None => node.children().filter(|child| child.type_name() == "string").any(|child| self.matches(child)),
        }
    }

    fn fits(&self, value: &str) -> bool {
        match self.comparing {
            Comparing::Start => fold(value).starts_with(&self.wanted),
            Comparing::Anywhere => fold(value).contains(&self.wanted),
            Comparing::Exact => value == self.wanted,
        }
    }
}

/// Lower case, without the accents that Dutch names carry.
fn fold(text: &str) -> String {
    let plain = |letter: char| match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}
