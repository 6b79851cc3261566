//! The query of an exchange: the template of the agreement, filled, and spoiled
//! where a fault says so.

use super::behave::Behaviour;
use crate::agreements::{BSN, Dialect, FhirVersion};
use crate::plan::{Piece, pieces, split};
use crate::scenario::{ConsulterMisbehaviour as Fault, Exchange};

/// A path and its parameters, not encoded.
pub(super) type Query = (String, Vec<(String, String)>);

/// Whom a query is about. The BSN is for the lookup, and for one fault.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    /// Logical id.
    pub(super) id: &'a str,
    /// BSN, where it is known.
    pub(super) bsn: Option<&'a str>,
}

/// What stands for a BSN where a fault needs one and none is known: a number of the test range.
const NO_BSN: &str = "999900006";

/// The current version of the agreement for a version of FHIR.
pub(super) fn current(fhir: FhirVersion) -> Dialect {
    match fhir {
        FhirVersion::R4 => Dialect::R4Rc2,
        FhirVersion::Stu3 => Dialect::Stu3Rc2,
    }
}

/// The query of an exchange; nothing where the version does not have it.
pub(super) fn query(exchange: &Exchange, fhir: FhirVersion, about: About<'_>, behaviour: &Behaviour) -> Option<Query> {
    let name = exchange.exchange.as_str();
    // The current version is asked as it is mended, another one as it was published.
    let template = match behaviour.dialect(name, fhir) {
        Some(other) => exchange.request.get(&other).map(String::as_str),
        None => exchange.sent(current(fhir)),
    };
    let (path, mut parameters) = split(template?);
    for (_, value) in &mut parameters {
        *value = filled(value, about);
    }
    if let Some(form) = behaviour.other_form() {
        for (_, value) in parameters.iter_mut().filter(|(name, _)| name == "questionnaire") {
            form.clone_into(value);
        }
    }
    for fault in behaviour.about(name) {
        spoil(&mut parameters, fault, about);
    }
    parameters.extend(behaviour.format().map(|format| ("_format".to_owned(), format.to_owned())));
    Some((path, parameters))
}

fn filled(text: &str, about: About<'_>) -> String {
    let value = |name: &str| match name {
        "patient" => about.id.to_owned(),
        "bsn" => about.bsn.unwrap_or_default().to_owned(),
        other => format!("${{{other}}}"),
    };
    let piece = |piece: Piece<'_>| match piece {
        Piece::Literal(text) => text.to_owned(),
        Piece::Slot(name) => value(name),
    };
    pieces(text).into_iter().map(piece).collect()
}

fn spoil(parameters: &mut Vec<(String, String)>, fault: &Fault, about: About<'_>) {
    match fault {
        Fault::SkipCodes(skipped) => {
            for (_, value) in parameters.iter_mut() {
                *value = without(value, &skipped.codes);
            }
        }
        Fault::NoPatient(_) => parameters.retain(|(name, _)| !is_patient(name)),
        Fault::TwoPatients(two) => {
            for (_, value) in parameters.iter_mut().filter(|(name, _)| is_patient(name)) {
                value.push_str(&format!(",Patient/{}", two.other));
            }
        }
        Fault::BsnInUrl(_) => {
            for (name, value) in parameters.iter_mut().filter(|(name, _)| is_patient(name)) {
                name.push_str(".identifier");
                *value = format!("{BSN}|{}", about.bsn.unwrap_or(NO_BSN));
            }
        }
        Fault::Unfiltered(_) => parameters.retain(|(name, _)| is_patient(name)),
        Fault::ExtraFilter(filter) => parameters.extend(filter.parameters.clone()),
        Fault::RepeatedCodes(_) => *parameters = parameters.iter().flat_map(apart).collect(),
        Fault::NoInclude(_) => parameters.retain(|(name, _)| name != "_include"),
        Fault::ColonInclude(_) => {
            for (name, value) in parameters.iter_mut().filter(|(name, _)| name == "_include") {
                *name = format!("_include:{}", std::mem::take(value));
            }
        }
        _ => {}
    }
}

fn is_patient(name: &str) -> bool {
    matches!(name, "patient" | "subject")
}

/// A list of codes, of which only the first has the system, without some.
fn without(list: &str, codes: &[String]) -> String {
    let Some((system, list)) = list.rsplit_once('|') else { return list.to_owned() };
    let left: Vec<&str> = list.split(',').filter(|code| !codes.iter().any(|gone| gone == code)).collect();
    format!("{system}|{}", left.join(","))
}

/// Every code of a list as a parameter of its own.
fn apart((name, value): &(String, String)) -> Vec<(String, String)> {
    match value.rsplit_once('|') {
        Some((system, list)) => list.split(',').map(|code| (name.clone(), format!("{system}|{code}"))).collect(),
        None => vec![(name.clone(), value.clone())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_leaves_the_system_with_what_is_left() {
        let codes = ["1".to_owned(), "3".to_owned()];
        assert_eq!(without("http://snomed.info/sct|1,2,3,4", &codes), "http://snomed.info/sct|2,4");
        assert_eq!(without("Patient/1", &codes), "Patient/1");
    }

    #[test]
    fn apart_gives_each_code_its_system() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(apart(&pair("code", "s|1,2")), [pair("code", "s|1"), pair("code", "s|2")]);
        assert_eq!(apart(&pair("patient", "Patient/1")), [pair("patient", "Patient/1")]);
    }
}
