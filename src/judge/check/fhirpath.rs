//! `fhirpath`, `each` and `none`: expressions over the answer or over each of a
//! part. What cannot be decided is not true (settled 5); over nothing there is
//! nothing to judge.

use super::super::answers::resource_name;
use super::super::case::{Case, Need};
use super::super::chain::Chain;
use super::super::code::Code;
use super::super::expression::{Decision, Scope, parse};
use super::super::finding::Finding;
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use super::part::{Member, members, need};
use crate::fhir::fhirpath::Expression;
use crate::fhir::node::Node;
use crate::scenario::Each;

pub(super) fn judge_answer(case: &Case<'_>, text: &str) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(expression) = parsed(case, text, &mut ruling) else { return ruling };
    for chain in case.chains(&mut ruling, Need::Resource) {
        let scope = Scope::of(case, &chain);
        for page in &chain.pages {
            let Some(node) = page.root() else { continue };
            demand(&scope, Member { answer: *page, node }, &expression, &mut ruling);
        }
    }
    ruling
}

pub(super) fn judge_each(case: &Case<'_>, each: &Each) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(expression) = parsed(case, &each.fhirpath, &mut ruling) else { return ruling };
    for chain in case.chains(&mut ruling, need(each.of)) {
        let scope = Scope::of(case, &chain);
        for member in chosen(case, (&chain, &scope), each, &mut ruling) {
            demand(&scope, member, &expression, &mut ruling);
        }
    }
    ruling
}

pub(super) fn judge_none(case: &Case<'_>, each: &Each) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(expression) = parsed(case, &each.fhirpath, &mut ruling) else { return ruling };
    for chain in case.chains(&mut ruling, need(each.of)) {
        let scope = Scope::of(case, &chain);
        for member in chosen(case, (&chain, &scope), each, &mut ruling) {
            match scope.decide(&expression, member.node) {
                Decision::True => ruling.find(finding(Code::ExpressionTrue, member, &expression)),
                Decision::False | Decision::Undetermined(_) => ruling.judged(),
                Decision::Unable(why) => ruling.hinder(unable(why)),
            }
        }
    }
    ruling
}

/// The members of a part for which the condition is true.
fn chosen<'c>(
    case: &Case<'c>,
    (chain, scope): (&Chain<'c>, &Scope<'_, 'c>),
    each: &Each,
    ruling: &mut Ruling,
) -> Vec<Member<'c>> {
    let mut members = members(case, chain, each.of);
    if let Some(text) = &each.condition {
        let Some(condition) = parsed(case, text, ruling) else { return Vec::new() };
        members.retain(|member| is_meant(scope, &condition, member.node, ruling));
    }
    members
}

/// Whether a condition is true of an element; where we cannot tell, the ruling says so.
pub(super) fn is_meant<'c>(scope: &Scope<'_, 'c>, condition: &Expression, node: Node<'c>, ruling: &mut Ruling) -> bool {
    match scope.decide(condition, node) {
        Decision::True => true,
        Decision::False | Decision::Undetermined(_) => false,
        Decision::Unable(why) => {
            ruling.hinder(unable(why));
            false
        }
    }
}

/// An expression that was parsed; when it cannot be used, the ruling says so.
pub(crate) fn parsed(case: &Case<'_>, text: &str, ruling: &mut Ruling) -> Option<Expression> {
    if let Some(obstacle) = case.missing_capture(text) {
        ruling.hinder(obstacle);
        return None;
    }
    parse(text).map_err(|obstacle| ruling.hinder(obstacle)).ok()
}

/// Holds an expression against an element that must fulfil it.
pub(crate) fn demand<'c>(scope: &Scope<'_, 'c>, member: Member<'c>, expression: &Expression, ruling: &mut Ruling) {
    match scope.decide(expression, member.node) {
        Decision::True => ruling.judged(),
        Decision::False => ruling.find(finding(Code::ExpressionFalse, member, expression).actual("false")),
        Decision::Undetermined(why) => ruling.find(finding(Code::ExpressionUndetermined, member, expression).actual(why)),
        Decision::Unable(why) => ruling.hinder(unable(why)),
    }
}

/// Our own inability, as what stands in the way.
pub(crate) fn unable(why: String) -> Obstacle {
    Obstacle::CantTell(Reason::KnowledgeLacking(why))
}

fn finding(code: Code, member: Member<'_>, expression: &Expression) -> Finding {
    Finding::new(code, member.answer.place_of(member.node), subject(member.node)).expected(expression.text())
}

/// What an element is called in a sentence.
fn subject(node: Node<'_>) -> String {
    let resource = if node.is_resource() { Some(node) } else { node.child("resource") };
    let name = resource.and_then(resource_name);
    match name {
        Some(name) => name.to_string(),
        None => node.path(),
    }
}
