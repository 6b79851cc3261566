//! `form-items`, `form-options`, `form-conditions`, `form-presets` and
//! `form-topics`: filled-in forms against their questionnaire. What is wrong with
//! them is said by `fhir::validate`; here it is shared out over requirements.

use super::super::answers::Entry;
use super::super::case::{Case, Need};
use super::super::code::Code;
use super::super::expression::{Decision, Scope, parse};
use super::super::finding::{Finding, Place};
use super::super::form::{answers, validator};
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use crate::agreements::form::{self, Form};
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Severity};
use crate::text::Language;

/// What a requirement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Items,
    Options,
    Conditions,
    Presets,
    Topics,
}

const OPTIONS: [&str; 3] = ["form-answer-not-offered", "form-answer-not-in-value-set", "form-answer-exclusive"];
const DISABLED: &str = "form-item-disabled";
const PRESETS: [&str; 2] = ["form-preset-changed", "form-preset-missing"];
const OPEN: &str = "form-question-open";
/// Texts are ours to hold a form against only where its own package is installed.
const TEXT: &str = "form-text-differs";

pub(super) fn judge(case: &Case<'_>, question: Question) -> Ruling {
    let mut ruling = Ruling::default();
    let asked = case.right_answer().and_then(|answer| parse(&answer.each).ok());
    for chain in case.chains(&mut ruling, Need::Bundle) {
        let scope = Scope::of(case, &chain);
        for entry in case.matches(case.step, &chain) {
            let response = entry.resource.filter(|resource| resource.type_name() == "QuestionnaireResponse");
            let Some(response) = response else { continue };
            // That another form comes along is for `only-asked`.
            if asked.as_ref().is_none_or(|asked| scope.decide(asked, response) == Decision::True) {
                judge_response(case, question, entry, response, &mut ruling);
            }
        }
    }
    ruling
}

fn judge_response<'c>(case: &Case<'c>, question: Question, entry: Entry<'c>, response: Node<'c>, ruling: &mut Ruling) {
    ruling.judged();
    let form = form::form(case.run.fhir());
    for issue in validator(case.run).check_form(response) {
        if issue.severity == Severity::CantTell {
            ruling.hinder(Obstacle::CantTell(Reason::KnowledgeLacking(issue.message(Language::En))));
        } else if let Some(code) = code(question, &issue, form) {
            ruling.find(finding(code, &issue, entry));
        }
    }
    if question == Question::Conditions {
        unspecified(entry, response, form, ruling);
    }
}

/// What an issue is for a requirement, when it is about it at all.
fn code(question: Question, issue: &Issue, form: &Form) -> Option<Code> {
    let name = issue.code.name;
    let is_error = issue.severity == Severity::Error;
    match question {
        Question::Items if is_error && !OPTIONS.contains(&name) && ![DISABLED, TEXT].contains(&name) => Some(Code::FormItemWrong),
        Question::Options
            if OPTIONS.contains(&name) && !is_known_alias(issue) && issue.detail("item") != Some(form.other_treatment) =>
        {
            Some(Code::FormOptionUnknown)
        }
        Question::Conditions if name == DISABLED => Some(Code::FormItemHidden),
        Question::Presets if PRESETS.contains(&name) => Some(Code::FormPresetLost),
        Question::Topics if name == OPEN => Some(Code::FormTopicOpen),
        _ => None,
    }
}

fn finding(code: Code, issue: &Issue, entry: Entry<'_>) -> Finding {
    let line = entry.answer.document().map(|document| document.line_at(issue.span.start));
    let place = Place { exchange: Some(entry.answer.exchange.id.clone()), path: Some(issue.path.clone()), line };
    let item = issue.detail("item").map(|item| format!(", item {item}")).unwrap_or_default();
    let mut finding = Finding::new(code, place, format!("{}{item}", entry.subject()));
    finding.expected.extend(issue.detail("expected").map(str::to_owned));
    finding.actual.extend(issue.detail("found").map(str::to_owned));
    if finding.expected.is_empty() && finding.actual.is_empty() {
        finding.actual.push(issue.code.name.to_owned());
    }
    finding
}

/// Spellings of a code that the agreement itself uses both: `01` and `1`, and the
/// code system of answers that are none in STU3.
fn is_known_alias(issue: &Issue) -> bool {
    let (Some(found), Some(expected)) = (issue.detail("found"), issue.detail("expected")) else { return false };
    let found = plain(found);
    expected.split(", ").any(|offered| plain(offered) == found)
}

fn plain(written: &str) -> String {
    let (system, code) = written.rsplit_once('|').unwrap_or(("", written));
    let system = if system == "http://hl7.org/fhir/v3/NullFlavor" {
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
    } else {
        system
    };
    let bare = code.trim_start_matches('0');
    let is_number = !bare.is_empty() && bare.bytes().all(|letter| letter.is_ascii_digit());
    format!("{system}|{}", if is_number { bare } else { code })
}

/// "Otherwise" without the words that say how.
fn unspecified(entry: Entry<'_>, response: Node<'_>, form: &Form, ruling: &mut Ruling) {
    let answers = answers(response);
    for decision in form.decisions {
        let decided = answers.get(decision.item).filter(|value| value.child_value("code") == Some(form.otherwise));
        let Some(value) = decided.filter(|_| !answers.contains_key(decision.specification)) else { continue };
        let subject = format!("{}, item {}", entry.subject(), decision.item);
        let finding = Finding::new(Code::FormSpecificationMissing, entry.answer.place_of(*value), subject);
        ruling.find(finding.expected(format!("item {}", decision.specification)));
    }
}
