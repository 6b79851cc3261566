//! From plan, evidence and verdicts to the view: joins them by key and by id.
//! Asks no clock; equal input gives an equal report.

use std::collections::{BTreeMap, BTreeSet};

use super::exchanges::Exchanges;
use super::view::{Expectation, Finding, Group, KnownMark, LevelCounts, Report, Requirement, Scenario, Step};
use super::{causes, dataset, defects, habits, head, known, pictures, profiles, reason, sentence, spoken, warnings};
use crate::agreements::{Catalogue, Level};
use crate::evidence::{Attested, Evidence, Record};
use crate::judge::{self, Class, Diagnosis, ExpectationVerdict, Outcome, RequirementVerdict, Verdicts};
use crate::plan::{Plan, PlannedExpectation, PlannedScenario, PlannedStep, expectation_name};
use crate::scenario::Suite;
use crate::text::Text;

impl Report {
    /// What is shown of this run.
    #[must_use]
    pub fn new(plan: &Plan, evidence: &Evidence, verdicts: &Verdicts, suite: &Suite) -> Self {
        let known = judge::known(evidence, verdicts);
        let join = Join { known: known::marks(&known), ..Join::new(plan, evidence, verdicts, suite) };
        let groups = join.groups();
        let scenarios: Vec<Scenario> = plan.scenarios.iter().map(|scenario| join.scenario(scenario)).collect();
        let counts = counts(verdicts);
        let (causes, remarks) = causes::split(causes::causes(&groups));
        let roots = causes::roots(&groups, &join.diagnosis, &join.exchanges);
        let gaps = causes::gaps(&groups);
        let mut head = head::head(&head::Parts { plan, evidence, verdicts, counts: &counts, causes: &causes, gaps: &gaps });
        head.known = known::counted(&join.known, verdicts);
        let [causes, remarks] = [causes, remarks].map(causes::without_explained);
        let preparation = join.exchanges.outside(&steps(plan));
        let mut warnings = warnings::warnings(plan, evidence);
        warnings.extend(known::warnings(&known));
        warnings.extend(verdicts.spoken.iter().flat_map(spoken::warnings));
        let known = known::list(&known);
        let profiles = profiles::profiles(&verdicts.profiles);
        let dataset = verdicts.dataset.as_ref().map(dataset::dataset);
        let spoken = verdicts.spoken.as_ref().map(spoken::speech);
        let defects = defects::of(plan, suite);
        Self {
            profiles,
            dataset,
            spoken,
            habits: habits::habits(&verdicts.habits),
            defects,
            warnings,
            known,
            head,
            counts,
            groups,
            roots,
            causes,
            gaps,
            preparation,
            scenarios,
            remarks,
        }
    }
}

/// Everything that is joined, by key and id.
struct Join<'a> {
    catalogue: &'a Catalogue,
    suite: &'a Suite,
    planned: BTreeMap<&'a str, &'a PlannedExpectation>,
    expectations: BTreeMap<&'a str, &'a ExpectationVerdict>,
    requirements: BTreeMap<&'a str, &'a RequirementVerdict>,
    exchanges: Exchanges<'a>,
    attested: BTreeMap<String, &'a Attested>,
    pictures: BTreeMap<String, String>,
    known: BTreeMap<&'a str, KnownMark>,
    diagnosis: Diagnosis<'a>,
}

impl<'a> Join<'a> {
    fn new(plan: &'a Plan, evidence: &'a Evidence, verdicts: &'a Verdicts, suite: &'a Suite) -> Self {
        let attested = attested(evidence);
        let planned = plan.scenarios.iter().flat_map(planned).map(|expectation| (expectation.key.as_str(), expectation));
        Self {
            catalogue: &suite.catalogue,
            suite,
            planned: planned.collect(),
            expectations: verdicts.expectations.iter().map(|verdict| (verdict.key.as_str(), verdict)).collect(),
            requirements: verdicts.requirements.iter().map(|verdict| (verdict.id.as_str(), verdict)).collect(),
            exchanges: Exchanges::new(evidence, verdicts),
            pictures: pictures::pictures(&attested, evidence),
            attested,
            known: BTreeMap::new(),
            diagnosis: Diagnosis::new(plan, evidence, verdicts, suite),
        }
    }

    fn groups(&self) -> Vec<Group> {
        let group = |group: &crate::agreements::Group| Group {
            name: group.name.clone(),
            title: group.title.clone(),
            requirements: group.requirements.iter().filter_map(|id| self.requirement(id)).collect(),
        };
        self.catalogue.groups().iter().map(group).collect()
    }

    fn requirement(&self, id: &str) -> Option<Requirement> {
        let row = self.catalogue.get(id)?;
        let verdict = self.requirements.get(id)?;
        Some(Requirement {
            id: row.id.clone(),
            level: verdict.level,
            actor: verdict.actor,
            statement: row.statement.clone(),
            source: row.source.clone(),
            test: row.test.clone(),
            effect: verdict.effect,
            claimed: verdict.claimed,
            outcome: verdict.outcome,
            reason: verdict.reason.as_ref().map(|why| reason::of(id, why)),
            expectations: verdict.expectations.iter().filter_map(|key| self.expectation(key)).collect(),
        })
    }

    fn expectation(&self, key: &str) -> Option<Expectation> {
        let verdict = self.expectations.get(key)?;
        Some(Expectation {
            key: verdict.key.clone(),
            name: expectation_name(key).to_owned(),
            req: verdict.req.clone(),
            sentence: self.sentence(key, &verdict.req),
            effect: verdict.effect,
            outcome: verdict.outcome,
            reason: verdict.reason.as_ref().map(|why| reason::of(&verdict.req, why)),
            known: self.known.get(key).cloned(),
            class: self.diagnosis.expectation(verdict).map(Class::name),
            findings: verdict.findings.iter().map(|finding| self.finding((key, &verdict.req), finding)).collect(),
            exchanges: verdict.exchanges.clone(),
            attested: self.attested.get(key).copied().cloned(),
            picture: self.pictures.get(key).cloned(),
        })
    }

    fn sentence(&self, key: &str, requirement: &str) -> Text {
        let title = self.planned.get(key).and_then(|planned| planned.title.clone());
        title.or_else(|| Some(self.catalogue.get(requirement)?.statement.clone())).unwrap_or_else(|| super::words::both(key, key))
    }

    fn finding(&self, (key, requirement): (&str, &str), finding: &crate::judge::Finding) -> Finding {
        let title = self.planned.get(key).and_then(|planned| planned.title.as_ref());
        let own_hint = self.planned.get(key).and_then(|planned| planned.hint.clone());
        let exchange = finding.place.exchange.clone();
        Finding {
            code: finding.name().to_owned(),
            class: self.diagnosis.finding(requirement, finding).name(),
            root: self.diagnosis.root_of(finding),
            subject: finding.subject.clone(),
            sentence: sentence::sentence(finding),
            hint: own_hint.or_else(|| sentence::hint(finding, title)),
            curl: exchange.as_deref().and_then(|id| self.exchanges.curl(id)),
            exchange,
            path: finding.place.path.clone(),
            line: finding.place.line,
            expected: finding.expected.clone(),
            actual: finding.actual.clone(),
            issue: finding.issue.as_deref().map(sentence::issue),
        }
    }

    fn scenario(&self, planned: &PlannedScenario) -> Scenario {
        let name = scenario_name(planned);
        let steps: Vec<Step> = planned.steps.iter().map(|step| self.step(&name, step)).collect();
        let over_run: Vec<Expectation> = planned.over_run.iter().filter_map(|it| self.expectation(&it.key)).collect();
        let exchanges = || steps.iter().flat_map(|step| &step.exchanges);
        let started_us = exchanges().map(|exchange| exchange.started_us).min().unwrap_or_default();
        let ended_us = exchanges().map(|exchange| exchange.started_us + exchange.took_us).max().unwrap_or_default();
        let outcomes = steps.iter().filter_map(|step| step.outcome).chain(worst(&over_run));
        Scenario {
            title: planned.title.clone(),
            persona: planned.persona.clone(),
            outcome: outcomes.max().unwrap_or(Outcome::Inapplicable),
            started_us,
            took_us: ended_us.saturating_sub(started_us),
            name,
            steps,
            over_run,
        }
    }

    fn step(&self, scenario: &str, planned: &PlannedStep) -> Step {
        let exchanges = self.exchanges.of_step(scenario, &planned.id);
        let expectations: Vec<Expectation> = planned.expect.iter().filter_map(|it| self.expectation(&it.key)).collect();
        Step {
            id: planned.id.clone(),
            title: planned.exchange.as_deref().and_then(|name| Some(self.suite.exchange(name)?.title.clone())),
            outcome: worst(&expectations),
            omitted: self.exchanges.omitted(scenario, &planned.id),
            took_us: exchanges.iter().map(|exchange| exchange.took_us).sum(),
            notes: self.exchanges.notes(scenario, &planned.id),
            exchanges,
            expectations,
        }
    }
}

/// What was said last, by the key of what it is about.
fn attested(evidence: &Evidence) -> BTreeMap<String, &Attested> {
    let mut said = BTreeMap::new();
    for record in &evidence.records {
        if let Record::Attested(attested) = record {
            said.insert(attested.key(), attested);
        }
    }
    said
}

fn planned(scenario: &PlannedScenario) -> impl Iterator<Item = &PlannedExpectation> {
    scenario.steps.iter().flat_map(|step| &step.expect).chain(&scenario.over_run)
}

/// Scenario and step of everything that is planned to be sent.
fn steps(plan: &Plan) -> BTreeSet<(String, String)> {
    let of = |scenario: &PlannedScenario| {
        let name = scenario_name(scenario);
        scenario.steps.iter().map(|step| (name.clone(), step.id.clone())).collect::<Vec<_>>()
    };
    plan.scenarios.iter().flat_map(of).collect()
}

/// `scenario@variant`
fn scenario_name(planned: &PlannedScenario) -> String {
    format!("{}@{}", planned.scenario, planned.variant)
}

/// Every expectation of a plan.
pub(super) fn expectations(plan: &Plan) -> impl Iterator<Item = &PlannedExpectation> {
    plan.scenarios.iter().flat_map(planned)
}

fn worst(expectations: &[Expectation]) -> Option<Outcome> {
    expectations.iter().map(|expectation| expectation.outcome).max()
}

fn counts(verdicts: &Verdicts) -> Vec<LevelCounts> {
    [Level::Shall, Level::Must, Level::Should, Level::May]
        .map(|level| LevelCounts { level, counts: verdicts.counts(level) })
        .into()
}
