//! `run.json`: the whole report for programs, versioned, in a stable order, with
//! a JSON Schema (`docs/run.schema.json`). Bodies are named by digest only.

mod profiles;
mod shape;
mod spoken;

use schemars::Schema;

use super::view::{self, Report};
use super::words;
use crate::evidence;
use shape::{
    AgreementDefect, Attested, Claims, Concept, Dataset, Definition, Exchange, Exhibit, Expectation, Finding, Issue, Known,
    KnownMark, LevelCounts, Note, Reason, Requirement, Root, Run, SuiteId, Target,
};

/// Version of `run.json`.
pub const FORMAT: u32 = 1;

/// The whole report as JSON text.
///
/// # Panics
/// Never: every key of the format is a string.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(&Run::new(report)).expect("every key of the format is a string");
    text.push('\n');
    text
}

/// The JSON Schema of `run.json`.
#[must_use]
pub fn schema() -> Schema {
    schemars::schema_for!(Run)
}

impl<'a> Run<'a> {
    fn new(report: &'a Report) -> Self {
        let head = &report.head;
        Self {
            format: FORMAT,
            toets: &head.toets,
            suite: SuiteId { version: &head.suite, digest: &head.suite_digest },
            definitions: head.definitions.iter().map(definition).collect(),
            claims: Claims { product: head.product.as_deref(), actor: head.actor, dialect: head.dialect },
            target: target(head),
            at: &head.at,
            took_us: head.took_us,
            seed: &head.seed,
            tempo: head.tempo,
            selection: head.selection.as_deref(),
            complete: head.complete,
            conclusion: words::conclusion_name(head.conclusion),
            sentence: &head.sentence,
            warnings: &report.warnings,
            counts: report.counts.iter().map(counts).collect(),
            causes: report.roots.iter().map(root).collect(),
            requirements: report.groups.iter().flat_map(requirements).collect(),
            expectations: expectations(report).map(expectation).collect(),
            exchanges: exchanges(report).map(exchange).collect(),
            known_failures: report.known.iter().map(known).collect(),
            profiles: report.profiles.as_ref().map(|profiles| profiles::profiles(&profiles.notes)),
            dataset: report.dataset.as_ref().map(dataset),
            spoken: report.spoken.as_ref().map(spoken::spoken),
            habits: report.habits.iter().map(spoken::habit).collect(),
            agreement_defects: report.defects.iter().map(defect).collect(),
            notes: report.scenarios.iter().flat_map(|scenario| &scenario.steps).flat_map(|step| &step.notes).map(note).collect(),
        }
    }
}

fn expectations(report: &Report) -> impl Iterator<Item = &view::Expectation> {
    report
        .scenarios
        .iter()
        .flat_map(|scenario| scenario.steps.iter().flat_map(|step| &step.expectations).chain(&scenario.over_run))
}

fn exchanges(report: &Report) -> impl Iterator<Item = &view::Exchange> {
    let of_steps = report.scenarios.iter().flat_map(|scenario| &scenario.steps).flat_map(|step| &step.exchanges);
    report.preparation.iter().chain(of_steps)
}

fn definition(definition: &crate::evidence::Definition) -> Definition<'_> {
    let crate::evidence::Definition { id, version, digest, approximation } = definition;
    Definition { id, version, digest, approximation: *approximation }
}

fn target(head: &view::Head) -> Target<'_> {
    Target {
        base: &head.target,
        token: head.token.as_deref(),
        built_in: head.built_in,
        fault: head.fault.as_deref(),
        insecure: head.insecure,
    }
}

fn counts(of: &view::LevelCounts) -> LevelCounts {
    let crate::judge::Counts { claimed, pass, warn, remark, fail, cant_tell, untested, inapplicable, broken } = of.counts;
    LevelCounts { level: words::level(of.level), claimed, pass, warn, remark, fail, cant_tell, untested, inapplicable, broken }
}

fn root(root: &view::Root) -> Root<'_> {
    let view::Root { code, class, sentence, hint, exchanges, findings, requirements, .. } = root;
    Root { code, class, sentence, hint, exchanges: *exchanges, findings: *findings, requirements }
}

fn requirements(group: &view::Group) -> impl Iterator<Item = Requirement<'_>> {
    group.requirements.iter().map(|requirement| Requirement {
        id: &requirement.id,
        group: &group.name,
        level: words::level(requirement.level),
        actor: requirement.actor,
        effect: words::effect_name(requirement.effect),
        claimed: requirement.claimed,
        outcome: words::outcome_name(requirement.outcome),
        reason: requirement.reason.as_ref().map(reason),
        expectations: requirement.expectations.iter().map(|expectation| expectation.key.as_str()).collect(),
    })
}

fn reason(reason: &view::Reason) -> Reason<'_> {
    Reason { code: &reason.code, detail: reason.detail.as_deref(), en: &reason.en, nl: &reason.nl }
}

fn expectation(expectation: &view::Expectation) -> Expectation<'_> {
    Expectation {
        key: &expectation.key,
        req: &expectation.req,
        effect: words::effect_name(expectation.effect),
        outcome: words::outcome_name(expectation.outcome),
        class: expectation.class,
        reason: expectation.reason.as_ref().map(reason),
        known: expectation.known.as_ref().map(|known| KnownMark { reason: &known.reason, until: &known.until }),
        findings: expectation.findings.iter().map(finding).collect(),
        exchanges: &expectation.exchanges,
        attested: expectation.attested.as_ref().map(attested),
    }
}

fn attested(said: &evidence::Attested) -> Attested<'_> {
    let exhibit = said.exhibit.as_ref();
    let exhibit = exhibit.map(|it| Exhibit { name: &it.name, media_type: &it.media_type, digest: &it.digest });
    Attested { answer: words::said_name(said.answer), remark: said.remark.as_deref(), exhibit, by: &said.by, at: &said.at }
}

fn note(note: &evidence::Noted) -> Note<'_> {
    let evidence::Noted { scenario, step, text, by, at } = note;
    Note { scenario, step, text, by, at }
}

fn finding(finding: &view::Finding) -> Finding<'_> {
    Finding {
        code: &finding.code,
        class: finding.class,
        subject: &finding.subject,
        sentence: &finding.sentence,
        hint: finding.hint.as_ref(),
        exchange: finding.exchange.as_deref(),
        path: finding.path.as_deref(),
        line: finding.line,
        expected: &finding.expected,
        actual: &finding.actual,
        issue: finding.issue.as_ref().map(issue),
    }
}

fn issue(issue: &view::Issue) -> Issue<'_> {
    Issue {
        message_id: issue.message_id.as_deref(),
        profile: issue.profile.as_deref(),
        invariant: issue.invariant.as_deref(),
        count: issue.count,
        also: &issue.also,
    }
}

fn defect(defect: &view::AgreementDefect) -> AgreementDefect<'_> {
    let view::AgreementDefect { exchange, what, fix } = defect;
    AgreementDefect { exchange, what, fix }
}

fn dataset(dataset: &super::Dataset) -> Dataset<'_> {
    let crate::judge::DatasetCounts { concepts, seen, not_shown, not_entered, not_in_data, not_mapped } = dataset.counts;
    let not_shown_of = dataset.concepts.iter().filter(|concept| concept.state == "not-shown");
    Dataset {
        name: &dataset.name,
        concepts,
        seen,
        not_shown,
        not_entered,
        not_in_data,
        not_mapped,
        missing: not_shown_of.map(|concept| Concept { id: concept.id, name: &concept.name }).collect(),
    }
}

fn known(known: &view::Known) -> Known<'_> {
    let view::Known { subject, reason, until, state, sentence, failing } = known;
    Known { subject, reason, until, state, sentence, failing }
}

fn exchange(exchange: &view::Exchange) -> Exchange<'_> {
    Exchange {
        id: &exchange.id,
        method: &exchange.method,
        url: &exchange.url,
        status: exchange.status,
        broken: exchange.broken.as_ref(),
        body: exchange.body.as_deref(),
        bytes: exchange.bytes,
        started_us: exchange.started_us,
        took_us: exchange.took_us,
        retries: exchange.retries,
    }
}
