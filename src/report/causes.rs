//! Causes: the same finding in many places is one thing to mend. Sorted so that
//! mending the first helps most.

use std::collections::BTreeMap;

use super::exchanges::Exchanges;
use super::view::{Cause, Expectation, Gap, Group, Requirement, Root};
use crate::agreements::{Effect, Level};
use crate::judge::{Diagnosis, Outcome};
use crate::text::Text;

/// Causes of findings: failures first, then what blocks most, then what was seen most.
#[must_use]
pub(super) fn causes(groups: &[Group]) -> Vec<Cause> {
    let blocked = blocked(groups);
    let mut causes: Vec<Cause> = Vec::new();
    for requirement in groups.iter().flat_map(|group| &group.requirements) {
        let blocks = blocked.get(requirement.id.as_str());
        causes.extend(of_requirement(requirement, blocks.map(Vec::as_slice).unwrap_or_default()));
    }
    causes.sort_by_key(|cause| std::cmp::Reverse((cause.effect, cause.blocks.len(), cause.count)));
    causes
}

/// Requirements by the requirement that keeps them from being judged.
fn blocked(groups: &[Group]) -> BTreeMap<&str, Vec<String>> {
    let mut blocked: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for requirement in groups.iter().flat_map(|group| &group.requirements) {
        let reasons = requirement.reason.iter().chain(requirement.expectations.iter().filter_map(|it| it.reason.as_ref()));
        let blocking = reasons.filter(|reason| reason.code == "blocked-by").filter_map(|reason| reason.detail.as_deref());
        // That a part of it hangs on another part is no news.
        for by in blocking.filter(|by| *by != requirement.id) {
            let list = blocked.entry(by).or_default();
            if list.last() != Some(&requirement.id) {
                list.push(requirement.id.clone());
            }
        }
    }
    blocked
}

fn of_requirement(requirement: &Requirement, blocks: &[String]) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for (expectation, finding) in requirement.expectations.iter().flat_map(findings) {
        let known = causes.iter().position(|cause| (&cause.first.code, cause.first.root) == (&finding.code, finding.root));
        let index = known.unwrap_or_else(|| {
            causes.push(Cause {
                req: requirement.id.clone(),
                level: requirement.level,
                statement: requirement.statement.clone(),
                effect: expectation.effect,
                first: finding.clone(),
                count: 0,
                known: expectation.known.clone(),
                places: Vec::new(),
                blocks: blocks.to_vec(),
            });
            causes.len() - 1
        });
        let cause = &mut causes[index];
        cause.count += 1;
        if expectation.known.is_none() {
            cause.known = None;
        }
        if cause.places.last() != Some(&expectation.key) {
            cause.places.push(expectation.key.clone());
        }
    }
    causes
}

fn findings(expectation: &Expectation) -> impl Iterator<Item = (&Expectation, &super::view::Finding)> {
    expectation.findings.iter().map(move |finding| (expectation, finding))
}

/// What lies under many findings, with how many and against what.
#[must_use]
pub(super) fn roots(groups: &[Group], diagnosis: &Diagnosis<'_>, exchanges: &Exchanges<'_>) -> Vec<Root> {
    let root = |(index, root): (usize, &crate::judge::Root)| {
        let explained = |requirement: &&Requirement| explained_by(requirement, index) > 0;
        let requirements = || groups.iter().flat_map(|group| &group.requirements).filter(explained);
        Root {
            code: root.kind.name().to_owned(),
            class: root.kind.class().name(),
            sentence: Text::of(|language| root.sentence(language)),
            hint: Text::of(|language| root.hint(language)),
            exchanges: root.exchanges.len(),
            findings: requirements().map(|requirement| explained_by(requirement, index)).sum(),
            requirements: requirements().map(|requirement| requirement.id.clone()).collect(),
            curl: root.exchanges.first().and_then(|id| exchanges.curl(id)),
        }
    };
    diagnosis.roots().iter().enumerate().map(root).collect()
}

/// How many findings against a requirement a root explains.
fn explained_by(requirement: &Requirement, root: usize) -> usize {
    let findings = requirement.expectations.iter().flat_map(|expectation| &expectation.findings);
    findings.filter(|finding| finding.root == Some(root)).count()
}

/// Causes that no root explains: the others are told with their root.
#[must_use]
pub(super) fn without_explained(mut causes: Vec<Cause>) -> Vec<Cause> {
    causes.retain(|cause| cause.first.root.is_none());
    causes
}

/// Causes that are about a product, and those that are about the agreement.
#[must_use]
pub(super) fn split(causes: Vec<Cause>) -> (Vec<Cause>, Vec<Cause>) {
    causes.into_iter().partition(|cause| matches!(cause.effect, Effect::Fail | Effect::Warn))
}

/// Why claimed requirements have no outcome, the reason of most requirements first.
#[must_use]
pub(super) fn gaps(groups: &[Group]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for requirement in groups.iter().flat_map(|group| &group.requirements).filter(|requirement| requirement.claimed) {
        let Some(reason) = &requirement.reason else { continue };
        if !matches!(requirement.outcome, Outcome::Untested | Outcome::CantTell | Outcome::Inapplicable | Outcome::Broken) {
            continue;
        }
        let known = gaps.iter().position(|gap| gap.outcome == requirement.outcome && gap.reason == *reason);
        let index = known.unwrap_or_else(|| {
            gaps.push(Gap { outcome: requirement.outcome, reason: reason.clone(), requirements: Vec::new(), binding: 0 });
            gaps.len() - 1
        });
        gaps[index].requirements.push(requirement.id.clone());
        gaps[index].binding += usize::from(matches!(requirement.level, Level::Shall | Level::Must));
    }
    gaps.sort_by_key(|gap| std::cmp::Reverse((gap.outcome, gap.requirements.len())));
    gaps
}
