//! What would be run, without running it: the scenarios with their steps and
//! expectations, or the requests with what is not known yet as variables.

use super::failure::Failure;
use super::terminal::Terminal;
use crate::judge::ExitCode;
use crate::plan::{Action, Plan, PlannedScenario, PlannedStep};
use crate::report::draft;
use crate::scenario::{FollowWhat, Pages};
use crate::text::{Language, Text};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preview {
    /// Scenarios, steps and expectations.
    List,
    /// Requests as lines for the shell.
    Requests,
}

/// Tells it.
pub(crate) fn preview(preview: Preview, plan: &Plan, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let text = match preview {
        Preview::List => list(plan, terminal.language()),
        Preview::Requests => requests(plan),
    };
    terminal.say(&text);
    Ok(ExitCode::Conformant)
}

fn list(plan: &Plan, language: Language) -> String {
    let mut lines = Vec::new();
    for scenario in &plan.scenarios {
        lines.push(format!("{}  {}", scenario.name(), pick(&scenario.title, language)));
        for step in &scenario.steps {
            lines.push(format!("  {}", step.id));
            lines.extend(step.expect.iter().map(|expectation| format!("    {:<12} {}", expectation.req, expectation.key)));
        }
        lines.extend(scenario.over_run.iter().map(|expectation| format!("    {:<12} {}", expectation.req, expectation.key)));
        lines.push(String::new());
    }
    let expectations: usize = plan.scenarios.iter().map(|scenario| scenario.expectations().count()).sum();
    let steps: usize = plan.scenarios.iter().map(|scenario| scenario.steps.len()).sum();
    lines.push(format!("{} scenarios, {steps} steps, {expectations} expectations", plan.scenarios.len()));
    lines.join("\n")
}

fn pick(text: &Text, language: Language) -> &str {
    text.get(language)
}

fn requests(plan: &Plan) -> String {
    let mut lines = vec![String::from("# nothing was sent; variables are what a run finds out or is given")];
    for persona in &plan.personas {
        let id = persona.given.as_deref().unwrap_or(&persona.fixture);
        lines.push(format!("# {}: BSN {}, patient={id} where it has the id of the fixtures", persona.persona, persona.bsn));
    }
    for scenario in &plan.scenarios {
        lines.push(String::new());
        lines.push(format!("# {}{}", scenario.name(), about(scenario)));
        lines.extend(scenario.steps.iter().map(|step| request(plan, step)));
    }
    lines.join("\n")
}

fn about(scenario: &PlannedScenario) -> String {
    scenario.persona.as_deref().map(|persona| format!(", about {persona}")).unwrap_or_default()
}

fn request(plan: &Plan, step: &PlannedStep) -> String {
    match &step.action {
        Action::Send(template) => {
            let each = step.for_each.as_deref().map(|name| format!(", for each value of {name}")).unwrap_or_default();
            let pages = if step.pages == Pages::All { ", and its next pages" } else { "" };
            let about = template.persona.as_deref().map(|persona| format!(", about {persona}")).unwrap_or_default();
            format!("# {}{about}{each}{pages}\n{}", step.id, draft::curl(template, &plan.target))
        }
        Action::Serve(phase) => format!("# {}: {}", step.id, phase.instruct.en),
        Action::Follow(follow) => {
            let what = match follow.follow.what {
                FollowWhat::Resources => "each resource",
                FollowWhat::References => "each reference",
            };
            format!("# {}: reads {what} in the answers of {}", step.id, follow.follow.of.join(", "))
        }
    }
}
