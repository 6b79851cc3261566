//! `--patient` and `--bsn`: whom a run is about.

use super::failure::Failure;
use crate::plan::{OwnPatient, Plan};
use crate::redact::is_elfproof;
use crate::scenario::Suite;

/// A patient on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GivenPatient {
    /// `full-plan=1234`: the logical id of a persona.
    Persona(String, String),
    /// `1234`: a patient with data of their own.
    Own(String),
}

/// Reads `PERSONA=ID` or `ID`.
pub(crate) fn patient(text: &str) -> Result<GivenPatient, String> {
    let (name, id) = text.split_once('=').map_or((None, text), |(name, id)| (Some(name), id));
    if !is_id(id) {
        return Err(no_id(id));
    }
    match name {
        None => Ok(GivenPatient::Own(id.to_owned())),
        Some("") => Err("write it as PERSONA=ID, for example full-plan=1234, or as ID alone".to_owned()),
        Some(name) => Ok(GivenPatient::Persona(name.to_owned(), id.to_owned())),
    }
}

/// Reads a FHIR id.
pub(crate) fn id(text: &str) -> Result<String, String> {
    if is_id(text) { Ok(text.to_owned()) } else { Err(no_id(text)) }
}

fn no_id(text: &str) -> String {
    format!("`{text}` is no FHIR id: at most 64 letters, digits, `-` or `.`")
}

/// A FHIR id: it becomes part of a URL as it is.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'))
}

/// The patient with data of their own that the user named, if any. The BSN is
/// looked at here rather than by clap, which would repeat it.
pub(crate) fn own(patients: &[GivenPatient], bsn: Option<&str>) -> Result<Option<OwnPatient>, Failure> {
    let ids: Vec<&String> =
        patients.iter().filter_map(|given| if let GivenPatient::Own(id) = given { Some(id) } else { None }).collect();
    if ids.len() > 1 {
        return Err(Failure::usage("a run is about one patient with data of their own, and there are several")
            .hint("run Toets once for each; the ids of personas are written `--patient PERSONA=ID`"));
    }
    if bsn.is_some_and(|bsn| !is_elfproof(bsn.as_bytes())) {
        return Err(Failure::usage("the value of `--bsn` is no BSN: it fails the eleven-test").hint("a BSN has nine digits"));
    }
    let id = ids.first().map(|id| (*id).clone());
    let bsn = bsn.map(str::to_owned);
    Ok((id.is_some() || bsn.is_some()).then_some(OwnPatient { id, bsn }))
}

/// Tells loudly that the patient may be a person.
pub(crate) fn warning(own: &OwnPatient) -> Option<&'static str> {
    let bsn = own.bsn.as_deref()?;
    (!bsn.starts_with("9999")).then_some(
        "WARNING: this BSN is outside the test range (9999…), so it may be a real person's. It is kept out of every output, \
         but the answers are stored: stop, unless the data is test data",
    )
}

/// Fills in the logical ids of personas that the user knows.
pub(crate) fn fill(plan: &mut Plan, patients: &[GivenPatient], suite: &Suite) -> Result<(), Failure> {
    for given in patients {
        let GivenPatient::Persona(name, id) = given else { continue };
        if suite.persona(name).is_none() {
            return Err(unknown_persona(name, suite));
        }
        for persona in plan.personas.iter_mut().filter(|persona| persona.persona == *name) {
            persona.given = Some(id.clone());
        }
    }
    Ok(())
}

/// Nobody is called so.
pub(crate) fn unknown_persona(name: &str, suite: &Suite) -> Failure {
    let names: Vec<&str> = suite.personas.iter().map(|persona| persona.persona.as_str()).collect();
    Failure::usage(format!("there is no persona `{name}`")).hint(format!("the personas are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patient_is_an_id_alone_or_that_of_a_persona() {
        assert_eq!(patient("123"), Ok(GivenPatient::Own("123".to_owned())));
        assert_eq!(patient("anna=a.1"), Ok(GivenPatient::Persona("anna".to_owned(), "a.1".to_owned())));
        for wrong in ["", "=1", "anna=", "a/b", "anna=1?x"] {
            assert!(patient(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn own_refuses_a_wrong_bsn_without_repeating_it() {
        let failure = own(&[], Some("123456789")).expect_err("it fails the eleven-test");
        assert!(!format!("{failure:?}").contains("123456789"));
        assert!(own(&[], Some("123456782")).is_ok());
    }

    #[test]
    fn warning_is_for_a_bsn_outside_the_test_range() {
        let of = |bsn: &str| OwnPatient { id: None, bsn: Some(bsn.to_owned()) };
        assert!(warning(&of("123456782")).is_some());
        assert!(warning(&of("999900006")).is_none());
    }
}
