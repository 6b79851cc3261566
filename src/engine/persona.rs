//! Finding the personas on the server: the id that the user gave, else a lookup
//! by BSN, else a read of the fixture's id. What is found is a fact; whether the
//! lookup was answered rightly is judged elsewhere.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::session::{Ask, Session};
use crate::agreements::bsns;
use crate::drive::{Credentials, Request, encode, encode_path};
use crate::evidence::{FoundHow, FoundPersona, Origin};
use crate::fhir::node::Node;
use crate::plan::{PlannedPersona, split};
use crate::scenario::{Format, Method};

/// Stands for the scenario in the exchanges that find personas; the step is the persona.
pub const PERSONAS: &str = "personas";

/// Logical ids by persona, for those that were found. One after the other, so
/// that a server that is not there is noticed after a few attempts.
pub(super) async fn find(session: &Session) -> BTreeMap<String, String> {
    let mut patients = BTreeMap::new();
    for persona in &session.plan.personas {
        let (patient, how) = find_one(session, persona).await;
        if let Some(patient) = &patient {
            patients.insert(persona.persona.clone(), patient.clone());
        }
        session.log.persona(FoundPersona { persona: persona.persona.clone(), patient, how });
    }
    patients
}

async fn find_one(session: &Session, persona: &PlannedPersona) -> (Option<String>, FoundHow) {
    if let Some(given) = &persona.given {
        return (Some(given.clone()), FoundHow::Given);
    }
    if let Some(found) = look_up(session, persona).await {
        return (Some(found), FoundHow::Lookup);
    }
    match read_fixture(session, persona).await {
        Some(found) => (Some(found), FoundHow::Fixture),
        None => (None, FoundHow::NotFound),
    }
}

async fn look_up(session: &Session, persona: &PlannedPersona) -> Option<String> {
    if persona.lookup.is_empty() {
        return None;
    }
    let (path, parameters) = split(&persona.lookup);
    let url = session.client.address().request(&path, &encode(&parameters));
    the_patient(&ask(session, persona, (1, url)).await?, persona)
}

/// The one match with the BSN; or the only match, when it shows no BSN at all.
fn the_patient(answer: &Answer, persona: &PlannedPersona) -> Option<String> {
    let patients: Vec<Node<'_>> = answer.matches().into_iter().filter(|found| found.type_name() == "Patient").collect();
    let with_bsn: Vec<Node<'_>> = patients.iter().copied().filter(|found| bsns(*found).any(|bsn| bsn == persona.bsn)).collect();
    let found = match (&with_bsn[..], &patients[..]) {
        ([found], _) => *found,
        ([], [found]) if bsns(*found).next().is_none() => *found,
        _ => return None,
    };
    found.child_value("id").map(str::to_owned)
}

async fn read_fixture(session: &Session, persona: &PlannedPersona) -> Option<String> {
    let url = session.client.address().request(&format!("Patient/{}", encode_path(&persona.fixture)), "");
    let answer = ask(session, persona, (2, url)).await.filter(|answer| answer.status == 200)?;
    let found = answer.resources().into_iter().find(|found| found.type_name() == "Patient")?;
    let right_id = found.child_value("id") == Some(&persona.fixture);
    let other = bsns(found).next().is_some() && bsns(found).all(|bsn| bsn != persona.bsn);
    (right_id && !other).then(|| persona.fixture.clone())
}

async fn ask(session: &Session, persona: &PlannedPersona, (number, url): (usize, String)) -> Option<Answer> {
    if session.halted().is_some() {
        return None;
    }
    let request = Request { url, method: Method::Get, form: None, format: Format::Json, credentials: Credentials::Run };
    let origin = Origin::Persona(persona.persona.clone());
    let name = Some(persona.persona.as_str());
    session.ask(Ask { scenario: PERSONAS, step: &persona.persona, number, origin, request, persona: name, patient: None }).await
}
