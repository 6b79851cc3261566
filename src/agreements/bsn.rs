//! The number by which a person is known in care.

use crate::fhir::node::Node;

/// The system of BSNs.
pub const BSN: &str = "http://fhir.nl/fhir/NamingSystem/bsn";

/// The BSNs of a Patient.
pub fn bsns(patient: Node<'_>) -> impl Iterator<Item = &str> {
    let with_system = patient.children_named("identifier").filter(|identifier| identifier.child_value("system") == Some(BSN));
    with_system.filter_map(|identifier| identifier.child_value("value"))
}
