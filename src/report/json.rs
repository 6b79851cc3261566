//! `run.json`: the whole report for programs, versioned, in a stable order, with
//! a JSON Schema (`docs/run.schema.json`). Bodies are named by digest only.

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::view::{self, Report};
use super::words;
use crate::text::Text;

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

/// A run of Toets and what it thinks of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    /// Version of this format.
    format: u32,
    /// Version of the binary that judged.
    toets: &'a str,
    /// The suite.
    suite: SuiteId<'a>,
    /// Definitions that judging used.
    definitions: Vec<Definition<'a>>,
    /// What the vendor claims.
    claims: Claims<'a>,
    /// What was asked.
    target: Target<'a>,
    /// When the run began: RFC 3339, UTC.
    at: &'a str,
    /// Microseconds that it took.
    took_us: u64,
    /// Seed of generated ids.
    seed: &'a str,
    /// Factor on every wait and deadline.
    tempo: f64,
    /// What the user selected; null is the whole suite.
    selection: Option<&'a str>,
    /// Every planned expectation has an outcome.
    complete: bool,
    /// The verdict.
    conclusion: &'static str,
    /// The verdict in a sentence.
    sentence: &'a Text,
    /// What the reader must know first.
    warnings: &'a [Text],
    /// Counts of the claimed requirements, by level.
    counts: Vec<LevelCounts>,
    /// What lies under many findings at once.
    causes: Vec<Root<'a>>,
    /// Every requirement, in the order of the catalogue.
    requirements: Vec<Requirement<'a>>,
    /// Every expectation, in the order of the plan.
    expectations: Vec<Expectation<'a>>,
    /// Every exchange, in the order of the plan.
    exchanges: Vec<Exchange<'a>>,
    /// Failures that the vendor knows, and what became of them.
    known_failures: Vec<Known<'a>>,
    /// What was noted while resources were judged by profiles; null where none was.
    profiles: Option<Profiles<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Profiles<'a> {
    /// How often a body was judged by a profile.
    judged: usize,
    /// Issues that are worth a look, and no more.
    warnings: usize,
    /// The list of noise of the claimed version.
    noise: Vec<Noise<'a>>,
    /// Codes that only a terminology server can look up.
    open: Vec<Open<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Noise<'a> {
    /// Its name in the agreement.
    id: &'a str,
    /// Why it says nothing about the product.
    reason: &'a Text,
    source: &'a str,
    /// When it can go.
    until: &'a Text,
    /// How many issues it took away; with none it is of no more use here.
    count: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Open<'a> {
    value_set: &'a str,
    /// The first of the codes.
    codes: &'a [String],
    /// How many elements hold one.
    count: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Issue<'a> {
    /// Message id of the HL7 validator for the same thing.
    message_id: Option<&'a str>,
    /// Canonical with version of the profile whose rule it is; null for a rule of FHIR itself.
    profile: Option<&'a str>,
    /// Key of the invariant.
    invariant: Option<&'a str>,
    /// How many resources it is said of.
    count: usize,
    /// The first of the others.
    also: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
struct Known<'a> {
    /// The requirement or the expectations that it is about.
    subject: &'a str,
    reason: &'a str,
    /// The last day on which it is known.
    until: &'a str,
    /// `failing`, `passes`, `expired`, `unmatched` or `undecided`.
    state: &'static str,
    sentence: &'a Text,
    /// Keys of the expectations that fail.
    failing: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
struct KnownMark<'a> {
    reason: &'a str,
    until: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SuiteId<'a> {
    version: &'a str,
    /// SHA-256 over its files.
    digest: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Definition<'a> {
    id: &'a str,
    version: &'a str,
    /// SHA-256.
    digest: &'a str,
    /// Only a part, or an approximation, of the published package.
    approximation: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Claims<'a> {
    product: Option<&'a str>,
    /// `provider` or `consulter`
    actor: crate::agreements::Actor,
    /// The version of the agreement.
    dialect: crate::agreements::Dialect,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Target<'a> {
    /// FHIR base URL.
    base: &'a str,
    /// Name of the variable that held the bearer token; null when nothing was sent.
    token: Option<&'a str>,
    /// The built-in reference provider was judged.
    built_in: bool,
    /// The fault that it was told to have.
    fault: Option<&'a str>,
    /// Certificates were not checked.
    insecure: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LevelCounts {
    level: &'static str,
    claimed: usize,
    pass: usize,
    warn: usize,
    fail: usize,
    cant_tell: usize,
    untested: usize,
    inapplicable: usize,
    broken: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Root<'a> {
    /// Stable code: `token-refused`.
    code: &'a str,
    /// The kind of trouble, as of an expectation.
    class: &'static str,
    sentence: &'a Text,
    hint: &'a Text,
    /// In how many exchanges it shows.
    exchanges: usize,
    /// How many findings it explains.
    findings: usize,
    /// The requirements that these are against.
    requirements: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
struct Requirement<'a> {
    id: &'a str,
    group: &'a str,
    level: &'static str,
    actor: crate::agreements::Actor,
    /// What a finding does: `fail`, `warn`, `remark` or `coverage`.
    effect: &'static str,
    claimed: bool,
    /// `pass`, `fail`, `warn`, `cantTell`, `untested`, `inapplicable` or `broken`.
    outcome: &'static str,
    reason: Option<Reason<'a>>,
    /// Keys of its expectations.
    expectations: Vec<&'a str>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Reason<'a> {
    /// Stable code of the reason: `capture-missing`.
    code: &'a str,
    /// What it is about.
    detail: Option<&'a str>,
    /// English.
    en: &'a str,
    /// Dutch.
    nl: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Expectation<'a> {
    /// `scenario/step/expectation@variant`
    key: &'a str,
    /// The requirement.
    req: &'a str,
    effect: &'static str,
    outcome: &'static str,
    /// The kind of trouble when it is not met: `configuration`, `availability`, `data`, `conformance`, `harness` or
    /// `agreement-unclear`.
    class: Option<&'static str>,
    reason: Option<Reason<'a>>,
    /// The vendor knows that it fails; null when not.
    known: Option<KnownMark<'a>>,
    findings: Vec<Finding<'a>>,
    /// Ids of the exchanges that it looked at.
    exchanges: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
struct Finding<'a> {
    /// Stable code of the kind of finding.
    code: &'a str,
    /// The kind of trouble, as of an expectation.
    class: &'static str,
    /// What it is about.
    subject: &'a str,
    sentence: &'a Text,
    hint: Option<&'a Text>,
    /// Id of the exchange.
    exchange: Option<&'a str>,
    /// Element path in the body.
    path: Option<&'a str>,
    /// Line of the body, from 1.
    line: Option<u32>,
    expected: &'a [String],
    actual: &'a [String],
    /// What the judge of profiles says beside that; null where it is no issue of that.
    issue: Option<Issue<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Exchange<'a> {
    id: &'a str,
    method: &'a str,
    url: &'a str,
    /// Null when there was no answer.
    status: Option<u16>,
    /// Why there is no whole answer.
    broken: Option<&'a Text>,
    /// SHA-256 of the body, its name among the blobs of the evidence.
    body: Option<&'a str>,
    bytes: u64,
    started_us: u64,
    took_us: u64,
    retries: u32,
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
            profiles: report.profiles.as_ref().map(profiles),
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
    let crate::judge::Counts { claimed, pass, warn, fail, cant_tell, untested, inapplicable, broken } = of.counts;
    LevelCounts { level: words::level(of.level), claimed, pass, warn, fail, cant_tell, untested, inapplicable, broken }
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
    }
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

fn noise(noise: &view::Silenced) -> Noise<'_> {
    let view::Silenced { id, reason, source, until, count } = noise;
    Noise { id, reason, source, until, count: *count }
}

fn open(open: &view::OpenCode) -> Open<'_> {
    Open { value_set: &open.value_set, codes: &open.codes, count: open.count }
}

fn profiles(profiles: &view::Profiles) -> Profiles<'_> {
    Profiles {
        judged: profiles.judged,
        warnings: profiles.warnings,
        noise: profiles.silenced.iter().map(noise).collect(),
        open: profiles.open.iter().map(open).collect(),
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
