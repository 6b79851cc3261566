//! Phases of scenarios about a client, and what may be expected of them.

use super::place::Place;
use super::scenario::Walk;
use crate::agreements::Actor;
use crate::scenario::{Check, Expectation, Misbehaviour, Phase};

/// Reports what is wrong with a phase.
pub(super) fn phase<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, phase: &'d Phase) {
    let scenario = walk.scenario();
    if scenario.when.actor != Actor::Consulter {
        let message = "in a phase a client asks, and the scenario is about a server";
        walk.problems.at(place, "key-misplaced", message).hint = Some("write `when: { actor: consulter, … }`".to_owned());
    }
    if scenario.persona.is_none() {
        walk.problems.at(place, "persona-missing", "a client asks about a patient, and the scenario has no persona").hint =
            Some("give the scenario a `persona`".to_owned());
    }
    for (index, name) in phase.until.asked.iter().enumerate() {
        walk.exchange(place.key("until").key("asked").item(index), name);
    }
    if phase.until.quiet_s >= phase.until.within_s {
        let message = "a phase that lasts no longer than the silence that ends it is never over by itself";
        walk.problems.at(place.key("until"), "value-range", message).hint =
            Some("make `within-s` the larger of the two".to_owned());
    }
    for (index, answering) in phase.answers.iter().enumerate() {
        let place = place.key("answers").item(index);
        if let Some(name) = &answering.on.exchange {
            walk.exchange(place.key("on").key("exchange"), name);
        }
        if answering.behaviour.is_empty() {
            walk.problems.at(place.key("do"), "value-missing", "`do` names nothing, so the answers are the usual ones");
        }
        for (number, behaviour) in answering.behaviour.iter().enumerate() {
            if matches!(behaviour, Misbehaviour::Credentials(_)) {
                let message = "whose request it is cannot be known when credentials are not looked at";
                walk.problems.at(place.key("do").item(number), "key-misplaced", message);
            }
        }
    }
}

/// Reports what is wrong with an expectation of a phase.
pub(super) fn expectation<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, expectation: &'d Expectation) {
    match &expectation.check {
        Check::Asks(asks) => {
            for (index, name) in asks.any.iter().enumerate() {
                walk.exchange(place.key("asks").key("any").item(index), name);
            }
            if asks.any.is_empty() {
                walk.problems.at(place.key("asks"), "value-missing", "`any` names no exchange, so nothing is right");
            }
        }
        Check::Client(_) | Check::Attest(_) => {}
        Check::Run(_) => {
            walk.problems.at(place.key("run"), "run-misplaced", "a predicate over the run in a step").hint =
                Some("put it under `over-run` of the scenario".to_owned());
        }
        _ => {
            walk.problems.at(place.key("id"), "check-misplaced", "this is about an answer, and in a phase Toets answers").hint =
                Some("use `asks`, `client` or `attest`".to_owned());
        }
    }
}
