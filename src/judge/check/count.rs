//! `count`: how many of a part there are, over all pages.

use super::super::case::Case;
use super::super::chain::Chain;
use super::super::code::Code;
use super::super::expression::{Decision, Scope};
use super::super::finding::Finding;
use super::super::ruling::Ruling;
use super::fhirpath::{parsed, unable};
use super::part::{members, name, need};
use crate::fhir::fhirpath::Expression;
use crate::scenario::CountCheck;

pub(super) fn judge(case: &Case<'_>, check: &CountCheck) -> Ruling {
    let mut ruling = Ruling::default();
    let condition = match &check.condition {
        None => None,
        Some(text) => match parsed(case, text, &mut ruling) {
            Some(expression) => Some(expression),
            None => return ruling,
        },
    };
    for chain in case.chains(&mut ruling, need(check.of)) {
        let count = match counted(case, &chain, check, condition.as_ref()) {
            Ok(count) => count,
            Err(why) => {
                ruling.hinder(unable(why));
                continue;
            }
        };
        // What was not fetched can only add: too many stays too many, and enough stays enough.
        let too_many = check.max.is_some_and(|max| count > max);
        let too_few = check.min.is_some_and(|min| count < min);
        let open = case.rest(&chain).filter(|_| !too_many && (too_few || check.max.is_some()));
        match open {
            Some(obstacle) => ruling.hinder(obstacle),
            None if too_many || too_few => ruling.find(finding(&chain, check, count)),
            None => ruling.judged(),
        }
    }
    ruling
}

/// How many there are that fulfil the condition; an error when we cannot tell of one.
fn counted<'c>(case: &Case<'c>, chain: &Chain<'c>, check: &CountCheck, condition: Option<&Expression>) -> Result<u32, String> {
    let mut count = 0;
    let scope = Scope::of(case, chain);
    for member in members(case, chain, check.of) {
        match condition.map(|condition| scope.decide(condition, member.node)) {
            None | Some(Decision::True) => count += 1,
            Some(Decision::False | Decision::Undetermined(_)) => {}
            Some(Decision::Unable(why)) => return Err(why),
        }
    }
    Ok(count)
}

fn finding(chain: &Chain<'_>, check: &CountCheck, count: u32) -> Finding {
    let place = chain.pages.first().map(|first| first.place()).unwrap_or_default();
    let subject = match &check.condition {
        Some(condition) => format!("{}.where({condition})", name(check.of)),
        None => name(check.of).to_owned(),
    };
    let finding = Finding::new(Code::CountWrong, place, subject).actual(count.to_string());
    match (check.min, check.max) {
        (Some(min), Some(max)) if min == max => finding.expected(min.to_string()),
        (Some(min), Some(max)) => finding.expected(format!("{min}..{max}")),
        (Some(min), None) => finding.expected(format!(">= {min}")),
        (None, Some(max)) => finding.expected(format!("<= {max}")),
        (None, None) => finding,
    }
}
