//! Whose plan it is: capacity to decide, the representative and other contact persons.

use super::people::described;
use super::value::{extended, extension, modifiers, primitive};
use super::words::text;
use super::{Item, Section, SectionKind, Validity};
use crate::consult::records::Records;
use crate::fhir::node::Tree;
use crate::fhir::search::link_to;

/// Exchanges that contact persons come with: no query asks for them.
const SOURCES: [&str; 5] =
    ["procedures", "encounters", "treatment-directives", "advance-directives", "inform-relatives-requests"];

pub(super) fn section(records: &Records) -> Section {
    let title = text("Patient and contact persons", "Patiënt en contactpersonen");
    let mut section = Section::of(SectionKind::Persons, title, &SOURCES, records);
    section.asked = true;
    section.items.extend(capacity(records));
    let relatives = records.resources.iter().filter(|(_, tree)| is_relative(records, tree));
    section.items.extend(relatives.map(|(name, tree)| relative(records, name, tree)));
    section
}

/// Whether the patient can decide on treatment; where that is a wish of rc3, it stands among the wishes.
fn capacity(records: &Records) -> Option<Item> {
    let patient = records.patient()?;
    let endings = ["/ext-Patient.LegallyCapableMedicalTreatmentDecisions", "/ext-LegallyCapable-MedicalTreatmentDecisions"];
    let told = endings.iter().find_map(|ending| extension(patient, "extension", ending))?;
    let title = text("Capable of deciding on treatment", "Wilsbekwaamheid m.b.t. medische behandelbeslissingen");
    let mut item = Item::new(&format!("Patient/{}", records.patient), title);
    item.validity = Validity::Valid { until: None };
    item.value = extended(told, "legallyCapable").and_then(primitive);
    if item.value.is_none() {
        super::value::lacks(&mut item, text("Capacity", "Wilsbekwaamheid"), super::value::absent(told));
    }
    item.detail(text("Comment", "Toelichting"), extended(told, "legallyCapableComment").and_then(primitive));
    modifiers(&mut item, patient, &[]);
    Some(item)
}

/// A contact person of this patient.
fn is_relative(records: &Records, tree: &Tree) -> bool {
    let person = tree.root();
    let link = person.child("patient").and_then(|patient| link_to(patient, &records.base));
    person.type_name() == "RelatedPerson" && link.is_none_or(|link| link.id == records.patient)
}

fn relative(records: &Records, name: &str, tree: &Tree) -> Item {
    let person = tree.root();
    let mut item = Item::new(name, text("Contact person", "Contactpersoon"));
    item.validity = match person.child_value("active") {
        Some("false") => Validity::Ended { on: None, reason: None },
        _ => Validity::Valid { until: None },
    };
    item.by = vec![described(records, person, 0)];
    modifiers(&mut item, person, &[]);
    item
}
