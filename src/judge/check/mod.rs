//! The kinds of checks, one a file. Each looks at the answers that its case
//! gives and adds to a ruling; none decides how much a finding weighs.

mod content;
mod count;
mod fhirpath;
mod header;
mod matches;
mod over_run;
mod profile;
mod status;
mod success;

pub(crate) use fhirpath::{demand, parsed};
pub(crate) use over_run::judge_run;

use super::case::{Case, Need};
use super::client;
use super::code::Code;
use super::finding::Finding;
use super::predicate;
use super::ruling::Ruling;
use crate::scenario::{Check, Comparison};

/// Judges one expectation of a step.
pub(crate) fn judge(case: &Case<'_>) -> Ruling {
    match &case.expectation.check {
        Check::Status(codes) => status::judge(case, codes.codes()),
        Check::Header(header) => header::judge(case, header),
        Check::Fhirpath(expression) => fhirpath::judge_answer(case, expression),
        Check::Each(each) => fhirpath::judge_each(case, each),
        Check::None(each) => fhirpath::judge_none(case, each),
        Check::Count(count) => count::judge(case, count),
        Check::Profile(profile) => profile::judge(case, profile),
        Check::Answer(answer) => predicate::judge(case, *answer),
        Check::SameAs(same) => match same.compare {
            Comparison::Matches => matches::judge_same(case, &same.step),
            Comparison::Content => content::judge(case, &same.step),
            Comparison::Success => success::judge(case, &same.step),
        },
        Check::DisjointFrom(step) => matches::judge_disjoint(case, step),
        // The loader lets these stand in `over-run` only, where `judge_run` takes them.
        Check::Run(_) => Ruling::default(),
        Check::Asks(_) | Check::Client(_) | Check::Attest(_) => client::judge(case),
    }
}

/// The finding that a request was not answered although the other one, which
/// means the same, was; where the step itself expects no status.
fn unanswered(case: &Case<'_>) -> Option<Finding> {
    if case.step.expect.iter().any(|expectation| matches!(expectation.check, Check::Status(_))) {
        return None;
    }
    let mut answers = case.firsts(&mut Ruling::default(), Need::Answer).into_iter();
    let answer = answers.find(|answer| !answer.is_success())?;
    let finding = Finding::new(Code::StatusUnexpected, answer.place(), case.request(answer.exchange));
    Some(finding.expected("200").actual(answer.received.status.to_string()))
}

/// Resources of a part of the answers, with the entry each stands in.
pub(crate) mod part {
    use super::super::answers::{Answer, Entry, Mode};
    use super::super::chain::Chain;
    use super::{Case, Need};
    use crate::fhir::node::Node;
    use crate::scenario::Part;

    /// An element of a part.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Member<'c> {
        /// The answer it stands in.
        pub(crate) answer: Answer<'c>,
        /// The element.
        pub(crate) node: Node<'c>,
    }

    /// What an answer has to be to have this part.
    pub(crate) fn need(part: Part) -> Need {
        match part {
            Part::Matches | Part::Includes | Part::Entries => Need::Bundle,
            Part::Resources => Need::Resource,
        }
    }

    /// The name of a part in sentences.
    pub(crate) fn name(part: Part) -> &'static str {
        match part {
            Part::Matches => "matches",
            Part::Includes => "includes",
            Part::Entries => "entries",
            Part::Resources => "resources",
        }
    }

    /// The members of a part, over all pages.
    pub(crate) fn members<'c>(case: &Case<'c>, chain: &Chain<'c>, part: Part) -> Vec<Member<'c>> {
        let resource = |entry: Entry<'c>| Some(Member { answer: entry.answer, node: entry.resource? });
        match part {
            Part::Matches => case.matches(case.step, chain).into_iter().filter_map(resource).collect(),
            Part::Includes => chain.entries().filter(|entry| entry.mode == Mode::Include).filter_map(resource).collect(),
            Part::Entries => chain.entries().map(|entry| Member { answer: entry.answer, node: entry.node }).collect(),
            Part::Resources => chain.pages.iter().flat_map(|page| resources(*page)).collect(),
        }
    }

    /// All resources of an answer: of its entries, notes left out, or the answer itself.
    pub(crate) fn resources(answer: Answer<'_>) -> Vec<Member<'_>> {
        let Some(root) = answer.root() else { return Vec::new() };
        if root.type_name() != "Bundle" {
            return vec![Member { answer, node: root }];
        }
        let results = answer.entries().filter(|entry| !entry.is_note());
        results.filter_map(|entry| entry.resource).map(|node| Member { answer, node }).collect()
    }
}
