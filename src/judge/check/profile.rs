//! `profile`: each of a part by a profile, or by FHIR itself. Every issue is told
//! by one expectation of a step: by those that name its element, else by the one
//! that takes the rest. What FHIR itself asks is told by `base` alone.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::answers::{Answer, resource_name};
use super::super::case::Case;
use super::super::chain::Chain;
use super::super::code::Code;
use super::super::expression::{Decision, Scope};
use super::super::finding::{Finding, Issue, Place};
use super::super::profiles::{Key, Told, digest, locate};
use super::super::ruling::Ruling;
use super::fhirpath::{is_meant, parsed, unable};
use super::part::{Member, members, need};
use crate::agreements::profile_type;
use crate::fhir::fhirpath::Expression;
use crate::fhir::node::Node;
use crate::fhir::validate::Severity;
use crate::scenario::{Check, Part, ProfileCheck};
use crate::text::{Language, Text};

/// Resources that a finding names beside its first.
const NAMED: usize = 10;

pub(super) fn judge(case: &Case<'_>, check: &ProfileCheck) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(condition) = condition(case, check, &mut ruling) else { return ruling };
    // The loader takes no such name; a plan of another suite may have one.
    if !check.is_base() && profile_type(&check.is).is_none() {
        ruling.hinder(unable(format!("the agreement has no profile `{}`", check.is)));
        return ruling;
    }
    let mut groups = Groups::default();
    for chain in case.chains(&mut ruling, need(check.of)) {
        let scope = Scope::of(case, &chain);
        let others = Others::of(case, check, &chain);
        for member in subjects(case, &chain, check) {
            if !condition.as_ref().is_none_or(|condition| is_meant(&scope, condition, member.node, &mut ruling)) {
                continue;
            }
            if let Some(why) = case.run.profiles.lack(canonical(case, check).as_deref(), member.node) {
                ruling.hinder(unable(why));
                continue;
            }
            ruling.judged();
            let all = told(case, &chain, check, member);
            for told in all.iter().filter(|told| others.leave(told, member.node)) {
                weigh(check, told, member, (&mut groups, &mut ruling));
            }
        }
    }
    groups.findings().for_each(|finding| ruling.find(finding));
    ruling
}

/// The parsed condition of a check; nothing at all when it cannot be used, which is then in the ruling.
fn condition(case: &Case<'_>, check: &ProfileCheck, ruling: &mut Ruling) -> Option<Option<Expression>> {
    match &check.condition {
        None => Some(None),
        Some(text) => parsed(case, text, ruling).map(Some),
    }
}

/// What a check is about, but for its condition.
fn subjects<'c>(case: &Case<'c>, chain: &Chain<'c>, check: &ProfileCheck) -> Vec<Member<'c>> {
    if check.is_base() && check.of == Part::Resources {
        let whole = |answer: &Answer<'c>| Some(Member { answer: *answer, node: answer.root()? });
        return chain.pages.iter().filter_map(whole).collect();
    }
    let resource = profile_type(&check.is);
    let mut members = members(case, chain, check.of);
    members.retain(|member| check.is_base() || resource == Some(member.node.type_name()));
    members
}

/// The canonical of the profile of a check; nothing for FHIR itself.
fn canonical(case: &Case<'_>, check: &ProfileCheck) -> Option<String> {
    case.run.plan.claims.dialect.profile(&check.is)
}

/// What is said of a resource by the profile of a check.
fn told<'c>(case: &Case<'c>, chain: &Chain<'c>, check: &ProfileCheck, member: Member<'c>) -> Rc<[Told]> {
    let profiles = case.run.profiles;
    let is_whole = member.answer.root() == Some(member.node);
    let body = match &member.answer.received.body {
        Some(digest) if is_whole => digest.clone(),
        _ => digest(member.node),
    };
    if check.is_base() {
        return profiles.told(Key { within: String::new(), body, profile: None }, member.node, None);
    }
    let profile = canonical(case, check);
    let resolver = |reference: &str| case.target(chain, reference);
    profiles.told(Key { within: case.key.to_owned(), body, profile }, member.node, Some(&resolver))
}

/// What other expectations tell.
struct Others<'c> {
    /// Elements that others name, and the resources that they look at.
    named: Vec<(&'c [String], BTreeSet<crate::fhir::node::NodeId>)>,
    own: &'c [String],
    /// What FHIR itself asks, by resource.
    base: BTreeMap<crate::fhir::node::NodeId, Rc<[Told]>>,
}

impl<'c> Others<'c> {
    fn of(case: &Case<'c>, check: &'c ProfileCheck, chain: &Chain<'c>) -> Self {
        let mut others = Self { named: Vec::new(), own: &check.only, base: BTreeMap::new() };
        if !check.only.is_empty() {
            return others;
        }
        for expectation in &case.step.expect {
            let Check::Profile(other) = &expectation.check else { continue };
            if other.is != check.is || other.only.is_empty() {
                continue;
            }
            let Some(condition) = condition(case, other, &mut Ruling::default()) else { continue };
            let scope = Scope::of(case, chain);
            let met = |member: &Member<'c>| {
                condition.as_ref().is_none_or(|condition| scope.decide(condition, member.node) == Decision::True)
            };
            let nodes = subjects(case, chain, other).into_iter().filter(met).map(|member| member.node.id());
            others.named.push((&other.only, nodes.collect()));
        }
        if !check.is_base() {
            let base = ProfileCheck { is: ProfileCheck::BASE.to_owned(), condition: None, ..check.clone() };
            for member in subjects(case, chain, check) {
                others.base.insert(member.node.id(), told(case, chain, &base, member));
            }
        }
        others
    }

    /// Whether an issue is left to this expectation.
    fn leave(&self, told: &Told, resource: Node<'_>) -> bool {
        let about = |elements: &[String]| elements.iter().any(|element| told.is_about(element));
        if told.issue.is_of_the_rest() {
            return true;
        }
        if !self.own.is_empty() {
            return about(self.own);
        }
        let is_named = self.named.iter().any(|(elements, nodes)| nodes.contains(&resource.id()) && about(elements));
        let of_base = self.base.get(&resource.id());
        !is_named && !of_base.is_some_and(|base| base.iter().any(|other| other.identity() == told.identity()))
    }
}

/// What an issue does. A code that only a terminology server can look up leaves open whether the element is right, and
/// so what is about that element alone; of a whole resource all else was judged, and the code is counted in the report.
fn weigh(check: &ProfileCheck, told: &Told, member: Member<'_>, (groups, ruling): (&mut Groups, &mut Ruling)) {
    match told.issue.severity {
        Severity::Error => groups.add(told, member),
        Severity::CantTell if check.only.is_empty() && told.issue.is_about_a_code() => {}
        Severity::CantTell => {
            ruling.hinder(unable(format!("{}: {}", subject(told, member.node), told.issue.message(Language::En))));
        }
        Severity::Information | Severity::Warning => {}
    }
}

/// The resource that an issue is about: the innermost, by type and id, else by its place.
fn subject(told: &Told, judged: Node<'_>) -> String {
    let node = locate(judged, &told.below).resource().unwrap_or(judged);
    resource_name(node).map_or_else(|| node.path(), |name| name.to_string())
}

/// Issues that are the same but for the resource: one finding, with how many there are.
#[derive(Default)]
struct Groups {
    order: Vec<Group>,
    known: BTreeMap<String, usize>,
}

struct Group {
    first: Finding,
    subjects: BTreeSet<String>,
}

impl Groups {
    fn add(&mut self, told: &Told, member: Member<'_>) {
        let subject = subject(told, member.node);
        let finding = finding(told, member, &subject);
        let same = format!("{} {:?} {:?} {:?}", told.issue.code.name, told.issue.key, told.without_index(), finding.expected);
        let index = *self.known.entry(same).or_insert_with(|| {
            self.order.push(Group { first: finding, subjects: BTreeSet::new() });
            self.order.len() - 1
        });
        self.order[index].subjects.insert(subject);
    }

    fn findings(self) -> impl Iterator<Item = Finding> {
        self.order.into_iter().map(|group| {
            let mut finding = group.first;
            if let Some(issue) = &mut finding.issue {
                issue.count = group.subjects.len();
                issue.also = group.subjects.into_iter().filter(|other| *other != finding.subject).take(NAMED).collect();
            }
            finding
        })
    }
}

fn finding(told: &Told, member: Member<'_>, subject: &str) -> Finding {
    let issue = &told.issue;
    let node = locate(member.node, &told.below);
    let place = Place { path: Some(format!("{}{}", member.node.path(), told.below)), ..member.answer.place_of(node) };
    let mut finding = Finding::new(Code::ProfileUnmet, place, subject);
    finding.expected = issue.detail("expected").map(str::to_owned).into_iter().collect();
    finding.actual = issue.detail("found").map(str::to_owned).into_iter().collect();
    finding.issue = Some(Box::new(Issue {
        code: issue.code.name.to_owned(),
        message_id: issue.code.message_id.map(str::to_owned),
        profile: issue.profile.as_deref().map(str::to_owned),
        key: issue.key.as_deref().map(str::to_owned),
        what: Text::of(|language| issue.message(language)),
        mend: Text::of(|language| issue.mend(language)),
        count: 1,
        also: Vec::new(),
    }));
    finding
}
