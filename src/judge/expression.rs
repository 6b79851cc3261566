//! FHIRPath as the judge uses it: three-valued, with the variables of the run,
//! and our own inability kept apart from what the data lacks (settled 5).

use super::answers::Answer;
use super::case::{Case, Chain};
use super::ruling::Obstacle;
use super::verdict::Reason;
use crate::fhir::fhirpath::{self, Environment, Expression, Failure, Item};
use crate::fhir::node::Node;
use crate::fhir::types::r4;

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

/// The surroundings of an expression: where `resolve()` looks and what `%name` means.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'c> {
    /// Entries that references may point to.
    chains: Vec<Chain<'c>>,
    base: &'c str,
    variables: Vec<(String, Vec<String>)>,
}

/// An expression that was parsed, or why it cannot be.
pub(crate) fn parse(text: &str) -> Result<Expression, Obstacle> {
    let lacking = |message: String| Obstacle::CantTell(Reason::KnowledgeLacking(message));
    fhirpath::parse(text).map_err(|error| lacking(format!("`{text}` is no FHIRPath that we can read: {error}")))
}

impl<'c> Scope<'c> {
    /// The scope of answers of a case: `%patient`, `%bsn`, `%base` and the
    /// captures of the scenario.
    pub(crate) fn of(case: &Case<'c>, answer: Answer<'c>, chain: Option<&Chain<'c>>) -> Self {
        let mut variables = Vec::new();
        let mut set =
            |name: &str, value: Option<&str>| variables.push((name.to_owned(), value.map(str::to_owned).into_iter().collect()));
        set("patient", case.patient(answer.exchange));
        let persona =
            case.persona(answer.exchange).and_then(|name| case.run.plan.personas.iter().find(|known| known.persona == name));
        set("bsn", persona.map(|persona| persona.bsn.as_str()));
        set("base", Some(case.run.base()));
        for capture in case.run.answers.captures(case.key) {
            variables.push((capture.name.clone(), capture.values.clone()));
        }
        Self { chains: chain.cloned().into_iter().collect(), base: case.run.base(), variables }
    }

    /// A scope for fixtures: nothing around it.
    pub(crate) fn bare(base: &'c str) -> Self {
        Self { chains: Vec::new(), base, variables: Vec::new() }
    }

    fn resolve(&self, text: &str) -> Option<Node<'c>> {
        self.chains.iter().find_map(|chain| chain.target(text, None, self.base))?.resource
    }

    /// What an expression says of an element.
    pub(crate) fn decide(&self, expression: &Expression, node: Node<'c>) -> Decision {
        self.evaluate(expression, node, truth).unwrap_or_else(Decision::Unable)
    }

    /// Reads the values of an expression; an error says why it has none.
    pub(crate) fn evaluate<R>(
        &self,
        expression: &Expression,
        node: Node<'c>,
        read: impl FnOnce(&[Item<'_>]) -> R,
    ) -> Result<R, String> {
        let resolver = |text: &str| self.resolve(text);
        let mut environment = Environment::new(r4());
        environment.resolver = Some(&resolver);
        for (name, values) in &self.variables {
            environment = environment.with(name, values.iter().cloned().map(Item::String).collect());
        }
        match expression.evaluate(node, &environment) {
            Ok(items) => Ok(read(&items)),
            // The values do not allow it: that is of the data, not of us.
            Err(error) if error.failure == Failure::Expression => Ok(read(&[])),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn truth(items: &[Item<'_>]) -> Decision {
    let value = match items {
        [] => return Decision::Undetermined(String::from("it gives nothing")),
        [item] => item.text(),
        several => return Decision::Undetermined(format!("it gives {} values where one is needed", several.len())),
    };
    match value.as_deref() {
        Some("true") => Decision::True,
        Some("false") => Decision::False,
        // One value that is no boolean counts as true in FHIRPath.
        _ => Decision::True,
    }
}
