//! Identifiers: a system that is an absolute URI, and a value that is one where the
//! system says so.

use super::primitive::is_absolute;
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, codes};

codes! {
    /// The system is no absolute URI.
    RELATIVE "identifier-system-relative" "code-invalid" Some("Type_Specific_Checks_DT_Identifier_System");
        en "the system `{found}` of the identifier is no absolute URI", "write a whole URI: `http://…`, `urn:oid:…`";
        nl "het systeem `{found}` van de identifier is geen absolute URI", "schrijf een hele URI: `http://…`, `urn:oid:…`";
    /// The value of a URI is none.
    NOT_A_URI "identifier-value-not-a-uri" "code-invalid" Some("TYPE_SPECIFIC_CHECKS_DT_IDENTIFIER_IETF_SYSTEM_VALUE");
        en "the identifier is a URI by its system, its value `{found}` is none", "write a whole URI: `urn:uuid:…`, `http://…`";
        nl "de identifier is volgens zijn systeem een URI, zijn waarde `{found}` is dat niet", "schrijf een hele URI: `urn:uuid:…`, `http://…`";
}

/// The system of identifiers that are URIs.
const URIS: &str = "urn:ietf:rfc:3986";

/// Whether an identifier can be told from those of others.
pub(crate) fn check(node: Node<'_>, issues: &mut Issues) {
    if node.type_name() != "Identifier" {
        return;
    }
    let system = node.child_value("system").filter(|system| !system.is_empty());
    if let Some(system) = system.filter(|system| !is_absolute(system)) {
        issues.push(Issue::error(&RELATIVE, node).with("found", system));
    }
    let value = node.child_value("value").filter(|value| !value.is_empty() && system == Some(URIS));
    if let Some(value) = value.filter(|value| !is_absolute(value)) {
        issues.push(Issue::error(&NOT_A_URI, node).with("found", value));
    }
}
