//! From suite and claims to a plan: scenarios that fit, expanded over their
//! axes, with exchanges, `like` and `with` resolved. Sends nothing.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::select::{Selection, keep};
use super::template::{slots, split};
use super::{
    Action, Claims, Data, FollowTemplate, Plan, PlannedExpectation, PlannedPersona, PlannedScenario, PlannedStep,
    RequestTemplate, SuiteId, Target,
};
use crate::agreements::FhirVersion;
use crate::scenario::{Auth, Check, Expectation, Format, Scenario, Step, Suite, With};
use crate::text::Text;

/// The exchange that finds a person by BSN.
pub const PATIENT_LOOKUP: &str = "patient-lookup";

/// Stands for the step in keys of expectations over the run: `scenario/over-run/expectation@variant`.
pub const OVER_RUN: &str = "over-run";

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The user chose what does not exist.
    #[error("nothing in the suite is called `{id}`{}", nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?")))]
    UnknownSelection {
        /// What was chosen.
        id: String,
        /// What is called almost so.
        nearest: Option<String>,
    },
    /// The user chose what exists, but no scenario of these claims holds it.
    #[error("no scenario for these claims holds any of `{selection}`; `toets coverage` tells which requirements are judged")]
    NothingSelected {
        /// What was chosen.
        selection: String,
    },
    /// The suite speaks of what it does not hold; `toets lint` tells where.
    #[error("step `{step}` of scenario `{scenario}` speaks of {what}, which the suite does not hold; run `toets lint`")]
    Inconsistent {
        /// The scenario.
        scenario: String,
        /// The step.
        step: String,
        /// What is missing, with its kind: "exchange `consents`".
        what: String,
    },
}

/// Makes the plan for these claims. A step that asks an exchange which the
/// claimed version does not have is left out, with all that follows it by name.
/// Logical ids that the user knows are filled in afterwards (`PlannedPersona::given`).
///
/// # Errors
/// When the selection names nothing, or the suite is not consistent.
pub fn compile(suite: &Suite, claims: Claims, target: Target, selection: &Selection) -> Result<Plan, PlanError> {
    let mut scenarios = planned(suite, &claims)?;
    let unclaimed = unclaimed(suite, &claims, &scenarios)?;
    keep(&mut scenarios, suite, selection)?;
    let personas = planned_personas(suite, &claims, &scenarios);
    let suite = SuiteId { version: env!("CARGO_PKG_VERSION").to_owned(), digest: suite.digest.clone() };
    Ok(Plan {
        claims,
        suite,
        target,
        personas,
        scenarios,
        unclaimed,
        selection: selection.reason(),
        shard: None,
        known: Vec::new(),
        not_entered: Vec::new(),
    })
}

/// Every scenario for these claims, in every variant.
fn planned(suite: &Suite, claims: &Claims) -> Result<Vec<PlannedScenario>, PlanError> {
    let fhir = claims.dialect.fhir();
    let fitting = |scenario: &&Scenario| scenario.when.actor == claims.actor && scenario.when.fhir.contains(&fhir);
    let mut scenarios = Vec::new();
    for scenario in suite.scenarios.iter().filter(fitting) {
        for (format, exchange) in combinations(scenario) {
            let variant = Variant { suite, claims, scenario, format, exchange };
            if !variant.is_claimed() {
                continue;
            }
            let planned = variant.plan()?;
            let is_empty = planned.steps.is_empty() && !scenario.steps.is_empty();
            scenarios.extend((!is_empty).then_some(planned));
        }
    }
    Ok(scenarios)
}

/// Requirements that would be judged if every transaction group were claimed, and are not as it is.
fn unclaimed(suite: &Suite, claims: &Claims, scenarios: &[PlannedScenario]) -> Result<BTreeSet<String>, PlanError> {
    if claims.groups.is_empty() {
        return Ok(BTreeSet::new());
    }
    let judged = |scenarios: &[PlannedScenario]| -> BTreeSet<String> {
        scenarios.iter().flat_map(PlannedScenario::expectations).map(|expectation| expectation.req.clone()).collect()
    };
    let whole = planned(suite, &Claims { groups: Vec::new(), ..claims.clone() })?;
    Ok(judged(&whole).difference(&judged(scenarios)).cloned().collect())
}

/// Every format with every exchange of the axes.
fn combinations(scenario: &Scenario) -> Vec<(Format, Option<&str>)> {
    let formats = if scenario.axes.format.is_empty() { &[Format::Json][..] } else { &scenario.axes.format };
    let exchanges: Vec<Option<&str>> = match &scenario.axes.exchange[..] {
        [] => vec![None],
        exchanges => exchanges.iter().map(|exchange| Some(exchange.as_str())).collect(),
    };
    formats.iter().flat_map(|format| exchanges.iter().map(|exchange| (*format, *exchange))).collect()
}

/// `r4.json.plain`, or `r4.json.plain.procedures` of a scenario that is run for several exchanges.
fn variant_name(fhir: FhirVersion, format: Format, exchange: Option<&str>) -> String {
    let fhir = fhir.folder();
    let format = match format {
        Format::Json => "json",
        Format::Xml => "xml",
    };
    let exchange = exchange.map_or_else(String::new, |exchange| format!(".{exchange}"));
    format!("{fhir}.{format}.plain{exchange}")
}

/// One scenario in one variant while it is planned.
struct Variant<'s> {
    suite: &'s Suite,
    claims: &'s Claims,
    scenario: &'s Scenario,
    format: Format,
    exchange: Option<&'s str>,
}

/// What a step does and which exchange that is.
type Resolved = (Option<String>, Action);

impl Variant<'_> {
    /// Whether any exchange that the scenario asks is of a claimed group, or it asks none.
    fn is_claimed(&self) -> bool {
        let asked = |step: &Step| self.suite.exchange(&self.named(step.exchange.as_deref()?));
        let mut asked = self.scenario.steps.iter().filter_map(asked).peekable();
        asked.peek().is_none() || asked.any(|exchange| self.claims.serves(exchange.group))
    }

    /// The name of an exchange, the one of the axis filled in.
    fn named(&self, exchange: &str) -> String {
        exchange.replace("${exchange}", self.exchange.unwrap_or("${exchange}"))
    }

    fn plan(&self) -> Result<PlannedScenario, PlanError> {
        let mut resolved: BTreeMap<&str, Resolved> = BTreeMap::new();
        let mut steps = Vec::new();
        let fhir = self.claims.dialect.fhir();
        for step in self.scenario.steps.iter().filter(|step| step.fhir.is_none_or(|only| only == fhir)) {
            let Some((exchange, action)) = self.resolve(step, &resolved)? else { continue };
            let expect = self.expectations(&step.id, &step.expect, Some(&action));
            resolved.insert(&step.id, (exchange.clone(), action.clone()));
            steps.push(PlannedStep {
                id: step.id.clone(),
                exchange,
                action,
                for_each: step.for_each.clone(),
                pages: self.pages(step),
                capture: step.capture.clone(),
                expect,
            });
        }
        self.keep_needed(&mut steps);
        Ok(PlannedScenario {
            scenario: self.scenario.scenario.clone(),
            variant: self.variant(),
            title: self.scenario.title.clone(),
            persona: self.scenario.persona.clone(),
            isolation: self.scenario.isolation,
            format: self.format,
            steps,
            over_run: self.expectations(OVER_RUN, &self.scenario.over_run, None),
        })
    }

    /// Leaves out steps of which this version asks nothing, and that no other step needs.
    fn keep_needed(&self, steps: &mut Vec<PlannedStep>) {
        let mut needed: BTreeSet<String> = BTreeSet::new();
        for index in (0..steps.len()).rev() {
            let step = &steps[index];
            let Some(written) = self.scenario.steps.iter().find(|written| written.id == step.id) else { continue };
            let is_asked = !step.expect.is_empty() || written.expect.is_empty() || !step.capture.is_empty();
            if !is_asked && !needed.contains(&step.id) {
                steps.remove(index);
                continue;
            }
            needed.extend(written.like.iter().chain(written.follow.iter().flat_map(|follow| &follow.of)).cloned());
            needed.extend(step.expect.iter().filter_map(|expectation| match &expectation.check {
                Check::SameAs(other) => Some(other.step.clone()),
                Check::DisjointFrom(other) => Some(other.clone()),
                _ => None,
            }));
        }
    }

    fn variant(&self) -> String {
        variant_name(self.claims.dialect.fhir(), self.format, self.exchange)
    }

    /// What the step does; nothing when the claimed version does not have it, or its group is not claimed.
    fn resolve(&self, step: &Step, earlier: &BTreeMap<&str, Resolved>) -> Result<Option<Resolved>, PlanError> {
        let with = step.with.clone().unwrap_or_default();
        if let Some(name) = &step.exchange {
            let name = &self.named(name);
            let exchange = self.suite.exchange(name).ok_or_else(|| self.missing(step, format!("exchange `{name}`")))?;
            let dialect = with.dialect.unwrap_or(self.claims.dialect);
            // Another version is asked as it was published, mistakes included.
            let published =
                if with.dialect.is_some() { exchange.request.get(&dialect).map(String::as_str) } else { exchange.sent(dialect) };
            let Some(published) = published else { return Ok(None) };
            if !self.claims.serves(exchange.group) {
                return Ok(None);
            }
            let action = Action::Send(changed(self.template(published), &with));
            // What a version published is not the exchange that these claims are held to.
            let exchange = with.dialect.is_none().then(|| name.clone());
            return Ok(Some((exchange, action)));
        }
        if let Some(request) = &step.request {
            let template = RequestTemplate { method: request.method, ..self.template(&request.url) };
            return Ok(Some((None, Action::Send(changed(template, &with)))));
        }
        if let Some(follow) = &step.follow {
            let mut follow = follow.clone();
            follow.of.retain(|step| earlier.contains_key(step.as_str()));
            let template = FollowTemplate { follow, format: self.format, auth: Auth::Normal };
            let is_empty = template.follow.of.is_empty();
            return Ok((!is_empty).then(|| (None, Action::Follow(other_reads(template, &with)))));
        }
        if let Some(phase) = &step.phase {
            return Ok(Some((None, Action::Serve(phase.clone()))));
        }
        let Some(like) = &step.like else { return Err(self.missing(step, "nothing to do".to_owned())) };
        match earlier.get(like.as_str()) {
            Some((exchange, Action::Send(template))) => {
                Ok(Some((exchange.clone(), Action::Send(changed(template.clone(), &with)))))
            }
            Some((exchange, Action::Follow(template))) => {
                Ok(Some((exchange.clone(), Action::Follow(other_reads(template.clone(), &with)))))
            }
            Some((exchange, Action::Serve(phase))) => Ok(Some((exchange.clone(), Action::Serve(phase.clone())))),
            None if self.scenario.steps.iter().any(|other| &other.id == like) => Ok(None),
            None => Err(self.missing(step, format!("step `{like}`"))),
        }
    }

    fn template(&self, url: &str) -> RequestTemplate {
        let (path, parameters) = split(url);
        let format = self.format;
        let (method, auth) = (crate::scenario::Method::Get, Auth::Normal);
        RequestTemplate { method, path, parameters, format, auth, persona: None, encoding: None }
    }

    /// Pages of the step, or of the one it is like.
    fn pages(&self, step: &Step) -> crate::scenario::Pages {
        let like = || self.scenario.steps.iter().find(|other| Some(&other.id) == step.like.as_ref());
        step.pages.or_else(|| like().and_then(|other| other.pages)).unwrap_or_default()
    }

    fn expectations(&self, step: &str, expectations: &[Expectation], action: Option<&Action>) -> Vec<PlannedExpectation> {
        let fhir = self.claims.dialect.fhir();
        // What neither the claimed version nor the current one asks is not asked.
        let is_asked = |req: &str| {
            let row = self.suite.catalogue.get(req);
            row.is_none_or(|row| self.suite.asks(row, row.actor, self.claims.dialect))
        };
        let asked = expectations.iter().filter(|expectation| expectation.is_for(fhir) && is_asked(&expectation.req));
        let planned = asked.map(|expectation| PlannedExpectation {
            key: format!("{}/{step}/{}@{}", self.scenario.scenario, expectation.id, self.variant()),
            req: expectation.req.clone(),
            title: expectation.title.clone(),
            hint: hint(expectation, action),
            needs: expectation.needs(),
            check: expectation.check.clone(),
        });
        planned.collect()
    }

    fn missing(&self, step: &Step, what: String) -> PlanError {
        PlanError::Inconsistent { scenario: self.scenario.scenario.clone(), step: step.id.clone(), what }
    }
}

/// The hint of an expectation, or the one for a modifier that is sent.
fn hint(expectation: &Expectation, action: Option<&Action>) -> Option<Text> {
    let parameters = match action {
        Some(Action::Send(template)) => template.parameters.as_slice(),
        _ => &[],
    };
    let modifiers = parameters.iter().filter_map(|(name, _)| name.rsplit_once(':'));
    let own = modifiers.filter_map(|(_, modifier)| expectation.hint_of_modifier.get(modifier)).next();
    own.or(expectation.hint.as_ref()).cloned()
}

/// The reads changed by `with`.
fn other_reads(mut template: FollowTemplate, with: &With) -> FollowTemplate {
    template.format = with.format.unwrap_or(template.format);
    template.auth = with.auth.unwrap_or(template.auth);
    template
}

/// The request changed by `with`. A parameter that is set keeps its place; one that is new comes last.
fn changed(mut template: RequestTemplate, with: &With) -> RequestTemplate {
    template.persona = with.persona.clone().or(template.persona);
    template.format = with.format.unwrap_or(template.format);
    template.auth = with.auth.unwrap_or(template.auth);
    template.method = with.method.unwrap_or(template.method);
    template.encoding = with.encoding.or(template.encoding);
    template.parameters.retain(|(name, _)| !with.remove.contains(name));
    for (name, value) in &with.set {
        let place = template.parameters.iter().position(|(other, _)| other == name);
        template.parameters.retain(|(other, _)| other != name);
        let place = place.unwrap_or(template.parameters.len());
        template.parameters.insert(place, (name.clone(), value.clone()));
    }
    template
}

fn planned_personas(suite: &Suite, claims: &Claims, scenarios: &[PlannedScenario]) -> Vec<PlannedPersona> {
    let needed = needed_personas(scenarios);
    let lookup = suite.exchange(PATIENT_LOOKUP).and_then(|exchange| exchange.request.get(&claims.dialect));
    let planned =
        suite.personas.iter().filter(|persona| needed.contains(persona.persona.as_str())).map(|persona| PlannedPersona {
            persona: persona.persona.clone(),
            bsn: persona.bsn.clone(),
            given: None,
            fixture: persona.patient.clone(),
            lookup: lookup.map_or_else(String::new, |template| template.replace("${bsn}", &persona.bsn)),
            data: Data::Fixture,
        });
    planned.collect()
}

/// Personas that scenarios speak of by name.
pub(super) fn needed_personas(scenarios: &[PlannedScenario]) -> BTreeSet<&str> {
    let mut needed: BTreeSet<&str> = scenarios.iter().filter_map(|scenario| scenario.persona.as_deref()).collect();
    for step in scenarios.iter().flat_map(|scenario| &scenario.steps) {
        let Action::Send(template) = &step.action else { continue };
        needed.extend(template.persona.as_deref());
        let values = template.parameters.iter().map(|(_, value)| value);
        let texts = std::iter::once(&template.path).chain(values);
        needed.extend(texts.flat_map(|text| slots(text)).filter_map(|slot| slot.split_once(':').map(|(_, persona)| persona)));
    }
    needed
}
