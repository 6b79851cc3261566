//! What may be said of the dataset: `dataset-shown`, `dataset-minimum` and
//! `dataset-form`. A gap of coverage, a remark, and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use super::super::answers::resource_name;
use super::super::case::transport;
use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::ruling::{Obstacle, Ruling};
use super::super::run::Run;
use super::super::verdict::Reason;
use super::coverage::ConceptState;
use super::pool::{Eyes, Pool, look};
use super::table::{Parsed, Subject, Table};
use crate::evidence::Outcome;
use crate::scenario::{Dataset, RunPredicate, TransactionGroup};

/// Concepts that are only in the form are of this type.
const FORM: &str = "QuestionnaireResponse";

/// Judges a predicate over the dataset; nothing when it is another one.
pub(crate) fn judge(run: Run<'_>, predicate: RunPredicate) -> Option<Ruling> {
    let rule = match predicate {
        RunPredicate::DatasetShown => judge_shown,
        RunPredicate::DatasetMinimum => judge_minimum,
        RunPredicate::DatasetForm => judge_form,
        _ => return None,
    };
    let mut ruling = Ruling::default();
    match run.suite.dataset(run.fhir()) {
        Some(dataset) => rule(run, dataset, &mut ruling),
        None => ruling.hinder(lacking(format!("the suite has no dataset for {:?}", run.fhir()))),
    }
    Some(ruling)
}

fn lacking(why: String) -> Obstacle {
    Obstacle::CantTell(Reason::KnowledgeLacking(why))
}

/// What was never answered may have shown it.
fn broken(run: Run<'_>) -> Option<Obstacle> {
    run.answers.exchanges().find_map(|exchange| match &exchange.outcome {
        Outcome::Broken(broken) => Some(transport(broken)),
        Outcome::Answered(_) => None,
    })
}

/// Each concept that the data has is shown somewhere. Of a group that is not shown, only the group is told.
fn judge_shown(run: Run<'_>, dataset: &Dataset, ruling: &mut Ruling) {
    let Some(coverage) = run.coverage.filter(|coverage| coverage.known) else { return };
    ruling.judged();
    let is_lost = |id: u32| coverage.concepts.iter().any(|own| own.id == id && own.state == ConceptState::NotShown);
    let lost = dataset.concepts.iter().filter(|concept| is_lost(concept.id) && !concept.group.is_some_and(is_lost));
    let findings: Vec<_> = lost
        .map(|concept| {
            let finding = Finding::new(Code::ConceptNotShown, Place::default(), format!("{} {}", concept.id, concept.name));
            let paths = coverage.concepts.iter().find(|own| own.id == concept.id).map(|own| own.paths.as_slice());
            paths.unwrap_or_default().iter().fold(finding, |finding, path| finding.expected(path.as_str()))
        })
        .collect();
    match broken(run) {
        Some(obstacle) if !findings.is_empty() => ruling.hinder(obstacle),
        _ => findings.into_iter().for_each(|finding| ruling.find(finding)),
    }
}

/// How often a concept lacks, and where first.
struct Gap {
    place: Place,
    lacking: usize,
    of: usize,
}

/// What the dataset asks at least, where the group that it is in is there.
fn judge_minimum(run: Run<'_>, dataset: &Dataset, ruling: &mut Ruling) {
    let table = match Table::new(dataset) {
        Ok(table) => table,
        Err(why) => return ruling.hinder(lacking(why)),
    };
    let pool = Pool::of_run(run);
    let gaps = look(&pool, dataset.fhir, |eyes, pool| gaps(&table, eyes, pool, ruling));
    for (index, gap) in gaps.into_iter().filter(|(_, gap)| gap.lacking > 0) {
        let concept = &dataset.concepts[index];
        let finding = Finding::new(Code::ConceptTooFew, gap.place, format!("{} {}", concept.id, concept.name));
        ruling.find(finding.expected(concept.card.as_str()).actual(format!("{} / {}", gap.of - gap.lacking, gap.of)));
    }
}

fn gaps<'p>(table: &Table<'_>, eyes: &Eyes<'p>, pool: &'p Pool<'p>, ruling: &mut Ruling) -> BTreeMap<usize, Gap> {
    let mut gaps: BTreeMap<usize, Gap> = BTreeMap::new();
    let mut done = BTreeSet::new();
    for member in &pool.members {
        let name = resource_name(member.node).map(|name| name.to_string());
        for subject in table.subjects.iter().filter(|subject| subject.is_direct()) {
            // The same resource comes in many answers.
            let is_new = |name: &String| done.insert((subject.name, name.clone()));
            if subject.resource != member.node.type_name() || !name.as_ref().is_none_or(is_new) {
                continue;
            }
            for instance in subject.instances(eyes, member.node) {
                for concept in subject.concepts.iter().filter(|concept| is_asked(concept)) {
                    match counted(table.dataset, subject, concept, eyes, instance) {
                        Ok(None) => {}
                        Ok(Some(count)) => {
                            ruling.judged();
                            let place = || pool.place(instance, *member);
                            let gap = gaps.entry(concept.index).or_insert_with(|| Gap { place: place(), lacking: 0, of: 0 });
                            gap.of += 1;
                            if count < concept.concept.min() {
                                if gap.lacking == 0 {
                                    gap.place = place();
                                }
                                gap.lacking += 1;
                            }
                        }
                        Err(why) => ruling.hinder(Obstacle::CantTell(Reason::Undetermined(why))),
                    }
                }
            }
        }
    }
    gaps
}

/// Whether the dataset asks for a concept, and it can be counted in the resource itself: what a reference leads to may
/// not have been asked for.
fn is_asked(concept: &Parsed<'_>) -> bool {
    concept.concept.min() > 0 && !concept.concept.conditional && !concept.concept.is_subject() && !concept.leads_elsewhere()
}

/// How many an instance has; nothing where the group that the concept is in is not there, or has no place of its own.
fn counted<'p>(
    dataset: &Dataset,
    subject: &Subject<'_>,
    concept: &Parsed<'_>,
    eyes: &Eyes<'p>,
    instance: crate::fhir::node::Node<'p>,
) -> Result<Option<usize>, String> {
    let group = concept.concept.group.and_then(|group| dataset.concept(group));
    let Some(group) = group.and_then(|group| subject.concepts.iter().find(|own| own.concept.id == group.id)) else {
        return Ok(None);
    };
    if group.leads_elsewhere() || group.items(eyes, instance)?.is_empty() {
        return Ok(None);
    }
    Ok(Some(concept.items(eyes, instance)?.len()))
}

/// Whether an exchange of a group is in the plan.
fn asks(run: Run<'_>, group: TransactionGroup) -> bool {
    let names: Vec<_> = run.suite.exchanges.iter().filter(|own| own.group == group).map(|own| &own.exchange).collect();
    let steps = run.plan.scenarios.iter().flat_map(|scenario| &scenario.steps);
    steps.filter_map(|step| step.exchange.as_ref()).any(|asked| names.contains(&asked))
}

/// What only the form can carry: told where the form is not served.
fn judge_form(run: Run<'_>, dataset: &Dataset, ruling: &mut Ruling) {
    let Some(coverage) = run.coverage else { return };
    let of_form = |of: &String| dataset.subjects.get(of).is_some_and(|subject| subject.resource == FORM);
    let only: Vec<_> = dataset.concepts.iter().filter(|concept| concept.of.as_ref().is_some_and(of_form)).collect();
    if run.plan.claims.serves(TransactionGroup::Form) && !asks(run, TransactionGroup::Form) {
        return ruling.hinder(Obstacle::Untested(Reason::NotSelected));
    }
    ruling.judged();
    let is_shown = |id: u32| coverage.concepts.iter().any(|own| own.id == id && own.state == ConceptState::Seen);
    if only.iter().any(|concept| is_shown(concept.id)) {
        return;
    }
    if let Some(obstacle) = broken(run) {
        return ruling.hinder(obstacle);
    }
    let mut finding = Finding::new(Code::ConceptsOnlyInForm, Place::default(), FORM);
    finding.expected = only.iter().map(|concept| format!("{} {}", concept.id, concept.name)).collect();
    ruling.find(finding);
}
