//! Expectations: whether the check can be made where it stands.

use super::client;
use super::place::{Place, Problems};
use super::profile;
use super::scenario::Walk;
use super::step::Asks;
use crate::scenario::{AnswerPredicate, Check, CountCheck, Each, Expectation, Part};

/// Reports what is wrong with an expectation of a step.
pub(super) fn in_step<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, expectation: &'d Expectation, asks: &Asks<'d>) {
    if matches!(asks, Asks::Phase) {
        return client::expectation(walk, place, expectation);
    }
    match &expectation.check {
        Check::Status(status) => {
            for (index, code) in status.codes().iter().enumerate().filter(|(_, code)| !(100..=599).contains(*code)) {
                walk.problems
                    .at(place.key("status").item(index), "value-range", format!("{code} is no status code of HTTP"))
                    .hint = Some("it lies between 100 and 599".to_owned());
            }
        }
        Check::Header(_) => {}
        // An error has another body.
        Check::Fhirpath(text) => walk.expression(place.key("fhirpath"), text, &[asks.answer(), "OperationOutcome"]),
        Check::Each(each) => self::each(walk, place.key("each"), each, asks),
        Check::None(each) => self::each(walk, place.key("none"), each, asks),
        Check::Count(count) => self::count(walk, place.key("count"), count, asks),
        Check::Profile(check) => profile::check(walk, place.key("profile"), check, asks),
        Check::Answer(predicate) => self::predicate(walk, place.key("answer"), *predicate, asks),
        Check::SameAs(other) => {
            walk.earlier(place.key("same-as").key("step"), &other.step);
        }
        Check::DisjointFrom(step) => {
            let other = walk.earlier(place.key("disjoint-from"), step);
            if other.is_some_and(|other| !other.is_search()) || !asks.is_search() {
                walk.problems.at(
                    place.key("disjoint-from"),
                    "predicate-misplaced",
                    "only the matches of two searches can be apart",
                );
            }
        }
        Check::Asks(_) | Check::Client(_) | Check::Attest(_) => {
            walk.problems
                .at(place.key("id"), "check-misplaced", "this is about what a client sends, and here Toets sends")
                .hint = Some("put it under `expect` of a step with a `phase`".to_owned());
        }
        Check::Run(_) => {
            walk.problems.at(place.key("run"), "run-misplaced", "a predicate over the run in a step").hint =
                Some("put it under `over-run` of the scenario".to_owned());
        }
    }
}

/// Reports what is wrong with an expectation over the run.
pub(super) fn over_run(place: Place<'_>, expectation: &Expectation, problems: &mut Problems) {
    if !matches!(expectation.check, Check::Run(_)) {
        let message = "only predicates over the run (`run`) stand under `over-run`";
        problems.at(place.key("id"), "run-misplaced", message).hint = Some("put it under `expect` of a step".to_owned());
    }
}

/// The type of a part of the answers; empty where that is not known.
fn part<'a>(part: Part, asks: &'a Asks<'_>) -> &'a str {
    match part {
        Part::Matches => asks.matched(),
        Part::Entries => "Bundle.entry",
        Part::Resources if !asks.is_search() => asks.matched(),
        Part::Resources | Part::Includes => "",
    }
}

fn each<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, each: &'d Each, asks: &Asks<'d>) {
    if let Some(condition) = &each.condition {
        walk.expression(place.key("where"), condition, &[part(each.of, asks)]);
    }
    walk.expression(place.key("fhirpath"), &each.fhirpath, &[part(each.of, asks)]);
}

fn count<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, count: &'d CountCheck, asks: &Asks<'d>) {
    if let Some(condition) = &count.condition {
        walk.expression(place.key("where"), condition, &[part(count.of, asks)]);
    }
    match (count.min, count.max) {
        (None, None) => {
            walk.problems.at(place, "key-missing", "`count` has neither `min` nor `max`, so any number is right");
        }
        (Some(min), Some(max)) if min > max => {
            let message = format!("at least {min} and at most {max} can never be");
            walk.problems.at(place.key("min"), "value-range", message);
        }
        _ => {}
    }
}

fn predicate<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, predicate: AnswerPredicate, asks: &Asks<'d>) {
    use AnswerPredicate as P;
    let (fits, needs) = match predicate {
        P::OnlyAsked | P::Complete | P::Obligations | P::Includes => (
            matches!(asks, Asks::Exchange(_) | Asks::Unknown),
            "it holds the answer against an exchange, and this step asks none",
        ),
        P::FormItems | P::FormOptions | P::FormConditions | P::FormPresets | P::FormTopics => {
            let finds_forms = asks.is_search() && ["", "QuestionnaireResponse"].contains(&asks.matched());
            (finds_forms, "it is about filled-in forms, and this step searches none")
        }
        P::SearchModes | P::Total | P::TotalOnPage | P::SelfLink | P::SelfLinkParameters | P::FullUrls | P::Pages => {
            (asks.is_search(), "it is about a searchset, and this step does not search")
        }
        P::SameResource => (!asks.is_search() || matches!(asks, Asks::Unknown), "it is about a read, and this step searches"),
        _ => (true, ""),
    };
    if !fits {
        let name = serde_json::to_value(predicate).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        walk.problems.at(place, "predicate-misplaced", format!("`{name}` cannot be judged here: {needs}"));
    }
}
