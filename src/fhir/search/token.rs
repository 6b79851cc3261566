//! Token parameters: a code with or without its system.

use super::query::{split_unescaped, unescape};
use crate::fhir::node::Node;

/// One value of a token parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    system: System,
    code: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum System {
    /// `code`
    Any,
    /// `|code`
    None,
    /// `system|code`
    Is(String),
}

impl Token {
    pub(super) fn parse(text: &str) -> Self {
        match *split_unescaped(text, '|') {
            [code] => Self { system: System::Any, code: filled(code) },
            ["", code] => Self { system: System::None, code: filled(code) },
            // A bar in the code itself should have been escaped; no code has one, so this finds nothing wrong.
            [system, ..] => Self { system: System::Is(unescape(system)), code: filled(&text[system.len() + 1..]) },
            [] => Self { system: System::Any, code: None },
        }
    }

    /// Whether an element carries this token. Nothing is asked by an empty token, so it finds nothing.
    pub(super) fn matches(&self, node: Node<'_>) -> bool {
        match node.type_name() {
            "CodeableConcept" => node.children_named("coding").any(|coding| self.matches(coding)),
            "Coding" => self.is(Some(node.child_value("system")), node.child_value("code")),
            "Identifier" => self.is(Some(node.child_value("system")), node.child_value("value")),
            "ContactPoint" => self.is(None, node.child_value("value")),
            // The system of a plain code is the one of its binding, which the query may name.
            _ => self.is(None, node.value()),
        }
    }

    /// The code, when one is asked.
    pub(super) fn code(&self) -> Option<String> {
        self.code.clone()
    }

    /// `system` is `None` where the element cannot carry one.
    fn is(&self, system: Option<Option<&str>>, code: Option<&str>) -> bool {
        let same_system = match (&self.system, system) {
            (System::Any, _) | (_, None) => true,
            (System::None, Some(system)) => system.is_none(),
            (System::Is(wanted), Some(system)) => system == Some(wanted),
        };
        match &self.code {
            Some(wanted) => same_system && code == Some(wanted),
            None => same_system && matches!(self.system, System::Is(_)),
        }
    }
}

fn filled(code: &str) -> Option<String> {
    (!code.is_empty()).then(|| unescape(code))
}
