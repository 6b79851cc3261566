//! Vital signs: an Observation with one of the ten codes that FHIR R4 picks out
//! is held against the profile of that vital sign, claimed or not
//! (<https://hl7.org/fhir/R4/observation-vitalsigns.html>).

use std::sync::Arc;

use crate::fhir::node::Node;
use crate::fhir::validate::Scene;
use crate::fhir::validate::profile::Profile;

/// LOINC codes with the profile that each asks for.
const PROFILES: [(&str, &str); 10] = [
    ("85353-1", "vitalspanel"),
    ("9279-1", "resprate"),
    ("8867-4", "heartrate"),
    ("2708-6", "oxygensat"),
    ("8310-5", "bodytemp"),
    ("8302-2", "bodyheight"),
    ("9843-4", "headcircum"),
    ("29463-7", "bodyweight"),
    ("39156-5", "bmi"),
    ("85354-9", "bp"),
];

/// The profile that the code of an Observation asks for.
pub(crate) fn profile(scene: &Scene<'_, '_>, node: Node<'_>) -> Option<Arc<Profile>> {
    if node.type_name() != "Observation" || scene.is_stu3() {
        return None;
    }
    let codings = node.child("code")?.children_named("coding");
    let mut codes = codings
        .filter(|coding| coding.child_value("system") == Some("http://loinc.org"))
        .filter_map(|coding| coding.child_value("code"));
    let name = codes.find_map(|code| PROFILES.iter().find(|(known, _)| *known == code))?.1;
    scene.profile(&format!("http://hl7.org/fhir/StructureDefinition/{name}")).ok()
}
