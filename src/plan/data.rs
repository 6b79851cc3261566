//! What is asked to see the data of personas: all exchanges that are served, and
//! what their answers refer to, for each. Also the data that a vendor cannot enter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Claims;
use crate::agreements::Actor;
use crate::scenario::{
    AnswerPredicate, Axes, Check, Expectation, Follow, FollowWhat, Isolation, Method, Pages, Persona, Request, Scenario, Step,
    Suite, When,
};
use crate::text::Text;

/// Data that a vendor cannot enter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NotEntered {
    /// Concepts of the dataset: each with all that is in it.
    pub concepts: Vec<u32>,
    /// The persona that this is about; all when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    /// Why it cannot be entered.
    pub reason: String,
}

impl NotEntered {
    /// Whether it is about a persona.
    #[must_use]
    pub fn is_about(&self, persona: &str) -> bool {
        self.persona.as_deref().is_none_or(|own| own == persona)
    }
}

/// The suite with, in the place of its scenarios, one for each of these personas that asks for all of their data.
#[must_use]
pub fn data_suite(suite: &Suite, claims: &Claims, personas: &[&Persona]) -> Suite {
    let scenarios = personas.iter().map(|persona| data_scenario(suite, claims, persona)).collect();
    Suite { scenarios, faults: Vec::new(), ..suite.clone() }
}

fn data_scenario(suite: &Suite, claims: &Claims, persona: &Persona) -> Scenario {
    let is_asked = |name: &&String| suite.exchange(name).is_some_and(|own| claims.serves(own.group));
    let mut steps: Vec<Step> = persona.exchanges.keys().filter(is_asked).map(|name| asks(name)).collect();
    let patient = Request { method: Method::Get, url: "Patient/${patient}".to_owned() };
    steps.push(Step { request: Some(patient), ..empty("the-patient") });
    let of = steps.iter().map(|step| step.id.clone()).collect();
    steps.push(Step { follow: Some(Follow { of, what: FollowWhat::References }), ..empty("the-references") });
    Scenario {
        scenario: format!("data-{}", persona.persona),
        title: persona.title.clone(),
        when: When { actor: Actor::Provider, fhir: vec![claims.dialect.fhir()] },
        persona: Some(persona.persona.clone()),
        isolation: Isolation::default(),
        axes: Axes::default(),
        steps,
        over_run: Vec::new(),
    }
}

fn asks(exchange: &str) -> Step {
    let complete = Expectation {
        id: "complete".to_owned(),
        req: "PZP-DAT-001".to_owned(),
        title: None::<Text>,
        hint: None,
        hint_of_modifier: BTreeMap::new(),
        needs: None,
        fhir: None,
        check: Check::Answer(AnswerPredicate::Complete),
    };
    Step { exchange: Some(exchange.to_owned()), pages: Some(Pages::All), expect: vec![complete], ..empty(exchange) }
}

fn empty(id: &str) -> Step {
    Step { id: id.to_owned(), ..Step::default() }
}
