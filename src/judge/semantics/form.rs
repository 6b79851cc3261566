//! `form-agrees`: what a filled-in form says of a topic, a resource of the same
//! talk says as well. A form is held against the resources of its own day; the
//! newest one, where there are none, against what is in force.

use std::collections::HashMap;

use super::super::code::Code;
use super::super::finding::Finding;
use super::super::form::answers;
use super::super::ruling::Ruling;
use super::directive;
use super::question::{Found, Question, codings, has_code};
use super::record::{Record, Says, decided, latest, of_day};
use crate::agreements::form::{self, Form};
use crate::fhir::node::Node;

/// Answers that are none: not known, asked but not known, not asked.
const UNKNOWN: [&str; 3] = ["UNK", "ASKU", "NASK"];
const YES: &str = "373066001";
const NO: &str = "373067005";

/// A form with its answers.
struct Filled<'c> {
    /// What its items mean.
    form: &'static Form,
    found: Found<'c>,
    answers: HashMap<&'c str, Node<'c>>,
    /// The day of the talk: `2025-09-18`.
    day: &'c str,
    is_newest: bool,
}

/// What the resources of the patient say.
struct Resources<'c> {
    directives: Vec<Found<'c>>,
    goals: Vec<Found<'c>>,
    observations: Vec<Found<'c>>,
    devices: Option<Vec<Found<'c>>>,
    patient: Option<Found<'c>>,
}

pub(super) fn judge(question: &Question<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let Some(forms) = question.matches("questionnaire-responses", &mut ruling) else { return ruling };
    let mut forms: Vec<Filled<'_>> =
        forms.into_iter().filter_map(|found| filled(found, form::form(question.run.fhir()))).collect();
    forms.sort_by_key(|form| form.day);
    let Some(newest) = forms.last_mut() else { return ruling };
    newest.is_newest = true;
    let resources = resources(question, &mut ruling);
    for form in &forms {
        decisions(form, &resources, &mut ruling);
        goal(form, &resources, &mut ruling);
        observations(form, &resources, &mut ruling);
        if form.is_newest {
            // A server that has the form alone does not say that there is no ICD.
            if resources.are_served() {
                device(form, &resources, &mut ruling);
            }
            patient(form, &resources, &mut ruling);
        }
    }
    ruling
}

impl Resources<'_> {
    /// Whether the individual resources are served at all.
    fn are_served(&self) -> bool {
        !(self.directives.is_empty() && self.goals.is_empty() && self.observations.is_empty())
    }

    /// Whether anything was recorded after a day: then there was another talk, whose form was not shown.
    fn go_on_after(&self, day: &str) -> bool {
        let directives = self.directives.iter().map(|directive| Record::of_directive(*directive));
        let goals = self.goals.iter().map(|goal| Record::of_goal(*goal));
        let observations = self.observations.iter().map(|observation| Record::of_observation(*observation));
        directives.chain(goals).chain(observations).any(|record| record.is_after(day))
    }
}

fn resources<'c>(question: &Question<'c>, ruling: &mut Ruling) -> Resources<'c> {
    let mut matches = |exchange: &str| question.matches(exchange, ruling);
    Resources {
        directives: matches("treatment-directives").unwrap_or_default(),
        goals: matches("medical-policy-goals").unwrap_or_default(),
        observations: matches("observations").unwrap_or_default(),
        devices: matches("medical-devices"),
        patient: question.resources("").into_iter().find(|found| found.node.type_name() == "Patient" && !found.is_result()),
    }
}

/// A form that counts, with the day of its talk.
fn filled<'c>(found: Found<'c>, form: &'static Form) -> Option<Filled<'c>> {
    let is_whole = matches!(found.node.child_value("status"), Some("completed" | "amended"));
    let answers = answers(found.node);
    let talk = answers.get(form.talk_date).and_then(|date| date.value());
    let day = talk.or_else(|| found.node.child_value("authored"))?;
    is_whole.then_some(Filled { form, found, answers, day: day.get(..10).unwrap_or(day), is_newest: false })
}

fn decisions<'c>(form: &Filled<'c>, resources: &Resources<'c>, ruling: &mut Ruling) {
    let items = form.form;
    let named = items.decisions.iter().map(|decision| (decision.item, Treatment::Code(decision.treatment)));
    let icd = (items.icd_decision, Treatment::Words(form::SWITCH_OFF_ICD));
    let other = form.answers.get(items.other_treatment).and_then(|value| value.value());
    let other = other.map(|words| (items.other_decision, Treatment::Words(words)));
    for (item, treatment) in named.chain([icd]).chain(other) {
        let Some(value) = form.answers.get(item) else { continue };
        let about = resources.directives.iter().filter(|directive| treatment.is_of(directive.node));
        let records: Vec<Record<'_>> = about.map(|directive| Record::of_directive(*directive)).collect();
        hold(form, *value, (item, decided(value.child_value("code").unwrap_or_default(), items)), &records, ruling);
    }
}

/// What a directive is about.
#[derive(Clone, Copy)]
enum Treatment<'t> {
    Code(&'t str),
    Words(&'t str),
}

impl Treatment<'_> {
    fn is_of(self, directive: Node<'_>) -> bool {
        let concepts = directive::treatments(directive);
        match self {
            Self::Code(code) => {
                let mut codings = concepts.iter().flat_map(|concept| concept.children_named("coding"));
                codings.any(|coding| coding.child_value("code") == Some(code))
            }
            Self::Words(words) => {
                let mut texts = concepts.iter().filter_map(|concept| concept.child_value("text"));
                texts.any(|text| text.to_lowercase().contains(&words.trim().to_lowercase()))
            }
        }
    }
}

fn goal<'c>(form: &Filled<'c>, resources: &Resources<'c>, ruling: &mut Ruling) {
    let Some(value) = form.answers.get(form.form.goal) else { return };
    let records: Vec<Record<'_>> = resources.goals.iter().map(|goal| Record::of_goal(*goal)).collect();
    hold(form, *value, (form.form.goal, coded(*value)), &records, ruling);
}

fn observations<'c>(form: &Filled<'c>, resources: &Resources<'c>, ruling: &mut Ruling) {
    for (item, code) in form.form.observed {
        let Some(value) = form.answers.get(item) else { continue };
        let of_code = resources.observations.iter().filter(|observation| has_code(observation.node, "code", &[code]));
        let records: Vec<Record<'_>> = of_code.map(|observation| Record::of_observation(*observation)).collect();
        let says = value.value().map_or_else(|| coded(*value), Says::words);
        hold(form, *value, (item, says), &records, ruling);
    }
}

fn coded(value: Node<'_>) -> Says {
    match value.child_value("code") {
        Some(code) if UNKNOWN.contains(&code) => Says::Unknown,
        Some(code) => Says::Codes(vec![code.to_owned()]),
        None => Says::Unknown,
    }
}

/// An answer and the records about the same: one of those that count has to agree.
fn hold<'c>(form: &Filled<'c>, value: Node<'c>, (item, says): (&str, Says), records: &[Record<'c>], ruling: &mut Ruling) {
    let mut among = of_day(records, form.day);
    if among.is_empty() && form.is_newest {
        among = latest(records, form.day);
    }
    if among.is_empty() {
        return;
    }
    ruling.judged();
    if among.iter().any(|record| says.agrees(&record.says)) {
        return;
    }
    let mut finding = differs(form, value, item).actual(format!("{}: {says}", form.found.subject()));
    finding.expected = among.iter().map(|record| format!("{}: {}", record.found.subject(), record.says)).collect();
    ruling.find(finding);
}

fn device<'c>(form: &Filled<'c>, resources: &Resources<'c>, ruling: &mut Ruling) {
    let (Some(value), Some(devices)) = (form.answers.get(form.form.has_icd), &resources.devices) else { return };
    let in_use = devices.iter().filter(|device| device.node.child_value("status") == Some("active")).count();
    let is_right = match value.child_value("code") {
        Some(YES) => !devices.is_empty(),
        Some(NO) => in_use == 0,
        _ => return,
    };
    ruling.judged();
    if !is_right {
        let finding = differs(form, *value, form.form.has_icd).expected(format!("DeviceUseStatement: {}", devices.len()));
        ruling.find(finding.actual(format!("{}: {}", form.found.subject(), value.child_value("code").unwrap_or("-"))));
    }
}

fn patient<'c>(form: &Filled<'c>, resources: &Resources<'c>, ruling: &mut Ruling) {
    let Some(patient) = resources.patient else { return };
    let born = patient.node.child_value("birthDate").map(str::to_owned);
    let told = form.answers.get(form.form.birth_date).and_then(|value| Some((*value, value.value()?.to_owned())));
    // The Patient has no date for this: it is as it was at the last talk.
    let capable = capable(patient.node).filter(|_| !resources.go_on_after(form.day)).map(str::to_owned);
    let said = form.answers.get(form.form.capable).and_then(|value| match value.child_value("code")? {
        "1" => Some((*value, String::from("true"))),
        "0" => Some((*value, String::from("false"))),
        _ => None,
    });
    for (item, told, known) in [(form.form.birth_date, told, born), (form.form.capable, said, capable)] {
        let (Some((value, told)), Some(known)) = (told, known) else { continue };
        ruling.judged();
        if !(told.starts_with(&known) || known.starts_with(&told)) {
            let finding = differs(form, value, item).expected(format!("{}: {known}", patient.subject()));
            ruling.find(finding.actual(format!("{}: {told}", form.found.subject())));
        }
    }
}

/// What the Patient says of being capable of deciding.
fn capable(patient: Node<'_>) -> Option<&str> {
    let mut parts =
        patient.children_named("extension").flat_map(|extension| extension.children_named("extension").collect::<Vec<_>>());
    parts.find(|part| part.child_value("url") == Some("legallyCapable"))?.child_value("value")
}

fn differs<'c>(form: &Filled<'c>, value: Node<'c>, item: &str) -> Finding {
    Finding::new(Code::FormDiffers, form.found.answer.place_of(value), format!("{}, item {item}", form.found.subject()))
}

/// The codes of a value.
pub(super) fn codes_of(parent: Node<'_>, name: &str) -> Vec<String> {
    codings(parent, name).into_iter().map(|(_, code)| code.to_owned()).collect()
}

/// Whether codes say that nothing is known.
pub(super) fn are_unknown(codes: &[String]) -> bool {
    codes.iter().any(|code| UNKNOWN.contains(&code.as_str()))
}
