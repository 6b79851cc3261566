//! Small plans made by hand, and looking at the evidence of their runs.

use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Finished, Recorder, Settings};
use toets::evidence::{BrokenKind, Evidence, Exchange, OmittedReason, Outcome, Record};
use toets::plan::{
    Action, Claims, FollowTemplate, Limits, Plan, PlannedScenario, PlannedStep, RequestTemplate, SuiteId, Target, TargetAuth,
    split,
};
use toets::scenario::{Auth, Follow, FollowWhat, Format, Isolation, Method, Pages, Suite};
use toets::text::Text;

pub(crate) const SECRET: &str = "very/secret+token";
/// Passes the eleven-test and is outside the test range.
pub(crate) const REAL: &str = "123456782";

pub(crate) fn step(id: &str, url: &str) -> PlannedStep {
    let (path, parameters) = split(url);
    let (method, format, auth) = (Method::Get, Format::Json, Auth::Normal);
    let template = RequestTemplate { method, path, parameters, format, auth, persona: None, encoding: None };
    PlannedStep {
        id: id.to_owned(),
        exchange: None,
        action: Action::Send(template),
        for_each: None,
        pages: Pages::First,
        capture: [].into(),
        expect: Vec::new(),
    }
}

pub(crate) fn follow(id: &str, of: &str, what: FollowWhat) -> PlannedStep {
    let follow = Follow { of: vec![of.to_owned()], what };
    let template = FollowTemplate { follow, format: Format::Json, auth: Auth::Normal };
    PlannedStep { action: Action::Follow(template), ..step(id, "") }
}

pub(crate) fn scenario(name: &str, steps: Vec<PlannedStep>) -> PlannedScenario {
    PlannedScenario {
        scenario: name.to_owned(),
        variant: "r4.json.plain".to_owned(),
        title: Text { en: name.to_owned(), nl: name.to_owned() },
        persona: None,
        isolation: Isolation::ReadOnly,
        format: Format::Json,
        steps,
        over_run: Vec::new(),
    }
}

pub(crate) fn plan(base: &str, steps: Vec<PlannedStep>) -> Plan {
    let limits = Limits { deadline_ms: 500, connect_ms: 500, body_bytes: 64 << 10, parallel: 1, ..Limits::default() };
    Plan {
        claims: Claims { product: None, actor: Actor::Provider, dialect: Dialect::R4Rc2, groups: Vec::new() },
        suite: SuiteId { version: "0".to_owned(), digest: String::new() },
        target: Target {
            base: base.to_owned(),
            auth: TargetAuth::None,
            built_in: false,
            fault: None,
            headers: Vec::new(),
            insecure: false,
            limits,
        },
        personas: Vec::new(),
        scenarios: vec![scenario("s", steps)],
        unclaimed: std::collections::BTreeSet::new(),
        selection: None,
        known: Vec::new(),
        not_entered: Vec::new(),
        shard: None,
    }
}

pub(crate) fn with_token(mut plan: Plan) -> Plan {
    plan.target.auth = TargetAuth::Bearer("TOETS_TOKEN".to_owned());
    plan
}

pub(crate) fn settings(recorder: Recorder) -> Settings {
    let mut secrets = Secrets::new();
    secrets.insert("TOETS_TOKEN", SECRET).expect("it is long enough");
    Settings { secrets, seed: Some("seed".to_owned()), ..Settings::plain(recorder) }
}

pub(crate) async fn run_with(plan: &Plan, settings: Settings) -> Finished {
    engine::run(plan, &Suite::default(), settings, |_| ()).await.expect("the plan can be run")
}

pub(crate) async fn run(plan: &Plan) -> Evidence {
    run_with(plan, settings(Recorder::in_memory())).await.evidence
}

pub(crate) fn exchanges(evidence: &Evidence) -> Vec<&Exchange> {
    let exchanges = evidence.records.iter().filter_map(|record| match record {
        Record::Exchange(exchange) => Some(&**exchange),
        _ => None,
    });
    exchanges.collect()
}

pub(crate) fn omissions(evidence: &Evidence) -> Vec<(&str, &OmittedReason)> {
    let omissions = evidence.records.iter().filter_map(|record| match record {
        Record::Omitted(omitted) => Some((omitted.step.as_str(), &omitted.reason)),
        _ => None,
    });
    omissions.collect()
}

pub(crate) fn statuses(evidence: &Evidence) -> Vec<u16> {
    let status = |exchange: &&Exchange| match &exchange.outcome {
        Outcome::Answered(received) => received.status,
        Outcome::Broken(broken) => panic!("{}: {broken:?}", exchange.id),
    };
    exchanges(evidence).iter().map(status).collect()
}

pub(crate) fn broken(exchange: &Exchange) -> BrokenKind {
    match &exchange.outcome {
        Outcome::Broken(broken) => broken.kind,
        Outcome::Answered(received) => panic!("answered with {}", received.status),
    }
}
