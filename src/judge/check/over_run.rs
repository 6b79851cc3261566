//! `run`: what only the whole run can judge (settled 6).

use std::collections::BTreeMap;

use super::super::answers::{Answer, searched_type};
use super::super::case::{is_refusal, omitted, transport};
use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::ruling::{Obstacle, Ruling};
use super::super::run::Run;
use super::super::verdict::Reason;
use crate::evidence::{Exchange, Outcome};
use crate::plan::{Action, PlannedScenario, PlannedStep};
use crate::scenario::{self, Auth, Format, RunPredicate, TransactionGroup};

/// Judges a predicate over the run.
pub(crate) fn judge_run(run: Run<'_>, predicate: RunPredicate) -> Ruling {
    match predicate {
        RunPredicate::AnyGroup => judge_any_group(run),
        RunPredicate::PrefersResources => judge_prefers_resources(run),
        // Those over the answers of one scenario are in `semantics`.
        _ => Ruling::default(),
    }
}

const GROUPS: [TransactionGroup; 2] = [TransactionGroup::IndividualResources, TransactionGroup::Form];

fn judge_any_group(run: Run<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let mut findings = Vec::new();
    let mut obstacles = Vec::new();
    for group in GROUPS.into_iter().filter(|group| run.plan.claims.serves(*group)) {
        match served(run, group, &mut ruling) {
            Served::Whole => {
                ruling.judged();
                return ruling;
            }
            Served::Lacks(finding) => findings.push(finding),
            Served::Unknown(obstacle) => obstacles.push(obstacle),
        }
    }
    // A group that is not known may be the one that is served.
    if obstacles.is_empty() {
        findings.into_iter().for_each(|finding| ruling.find(finding));
    }
    obstacles.into_iter().for_each(|obstacle| ruling.hinder(obstacle));
    ruling
}

/// How a group is served.
enum Served {
    Whole,
    Lacks(Finding),
    Unknown(Obstacle),
}

fn served(run: Run<'_>, group: TransactionGroup, ruling: &mut Ruling) -> Served {
    let exchanges: Vec<_> = run.suite.exchanges.iter().filter(|exchange| exchange.group == group).collect();
    let mut lacking = Vec::new();
    // Nothing asked of a group is nothing known of it.
    let mut unknown = exchanges.is_empty().then_some(Obstacle::Untested(Reason::NotSelected));
    for exchange in exchanges {
        let sent = sent(run, exchange);
        sent.iter().for_each(|(_, sent)| ruling.saw(&sent.id));
        match status(run, exchange, &sent) {
            Status::Served => {}
            Status::Lacks(what) => lacking.push(format!("{}: {what}", exchange.exchange)),
            Status::Unknown(obstacle) => unknown = unknown.or(Some(obstacle)),
        }
    }
    match unknown {
        _ if !lacking.is_empty() => {
            let mut finding = Finding::new(Code::GroupUnsupported, Place::default(), name(group));
            finding.expected = vec![String::from("200, searchset")];
            finding.actual = lacking;
            Served::Lacks(finding)
        }
        Some(obstacle) => Served::Unknown(obstacle),
        None => Served::Whole,
    }
}

/// How an exchange is served.
enum Status {
    Served,
    Lacks(String),
    Unknown(Obstacle),
}

fn status(run: Run<'_>, exchange: &scenario::Exchange, sent: &[Sent<'_>]) -> Status {
    let mut lacks = None;
    let mut unknown = not_sent(run, exchange);
    for (_, sent) in sent {
        let answer = match &sent.outcome {
            Outcome::Broken(broken) => {
                unknown = transport(broken);
                continue;
            }
            Outcome::Answered(_) => run.answers.answer(sent),
        };
        let Some(answer) = answer else { continue };
        let code = answer.received.status;
        // A clean refusal of an optional search is judged by its own requirement only.
        if is_searchset(answer) || (exchange.optional.is_some() && is_refusal(code)) {
            return Status::Served;
        }
        let kind = answer.root().map_or("-", |root| root.type_name());
        lacks = lacks.or(Some(if code == 200 { format!("200, {kind}") } else { code.to_string() }));
    }
    lacks.map_or(Status::Unknown(unknown), Status::Lacks)
}

fn is_searchset(answer: Answer<'_>) -> bool {
    let bundle = answer.root().filter(|root| root.type_name() == "Bundle");
    answer.received.status == 200 && bundle.is_some_and(|bundle| bundle.child_value("type") == Some("searchset"))
}

/// A request and the scenario that it was sent for.
type Sent<'c> = (&'c PlannedScenario, &'c Exchange);

/// Why an exchange was not asked: its steps were left out, or are not in the plan.
fn not_sent(run: Run<'_>, exchange: &scenario::Exchange) -> Obstacle {
    let mut records = asking(run, exchange).filter_map(|(scenario, step)| run.answers.step(&scenario.name(), &step.id));
    records.find_map(|record| record.omitted.map(omitted)).unwrap_or(Obstacle::Untested(Reason::NotSelected))
}

/// Requests of the run for an exchange, in JSON and with the credentials of the run.
fn sent<'c>(run: Run<'c>, exchange: &scenario::Exchange) -> Vec<Sent<'c>> {
    let first = |(scenario, step)| firsts(run, scenario, step).into_iter().map(move |first| (scenario, first));
    asking(run, exchange).flat_map(first).collect()
}

/// Steps that ask an exchange, in JSON and with the credentials of the run.
fn asking<'c>(run: Run<'c>, exchange: &scenario::Exchange) -> impl Iterator<Item = (&'c PlannedScenario, &'c PlannedStep)> {
    let steps = run.plan.scenarios.iter().flat_map(|scenario| scenario.steps.iter().map(move |step| (scenario, step)));
    steps.filter(|(_, step)| step.exchange.as_deref() == Some(&exchange.exchange) && is_plain(step))
}

fn firsts<'c>(run: Run<'c>, scenario: &PlannedScenario, step: &PlannedStep) -> Vec<&'c Exchange> {
    let record = run.answers.step(&scenario.name(), &step.id);
    record.map(|record| record.chains.iter().map(|chain| chain.first).collect()).unwrap_or_default()
}

fn is_plain(step: &PlannedStep) -> bool {
    match &step.action {
        Action::Send(template) => template.auth == Auth::Normal && template.format == Format::Json,
        Action::Follow(_) | Action::Serve(_) => false,
    }
}

fn name(group: TransactionGroup) -> &'static str {
    match group {
        TransactionGroup::Lookup => "lookup",
        TransactionGroup::IndividualResources => "individual-resources",
        TransactionGroup::Form => "form",
    }
}

/// How much of each group was found for a persona.
#[derive(Debug, Default)]
struct Content<'c> {
    resources: usize,
    forms: usize,
    form: Option<&'c str>,
}

fn judge_prefers_resources(run: Run<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let mut contents: BTreeMap<&str, Content<'_>> = BTreeMap::new();
    for exchange in run.suite.exchanges.iter().filter(|exchange| GROUPS.contains(&exchange.group)) {
        for (scenario, sent) in sent(run, exchange) {
            let (Some(persona), Some(answer)) = (persona(scenario, sent), run.answers.answer(sent)) else { continue };
            ruling.saw(&sent.id);
            let content = contents.entry(persona).or_default();
            let matches = matches(run, answer);
            if exchange.group == TransactionGroup::Form {
                content.forms += matches;
                content.form = content.form.or(Some(&sent.id));
            } else {
                content.resources += matches;
            }
        }
    }
    for (persona, content) in contents.into_iter().filter(|(persona, content)| content.forms > 0 && has_resources(run, persona)) {
        ruling.judged();
        if content.resources == 0 {
            let place = Place { exchange: content.form.map(str::to_owned), ..Place::default() };
            let finding = Finding::new(Code::ResourcesAbsent, place, persona);
            ruling.find(
                finding.expected("individual-resources: > 0").actual(format!("individual-resources: 0, form: {}", content.forms)),
            );
        }
    }
    ruling
}

fn persona<'c>(scenario: &'c PlannedScenario, exchange: &'c Exchange) -> Option<&'c str> {
    exchange.request.persona.as_deref().or(scenario.persona.as_deref())
}

fn matches(run: Run<'_>, answer: Answer<'_>) -> usize {
    let asked = searched_type(&answer.exchange.request.url, run.base());
    answer.entries().filter(|entry| entry.is_match(asked)).count()
}

/// Whether a persona has individual resources at all.
fn has_resources(run: Run<'_>, persona: &str) -> bool {
    let Some(persona) = run.suite.persona(persona) else { return false };
    let individual = run.suite.exchanges.iter().filter(|exchange| exchange.group == TransactionGroup::IndividualResources);
    let mut listed = individual.filter_map(|exchange| persona.exchange(run.fhir(), &exchange.exchange));
    listed.any(|listed| !listed.matches.is_empty())
}
