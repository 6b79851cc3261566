//! What the checklist says of a client that asked nearly right, or not all yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::agreements::{Actor, Dialect};
use crate::clock;
use crate::evidence::{Exchange, Origin, Outcome, PhaseEnd, PhaseOver, Received, Record, Sent, Start};
use crate::fhir::knowledge::Knowledge;
use crate::fhir::types::r4;
use crate::fhir::validate::Validator;
use crate::judge::judge;
use crate::plan::{Claims, Selection, Target, TargetAuth, compile};
use crate::scenario::{Source, load};

const BASE: &str = "http://127.0.0.1/fhir";
const SCENARIO: &str = "care-plan@r4.json.plain";

/// The live page when these were asked in the first phase of `care-plan`, which goes on.
fn page(asked: &[&str]) -> Live {
    let suite = load(&Source::Embedded).expect("the suite of the house is right");
    let claims = Claims::new(Actor::Consulter, Dialect::R4Rc2);
    let target = Target::new(BASE, TargetAuth::Bearer("TOETS_TOKEN".to_owned()));
    let plan = compile(&suite, claims, target, &Selection::Only(vec!["care-plan".to_owned()])).expect("it compiles");
    let step = plan.scenarios[0].steps[0].id.clone();
    let mut records: Vec<Record> = asked.iter().enumerate().map(|(at, url)| exchange((&step, at + 1), url)).collect();
    records.push(Record::Phase(PhaseOver {
        scenario: SCENARIO.to_owned(),
        step: step.clone(),
        started_us: 0,
        took_us: 1,
        why: PhaseEnd::Next,
        program: None,
        beyond: None,
    }));
    let start = Start {
        format: 1,
        toets: String::new(),
        at: clock::now(),
        seed: String::new(),
        tempo: 1.0,
        definitions: Vec::new(),
        plan: plan.clone(),
    };
    let evidence = Evidence { start, records, blobs: BTreeMap::new() };
    let validator = Validator::new(Arc::new(Knowledge::load(&[], r4()).expect("nothing to load")));
    let verdicts = judge(&plan, &evidence, &suite, &validator);
    let report = Report::new(&plan, &evidence, &verdicts, &suite);
    let recogniser = Recogniser::new(&suite.exchanges, Dialect::R4Rc2).explaining(&suite.dialects);
    let now = Now { phase: Some(format!("care-plan/{step}")), ..Now::default() };
    live((&report, &evidence), (&plan, &suite), &recogniser, &now)
}

fn exchange((step, number): (&str, usize), url: &str) -> Record {
    Record::Exchange(Box::new(Exchange {
        id: format!("{SCENARIO}/{step}#{number}"),
        scenario: SCENARIO.to_owned(),
        step: step.to_owned(),
        origin: Origin::Client,
        request: Sent {
            method: "GET".to_owned(),
            url: format!("{BASE}/{url}"),
            headers: Vec::new(),
            form: None,
            patient: None,
            persona: None,
        },
        outcome: Outcome::Answered(Received { status: 200, headers: Vec::new(), body: None, bytes: 0 }),
        started_us: number as u64,
        took_us: 1,
        retries: 0,
    }))
}

#[test]
fn standing_says_on_one_line_how_many_are_there_and_what_is_missing() {
    let standing = page(&[]).standing().expect("a phase goes on");
    assert!(standing.en.starts_with("0 of ") && standing.en.contains("; missing: "), "{standing:?}");
    assert!(standing.en.contains(" (+") && !standing.en.contains('\n'), "{standing:?}");
    let asked = page(&["Goal?patient=Patient/full-plan-patient&category=http://snomed.info/sct%7C713603004"]);
    let standing = asked.standing().expect("a phase goes on");
    assert!(!standing.nl.starts_with("0 van ") && standing.nl.contains("; ontbreekt: "), "{standing:?}");
    assert!(!standing.en.contains(" goals"), "{standing:?}");
}

fn line<'l>(live: &'l Live, req: &str) -> &'l Line {
    let lines = live.phases.iter().flat_map(|phase| &phase.checks);
    lines.into_iter().find(|line| line.req == req).unwrap_or_else(|| panic!("{req} is in the checklist"))
}

#[test]
fn near_miss_is_explained_parameter_by_parameter_where_it_is_wrong_and_where_it_came() {
    let live = page(&["Goal?patient=Patient/full-plan-patient&categorie=http://snomed.info/sct%7C713603004"]);
    let goals = line(&live, "PZP-CQ-004");
    assert_eq!(goals.state, "wrong");
    let note = &goals.notes[0];
    assert!(note.expected[0].starts_with("Goal?") && note.actual.len() == 1, "{note:?}");
    assert!(note.actual[0].contains("categorie="), "{note:?}");
    let words = |texts: &[Text]| texts.iter().map(|text| text.en.clone()).collect::<Vec<_>>().join("\n");
    for told in [words(&note.differs), words(&live.requests[0].differs)] {
        assert!(told.contains("is missing; add `") && told.contains("`categorie=http://snomed.info/sct|713603004`"), "{told}");
    }
}

#[test]
fn codes_that_are_still_missing_stand_below_the_open_line() {
    let live = page(&["Observation?patient=Patient/full-plan-patient&code=http://snomed.info/sct%7C153851000146100"]);
    let observations = line(&live, "PZP-CQ-005");
    assert_eq!(observations.state, "open");
    let missing = &observations.notes[0].expected;
    assert!(missing.len() == 4 && !missing.iter().any(|code| code.contains("153851000146100")), "{missing:?}");
    assert!(live.requests[0].differs.is_empty(), "one request a code is right: {:?}", live.requests[0]);
}
