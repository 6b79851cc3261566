//! FHIRPath as the judge uses it: three-valued, with the variables of the run,
//! and our own inability kept apart from what the data lacks (settled 5).

use super::case::Case;
use super::chain::Chain;
use super::ruling::Obstacle;
use super::verdict::Reason;
use crate::agreements::FhirVersion;
use crate::evidence::Origin;
use crate::fhir::date::DateTime;
use crate::fhir::fhirpath::{self, Environment, Expression, Failure, Item};
use crate::fhir::node::Node;
use crate::plan::PlannedPersona;

/// What an expression says of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// True.
    True,
    /// False.
    False,
    /// Neither, with the reason: an element that it needs is missing.
    Undetermined(String),
    /// We cannot tell.
    Unable(String),
}

/// Why an expression gives no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unevaluated {
    /// The values do not allow it.
    ByData(String),
    /// We lack what it needs.
    ByUs(String),
}

/// The surroundings of an expression: where `resolve()` looks, what `%name` means, who knows value sets and profiles.
#[derive(Debug)]
pub(crate) struct Scope<'s, 'c> {
    fhir: FhirVersion,
    at: Option<(Case<'c>, &'s Chain<'c>)>,
    variables: Vec<(&'c str, Vec<String>)>,
}

/// An expression that was parsed, or why it cannot be.
pub(crate) fn parse(text: &str) -> Result<Expression, Obstacle> {
    let lacking = |message: String| Obstacle::CantTell(Reason::KnowledgeLacking(message));
    fhirpath::parse(text).map_err(|error| lacking(format!("`{text}` is no FHIRPath that we can read: {error}")))
}

impl<'s, 'c> Scope<'s, 'c> {
    /// The scope of the answers of a chain: `%patient`, `%bsn`, `%base` and the
    /// captures of the scenario.
    pub(crate) fn of(case: &Case<'c>, chain: &'s Chain<'c>) -> Self {
        let exchange = chain.pages.first().map(|first| first.exchange);
        let persona = exchange.and_then(|exchange| case.persona(exchange));
        let planned = persona.and_then(|name| case.run.plan.persona(name));
        let one = |value: Option<&str>| value.map(str::to_owned).into_iter().collect();
        let mut variables = vec![
            ("patient", one(exchange.and_then(|exchange| case.patient(exchange)))),
            ("bsn", one(planned.and_then(PlannedPersona::known_bsn))),
            ("base", one(Some(case.run.base()))),
            ("canonical", one(Some(case.run.plan.claims.dialect.canonical()))),
        ];
        for capture in case.run.answers.captures(case.key) {
            variables.push((&capture.name, capture.values.clone()));
        }
        // In a step that repeats, the capture stands for the value of this turn.
        if let (Some(name), Some(Origin::ForEach(value))) = (&case.step.for_each, exchange.map(|exchange| &exchange.origin)) {
            variables.push((name, vec![value.clone()]));
        }
        Self { fhir: case.run.fhir(), at: Some((*case, chain)), variables }
    }

    /// A scope without variables and with nothing to resolve to: for fixtures.
    pub(crate) fn bare(fhir: FhirVersion) -> Self {
        Self { fhir, at: None, variables: Vec::new() }
    }

    /// What an expression says of an element.
    pub(crate) fn decide(&self, expression: &Expression, node: Node<'c>) -> Decision {
        match self.evaluate(expression, node, truth) {
            Ok(decision) => decision,
            Err(Unevaluated::ByData(why)) => Decision::Undetermined(why),
            Err(Unevaluated::ByUs(why)) => Decision::Unable(why),
        }
    }

    /// Reads the values of an expression.
    pub(crate) fn evaluate<R>(
        &self,
        expression: &Expression,
        node: Node<'c>,
        read: impl FnOnce(&[Item<'_>]) -> R,
    ) -> Result<R, Unevaluated> {
        let resolver = |text: &str| self.at.and_then(|(case, chain)| case.target(chain, text));
        let membership = |item: &Item<'_>, value_set: &str| self.at?.0.run.profiles.member(item, value_set);
        let conformance = |node: Node<'_>, profile: &str| {
            let (case, chain) = self.at?;
            case.run.profiles.conforms(node, profile, case.key, &|text: &str| case.target(chain, text))
        };
        let mut environment = Environment::new(self.fhir.types());
        environment.resolver = Some(&resolver);
        environment.membership = Some(&membership);
        environment.conformance = Some(&conformance);
        environment.now = self.at.and_then(|(case, _)| DateTime::parse(case.run.at));
        for (name, values) in &self.variables {
            environment = environment.with(name, values.iter().cloned().map(Item::String).collect());
        }
        match expression.evaluate(node, &environment) {
            Ok(items) => Ok(read(&items)),
            Err(error) if error.failure == Failure::Expression => Err(Unevaluated::ByData(error.to_string())),
            Err(error) => Err(Unevaluated::ByUs(error.to_string())),
        }
    }
}

impl Unevaluated {
    /// What stands in the way of a check that needs the values.
    pub(crate) fn obstacle(self) -> Obstacle {
        match self {
            Self::ByData(why) => Obstacle::CantTell(Reason::Undetermined(why)),
            Self::ByUs(why) => Obstacle::CantTell(Reason::KnowledgeLacking(why)),
        }
    }
}

fn truth(items: &[Item<'_>]) -> Decision {
    match items {
        [] => Decision::Undetermined(String::from("the expression gives nothing")),
        // One value that is no boolean counts as true in FHIRPath.
        [item] if item.text().as_deref() == Some("false") => Decision::False,
        [_] => Decision::True,
        several => Decision::Undetermined(format!("the expression gives {} values where one is needed", several.len())),
    }
}
