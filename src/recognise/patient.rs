//! Whom a request is about, in any of the spellings of 3.7.

use std::collections::BTreeSet;

use super::asked::Patients;
use super::difference::{Difference, What};
use crate::agreements::BSN;
use crate::fhir::search::{Parameter, link_of};
use crate::fhir::types::Types;

/// Whether a parameter names the patient, in whatever way. Not every type can be searched by `subject`: where it is no
/// parameter, servers leave it out and answer about everybody.
pub(super) fn is_patient(parameter: &Parameter, resource: &str, types: &Types) -> bool {
    let is_known = || parameter.name() == "patient" || types.search_parameter(resource, "subject").is_some();
    matches!(parameter.name(), "patient" | "subject")
        && parameter.modifier().is_none_or(|modifier| modifier != "missing")
        && is_known()
}

/// Whom these parameters, which name a patient, are about, and what is wrong with how they say so.
pub(super) fn patients<'p>(parameters: impl Iterator<Item = &'p Parameter>, base: &str) -> (Patients, Vec<Difference>) {
    let mut ids = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut by_identifier = false;
    for parameter in parameters {
        let values: Vec<String> = parameter.plain().into_iter().filter(|value| !value.is_empty()).collect();
        let key = &parameter.key;
        match (parameter.modifier(), parameter.chain()) {
            (None | Some("Patient"), None) => {
                for value in values {
                    match id_of(&value, base) {
                        Some(id) => drop(ids.insert(id.to_owned())),
                        None => wrong.push(Difference::new(What::PatientElsewhere, key).found(value)),
                    }
                }
            }
            _ if values.is_empty() => {}
            (_, Some("identifier")) | (Some("identifier"), None) => {
                by_identifier = true;
                // The number itself is not repeated: what is found is shown to people.
                wrong.push(Difference::new(What::PatientByIdentifier, key).found("…"));
            }
            _ => {
                by_identifier = true;
                wrong.push(Difference::new(What::Modifier, key).found(values.join(",")));
            }
        }
    }
    let patients = match ids.len() {
        0 if by_identifier => Patients::ByIdentifier,
        0 => Patients::None,
        1 => ids.pop_first().map_or(Patients::None, Patients::One),
        _ => Patients::Many(ids),
    };
    if let Patients::Many(ids) = &patients {
        wrong.push(Difference::new(What::SeveralPatients, "patient").found_all(ids.iter().cloned()));
    }
    if patients == Patients::None && wrong.is_empty() {
        wrong.push(Difference::new(What::PatientMissing, "patient"));
    }
    (patients, wrong)
}

fn id_of<'v>(value: &'v str, base: &str) -> Option<&'v str> {
    match link_of(value, base) {
        Some(link) => (link.resource == "Patient").then_some(link.id),
        // An id by itself is the second half of a link.
        None if !value.contains(['/', ':']) => Some(value),
        None => None,
    }
}

/// A BSN in the URL of what is no lookup: where the system of BSNs is named, or an identifier passes their test.
pub(super) fn bsn(in_url: &[Parameter]) -> Option<Difference> {
    let names_system = |parameter: &Parameter| parameter.value.contains(BSN);
    let is_number = |parameter: &Parameter| {
        parameter.key.contains("identifier") && parameter.tokens().iter().any(|(_, code)| passes_eleven_test(code))
    };
    let found = in_url.iter().find(|parameter| names_system(parameter) || is_number(parameter))?;
    // The number itself is left out: what is found is shown to people.
    Some(Difference::new(What::BsnInUrl, &found.key))
}

fn passes_eleven_test(text: &str) -> bool {
    let digits: Vec<i64> = text.chars().filter_map(|digit| digit.to_digit(10)).map(i64::from).collect();
    let weights = [9, 8, 7, 6, 5, 4, 3, 2, -1];
    digits.len() == 9
        && text.len() == 9
        && digits.iter().any(|digit| *digit != 0)
        && digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<i64>() % 11 == 0
}
