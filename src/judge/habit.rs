//! Habits of systems in the field (9.5): what lies under findings that would
//! otherwise read as output of a validator, and what breaks nothing and is worth
//! a remark.

use std::collections::{BTreeMap, BTreeSet};

use super::case::Case;
use super::code::Code;
use super::finding::{Finding, Place};
use super::reference::{self, Name};
use super::ruling::Ruling;
use super::run::Run;
use super::verdict;
use crate::agreements::Actor;
use crate::fhir::node::Node;
use crate::fhir::validate::garbled;

const VERIFICATION: &str = "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-Verification";
const SNOMED: &str = "http://snomed.info/sct";
/// The categories of a treatment directive, in R4 and in STU3.
const DIRECTIVE: [&str; 2] = ["129125009", "11291000146105"];
/// The category of an advance directive, whatever the system is called in either version of FHIR.
const WILL: (&str, &str) = ("consentcategorycodes", "acd");

/// Beginnings of code systems that FHIR, the zibs and the agreement code with; any other is somebody's own.
const COMMON: [&str; 12] = [
    SNOMED,
    "http://loinc.org",
    "https://www.gs1.org/",
    "http://terminology.hl7.org/",
    "http://hl7.org/fhir/",
    "http://fhir.nl/",
    "https://api.iknl.nl/",
    // Code systems of HL7, and those that HL7 numbered for others.
    "urn:oid:2.16.840.1.113883.5.",
    "urn:oid:2.16.840.1.113883.6.",
    // Nictiz, DHD and Vektis.
    "urn:oid:2.16.840.1.113883.2.4.3.11.",
    "urn:oid:2.16.840.1.113883.2.4.3.120.",
    "urn:oid:2.16.840.1.113883.2.4.15.",
];

/// Resources that a finding names.
const NAMED: usize = 10;

/// A habit that lies under findings.
struct Habit {
    code: Code,
    /// Requirements of which it is the cause.
    breaks: &'static [&'static str],
    /// Requirements of which it is the cause in a directive that is referred to.
    breaks_from_afar: &'static [&'static str],
    /// What a finding of the judge of profiles is about, in its words; nothing where every finding fits.
    about: Option<&'static str>,
    /// What belongs there.
    belongs: &'static str,
    /// What is there instead; nothing where the resource does not have the habit.
    shows: fn(Node<'_>) -> Option<String>,
}

const HABITS: &[Habit] = &[
    Habit {
        code: Code::VerificationMissing,
        breaks: &["PZP-PRO-041", "PZP-PRO-001"],
        breaks_from_afar: &[],
        about: Some("verification"),
        belongs: "extension zib-TreatmentDirective-Verification",
        shows: unverified,
    },
    Habit {
        code: Code::PolicyRuleInstead,
        breaks: &["PZP-SEM-010", "PZP-PRO-029"],
        breaks_from_afar: &[],
        about: None,
        belongs: "policy.uri",
        shows: policy_rule,
    },
    Habit {
        code: Code::DateInPeriod,
        breaks: &["PZP-PRO-037", "PZP-PRO-048"],
        breaks_from_afar: &["PZP-PRO-039"],
        about: None,
        belongs: "dateTime",
        shows: date_in_period,
    },
];

/// Names the habit under each finding of a ruling that has one.
pub(crate) fn explained(case: &Case<'_>, mut ruling: Ruling) -> Ruling {
    let requirement = case.expectation.req.as_str();
    for habit in HABITS {
        let is_near = habit.breaks.contains(&requirement);
        if !is_near && !habit.breaks_from_afar.contains(&requirement) {
            continue;
        }
        ruling.reword(|finding| {
            let what = finding.issue.as_ref().map(|issue| issue.what.en.as_str());
            if what.is_some_and(|what| habit.about.is_some_and(|about| !what.contains(about))) {
                return;
            }
            let shown = if is_near { habit.near(case, &finding.subject) } else { habit.referred(case, &finding.subject) };
            let Some((subject, shown)) = shown else { return };
            finding.code = habit.code;
            finding.subject = subject;
            finding.expected = vec![habit.belongs.to_owned()];
            finding.actual = vec![shown];
            if let Some(issue) = finding.issue.take() {
                finding.actual.extend(issue.also);
            }
        });
    }
    ruling
}

impl Habit {
    /// The resource itself, with what it shows.
    fn near(&self, case: &Case<'_>, subject: &str) -> Option<(String, String)> {
        Some((subject.to_owned(), (self.shows)(resource(case, subject)?)?))
    }

    /// The first directive that a resource refers to which shows it.
    fn referred(&self, case: &Case<'_>, subject: &str) -> Option<(String, String)> {
        let mut open = vec![resource(case, subject)?];
        while let Some(node) = open.pop() {
            open.extend(node.children());
            let target = node.child_value("reference").and_then(|text| reference::name(text, &[case.run.base()]));
            let shown = target.and_then(|target| self.near(case, &target.to_string()));
            if shown.is_some() {
                return shown;
            }
        }
        None
    }
}

/// A resource by type and id, in the answers of the scenario.
fn resource<'c>(case: &Case<'c>, subject: &str) -> Option<Node<'c>> {
    let (kind, id) = subject.split_once('/')?;
    case.run.answers.resource(case.key, Name { kind, id })
}

/// A treatment directive of STU3 that does not say whether it was verified.
fn unverified(resource: Node<'_>) -> Option<String> {
    let is_stu3 = codings(resource, "category").any(|coding| is_code(coding, SNOMED, DIRECTIVE[1]));
    let has = resource.children_named("extension").any(|own| own.child_value("url") == Some(VERIFICATION));
    (is_stu3 && !has).then(|| String::from("no such extension"))
}

fn policy_rule(resource: Node<'_>) -> Option<String> {
    let rule = resource.child("policyRule").filter(|_| resource.child("policy").is_none())?;
    let coded = || codings(resource, "policyRule").next()?.child_value("code");
    let value = rule.value().or_else(coded).or_else(|| rule.child_value("text")).unwrap_or_default();
    Some(format!("policyRule = {value}"))
}

/// The beginning of the period of a Consent that has no date.
pub(crate) fn date_in_period(resource: Node<'_>) -> Option<String> {
    if resource.type_name() != "Consent" || resource.child("dateTime").is_some() {
        return None;
    }
    let start = |of: Node<'_>| of.child("period").and_then(|period| period.child_value("start")).map(str::to_owned);
    let own = start(resource).map(|start| format!("period.start = {start}"));
    own.or_else(|| Some(format!("provision.period.start = {}", start(resource.child("provision")?)?)))
}

/// A treatment directive of STU3 that has a beginning and no date. The beginning stands where zib 2017 has it, and
/// nothing asks for the date; so nothing fails, and still nobody can tell when it was talked about.
fn undated(consent: Node<'_>) -> Option<String> {
    let is_stu3 = codings(consent, "category").any(|coding| is_code(coding, SNOMED, DIRECTIVE[1]));
    date_in_period(consent).filter(|_| is_stu3)
}

/// What is worth a remark and breaks nothing, over all answers of a server: each habit once, with where it was seen.
pub(crate) fn noted(run: Run<'_>) -> Vec<verdict::Habit> {
    if run.plan.claims.actor == Actor::Consulter {
        return Vec::new();
    }
    let (mut notes, mut heard) = (Notes::default(), BTreeSet::new());
    for exchange in run.answers.exchanges() {
        let Some(answer) = run.answers.answer(exchange).filter(|answer| answer.is_success()) else { continue };
        let is_new = answer.received.body.as_ref().is_some_and(|digest| heard.insert(digest.clone()));
        let Some(root) = answer.root().filter(|_| is_new) else { continue };
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            open.extend(node.children());
            let found = match node.type_name() {
                "Consent" => [
                    is_mixed(node).then(|| (Code::CategoriesMixed, "acd".to_owned())),
                    undated(node).map(|shown| (Code::DateInPeriod, shown)),
                ],
                "string" | "markdown" | "xhtml" => {
                    [node.value().and_then(garbled).map(|shown| (Code::LettersGarbled, shown)), None]
                }
                "Coding" => [is_local(node).then(|| (Code::LocalCodingBeside, written(node))), None],
                _ => [None, None],
            };
            for (code, value) in found.into_iter().flatten() {
                notes.add(code, node, value, answer.place_of(node));
            }
        }
    }
    notes.of.into_values().map(|(finding, seen)| verdict::Habit { finding, count: seen.len() }).collect()
}

/// Habits by code, each with the resources that show it.
#[derive(Default)]
struct Notes {
    of: BTreeMap<Code, (Finding, BTreeSet<String>)>,
}

impl Notes {
    fn add(&mut self, code: Code, node: Node<'_>, value: String, place: Place) {
        let resource = node.resource().and_then(super::answers::resource_name);
        let subject = resource.map_or_else(|| node.path(), |name| name.to_string());
        let (finding, seen) =
            self.of.entry(code).or_insert_with(|| (Finding::new(code, place, subject.clone()), BTreeSet::new()));
        let shown = format!("{subject}: {value}");
        if seen.insert(shown.clone()) && finding.actual.len() < NAMED {
            finding.actual.push(shown);
        }
    }
}

/// A directive about a treatment that is called an advance directive as well.
fn is_mixed(consent: Node<'_>) -> bool {
    let is_will = |coding: Node<'_>| {
        let system = coding.child_value("system").unwrap_or_default();
        coding.child_value("code") == Some(WILL.1) && system.ends_with(WILL.0)
    };
    let is_directive = |coding: Node<'_>| DIRECTIVE.iter().any(|code| is_code(coding, SNOMED, code));
    codings(consent, "category").any(is_will) && codings(consent, "category").any(is_directive)
}

/// Whether a coding is somebody's own, beside one that everybody knows. It says the same in other words, so it makes
/// nothing another fact.
pub(crate) fn is_local(coding: Node<'_>) -> bool {
    let is_common = |coding: Node<'_>| {
        let system = coding.child_value("system").unwrap_or_default();
        COMMON.iter().any(|start| system.starts_with(start))
    };
    let Some(concept) = coding.parent().filter(|parent| parent.type_name() == "CodeableConcept") else { return false };
    !is_common(coding) && concept.children_named("coding").any(is_common)
}

fn written(coding: Node<'_>) -> String {
    let text = |name: &str| coding.child_value(name).unwrap_or_default();
    format!("{}|{}", text("system"), text("code"))
}

fn codings<'t>(of: Node<'t>, name: &'t str) -> impl Iterator<Item = Node<'t>> {
    of.children_named(name).flat_map(|concept| concept.children_named("coding"))
}

fn is_code(coding: Node<'_>, system: &str, code: &str) -> bool {
    coding.child_value("system") == Some(system) && coding.child_value("code") == Some(code)
}
