//! What the answers of one scenario, all about one patient, say together: a
//! cross-check a function. Where there is nothing to compare, nothing is judged;
//! where an answer is missing, nothing is concluded from its absence.

mod contacts;
mod contradiction;
mod crosscheck;
mod dates;
mod directive;
mod form;
mod question;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use contacts::references_in;
pub(crate) use question::Question;

use super::ruling::Ruling;
use crate::scenario::RunPredicate;

/// Judges a cross-check; nothing when the predicate is about the whole run.
pub(crate) fn judge(question: &Question<'_>, predicate: RunPredicate) -> Option<Ruling> {
    match predicate {
        RunPredicate::AnyGroup | RunPredicate::PrefersResources => None,
        RunPredicate::DatasetShown | RunPredicate::DatasetMinimum | RunPredicate::DatasetForm => None,
        RunPredicate::NoContradiction => Some(contradiction::judge(question)),
        RunPredicate::TalkDates => Some(dates::judge_talks(question)),
        RunPredicate::RequestDates => Some(dates::judge_requests(question)),
        RunPredicate::ContactsReachable => Some(contacts::judge_reachable(question)),
        RunPredicate::RepresentativeRole => Some(contacts::judge_representative(question)),
        RunPredicate::IcdPresent => Some(crosscheck::judge_icd(question)),
        RunPredicate::EuthanasiaAgrees => Some(crosscheck::judge_euthanasia(question)),
        RunPredicate::FormAgrees => Some(form::judge(question)),
    }
}
