//! Predicates over an answer (settled 11): a closed list, related ones together
//! in a file. Each adds to a ruling what it finds.

mod asked;
mod complete;
mod error;
mod form;
mod includes;
mod key;
mod links;
mod media;
mod modes;
mod obligations;
mod paging;
mod privacy;
mod read;

pub(crate) use complete::{Sorted, compared};
pub(crate) use key::{Value, identity, same, values};

use super::case::Case;
use super::ruling::Ruling;
use crate::scenario::AnswerPredicate;

/// Judges one predicate.
pub(crate) fn judge(case: &Case<'_>, predicate: AnswerPredicate) -> Ruling {
    match predicate {
        AnswerPredicate::MediaType => media::judge_type(case),
        AnswerPredicate::FhirVersion => media::judge_version(case),
        AnswerPredicate::OnlyAsked => asked::judge_only_asked(case),
        AnswerPredicate::SamePatient => asked::judge_same_patient(case),
        AnswerPredicate::Complete => complete::judge(case),
        AnswerPredicate::Obligations => obligations::judge(case),
        AnswerPredicate::Includes => includes::judge(case),
        AnswerPredicate::SearchModes => modes::judge(case),
        AnswerPredicate::Total => paging::judge_total(case),
        AnswerPredicate::TotalOnPage => paging::judge_total_on_page(case),
        AnswerPredicate::Pages => paging::judge_pages(case),
        AnswerPredicate::SelfLink => links::judge_self_link(case),
        AnswerPredicate::SelfLinkParameters => links::judge_parameters(case),
        AnswerPredicate::FullUrls => links::judge_full_urls(case),
        AnswerPredicate::SameResource => read::judge(case),
        AnswerPredicate::OperationOutcome => error::judge_outcome(case),
        AnswerPredicate::NoServerError => error::judge_server(case),
        AnswerPredicate::NoPatientData => privacy::judge(case),
        AnswerPredicate::FormItems => form::judge(case, form::Question::Items),
        AnswerPredicate::FormOptions => form::judge(case, form::Question::Options),
        AnswerPredicate::FormConditions => form::judge(case, form::Question::Conditions),
        AnswerPredicate::FormPresets => form::judge(case, form::Question::Presets),
        AnswerPredicate::FormTopics => form::judge(case, form::Question::Topics),
    }
}
